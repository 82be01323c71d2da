// The files that an application's image needs: its manifest, its components' modules and the files that it mounts.
// Owns collecting them, under the paths that the manifest has for them; what the manifest means is said in src/spin.

import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TarEntry } from "../../oci/tar.ts";
import { printable } from "../../printable.ts";
import { filesBelow, filesMatching, globToRegExp, TooManyFilesError } from "../../spin/glob.ts";
import { parseManifest } from "../../spin/manifest.ts";
import type { ComponentDeclaration, FileMount, Manifest } from "../../spin/model.ts";
import { ManifestError } from "../../spin/problems.ts";
import { decodeUtf8 } from "../../utf8.ts";
import { readInput } from "../read-module.ts";
import { InputError } from "../usage-error.ts";

/** An application, ready to be put in an image. */
export interface ApplicationFiles {
  readonly name: string;
  readonly files: readonly TarEntry[];
}

const MANIFEST = "spin.toml";

function readManifest(path: string, bytes: Uint8Array): Manifest {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new InputError(`${printable(path)} is not UTF-8`);
  try {
    return parseManifest(text, path);
  } catch (error) {
    if (error instanceof ManifestError) throw new InputError(error.message);
    throw error;
  }
}

/** A path of the manifest's, in the application's directory. Throws InputError for one that leads out of it. */
function inside(path: string, where: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (path.startsWith("/") || parts.includes("..")) {
    throw new InputError(
      `${where}: ${printable(path)} is outside the application's directory, which alone goes into an image`,
    );
  }
  return parts.join("/");
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Relative paths of the files that a component mounts. Throws InputError. */
function mountedFiles(component: ComponentDeclaration, directory: string, file: string): string[] {
  const at = (line: number): string => `${printable(file)}:${line}`;
  const excluded = component.excludeFiles.map(({ value, line }) => read(() => globToRegExp(value), at(line)));
  const found = component.files.flatMap((mount) =>
    read(() => filesOf(mount, directory, at(mount.line)), at(mount.line)),
  );
  return found.filter((path) => !excluded.some((pattern) => pattern.test(path)));
}

function filesOf(mount: FileMount, directory: string, where: string): string[] {
  if (mount.kind === "pattern") return filesMatching(directory, inside(mount.pattern, where));
  const source = inside(mount.source, where);
  if (isFile(join(directory, source))) return [source];
  if (statSync(join(directory, source), { throwIfNoEntry: false }) === undefined) {
    throw new InputError(`${where}: there is no ${printable(source)} in the application's directory`);
  }
  return filesBelow(directory, source);
}

/** What patterns throw, as a mistake in the manifest. */
function read<T>(make: () => T, where: string): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TooManyFilesError)) throw error;
    throw new InputError(`${where}: ${printable(error.message)}`);
  }
}

/**
 * Everything that the application of a `spin.toml` needs.
 * @throws InputError for a manifest with mistakes, a file that is not there, and one outside its directory
 */
export function collectApplication(path: string): ApplicationFiles {
  const directory = dirname(path);
  const bytes = readInput(path);
  const manifest = readManifest(path, bytes);
  const paths = new Set<string>();
  for (const component of manifest.components.values()) {
    const { source } = component;
    paths.add(inside(source.value, `${printable(path)}:${source.line}`));
    for (const file of mountedFiles(component, directory, path)) paths.add(file);
  }
  paths.delete(MANIFEST);
  const files = [...paths].map((file): TarEntry => ({ path: file, bytes: readInput(join(directory, file)) }));
  return { name: manifest.name, files: [{ path: MANIFEST, bytes }, ...files] };
}
