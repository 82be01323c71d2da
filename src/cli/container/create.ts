// `wasmeter-runtime create`, before runc or crun takes over: rewrites the bundle's config.json if the container is ours.
// Owns the runtime's command line as far as it matters, the bundle's files, and where a refusal is told.

import { appendFileSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { objectAt, parseDocument, stringAt } from "../../oci/json.ts";
import { outline } from "../../oci/module-outline.ts";
import { Refusal } from "../../oci/refusal.ts";
import { type CommandFacts, rewriteConfig, type Surroundings } from "../../oci/rewrite.ts";
import { printable } from "../../printable.ts";
import { systemReason } from "../read-module.ts";
import { HostFile, lookForProgram } from "./look.ts";
import { findNodeFiles } from "./node-files.ts";

/** The value of `--name V` or `--name=V`, wherever it stands. */
function option(argv: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of argv.entries()) {
    for (const name of names) {
      if (word === name) return argv[index + 1];
      if (name.startsWith("--") && word.startsWith(`${name}=`)) return word.slice(name.length + 1);
    }
  }
  return undefined;
}

/** Without annotations or an application there is nothing to check, and the command is not even loaded. */
const NOTHING_TO_CHECK: CommandFacts = {
  has: (command) => command !== "up",
  hasOption: () => false,
  faultOf: () => undefined,
  parseSize: Number,
};

async function commandFacts(config: string): Promise<CommandFacts> {
  if (!/wasmeter\.dev\/|spin\.toml/.test(config)) return NOTHING_TO_CHECK;
  const { loadCommand } = await import("../start/load-command.ts");
  return loadCommand(undefined, undefined).exports.commandFacts();
}

function surroundings(root: string, command: CommandFacts): Surroundings {
  return {
    look: (program, cwd, path, mountPlaces) => lookForProgram(root, program, cwd, path, mountPlaces),
    outline: (path) => {
      const file = new HostFile(join(root, path));
      try {
        return outline(file, printable(path));
      } finally {
        file.close();
      }
    },
    isDirectory: (source) => {
      try {
        return statSync(source).isDirectory();
      } catch {
        // What is wrong with it, the runtime says when it mounts it.
        return true;
      }
    },
    nodeFiles: findNodeFiles,
    command,
  };
}

async function create(bundle: string): Promise<void> {
  const file = join(bundle, "config.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Refusal("config", `cannot read ${printable(file)}: ${systemReason(error)}`);
  }
  const path = stringAt(objectAt(parseDocument(text).root, "root", "root"), "path", "root.path") ?? "rootfs";
  const root = isAbsolute(path) ? path : join(bundle, path);
  const changed = rewriteConfig(text, surroundings(root, await commandFacts(text)));
  if (changed === undefined) return;
  const next = `${file}.wasmeter`;
  writeFileSync(next, changed, { mode: 0o600 });
  renameSync(next, file);
}

/** Containerd and CRI-O show the log's last error in the container's status; podman and people read stderr. */
function tell(argv: readonly string[], message: string): void {
  const log = option(argv, "--log");
  if (log !== undefined) {
    const time = new Date().toISOString();
    const line =
      option(argv, "--log-format") === "json"
        ? JSON.stringify({ level: "error", msg: message, time })
        : `time=${JSON.stringify(time)} level=error msg=${JSON.stringify(message)}`;
    try {
      appendFileSync(log, `${line}\n`);
    } catch {
      // Stderr still says it.
    }
  }
  process.stderr.write(`${message}\n`);
}

const argv = process.argv.slice(2);
create(option(argv, "--bundle", "-b") ?? process.cwd()).catch((error: unknown) => {
  const refusal =
    error instanceof Refusal ? error : new Refusal("node", `internal error: ${printable(String(error))}`);
  tell(argv, `wasmeter: ${refusal.message}`);
  process.exitCode = refusal.status;
});
