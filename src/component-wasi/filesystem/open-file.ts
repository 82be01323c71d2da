// Files and directories that are open for a guest: by its descriptors, and by streams that may outlive them.

import { WasiError } from "../../wasi/abi.ts";
import type { FileSystemDirectory, FileSystemFile } from "../../wasi/fs/file-system.ts";
import type { ByteSink } from "../io/output.ts";
import type { ByteSource } from "../io/streams.ts";
import type { WasiState } from "../state.ts";

/** Positions are signed 64-bit numbers, as POSIX's off_t. */
export const MAX_POSITION = (1n << 63n) - 1n;

/** A file or directory, closed when the last that use it have let go. */
export class Shared<T extends FileSystemFile | FileSystemDirectory> {
  readonly handle: T;
  readonly #state: WasiState;
  #users = 1;

  /** @throws WasiError `mfile` when too much is open; then the handle is closed */
  constructor(state: WasiState, handle: T) {
    state.opened(handle);
    this.#state = state;
    this.handle = handle;
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users === 0) this.#state.closeOne(this.handle);
  }
}

/** A file's bytes from an offset on. */
export function fileSource(file: Shared<FileSystemFile>, offset: bigint): ByteSource {
  let position = offset;
  file.retain();
  return {
    ready: true,
    whenReady: () => Promise.resolve(),
    read(length) {
      if (position > MAX_POSITION) return new Uint8Array(0);
      const buffer = new Uint8Array(length);
      const read = file.handle.read(buffer, position);
      position += BigInt(read);
      return buffer.subarray(0, read);
    },
    release: () => file.release(),
  };
}

/** Writing to a file from an offset on; `"end"` is wherever its end is. */
export function fileSink(file: Shared<FileSystemFile>, offset: bigint | "end", sync: () => void): ByteSink {
  let position = offset;
  file.retain();
  return {
    ready: true,
    whenReady: () => Promise.resolve(),
    write(bytes) {
      const written = writeAt(file.handle, bytes, position);
      if (position !== "end") position += BigInt(written);
      sync();
      return written;
    },
    release: () => file.release(),
  };
}

/** @throws WasiError `fbig`, and what writing gives */
export function writeAt(file: FileSystemFile, bytes: Uint8Array, offset: bigint | "end"): number {
  if (offset === "end") return file.append(bytes).written;
  if (offset + BigInt(bytes.length) > MAX_POSITION) throw new WasiError("fbig");
  return file.write(bytes, offset);
}
