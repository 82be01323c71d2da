// Updates over the air: what was downloaded is installed if its BLAKE3 digest is the one that was announced. hash-wasm computes it
// as anywhere else.

import { blake3 } from "hash-wasm";

/** `bytes` is a Uint8Array, `digest` in hexadecimal digits. */
export async function isGenuine(bytes, digest) {
  return (await blake3(bytes)) === digest;
}
