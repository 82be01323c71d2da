// The files of a component: what its patterns and mounts name, copied into memory once and read by all its guests.
// With direct mounts, directories of the host are granted as they are.

import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { printable } from "../printable.ts";
import { type FileSystem, MemoryFileSystem, OverlayFileSystem, ReadOnlyFileSystem } from "../wasi/index.ts";
import { HostFileSystem } from "../wasi/node/index.ts";
import { filesBelow, filesMatching, globToRegExp, TooManyFilesError } from "./glob.ts";
import type { ComponentDeclaration, FileMount } from "./model.ts";
import type { Problems } from "./problems.ts";

export interface FileOptions {
  /** The manifest's directory. */
  readonly directory: string;
  /** Grants directories of the host as they are, instead of copies. */
  readonly directMounts: boolean;
  /** Lets a guest write; what it writes is gone with it. */
  readonly allowTransientWrite: boolean;
}

/** Bytes of one component's files, which every process holds in memory. */
const MOST_BYTES = 256 * 2 ** 20;
/** Bytes that one guest may write. */
const MOST_WRITTEN = 16 * 2 ** 20;

type Preopens = Readonly<Record<string, FileSystem>>;

/** File systems for each request; nothing where the component names no files. Problems are noted. */
export function openFiles(
  { id, files, excludeFiles }: ComponentDeclaration,
  options: FileOptions,
  problems: Problems,
): () => Preopens {
  if (files.length === 0) return () => ({});
  const key = `component.${id}.files`;
  const excluded = excludeFiles.flatMap(({ line, value }) => {
    try {
      return [globToRegExp(value)];
    } catch (error) {
      problems.error(line, `component.${id}.exclude_files`, (error as Error).message);
      return [];
    }
  });
  if (options.directMounts) return directMounts(files, excluded.length > 0, options, key, problems);
  const copied = new MemoryFileSystem({ maxBytes: 2 * MOST_BYTES });
  let bytes = 0;
  for (const mount of files) {
    for (const { from, to } of filesOf(mount, options.directory, key, problems)) {
      if (excluded.some((pattern) => pattern.test(from))) continue;
      const path = resolve(options.directory, from);
      bytes += statSync(path).size;
      if (bytes > MOST_BYTES) {
        const advice = "mount the directory as { source, destination } and use --direct-mounts";
        problems.error(mount.line, key, `the files take more than ${MOST_BYTES / 2 ** 20} MiB; ${advice}`);
        return () => ({});
      }
      copied.makeDirectory(to.slice(0, to.lastIndexOf("/")) || "/");
      copied.writeFile(to, readFileSync(path));
    }
  }
  const readOnly = new ReadOnlyFileSystem(copied);
  if (!options.allowTransientWrite) return () => ({ "/": readOnly });
  return () => ({ "/": new OverlayFileSystem(readOnly, new MemoryFileSystem({ maxBytes: MOST_WRITTEN })) });
}

/** Files with their places in the guest. */
function filesOf(
  mount: FileMount,
  directory: string,
  key: string,
  problems: Problems,
): { from: string; to: string }[] {
  try {
    if (mount.kind === "pattern") {
      const found = filesMatching(directory, mount.pattern);
      if (found.length === 0) problems.warn(mount.line, key, `no file matches ${mount.pattern}`);
      return found.map((from) => ({ from, to: `/${from}` }));
    }
    const { source, destination } = mount;
    const target = destination.replace(/\/+$/, "");
    const stat = statSync(resolve(directory, source), { throwIfNoEntry: false });
    if (stat === undefined) {
      problems.error(
        mount.line,
        key,
        `there is no ${printable(source)}; its path is relative to the manifest`,
      );
      return [];
    }
    if (stat.isFile())
      return [
        { from: source, to: destination.endsWith("/") ? `${target}/${source.split("/").at(-1)}` : target },
      ];
    return filesBelow(directory, source.replace(/^\.\//, "").replace(/\/+$/, "")).map((from) => ({
      from,
      to: `${target}/${from.slice(source.replace(/^\.\//, "").replace(/\/+$/, "").length).replace(/^\/+/, "")}`,
    }));
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TooManyFilesError)) throw error;
    problems.error(mount.line, key, error.message);
    return [];
  }
}

function directMounts(
  files: readonly FileMount[],
  hasExcluded: boolean,
  { directory }: FileOptions,
  key: string,
  problems: Problems,
): () => Preopens {
  const mounts: Record<string, FileSystem> = {};
  if (hasExcluded)
    problems.error(files[0]?.line, key, "--direct-mounts cannot leave out what exclude_files names");
  for (const mount of files) {
    if (mount.kind === "pattern") {
      problems.error(
        mount.line,
        key,
        `--direct-mounts grants directories only; '${printable(mount.pattern)}' is a pattern`,
      );
      continue;
    }
    try {
      mounts[mount.destination] = new HostFileSystem(resolve(directory, mount.source), { readOnly: true });
    } catch (error) {
      problems.error(
        mount.line,
        key,
        `cannot grant ${printable(mount.source)}: ${printable((error as Error).message)}`,
      );
    }
  }
  return () => mounts;
}
