// The files that an application's image needs: its manifest, its components' modules and the files that it mounts.
// Owns collecting them, under the paths that the manifest has for them; what the manifest means is said in src/spin.

import { lstatSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { TarEntry } from "../../oci/tar.ts";
import { printable } from "../../printable.ts";
import { parseManifest } from "../../spin/manifest.ts";
import type { ComponentDeclaration, Manifest } from "../../spin/model.ts";
import { ManifestError } from "../../spin/problems.ts";
import { decodeUtf8 } from "../../utf8.ts";
import { readInput, systemCode } from "../read-module.ts";
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

/** Paths of all regular files in a directory; links to directories are not followed. */
function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => {
    const stat = lstatSync(join(directory, name));
    return stat.isFile() || (stat.isSymbolicLink() && isFile(join(directory, name)));
  });
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}

/** `*` within a name, `**` across directories, `?` one character. */
export function matcher(pattern: string): (path: string) => boolean {
  const source = pattern.replace(/\*\*\/|\*\*|[*?]|[^*?]+/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replace(/[\\^$.+()[\]{}|]/g, "\\$&");
  });
  const regexp = new RegExp(`^${source}$`, "su");
  return (path) => regexp.test(path);
}

/** Relative paths of the files that a component mounts. */
function mountedFiles(component: ComponentDeclaration, directory: string, file: string): string[] {
  const excluded = component.excludeFiles.map(({ value }) => matcher(value));
  const found = component.files.flatMap((mount) => {
    const where = `${printable(file)}:${mount.line}`;
    if (mount.kind === "placement") {
      const source = inside(mount.source, where);
      if (isFile(join(directory, source))) return [source];
      return listed(directory, source, where);
    }
    const pattern = inside(mount.pattern, where);
    const base = pattern.split("/").slice(0, -1).join("/");
    const fixed = base.split("/").findIndex((part) => /[*?]/.test(part));
    const top = fixed < 0 ? base : base.split("/").slice(0, fixed).join("/");
    return listed(directory, top, where).filter(matcher(pattern));
  });
  return found.filter((path) => !excluded.some((matches) => matches(path)));
}

function listed(directory: string, top: string, where: string): string[] {
  try {
    return filesIn(join(directory, top)).map((name) =>
      relative(directory, join(directory, top, name))
        .split(sep)
        .join("/"),
    );
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new InputError(`${where}: there is no directory ${printable(top)} in the application's`);
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
