// wasi:random. What is called insecure comes from the same source as what is not.

import { brokenContract, noFailure } from "./error-codes.ts";
import { hostFunction } from "./resource.ts";
import type { WasiState } from "./state.ts";

/** As much as `crypto.getRandomValues` gives at a time. */
const CHUNK_BYTES = 65_536;
/** More in one call traps, as in Wasmtime. */
const MAX_RANDOM_BYTES = 64 * 2 ** 20;

function randomBytes(state: WasiState, length: bigint): Uint8Array {
  if (length > BigInt(MAX_RANDOM_BYTES)) throw brokenContract("random: more than 64 MiB at once");
  state.meter.charge("perHostByte", Number(length));
  const bytes = new Uint8Array(Number(length));
  for (let done = 0; done < bytes.length; done += CHUNK_BYTES) {
    state.random.fill(bytes.subarray(done, done + CHUNK_BYTES));
  }
  return bytes;
}

function randomU64(state: WasiState): bigint {
  return new DataView(randomBytes(state, 8n).buffer).getBigUint64(0, true);
}

/** All interfaces of the package, which differ between 0.2 and 0.3 by a name. */
export function randomDefinitions(stateOf: () => WasiState, insecureSeed: string) {
  const bytes = hostFunction(stateOf, noFailure, randomBytes);
  const u64 = hostFunction(stateOf, noFailure, randomU64);
  return {
    random: { getRandomBytes: bytes, getRandomU64: u64 },
    insecure: { getInsecureRandomBytes: bytes, getInsecureRandomU64: u64 },
    "insecure-seed": {
      [insecureSeed]: hostFunction(stateOf, noFailure, (state) => [...state.insecureSeed]),
    },
  };
}
