// What a container gets of the node: this Node, the shell, and the libraries that both need to start in a root file system
// that has none.
// Owns finding them, from the running process itself; where they go is decided in src/oci.

import { spawnSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Refusal } from "../../oci/refusal.ts";
import type { NodeFiles, NodeProgram } from "../../oci/rewrite.ts";
import { systemReason } from "../read-module.ts";

/** `ld-linux-x86-64.so.2`, `ld-musl-x86_64.so.1`, `ld-2.31.so`, `ld64.so.2`. */
const LOADER = /\/ld[-\d][^/]*\.so[^/]*$/;

/** The dynamic loader in a process's map of its memory; a static program has none. */
export function loaderIn(maps: string): string | undefined {
  for (const line of maps.split("\n")) {
    const file = line.slice(line.indexOf("/"));
    if (line.includes("/") && LOADER.test(file)) return file;
  }
  return undefined;
}

/** What a loader's `--list` says: `libm.so.6 => /lib/libm.so.6 (0x…)`. Throws Refusal for a library that is not there. */
export function librariesIn(list: string): Map<string, string> {
  const libraries = new Map<string, string>();
  for (const line of list.split("\n")) {
    const [, name, path] = /^\s*(\S+) => (.+?)(?: \(0x[0-9a-f]+\))?$/.exec(line) ?? [];
    if (name === undefined || path === undefined || name.includes("/")) continue;
    if (!path.startsWith("/"))
      throw new Refusal("node", `the node lacks ${name}, which Node or the shell needs`);
    libraries.set(name, path);
  }
  return libraries;
}

function nodeProgram(path: string, loader: string | undefined): NodeProgram {
  const listed = loader === undefined ? undefined : spawnSync(loader, ["--list", path], { encoding: "utf8" });
  // A loader has nothing to list of what is linked statically.
  if (loader === undefined || listed?.status !== 0) return { path, loader: undefined, libraries: new Map() };
  return { path, loader, libraries: librariesIn(listed.stdout) };
}

/** Throws Refusal where the node is not as it must be. */
export function findNodeFiles(): NodeFiles {
  try {
    const loader = loaderIn(readFileSync("/proc/self/maps", "utf8"));
    return {
      node: nodeProgram(realpathSync(process.execPath), loader),
      shell: nodeProgram(realpathSync("/bin/sh"), loader),
      package: realpathSync(fileURLToPath(new URL("..", import.meta.url))),
    };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("node", `cannot find what a container needs of the node: ${systemReason(error)}`);
  }
}
