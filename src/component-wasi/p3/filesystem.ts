// wasi:filesystem 0.3: descriptors whose contents and entries are streams, each with a future that says how it has ended.

import { ComponentError } from "../../component/api/component-error.ts";
import { utf8Length } from "../../utf8.ts";
import { WasiError } from "../../wasi/abi.ts";
import type { FileSystemDirectory } from "../../wasi/fs/file-system.ts";
import type { ListingHolder } from "../../wasi/listings.ts";
import { type FilesystemErrorCode, filesystemCode } from "../error-codes.ts";
import {
  AnyDescriptor,
  directoryOf,
  fileOf,
  openIn,
  PREOPEN_FLAGS,
  preopens,
  statIn,
  syncIfAsked,
} from "../filesystem/any-descriptor.ts";
import { fileSink, fileSource, MAX_POSITION, Shared } from "../filesystem/open-file.ts";
import {
  type DescriptorFlags,
  type DescriptorType3,
  descriptorStat3,
  descriptorType3,
  type OpenFlags,
  type PathFlags,
} from "../filesystem/values.ts";
import { hostFunction, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import {
  chunksOf,
  type GuestBytes,
  noStream,
  OK,
  type Outcome,
  ofErrno,
  readVia,
  writeVia,
} from "./byte-streams.ts";

/** `wasi:filesystem/types.error-code`, which has no `would-block`. */
type ErrorCode =
  | { readonly tag: Exclude<FilesystemErrorCode, "would-block"> }
  | { readonly tag: "other"; readonly val: undefined };

function codeOf({ errno }: WasiError): ErrorCode {
  const tag = filesystemCode(errno);
  return tag === "would-block" ? { tag: "other", val: undefined } : { tag };
}

const codeOfAny = /* @__PURE__ */ ofErrno(codeOf);

function failure(_state: WasiState, error: unknown): unknown {
  return WasiError.isMade(error) ? new ComponentError(codeOf(error), error.message) : error;
}

interface DirectoryEntry {
  readonly type: DescriptorType3;
  readonly name: string;
}

/** The resource `descriptor`. */
export class Descriptor3 extends AnyDescriptor {
  static {
    resource(failure, Descriptor3, AnyDescriptor);
  }

  /** `is-directory`; `bad-descriptor`: not opened for that; `invalid`: an offset past 2⁶³−1. */
  readViaStream(
    offset: bigint,
  ): ReturnType<typeof readVia<ErrorCode>> | ReturnType<typeof noStream<ErrorCode>> {
    try {
      if (this.shared.handle.kind === "directory") throw new WasiError("isdir");
      const file = fileOf(this, "read");
      if (offset > MAX_POSITION) throw new WasiError("inval", "offset");
      return readVia(this.state, fileSource(file, offset), codeOfAny);
    } catch (error) {
      if (!WasiError.isMade(error)) throw error;
      return noStream(codeOf(error));
    }
  }

  writeViaStream(data: GuestBytes, offset: bigint): Promise<Outcome<ErrorCode>> {
    return this.#write(data, offset);
  }

  appendViaStream(data: GuestBytes): Promise<Outcome<ErrorCode>> {
    return this.#write(data, "end");
  }

  #write(data: GuestBytes, offset: bigint | "end"): Promise<Outcome<ErrorCode>> {
    try {
      const file = fileOf(this, "write");
      const sink = fileSink(file, offset, () => syncIfAsked(this, file));
      return writeVia(this.state, data, sink, codeOfAny);
    } catch (error) {
      if (!WasiError.isMade(error)) throw error;
      void chunksOf(data).return?.();
      return Promise.resolve({ tag: "err", val: codeOf(error) });
    }
  }

  getType(): DescriptorType3 {
    return { tag: this.shared.handle.kind === "directory" ? "directory" : "regular-file" };
  }

  /**
   * A snapshot of the directory, without `.` and `..`. Charges each entry and each byte of its name. `insufficient-memory`: the guest
   * holds too many snapshots, and this one was given up.
   */
  readDirectory(): [Iterable<DirectoryEntry[]>, Promise<Outcome<ErrorCode>>] {
    const { state } = this;
    try {
      const entries = new Entries(state, new Shared(state, directoryOf(this).duplicate()));
      return [entries, entries.outcome];
    } catch (error) {
      if (!WasiError.isMade(error)) throw error;
      return noStream(codeOf(error));
    }
  }

  stat(): ReturnType<typeof descriptorStat3> {
    return descriptorStat3(this.shared.handle.stat());
  }

  statAt(flags: PathFlags, path: string): ReturnType<typeof descriptorStat3> {
    return descriptorStat3(statIn(this, flags, path));
  }

  /**
   * `invalid`: `create` with `directory`. What is created can be written, and what is opened for neither can be read. A directory can be
   * changed as this one can, whatever the flags say.
   */
  openAt(pathFlags: PathFlags, path: string, openFlags: OpenFlags, flags: DescriptorFlags): Descriptor3 {
    const write = flags.write === true || openFlags.create === true;
    const use = { read: flags.read === true || flags.write !== true, write };
    const opened = openIn(this, pathFlags, path, openFlags, use);
    const { mutateDirectory = false, ...own } = flags;
    const known =
      opened.handle.kind === "file" ? { ...own, ...use } : { ...own, read: true, mutateDirectory };
    return new Descriptor3(this.state, opened, known);
  }
}

/** Entries that are given at once, at most. */
const BATCH = 64;

/** A directory's entries as a guest reads them. */
class Entries implements Iterable<DirectoryEntry[]> {
  readonly outcome: Promise<Outcome<ErrorCode>>;
  readonly #state: WasiState;
  readonly #directory: Shared<FileSystemDirectory>;
  readonly #holder: ListingHolder;
  #settle: (outcome: Outcome<ErrorCode>) => void = () => {};
  #next = 0;
  #isOver = false;

  constructor(state: WasiState, directory: Shared<FileSystemDirectory>) {
    this.#state = state;
    this.#directory = directory;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#holder = { directory: directory.handle, listing: undefined };
    try {
      const listing = state.listings.take(this.#holder, state.meter);
      state.meter.charge("perDirectoryEntry", listing.length);
      let bytes = 0;
      for (const { name } of listing) bytes += utf8Length(name);
      state.meter.charge("perHostByte", bytes);
    } catch (error) {
      this.#end(OK);
      throw error;
    }
  }

  [Symbol.iterator](): Iterator<DirectoryEntry[], undefined, number> {
    return { next: (wanted = BATCH) => this.#read(wanted), return: () => this.#end(OK) };
  }

  #read(wanted: number): IteratorResult<DirectoryEntry[], undefined> {
    const { listing } = this.#holder;
    if (listing === undefined) return this.#end({ tag: "err", val: { tag: "insufficient-memory" } });
    if (this.#next >= listing.length) return this.#end(OK);
    const value: DirectoryEntry[] = [];
    const end = this.#next + Math.min(wanted, BATCH);
    for (const entry of listing.slice(this.#next, end)) {
      const found = "stat" in entry ? entry.stat() : entry;
      // One that has gone since is left out.
      if (found !== undefined) value.push({ type: descriptorType3(found.type), name: entry.name });
    }
    this.#next = end;
    return { done: false, value };
  }

  #end(outcome: Outcome<ErrorCode>): { readonly done: true; readonly value: undefined } {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#state.listings.drop(this.#holder);
      this.#directory.release();
      this.#settle(outcome);
    }
    return { done: true, value: undefined };
  }
}

type Definitions = Record<string, unknown>;

export function filesystemDefinitions3(stateOf: () => WasiState): Readonly<Record<string, Definitions>> {
  return {
    types: { Descriptor: Descriptor3 },
    preopens: {
      getDirectories: hostFunction(stateOf, failure, (state) =>
        preopens(state, (shared) => new Descriptor3(state, shared, PREOPEN_FLAGS)),
      ),
    },
  };
}
