// Making what the host may refuse: it has no memory left, or no array of that length.
// Owns the error. What things count, and whether they may be, is asked before.

import { RuntimeError } from "../errors.ts";

/** Makes something of `bytes` bytes. @throws RuntimeError when the host refuses; `what` says for what it was */
export function allocate<T>(what: string, bytes: number, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    // What refuses is the JavaScript engine: `RangeError: Array buffer allocation failed`, `Invalid typed array length` …
    const error = new RuntimeError(
      `the host could not allocate ${bytes} bytes for ${what}: ${String(cause)}`,
    );
    error.cause = cause;
    throw error;
  }
}

/** Bytes that must be left for the engine itself behind a large buffer: it ends the process when it gets none. */
const HEADROOM = 2 ** 26;
/** Buffers from this size on are only made where the headroom is left. */
const LARGE = 2 ** 22;

/** A buffer of zeros. @throws RuntimeError when the host refuses, or would have next to nothing left */
export function allocateBuffer(what: string, bytes: number): ArrayBuffer {
  return allocate(what, bytes, () => {
    const buffer = new ArrayBuffer(bytes);
    if (bytes >= LARGE) lookForHeadroom();
    return buffer;
  });
}

/** What newer hosts add to the constructor. */
type ResizableBuffer = new (byteLength: number, options: { maxByteLength: number }) => ArrayBuffer;

/**
 * Asks for the headroom and lets it go. Address space that is only reserved is enough, and does not count as memory: 64 MiB
 * that do made V8 collect its garbage for every buffer.
 * @throws RangeError
 */
function lookForHeadroom(): void {
  if ("resizable" in ArrayBuffer.prototype)
    new (ArrayBuffer as ResizableBuffer)(0, { maxByteLength: HEADROOM });
  else new ArrayBuffer(HEADROOM);
}
