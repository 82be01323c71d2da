// What the guest gets of the pod: its volumes as directories, its variables.
// Owns which mounts are the pod's and which the runtime's own; what a directory grant is, is said by --dir.

import { shownName } from "../printable.ts";
import { type JsonObject, stringAt, stringsAt } from "./json.ts";
import { OUR_PLACE } from "./places.ts";
import { Refusal } from "./refusal.ts";

/**
 * The pod's variables have numbers for names, `WASMETER_POD_0=NAME=VALUE`: so they mean nothing to Node, the loader or the shell,
 * which besides would not pass on a name like `my.var`.
 */
const VARIABLE_PREFIX = "WASMETER_POD_";

/** What the runtime mounts without being asked, and where the kernel shows itself. */
const NOT_GRANTED = ["/dev", "/proc", "/sys", "/run/secrets", "/var/run/secrets/kubernetes.io", OUR_PLACE];
const NOT_GRANTED_ITSELF = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run", "/run/.containerenv"];

interface Volume {
  readonly place: string;
  readonly source: string | undefined;
  readonly readOnly: boolean;
}

/** The absolute form without `.`, `..`, doubled and final slashes, as the runtime takes it. */
export function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** Whether a path is a directory or somewhere in it. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`);
}

/** All places at which something is mounted. Throws Refusal. */
export function mountPlaces(mounts: readonly JsonObject[]): string[] {
  return mounts.map((mount, index) => placeOf(mount, index));
}

function placeOf(mount: JsonObject, index: number): string {
  const path = `mounts[${index}].destination`;
  const destination = stringAt(mount, "destination", path);
  if (destination === undefined || destination === "") {
    throw new Refusal("config", `config.json: ${path} is missing`);
  }
  if (destination.includes("\0")) throw new Refusal("mount", `config.json: ${path} contains a NUL byte`);
  return normalized(destination);
}

function volumeOf(mount: JsonObject, index: number): Volume | undefined {
  const place = placeOf(mount, index);
  const where = `mounts[${index}]`;
  const type = stringAt(mount, "type", `${where}.type`);
  const options = stringsAt(mount, "options", `${where}.options`);
  const isBind = options.includes("bind") || options.includes("rbind") || type === "bind";
  if (!isBind && type !== "tmpfs") return undefined;
  if (NOT_GRANTED_ITSELF.includes(place)) return undefined;
  if (NOT_GRANTED.some((each) => isWithin(place, each))) return undefined;
  return {
    place,
    source: isBind ? stringAt(mount, "source", `${where}.source`) : undefined,
    // The last of contradicting options holds.
    readOnly: options.lastIndexOf("ro") > options.lastIndexOf("rw"),
  };
}

/** The pod's grants as options of `wasmeter run`, and what is to be said of mounts that cannot be granted. */
export interface DirectoryGrants {
  readonly options: readonly string[];
  readonly notes: readonly string[];
}

/**
 * The pod's volumes as `--dir` options.
 *
 * A volume inside another one is reached through that, and gets no option of its own unless it may be written and the outer one
 * not. Where a read-only volume shares its source with one that may be written, the kernel's mount alone keeps it read-only:
 * `--dir` refuses what contradicts itself.
 * @param isDirectory of a mount's source on the node
 * @throws Refusal for a place that no option can name
 */
export function directoryGrants(
  mounts: readonly JsonObject[],
  isDirectory: (source: string) => boolean,
): DirectoryGrants {
  const notes: string[] = [];
  // What is mounted later at the same place hides what was there.
  const byPlace = new Map<string, Volume>();
  for (const [index, mount] of mounts.entries()) {
    const volume = volumeOf(mount, index);
    if (volume === undefined) {
      byPlace.delete(placeOf(mount, index));
      continue;
    }
    if (/[:\n]/.test(volume.place)) {
      throw new Refusal(
        "mount",
        `the mount at ${shownName(volume.place)} has a colon or a line break in its path, and cannot be granted`,
      );
    }
    if (volume.place === "/") {
      throw new Refusal("mount", "a mount at / would grant the container's whole root file system");
    }
    if (volume.source !== undefined && !isDirectory(volume.source)) {
      byPlace.delete(volume.place);
      notes.push(
        `${shownName(volume.place)} is mounted as a single file, which a guest cannot be granted: mount its directory`,
      );
      continue;
    }
    byPlace.set(volume.place, volume);
  }
  const granted: Volume[] = [];
  // An outer place comes before those within it.
  for (const volume of [...byPlace.values()].sort((a, b) => (a.place < b.place ? -1 : 1))) {
    const outer = granted.findLast(({ place }) => isWithin(volume.place, place));
    if (outer === undefined || (outer.readOnly && !volume.readOnly)) granted.push(volume);
  }
  return { options: granted.map((volume) => optionFor(volume, granted)), notes };
}

function optionFor({ place, source, readOnly }: Volume, all: readonly Volume[]): string {
  if (!readOnly) {
    const isInReadOnly = all.some(
      (other) => other.readOnly && (isWithin(place, other.place) || isShared(source, other.source)),
    );
    return `--dir=${place}::${place}${isInReadOnly ? ":rw" : ""}`;
  }
  const contradicts = all.some((other) => !other.readOnly && isShared(source, other.source));
  return `--dir=${place}::${place}${contradicts ? "" : ":ro"}`;
}

/** Whether one directory of the node is the other, or in it. */
function isShared(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && (isWithin(a, b) || isWithin(b, a));
}

/** No argument or variable may be longer, nor all together: `MAX_ARG_STRLEN`, and a quarter of the usual stack of 8 MiB. */
const LONGEST_STRING = 131_072;
const MOST_BYTES = 2 ** 21;
/** A pointer for each. */
const PER_STRING = 8;

/** The pod's variables as {@link guestVariables} reads them. Throws Refusal. */
export function podVariables(env: readonly string[]): string[] {
  return env.map((entry, index) => {
    const at = entry.indexOf("=");
    if (at <= 0) {
      throw new Refusal(
        "config",
        `config.json: process.env[${index}] is not NAME=VALUE: ${shownName(entry)}`,
      );
    }
    if (entry.includes("\0")) {
      throw new Refusal("env", `the variable ${shownName(entry.slice(0, at))} contains a NUL byte`);
    }
    return `${VARIABLE_PREFIX}${index}=${entry}`;
  });
}

/** Throws Refusal for what the kernel would refuse without saying which. */
export function checkSize(args: readonly string[], env: readonly string[]): void {
  let total = 0;
  for (const text of [...args, ...env]) {
    const bytes = new TextEncoder().encode(text).length + 1;
    if (bytes > LONGEST_STRING) {
      const name = text.startsWith(VARIABLE_PREFIX)
        ? `the variable ${shownName(text.split("=", 2)[1] ?? "")}`
        : "an argument";
      throw new Refusal("env", `${name} has ${bytes} bytes; the kernel passes on at most ${LONGEST_STRING}`);
    }
    total += bytes + PER_STRING;
  }
  if (total > MOST_BYTES) {
    throw new Refusal(
      "env",
      `environment and arguments have ${total} bytes together; the kernel passes on at most ${MOST_BYTES}`,
    );
  }
}

/** What {@link podVariables} numbered, under its own names. Of several of one name the last holds. */
export function guestVariables(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const numbered: (readonly [number: number, name: string, value: string])[] = [];
  for (const [key, entry] of Object.entries(env)) {
    if (!key.startsWith(VARIABLE_PREFIX) || entry === undefined) continue;
    const at = entry.indexOf("=");
    numbered.push([Number(key.slice(VARIABLE_PREFIX.length)), entry.slice(0, at), entry.slice(at + 1)]);
  }
  numbered.sort(([a], [b]) => a - b);
  return Object.fromEntries(numbered.map(([, name, value]) => [name, value]));
}
