// wasi:random. What is called insecure comes from the same source as what is not.

import { brokenContract, noFailure } from "./error-codes.ts";
import { hostFunction } from "./resource.ts";
import type { WasiState } from "./state.ts";

/** As much as `crypto.getRandomValues` gives at a time. */
const CHUNK_BYTES = 65_536;
/** In one call, as in Wasmtime. */
const MAX_RANDOM_BYTES = 64 * 2 ** 20;

/** 0.2 has to give all that is asked for; more than it can traps. */
function allBytes(state: WasiState, length: bigint): Uint8Array {
  if (length > BigInt(MAX_RANDOM_BYTES)) throw brokenContract("random: more than 64 MiB at once");
  return randomBytes(state, Number(length));
}

/** 0.3 may give fewer. */
function upToBytes(state: WasiState, most: bigint): Uint8Array {
  return randomBytes(state, most > BigInt(MAX_RANDOM_BYTES) ? MAX_RANDOM_BYTES : Number(most));
}

function randomBytes(state: WasiState, length: number): Uint8Array {
  state.meter.charge("perHostByte", length);
  const bytes = new Uint8Array(length);
  for (let done = 0; done < bytes.length; done += CHUNK_BYTES) {
    state.random.fill(bytes.subarray(done, done + CHUNK_BYTES));
  }
  return bytes;
}

function randomU64(state: WasiState): bigint {
  return new DataView(randomBytes(state, 8).buffer).getBigUint64(0, true);
}

/** All interfaces of the package. */
export function randomDefinitions(stateOf: () => WasiState, version: "0.2" | "0.3") {
  const insecureSeed = version === "0.2" ? "insecureSeed" : "getInsecureSeed";
  const bytes = hostFunction(stateOf, noFailure, version === "0.2" ? allBytes : upToBytes);
  const u64 = hostFunction(stateOf, noFailure, randomU64);
  return {
    random: { getRandomBytes: bytes, getRandomU64: u64 },
    insecure: { getInsecureRandomBytes: bytes, getInsecureRandomU64: u64 },
    "insecure-seed": {
      [insecureSeed]: hostFunction(stateOf, noFailure, (state) => [...state.insecureSeed]),
    },
  };
}
