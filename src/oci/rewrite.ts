// A container's config.json made into one in which Node runs the container's program: the whole of what `create` changes, as a
// function of the file and of what the caller sees on the node. Nothing here touches a file.
// Owns the order of the checks, the process and its mounts. Grants, memory, annotations and seccomp have files of their own.

import { shownName } from "../printable.ts";
import { type AnnotatedOption, annotatedOptions, annotationFault, optionText } from "./annotations.ts";
import { isApplication, isForUs, type Program } from "./decision.ts";
import {
  checkSize,
  type DirectoryGrants,
  directoryGrants,
  isWithin,
  mountPlaces,
  podVariables,
} from "./grants.ts";
import {
  type Document,
  type JsonObject,
  member,
  objectAt,
  objectsAt,
  parseDocument,
  stringAt,
  stringsAt,
} from "./json.ts";
import { guestMemory, memoryFlag, nodeFlags, serversNote } from "./memory.ts";
import type { ModuleOutline } from "./module-outline.ts";
import { LIBRARIES, LOADER, loaderWords, OUR_PLACE, programPlace } from "./places.ts";
import { Refusal } from "./refusal.ts";
import { tightened } from "./seccomp.ts";

/** A program of the node's with what it needs to start in a root file system that has nothing. */
export interface NodeProgram {
  readonly path: string;
  /** The dynamic loader; a static program has none. */
  readonly loader: string | undefined;
  /** By the names under which the program asks for them. */
  readonly libraries: ReadonlyMap<string, string>;
}

/** What containers get of the node, all read-only. */
export interface NodeFiles {
  readonly node: NodeProgram;
  readonly shell: NodeProgram;
  /** The folder of this package. */
  readonly package: string;
}

/** What the caller sees, asked for only where it matters. */
export interface Surroundings {
  /** What stands at a container's path; one without a slash is looked for in the working directory and in `PATH`. */
  look(program: string, cwd: string, path: string | undefined, mountPlaces: readonly string[]): Program;
  /** Of the file that `look` found. Throws Refusal. */
  outline(path: string): ModuleOutline;
  /** Of a mount's source. */
  isDirectory(source: string): boolean;
  nodeFiles(): NodeFiles;
  readonly command: CommandFacts;
}

/** What the command understands. */
export interface CommandFacts {
  /** Whether there is a command of this name. */
  has(command: string): boolean;
  hasOption(command: string, option: string): boolean;
  /** What is wrong with an option, as the command says it; `undefined` if nothing is. */
  faultOf(command: string, option: AnnotatedOption): string | undefined;
  /** Throws for what is no size. */
  parseSize(option: string, text: string): number;
}

/** The commands that a container may be. */
export type GuestCommand = "run" | "serve" | "up";

/** Where a server listens unless an annotation says otherwise; without rights it cannot have port 80. */
const LISTEN = "0.0.0.0:3000";

const NO_CAPABILITIES = { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] };

/**
 * The new text of a container's `config.json`; `undefined` when the container is not ours, or was rewritten before.
 * @throws Refusal
 */
export function rewriteConfig(text: string, around: Surroundings): string | undefined {
  const document = parseDocument(text);
  const { root } = document;
  const annotations = objectAt(root, "annotations", "annotations");
  const process = objectAt(root, "process", "process");
  const args = stringsAt(process, "args", "process.args");
  const mounts = objectsAt(root, "mounts", "mounts");
  const [program, ...guestArgs] = args;
  const wasOurs = program !== undefined && isWithin(program, OUR_PLACE);
  if (wasOurs) return undefined;

  let seen: Program | undefined;
  const look = (): Program => {
    seen ??= around.look(
      program ?? "",
      stringAt(process, "cwd", "process.cwd") ?? "/",
      pathOf(process),
      mountPlaces(mounts),
    );
    return seen;
  };
  if (!isForUs(annotations, program, look)) return undefined;
  if (program === undefined || program === "") {
    throw new Refusal(
      "no-args",
      'the container names no program: the image needs an ENTRYPOINT, or the pod a command, e.g. ["/app.wasm"]',
    );
  }
  for (const arg of args) {
    if (arg.includes("\0")) throw new Refusal("config", "config.json: process.args contains a NUL byte");
  }
  const path = runnable(look(), program);
  const module = look().kind === "file" && !isApplication(path) ? around.outline(path) : undefined;
  const command = isApplication(path) ? "up" : module?.isHttpHandler === true ? "serve" : "run";
  if (!around.command.has(command)) {
    throw new Refusal(
      "not-wasm",
      `${shownName(path)} is an application, which this version of wasmeter does not run`,
    );
  }
  const options = checkedOptions(annotations, command, around.command);
  const share = guestMemory(memoryLimit(document), command !== "run");
  const memory = memoryFlag(share, askedMemory(options, around.command), module?.memoryBytes ?? 0);
  const grants = directoryGrants(mounts, around.isDirectory);
  const tightness = command === "run" ? undefined : serversNote(share);
  const notes = tightness === undefined ? grants.notes : [...grants.notes, tightness];
  const files = around.nodeFiles();
  const words = commandWords(command, options, memory, grants, workers(document));
  const newArgs = [
    ...start(files.shell, "sh"),
    `${OUR_PLACE}/package/bin/wasmeter-init`,
    ...start(files.node, "node"),
    ...nodeFlags(share, memory),
    `${OUR_PLACE}/package/dist/container.cjs`,
    ...notes.map((note) => `--note=${note}`),
    ...words,
    "--",
    path,
    ...guestArgs,
  ];
  const env = podVariables(stringsAt(process, "env", "process.env"));
  checkSize(newArgs, env);
  const linux = objectAt(root, "linux", "linux");
  const profile = member(linux, "seccomp");
  return document.stringify({
    ...root,
    process: { ...process, args: newArgs, env, capabilities: NO_CAPABILITIES, noNewPrivileges: true },
    root: { ...objectAt(root, "root", "root"), readonly: true },
    mounts: [...mounts, ...ourMounts(files)],
    linux: {
      ...linux,
      seccomp: tightened(
        profile === undefined || profile === null ? undefined : objectAt(linux, "seccomp", "linux.seccomp"),
      ),
    },
  });
}

function pathOf(process: JsonObject): string | undefined {
  const entry = stringsAt(process, "env", "process.env").findLast((each) => each.startsWith("PATH="));
  return entry?.slice("PATH=".length);
}

/** The program's place in the container. Throws Refusal for what cannot be run there. */
function runnable(found: Program, program: string): string {
  const shown = shownName(program);
  if (found.kind === "absent") {
    throw new Refusal("no-file", `the image has no ${shown}, which is what the container is to run`);
  }
  if (found.kind === "no-file") throw new Refusal("not-wasm", `${shown} is no regular file`);
  return found.path;
}

// ------------------------------------------------------------------ options

/** What the annotations ask for, each looked at by the command. Throws Refusal. */
function checkedOptions(
  annotations: JsonObject,
  command: GuestCommand,
  facts: CommandFacts,
): AnnotatedOption[] {
  return annotatedOptions(annotations).map((annotated) => {
    const { name } = annotated;
    const option = name === "listen" ? listenOption(command, annotated.value) : annotated;
    if (!facts.hasOption(command, option.name)) {
      throw annotationFault(name, `wasmeter ${command} has no option of this name`);
    }
    const fault = facts.faultOf(command, option);
    if (fault !== undefined) throw annotationFault(name, fault);
    return option;
  });
}

/** `serve` has Wasmtime's name for it. */
function listenOption(command: GuestCommand, value: string | undefined): AnnotatedOption {
  return { name: command === "serve" ? "addr" : "listen", value };
}

function memoryLimit(document: Document): number | undefined {
  const resources = objectAt(objectAt(document.root, "linux", "linux"), "resources", "linux.resources");
  const memory = objectAt(resources, "memory", "linux.resources.memory");
  return document.numberOf(member(memory, "limit"));
}

/** Bytes. */
function askedMemory(options: readonly AnnotatedOption[], facts: CommandFacts): number | undefined {
  const asked = options.find(({ name }) => name === "max-memory")?.value;
  return asked === undefined ? undefined : facts.parseSize("--max-memory", asked);
}

/** Processes of a server: as many as the container has whole processors, and one at least. */
function workers(document: Document): number {
  const resources = objectAt(objectAt(document.root, "linux", "linux"), "resources", "linux.resources");
  const cpu = objectAt(resources, "cpu", "linux.resources.cpu");
  const quota = document.numberOf(member(cpu, "quota")) ?? 0;
  const period = document.numberOf(member(cpu, "period")) ?? 100_000;
  return quota > 0 && period > 0 ? Math.max(1, Math.floor(quota / period)) : 1;
}

/** The command and its options, without the program. */
function commandWords(
  command: GuestCommand,
  options: readonly AnnotatedOption[],
  memory: number | undefined,
  grants: DirectoryGrants,
  processes: number,
): string[] {
  const words = options.filter(({ name }) => name !== "max-memory").map(optionText);
  if (memory !== undefined) words.push(optionText({ name: "max-memory", value: String(memory) }));
  if (command === "run") return ["run", "--inherit-env", "--oom-exit", ...grants.options, ...words];
  const listen = listenOption(command, LISTEN);
  if (!options.some(({ name }) => name === listen.name)) words.push(optionText(listen));
  if (command === "serve") {
    return ["serve", "--inherit-env", `--workers=${processes}`, ...grants.options, ...words];
  }
  // Its logs are the container's: there is no place to write.
  return ["up", "--log-dir=", `--workers=${processes}`, ...words];
}

// ------------------------------------------------------------------ files of the node

/** The words that start a program by its own loader: the container's root need not have one. */
function start(program: NodeProgram, name: string): string[] {
  return program.loader === undefined ? [programPlace(name)] : [LOADER, ...loaderWords(name)];
}

/** A memory file system, so that nothing of it stays in the image, and in it what Node needs. */
function ourMounts({ node, shell, package: folder }: NodeFiles): JsonObject[] {
  const mounted = new Map<string, string>([
    [programPlace("node"), node.path],
    [programPlace("sh"), shell.path],
    [`${OUR_PLACE}/package`, folder],
  ]);
  for (const { loader, libraries } of [shell, node]) {
    if (loader !== undefined) mounted.set(LOADER, loader);
    for (const [name, path] of libraries) mounted.set(`${LIBRARIES}/${name}`, path);
  }
  const readOnly = ["bind", "ro", "nosuid", "nodev"];
  return [
    {
      destination: OUR_PLACE,
      type: "tmpfs",
      source: "tmpfs",
      options: ["nosuid", "nodev", "mode=755", "size=64k"],
    },
    ...[...mounted].map(([destination, source]) => ({
      destination,
      type: "bind",
      source,
      options: readOnly,
    })),
  ];
}
