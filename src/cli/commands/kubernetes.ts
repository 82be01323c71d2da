// `wasmeter kubernetes`: makes a node ready for the runtime class, undoes that, and prints what a cluster needs.

import { accessSync, constants, existsSync, rmSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { printable } from "../../printable.ts";
import { type CommandLine, single } from "../args/options.ts";
import { parseCount } from "../args/units.ts";
import { STATUS } from "../classify-error.ts";
import type { Command, CommandContext } from "../command.ts";
import type { CommandIo } from "../io.ts";
import { codeFolder, prepareCode } from "../kubernetes/compiled-code.ts";
import { deployment, type ManifestOptions, runtimeClass, service } from "../kubernetes/manifests.ts";
import { apply, type Change, installation, removal } from "../kubernetes/node-setup.ts";
import { toYaml } from "../kubernetes/yaml.ts";
import { UsageError } from "../usage-error.ts";

const ACTIONS = ["install", "uninstall", "manifest"];
const CONTAINERD_CONFIG = "/etc/containerd/config.toml";

/** Options that belong to one action only. */
const OF_NODES = ["root", "apply", "containerd-config", "runtime-binary", "node", "package"];
const OF_MANIFESTS = ["name", "image", "replicas", "memory", "cpu", "port"];

function checkOptions(line: CommandLine, action: string): void {
  const foreign = action === "manifest" ? OF_NODES : OF_MANIFESTS;
  const wrong = foreign.find((name) => line.options.has(name));
  if (wrong !== undefined) throw new UsageError(`--${wrong} means nothing to ${action}`);
}

/** The first runtime that the node has: what is found in PATH here, when this is the node. */
function ownRuntime(env: CommandIo["env"]): string | undefined {
  for (const name of ["runc", "crun"]) {
    for (const folder of (env.PATH ?? "").split(delimiter).filter((each) => each.startsWith("/"))) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Looked for further on.
      }
    }
  }
  return undefined;
}

function absolute(line: CommandLine, name: string): string | undefined {
  const path = single(line, name);
  if (path !== undefined && (!path.startsWith("/") || /[\n\0]/.test(path))) {
    throw new UsageError(`--${name}: '${path}' is no absolute path`);
  }
  return path;
}

function show({ path, before, after }: Change): string {
  const shown = printable(path);
  if (after === undefined) return `remove ${shown}\n`;
  const old = new Set(before?.split("\n"));
  const added = after.split("\n").filter((line) => line !== "" && !old.has(line));
  return `${before === undefined ? "write" : "change"} ${shown}\n${added.map((line) => `    ${line}\n`).join("")}`;
}

function changeNode(line: CommandLine, { io }: CommandContext, action: string): number {
  const root = resolve(single(line, "root") ?? "/");
  const containerdConfig = absolute(line, "containerd-config") ?? CONTAINERD_CONFIG;
  const node = absolute(line, "node") ?? process.execPath;
  const folder = absolute(line, "package") ?? resolve(fileURLToPath(new URL("..", import.meta.url)));
  const changes =
    action === "uninstall"
      ? removal({ root, containerdConfig })
      : installation({
          root,
          containerdConfig,
          node,
          package: folder,
          runtime: absolute(line, "runtime-binary") ?? (root === "/" ? ownRuntime(io.env) : undefined),
        });
  const isReal = line.options.has("apply");
  for (const change of changes) io.stdout.write(show(change));
  // Of another node's Node nothing is known here.
  const code = root === "/" ? codeFolder(folder) : undefined;
  const hasCode = code !== undefined && existsSync(code);
  const isCodeToChange = code !== undefined && hasCode === (action === "uninstall");
  if (isCodeToChange) io.stdout.write(`${hasCode ? "remove" : "write"} ${printable(code)}\n`);
  if (changes.length === 0 && !isCodeToChange) io.stdout.write("nothing to change\n");
  else if (!isReal) io.stdout.write("Nothing was changed: --apply does it.\n");
  if (!isReal) return STATUS.ok;
  if (code !== undefined) {
    if (action === "uninstall") rmSync(code, { recursive: true, force: true });
    else if (!prepareCode(node, folder)) {
      io.stderr.write(
        `wasmeter: note: compiled code cannot be kept in ${printable(code)}; containers start without it, more slowly\n`,
      );
    }
  }
  if (changes.length > 0) {
    apply(root, changes);
    io.stdout.write("Restart containerd or CRI-O: they read their configuration when they start.\n");
  }
  return STATUS.ok;
}

function readName(option: string, text: string): string {
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text)) {
    throw new UsageError(
      `--${option}: '${text}' is no name of Kubernetes'; write lower-case letters, digits and -`,
    );
  }
  return text;
}

/** Quantities as pods write them: `64Mi`, `100m`. */
function readQuantity(option: string, text: string): string {
  if (!/^\d+(\.\d+)?(m|[kMGT]|[KMGT]i)?$/.test(text)) {
    throw new UsageError(`--${option}: '${text}' is no quantity; write e.g. 64Mi or 100m`);
  }
  return text;
}

function printManifests(line: CommandLine, { io }: CommandContext): number {
  const image = single(line, "image") ?? "registry.example/app:1.0";
  if (!/^[\w.:/@-]+$/.test(image)) throw new UsageError(`--image: '${image}' is no image's name`);
  const options: ManifestOptions = {
    image,
    name: readName("name", single(line, "name") ?? "app"),
    replicas: parseCount("--replicas", single(line, "replicas") ?? "3", 0, 10_000),
    memory: readQuantity("memory", single(line, "memory") ?? "64Mi"),
    cpu: readQuantity("cpu", single(line, "cpu") ?? "100m"),
    port: parseCount("--port", single(line, "port") ?? "3000", 1, 65_535),
  };
  const comment = `# Nodes need Node and 'wasmeter kubernetes install'. Do not select them by kubernetes.io/arch: wasm32, a label that no
# node has: where only some are ready, label those and select them in the RuntimeClass, under scheduling.nodeSelector.
`;
  const documents = [runtimeClass(), deployment(options), service(options)].map(toYaml);
  io.stdout.write(`${comment}${documents.join("---\n")}`);
  return STATUS.ok;
}

export const kubernetes: Command = {
  name: "kubernetes",
  summary: "Prepare a node for pods of WebAssembly, or print their manifests",
  usage: "kubernetes [options] <install | uninstall | manifest>",
  options: {
    root: { value: "DIR", help: "the node's file system (default: /)" },
    apply: { help: "make the changes; without it they are only shown" },
    "containerd-config": {
      value: "FILE",
      help: `containerd's configuration (default: ${CONTAINERD_CONFIG})`,
    },
    "runtime-binary": { value: "FILE", help: "the OCI runtime behind ours (default: runc, else crun)" },
    node: { value: "FILE", help: "Node on the node (default: this one)" },
    package: { value: "DIR", help: "this package on the node (default: this one)" },
    name: { value: "NAME", help: "manifest: the application's name (default: app)" },
    image: { value: "IMAGE", help: "manifest: its image" },
    replicas: { value: "N", help: "manifest: how many pods (default: 3)" },
    memory: { value: "SIZE", help: "manifest: the limit of each, as 64Mi" },
    cpu: { value: "AMOUNT", help: "manifest: the limit of each, as 100m" },
    port: { value: "N", help: "manifest: where it listens (default: 3000)" },
  },
  guestArgs: false,
  notes: `install writes /usr/local/bin/wasmeter-runtime and adds the runtime 'wasmeter' to the configurations of
containerd and CRI-O, where they are; uninstall takes that away again. Both may be repeated. On the node itself, install
keeps V8's compiled code beside the package, for containers to start faster: repeat it when Node has changed.`,
  execute(line, context) {
    const [action, second] = line.operands;
    if (action === undefined || !ACTIONS.includes(action) || second !== undefined) {
      throw new UsageError(`one of ${ACTIONS.join(", ")} is needed`);
    }
    checkOptions(line, action);
    return action === "manifest" ? printManifests(line, context) : changeNode(line, context, action);
  },
};
