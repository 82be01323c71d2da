// Stdin for repeatable runs: what a guest reads must not depend on when bytes arrive, nor in what pieces.
// Wraps any other stream; knows no descriptors.

import { WasiError } from "./abi.ts";
import type { InputStream } from "./streams.ts";

/** Bytes that one read gives at most. A longer read is cut here, at the same place in every run. */
const MAX_READ = 65_536;

/**
 * Every read gives as much as was asked for, but for the end of the stream; so it waits until there is so much. A terminal is
 * left as it is: what a person types is never the same twice, and lines must arrive when they are typed.
 */
export function deterministicInput(stream: InputStream): InputStream {
  return stream.isTerminal === true ? stream : new DeterministicInput(stream);
}

class DeterministicInput implements InputStream {
  readonly #inner: InputStream;
  #buffer = new Uint8Array(MAX_READ);
  #length = 0;
  #ended = false;
  /** Comes after the bytes before it. */
  #failure: { readonly error: unknown } | undefined;
  readonly blockUntilReady?: (timeoutMs?: number) => void;
  readonly blocksWithoutEnd: boolean;

  constructor(inner: InputStream) {
    this.#inner = inner;
    this.blocksWithoutEnd = inner.blocksWithoutEnd === true;
    if (inner.blockUntilReady !== undefined) {
      // Only asked for when all that was there has been taken.
      this.blockUntilReady = (timeoutMs) => inner.blockUntilReady?.(timeoutMs);
    }
  }

  get ready(): boolean {
    if (this.#length === 0) this.#fill(1);
    return this.#length > 0 || this.#ended || this.#failure !== undefined;
  }

  /** Only whether there is something: how much depends on when one asks. */
  get available(): number {
    return this.#length > 0 ? 1 : 0;
  }

  read(length: number): Uint8Array | undefined {
    const wanted = Math.min(length, MAX_READ);
    this.#fill(wanted);
    if (this.#length < wanted && !this.#ended && this.#failure === undefined) return undefined;
    if (this.#length === 0 && this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      throw error;
    }
    const given = Math.min(wanted, this.#length);
    const chunk = this.#buffer.slice(0, given);
    this.#buffer.copyWithin(0, given, this.#length);
    this.#length -= given;
    return chunk;
  }

  whenReady(): Promise<void> {
    return this.#inner.whenReady();
  }

  /** Takes what is there, up to `wanted` bytes in all. */
  #fill(wanted: number): void {
    while (this.#length < wanted && !this.#ended && this.#failure === undefined) {
      let chunk: Uint8Array | undefined;
      try {
        chunk = this.#inner.read(wanted - this.#length);
      } catch (error) {
        if (!WasiError.isMade(error)) throw error;
        this.#failure = { error };
        return;
      }
      if (chunk === undefined) return;
      if (chunk.length === 0) this.#ended = true;
      this.#buffer.set(chunk, this.#length);
      this.#length += chunk.length;
    }
  }
}
