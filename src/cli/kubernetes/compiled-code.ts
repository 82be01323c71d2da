// V8's compiled code for the containers of a node: made once by the node's Node, and kept beside the package, which they mount.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathBeside, VARIABLE } from "../start/code-cache.ts";
import { COMPONENT_SAMPLE, SAMPLE } from "./sample.ts";

/** Where it is, in the folder of a package. */
export function codeFolder(packageFolder: string): string {
  return pathBeside(join(packageFolder, "dist/command.cjs"));
}

/** Each brings one of the command's two scripts. */
const SAMPLES = [SAMPLE, COMPONENT_SAMPLE];

/** Runs samples with that Node and keeps what V8 has compiled. Gives whether it is there now; throws nothing. */
export function prepareCode(node: string, packageFolder: string): boolean {
  const folder = codeFolder(packageFolder);
  let place: string | undefined;
  try {
    place = mkdtempSync(join(tmpdir(), "wasmeter-"));
    const sample = join(place, "sample.wasm");
    const statuses = SAMPLES.map((bytes) => {
      writeFileSync(sample, Buffer.from(bytes, "base64"));
      const cli = join(packageFolder, "dist/cli.cjs");
      const env = { [VARIABLE]: folder };
      return spawnSync(node, [cli, "run", "--env=A=1", sample], { env, stdio: "ignore" }).status;
    });
    const files = readdirSync(folder);
    // Pods run as any user, whatever the umask of whoever installs.
    chmodSync(folder, 0o755);
    for (const name of files) chmodSync(join(folder, name), 0o644);
    return statuses.every((status) => status === 0) && files.length > 0;
  } catch {
    return false;
  } finally {
    if (place !== undefined) rmSync(place, { recursive: true, force: true });
  }
}
