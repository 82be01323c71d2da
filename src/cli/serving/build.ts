// The components' build commands, one after another, by the shell, with their output where ours is.

import { spawn } from "node:child_process";
import { dirname, resolve } from "node:path";
import { printable } from "../../printable.ts";
import type { Manifest } from "../../spin/model.ts";
import type { CommandIo } from "../io.ts";
import { InputError } from "../usage-error.ts";

/**
 * Builds what has a build command.
 * @param only the components that are built; all, if left out
 * @throws InputError naming the component, line and command that failed
 */
export async function buildComponents(
  manifest: Manifest,
  io: CommandIo,
  only?: readonly string[],
): Promise<void> {
  const directory = dirname(resolve(manifest.file));
  for (const { id, build } of manifest.components.values()) {
    if (build === undefined || (only !== undefined && !only.includes(id))) continue;
    const cwd = resolve(directory, build.workdir ?? ".");
    for (const command of build.commands) {
      io.stderr.write(`wasmeter: building ${printable(id)}: ${printable(command)}\n`);
      const status = await runCommand(command, cwd);
      if (status === 0) continue;
      const place = `${printable(manifest.file)}:${build.line}: component.${id}.build`;
      throw new InputError(`${place}: '${printable(command)}' ended with ${status} in ${printable(cwd)}`);
    }
  }
}

function runCommand(command: string, cwd: string): Promise<number | string> {
  return new Promise((resolve) => {
    // Its standard output must not be taken for ours, whose first line is the address.
    const child = spawn(command, { cwd, shell: true, stdio: ["ignore", 2, 2] });
    child.on("error", (error) => resolve(printable(error.message)));
    child.on("close", (status, signal) =>
      resolve(status === null ? `signal ${signal}` : status === 0 ? 0 : `status ${status}`),
    );
  });
}
