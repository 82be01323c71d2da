// A writable file system laid over a read-only one: what is changed goes to the upper one, the lower one is only read.
// What was removed is remembered here, not in the upper file system, and forgotten with this object.

import { WasiError } from "../abi.ts";
import { FILE_SYSTEM } from "../options.ts";
import type { WorkMeter } from "../work.ts";
import type {
  DirectoryEntry,
  FileStat,
  FileSystem,
  FileSystemDirectory,
  FileSystemFile,
  LazyDirectoryEntry,
  OpenFlags,
  TimeUpdate,
} from "./file-system.ts";
import {
  copyContents,
  type DirectoryState,
  type Found,
  find,
  isWithin,
  keepingTimes,
  Layers,
  newState,
  type Reader,
} from "./overlay-layers.ts";

/** A file system over another. The first change of a file copies it up whole. */
export class OverlayFileSystem implements FileSystem {
  readonly #layers: Layers;
  readonly #root = newState(undefined, "", []);

  /**
   * @param lower never changed
   * @param upper takes all changes, and hides what it has of the lower one
   * @throws TypeError for what are no file systems
   */
  constructor(lower: FileSystem, upper: FileSystem) {
    FILE_SYSTEM.read(lower, "new OverlayFileSystem(lower, upper): lower");
    FILE_SYSTEM.read(upper, "new OverlayFileSystem(lower, upper): upper");
    this.#layers = new Layers(lower, upper);
  }

  root(meter?: WorkMeter): FileSystemDirectory {
    return new OverlayDirectory(this.#layers, this.#root, meter);
  }
}

class OverlayDirectory implements FileSystemDirectory {
  readonly kind = "directory";
  readonly #layers: Layers;
  readonly #state: DirectoryState;
  readonly #meter: WorkMeter | undefined;

  constructor(layers: Layers, state: DirectoryState, meter: WorkMeter | undefined) {
    this.#layers = layers;
    this.#state = state;
    this.#meter = meter;
  }

  stat(): FileStat {
    return this.#with((upper, lower) => {
      const shown = upper ?? lower;
      if (shown === undefined) throw new WasiError("noent");
      return shown.stat();
    });
  }

  statEntry(name: string): FileStat {
    return this.#with((upper, lower) => this.#need(upper, lower, name).stat);
  }

  entries(): readonly LazyDirectoryEntry[] {
    const names = this.#with((upper, lower) => {
      const all = new Set<string>();
      for (const entry of upper?.entries() ?? []) all.add(entry.name);
      for (const entry of lower?.entries() ?? [])
        if (!this.#state.hidden.has(entry.name)) all.add(entry.name);
      return [...all];
    });
    return names.map((name) => ({
      name,
      stat: (): Omit<DirectoryEntry, "name"> | undefined =>
        this.#with((upper, lower) => this.#look(upper, lower, name)?.stat),
    }));
  }

  openDirectory(name: string): FileSystemDirectory {
    const { type } = this.statEntry(name);
    if (type === "symbolic-link") throw new WasiError("loop");
    if (type !== "directory") throw new WasiError("notdir");
    return this.#at(this.#child(name));
  }

  openFile(name: string, flags: OpenFlags): FileSystemFile {
    return this.#with((upper, lower) => {
      const found = this.#look(upper, lower, name);
      if (found === undefined) {
        if (!flags.create) throw new WasiError("noent");
        return this.#inUpper((directory) => directory.openFile(name, flags));
      }
      if (flags.create && flags.exclusive) throw new WasiError("exist");
      if (found.layer === "upper") return found.directory.openFile(name, flags);
      const { type } = found.stat;
      if (type === "directory") throw new WasiError("isdir");
      if (type === "symbolic-link") throw new WasiError("loop");
      if (!flags.write && !flags.truncate) {
        const file = found.directory.openFile(name, { ...flags, create: false });
        return new LowerFile(file, this.#readersOf(name), () => this.#copyOpenUp(name, file));
      }
      this.#copyUp(name, flags.truncate);
      return this.#inUpper((directory) => directory.openFile(name, flags));
    });
  }

  createDirectory(name: string): void {
    this.#requireFree(name);
    this.#inUpper((directory) => {
      directory.createDirectory(name);
    });
    this.#state.children.delete(name);
  }

  removeDirectory(name: string): void {
    if (this.statEntry(name).type !== "directory") throw new WasiError("notdir");
    const child = this.#child(name);
    if (this.#at(child).entries().length > 0) throw new WasiError("notempty");
    this.#removeFromUpper(name, (directory) => directory.removeDirectory(name));
    this.#hide(name);
    this.#state.children.delete(name);
    child.removed = true;
  }

  unlink(name: string): void {
    if (this.statEntry(name).type === "directory") throw new WasiError("isdir");
    this.#removeFromUpper(name, (directory) => directory.unlink(name));
    this.#hide(name);
  }

  symlink(target: string, name: string): void {
    this.#requireFree(name);
    this.#inUpper((directory) => {
      directory.symlink(target, name);
    });
  }

  readLink(name: string): string {
    return this.#with((upper, lower) => this.#need(upper, lower, name).directory.readLink(name));
  }

  link(name: string, target: FileSystemDirectory, targetName: string): void {
    const to = this.#sameOverlay(target);
    const { type } = this.statEntry(name);
    to.#requireFree(targetName);
    if (type === "directory") throw new WasiError("perm");
    this.#copyUp(name);
    this.#inUpper((from) => {
      to.#inUpper((directory) => {
        from.link(name, directory, targetName);
      });
    });
  }

  rename(name: string, target: FileSystemDirectory, targetName: string): void {
    const to = this.#sameOverlay(target);
    const { type } = this.statEntry(name);
    if (to.#state.removed) throw new WasiError("noent");
    if (to.#state === this.#state && name === targetName) return;
    const moved = type === "directory" ? this.#child(name) : undefined;
    if (moved !== undefined && isWithin(to.#state, moved)) throw new WasiError("inval", "into itself");
    const replaced = to.#with((upper, lower) => to.#look(upper, lower, targetName))?.stat;
    if (replaced?.type === "directory") {
      const state = to.#child(targetName);
      if (isWithin(this.#state, state)) throw new WasiError("notempty", "over a directory around it");
      if (moved === undefined) throw new WasiError("isdir");
      if (this.#at(state).entries().length > 0) throw new WasiError("notempty");
    } else if (replaced !== undefined && moved !== undefined) throw new WasiError("notdir");
    if (moved === undefined) this.#copyUp(name);
    else this.#copyTreeUp(name, moved);
    this.#inUpper((from) => {
      to.#inUpper((directory) => {
        from.rename(name, directory, targetName);
      });
    });
    this.#hide(name);
    to.#hide(targetName);
    const gone = to.#state.children.get(targetName);
    if (gone !== undefined) gone.removed = true;
    to.#state.children.delete(targetName);
    this.#state.children.delete(name);
    if (moved !== undefined) {
      moved.parent = to.#state;
      moved.name = targetName;
      to.#state.children.set(targetName, moved);
    }
  }

  setTimes(access: TimeUpdate, modify: TimeUpdate): void {
    this.#inUpper((directory) => {
      directory.setTimes(access, modify);
    });
  }

  setEntryTimes(name: string, access: TimeUpdate, modify: TimeUpdate): void {
    this.#copyUp(name);
    this.#inUpper((directory) => {
      directory.setEntryTimes(name, access, modify);
    });
  }

  sync(): void {
    this.#with((upper) => upper?.sync());
  }

  duplicate(): FileSystemDirectory {
    return this.#at(this.#state);
  }

  close(): void {}

  #at(state: DirectoryState): OverlayDirectory {
    return new OverlayDirectory(this.#layers, state, this.#meter);
  }

  /** Opens both layers for the time of `use`. */
  #with<T>(use: (upper: FileSystemDirectory | undefined, lower: FileSystemDirectory | undefined) => T): T {
    if (this.#state.removed) throw new WasiError("noent");
    const upper = this.#layers.openUpper(this.#state, this.#meter);
    try {
      const lower = this.#layers.openLower(this.#state, this.#meter);
      try {
        return use(upper, lower);
      } finally {
        lower?.close();
      }
    } finally {
      upper?.close();
    }
  }

  /** Opens the upper layer, making it, for the time of `use`. */
  #inUpper<T>(use: (upper: FileSystemDirectory) => T): T {
    if (this.#state.removed) throw new WasiError("noent");
    const upper = this.#layers.makeUpper(this.#state, this.#meter);
    try {
      return use(upper);
    } finally {
      upper.close();
    }
  }

  #look(
    upper: FileSystemDirectory | undefined,
    lower: FileSystemDirectory | undefined,
    name: string,
  ): Found | undefined {
    const above = find(upper, name);
    if (above !== undefined && upper !== undefined) return { layer: "upper", directory: upper, stat: above };
    if (lower === undefined || this.#state.hidden.has(name)) return undefined;
    const below = find(lower, name);
    return below === undefined ? undefined : { layer: "lower", directory: lower, stat: below };
  }

  #need(upper: FileSystemDirectory | undefined, lower: FileSystemDirectory | undefined, name: string): Found {
    const found = this.#look(upper, lower, name);
    if (found === undefined) throw new WasiError("noent");
    return found;
  }

  #requireFree(name: string): void {
    if (this.#with((upper, lower) => this.#look(upper, lower, name)) !== undefined)
      throw new WasiError("exist");
  }

  /** Removes an entry from the upper layer; if it is only in the lower one, notes the directory's change. */
  #removeFromUpper(name: string, remove: (directory: FileSystemDirectory) => void): void {
    const isAbove = this.#with((upper) => {
      const found = upper !== undefined && find(upper, name) !== undefined;
      if (found) remove(upper);
      return found;
    });
    if (!isAbove) this.#inUpper((directory) => directory.setTimes(undefined, "now"));
  }

  /** Lets the lower layer's entry show no more. Where there is none nothing is kept: what a guest makes and removes is unbounded. */
  #hide(name: string): void {
    this.#with((_upper, lower) => {
      if (find(lower, name) !== undefined) this.#state.hidden.add(name);
    });
  }

  /** The state of a directory in this one. */
  #child(name: string): DirectoryState {
    let child = this.#state.children.get(name);
    if (child === undefined) {
      const { lowerPath, hidden } = this.#state;
      child = newState(
        this.#state,
        name,
        lowerPath === undefined || hidden.has(name) ? undefined : [...lowerPath, name],
      );
      this.#state.children.set(name, child);
    }
    return child;
  }

  /**
   * Copies up a file of the lower layer that is open for reading, which its readers follow.
   * @throws WasiError `rofs` if the name stands for something else by now
   */
  #copyOpenUp(name: string, file: FileSystemFile): void {
    const found = this.#with((upper, lower) => this.#look(upper, lower, name));
    if (found?.layer !== "lower" || identity(found.stat) !== identity(file.stat()))
      throw new WasiError("rofs", "the lower file is no longer in view");
    this.#copyUp(name);
  }

  #readersOf(name: string): Set<Reader> {
    const { readers } = this.#state;
    const known = readers.get(name) ?? new Set();
    readers.set(name, known);
    return known;
  }

  /** Copies an entry up that is only in the lower layer: a file, a link, or a directory without its contents. */
  #copyUp(name: string, withoutContents = false): void {
    this.#with((upper, lower) => {
      const found = this.#need(upper, lower, name);
      if (found.layer === "upper") return;
      const { directory, stat } = found;
      this.#inUpper((target) => {
        keepingTimes(target, () => {
          if (stat.type === "symbolic-link") target.symlink(directory.readLink(name), name);
          else if (stat.type === "directory") target.createDirectory(name);
          else if (stat.type === "regular-file")
            copyContents(withoutContents ? undefined : directory, target, name, this.#meter);
          else throw new WasiError("nxio");
        });
        target.setEntryTimes(name, stat.accessTime, stat.modifyTime);
        for (const reader of this.#state.readers.get(name) ?? [])
          if (reader.original === identity(stat)) reader.follow(target.openFile(name, READING));
        this.#state.readers.delete(name);
      });
    });
  }

  /** Copies a directory up with everything in it, after which its lower layer is no longer looked at. */
  #copyTreeUp(name: string, state: DirectoryState): void {
    this.#copyUp(name);
    const pending = [state];
    for (;;) {
      const next = pending.pop();
      if (next === undefined) return;
      const directory = this.#at(next);
      for (const entry of directory.entries()) {
        if (entry.stat()?.type === "directory") pending.push(directory.#child(entry.name));
        directory.#copyUp(entry.name);
      }
      next.lowerPath = undefined;
      next.hidden.clear();
    }
  }

  #sameOverlay(target: FileSystemDirectory): OverlayDirectory {
    if (!(target instanceof OverlayDirectory) || target.#layers !== this.#layers) throw new WasiError("xdev");
    return target;
  }
}

function identity({ device, inode }: FileStat): string {
  return `${device}:${inode}`;
}

const READING = { read: true, write: false, create: false, exclusive: false, truncate: false };

/** A file of the lower layer, open for reading. Setting its times copies it up; it is the copy once there is one. */
class LowerFile implements FileSystemFile, Reader {
  readonly kind = "file";
  readonly original: string;
  readonly #readers: Set<Reader>;
  readonly #copyUp: () => void;
  #inner: FileSystemFile;
  #isCopy = false;

  constructor(inner: FileSystemFile, readers: Set<Reader>, copyUp: () => void) {
    this.#inner = inner;
    this.#readers = readers;
    this.#copyUp = copyUp;
    this.original = identity(inner.stat());
    readers.add(this);
  }

  follow(copy: FileSystemFile): void {
    this.#inner.close();
    this.#inner = copy;
    this.#isCopy = true;
  }

  stat(): FileStat {
    return this.#inner.stat();
  }

  read(buffer: Uint8Array, offset: bigint): number {
    return this.#inner.read(buffer, offset);
  }

  write(): number {
    throw new WasiError("badf");
  }

  append(): { readonly written: number; readonly position: bigint } {
    throw new WasiError("badf");
  }

  setSize(): void {
    throw new WasiError("inval");
  }

  allocate(): void {
    throw new WasiError("badf");
  }

  setTimes(access: TimeUpdate, modify: TimeUpdate): void {
    if (!this.#isCopy) this.#copyUp();
    this.#inner.setTimes(access, modify);
  }

  sync(): void {}

  close(): void {
    this.#readers.delete(this);
    this.#inner.close();
  }
}
