// Paths of the host as what a plugin may be granted. Owns the notation: `ro:` before a path lets nothing be written.

import { type FileSystem, ReadOnlyFileSystem } from "../../wasi/index.ts";
import { HostFileSystem } from "../../wasi/node/index.ts";

const READ_ONLY = "ro:";

/** @throws Error (Node's) if a directory does not exist */
export function openPaths(
  paths: Readonly<Record<string, string | FileSystem>>,
): Readonly<Record<string, FileSystem>> {
  const opened = Object.entries(paths).map(([guest, path]) => {
    if (typeof path !== "string") return [guest, path] as const;
    if (!path.startsWith(READ_ONLY)) return [guest, new HostFileSystem(path)] as const;
    return [guest, new ReadOnlyFileSystem(new HostFileSystem(path.slice(READ_ONLY.length)))] as const;
  });
  return Object.fromEntries(opened);
}
