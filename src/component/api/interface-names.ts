// Names of imports and exports with versions: which definition serves which import.
// Owns the rule of semantic versioning by which an interface stands for a later or earlier one.

/** A name without its version, and the version. */
interface VersionedName {
  readonly name: string;
  readonly version: string | undefined;
}

function split(name: string): VersionedName {
  const at = name.indexOf("@");
  return at < 0 ? { name, version: undefined } : { name: name.slice(0, at), version: name.slice(at + 1) };
}

/**
 * What compatible versions have in common: the major number, or what stands in its place while that is 0. Pre-releases are
 * compatible with themselves only.
 */
function track(version: string): string {
  const [release = "", ...rest] = version.split(/[-+]/, 1);
  if (rest.length > 0 || version.includes("-")) return version;
  const [major = "0", minor = "0", patch = "0"] = release.split(".");
  if (major !== "0") return major;
  return minor !== "0" ? `0.${minor}` : `0.0.${patch}`;
}

/** Names with the same key can stand for each other: `a:b/c@0.2.12` and `a:b/c@0.2.0`. */
export function compatibilityKey(name: string): string {
  const { name: base, version } = split(name);
  return version === undefined ? base : `${base}@${track(version)}`;
}

/** Definitions by name, which serve compatible imports too. */
export class NameMap<T> {
  readonly #exact = new Map<string, T>();
  /** The one that was defined last, of several that are compatible. */
  readonly #compatible = new Map<string, T>();

  has(name: string): boolean {
    return this.#exact.has(name);
  }

  set(name: string, value: T): void {
    this.#exact.set(name, value);
    this.#compatible.set(compatibilityKey(name), value);
  }

  /** What is defined under this very name, else under a compatible one. */
  get(name: string): T | undefined {
    return this.#exact.get(name) ?? this.#compatible.get(compatibilityKey(name));
  }
}
