// Finds a container's program on the node, before there is a container: paths are followed as they will be in there, and no
// symbolic link of an image leads out of it.
// Owns following links and reading beginnings; what follows from it is decided in src/oci.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import type { Program } from "../../oci/decision.ts";
import { isWithin, normalized } from "../../oci/grants.ts";
import type { ByteSource } from "../../oci/module-outline.ts";
import { systemCode } from "../read-module.ts";

/** As the kernel has it. */
const MOST_LINKS = 40;
const BEGINNING = 8;

interface Place {
  /** In the container, without links as far as it exists. */
  readonly path: string;
  /** `undefined` where nothing is. */
  readonly stat: Stats | undefined;
}

/** Follows `path` inside `root` as if that were the root directory. What is not there, or is a loop, has no `stat`. */
export function placeInRoot(root: string, path: string): Place {
  const pending = path.split("/").reverse();
  let parts: string[] = [];
  let stat: Stats | undefined = lstatOrNothing(root);
  for (let links = 0; pending.length > 0; ) {
    const part = pending.pop()!;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      parts.pop();
      stat = lstatOrNothing(join(root, ...parts));
      continue;
    }
    const next = stat?.isDirectory() === true ? lstatOrNothing(join(root, ...parts, part)) : undefined;
    if (next?.isSymbolicLink() !== true) {
      parts = [...parts, part];
      stat = next;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return { path: normalized(path), stat: undefined };
    const target = readlinkSync(join(root, ...parts, part));
    if (target.startsWith("/")) {
      parts = [];
      stat = lstatOrNothing(root);
    }
    pending.push(...target.split("/").reverse());
  }
  return { path: `/${parts.join("/")}`, stat };
}

function lstatOrNothing(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

/** Where a program may be: at its path, or under its bare name in the working directory and then in `PATH`. */
function candidates(program: string, cwd: string, path: string | undefined): string[] {
  if (program.startsWith("/")) return [program];
  const here = `${cwd}/${program}`;
  if (program.includes("/")) return [here];
  const folders = (path ?? "").split(":").filter((folder) => folder.startsWith("/"));
  return [here, ...folders.map((folder) => `${folder}/${program}`)];
}

/** What stands at the path of a container's program. */
export function lookForProgram(
  root: string,
  program: string,
  cwd: string,
  path: string | undefined,
  mountPlaces: readonly string[],
): Program {
  const volumes = mountPlaces.map((place) => placeInRoot(root, place).path);
  let other: Program | undefined;
  for (const candidate of candidates(program, cwd, path)) {
    const place = placeInRoot(root, candidate);
    if (volumes.some((volume) => isWithin(place.path, volume)))
      return { kind: "in-volume", path: place.path };
    if (place.stat === undefined) continue;
    if (place.stat.isFile()) {
      const file = new HostFile(join(root, place.path));
      try {
        return { kind: "file", path: place.path, beginning: file.read(0, BEGINNING) };
      } finally {
        file.close();
      }
    }
    other ??= { kind: "no-file", path: place.path };
  }
  return other ?? { kind: "absent", path: candidates(program, cwd, path)[0]! };
}

/** A regular file, read piece by piece. */
export class HostFile implements ByteSource {
  readonly #fd: number;
  readonly size: number;

  /** Throws Node's error for a link or what cannot be opened. Does not wait for a writer, should it have become a pipe. */
  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    this.size = fstatSync(this.#fd).size;
  }

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    let filled = 0;
    while (filled < bytes.length) {
      const got = readSync(this.#fd, bytes, filled, bytes.length - filled, offset + filled);
      if (got === 0) break;
      filled += got;
    }
    return bytes.subarray(0, filled);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
