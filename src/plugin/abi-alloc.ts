// The ABI of the usual tutorials: `alloc(size)` gives a place for the input, `name(pointer, length)` works on it and gives
// where its result is: four bytes of length, little-endian, and that many bytes.

import type { Instance, Memory, Module } from "../api/index.ts";
import { quotedName } from "../printable.ts";
import { type Abi, type AbiSession, exportsFunction, functionNames, type GuestCall } from "./abi.ts";
import { CallFailure } from "./failure.ts";

const ALLOC = /^\(func \(param i32\) \(result i32\)\)$/;
const PROCESS = /^\(func \(param i32 i32\) \(result i32\)\)$/;

export const ALLOC_ABI: Abi = {
  name: "alloc",
  define: () => undefined,
  check(module: Module, name: string): void {
    if (!module.exports.some((each) => each.name === "memory" && each.kind === "memory")) {
      throw new CallFailure("missing-export", 'the plugin exports no memory "memory"');
    }
    if (!exportsFunction(module, "alloc", ALLOC)) {
      throw new CallFailure("missing-export", 'the plugin exports no function "alloc" from i32 to i32');
    }
    if (!exportsFunction(module, name, PROCESS)) {
      throw new CallFailure(
        "missing-export",
        `the plugin exports no function ${quotedName(name)} of two i32 that gives one; ${functionNames(module)}`,
      );
    }
  },
  open: () => SESSION,
};

/** All is in the guest's memory: an instance needs nothing of its own. */
const SESSION: AbiSession = {
  stdin: undefined,
  stdout: undefined,
  run,
  end: () => undefined,
};

async function run(instance: Instance, call: GuestCall): Promise<Uint8Array> {
  const { input, outputLimit } = call;
  const address = Number(await call.invoke("alloc", [input.length])) >>> 0;
  const memory = instance.export("memory") as Memory;
  if (address === 0) {
    throw new CallFailure(
      "memory",
      `the plugin has no room for ${input.length} bytes of input: alloc gave 0`,
    );
  }
  if (address + input.length > memory.byteLength) {
    throw new CallFailure(
      "guest-error",
      `alloc(${input.length}) gave the address ${address}, which is not in its memory of ${memory.byteLength} bytes`,
    );
  }
  memory.write(address, input);
  const result = Number(await call.invoke(call.name, [address, input.length])) >>> 0;
  const what = `${quotedName(call.name)} gave ${result}`;
  if (result === 0) throw new CallFailure("guest-error", `${what}: no result`);
  if (result + 4 > memory.byteLength) {
    throw new CallFailure("guest-error", `${what}, which is not in its memory of ${memory.byteLength} bytes`);
  }
  const length = memory.readU32(result);
  if (length > outputLimit) {
    throw new CallFailure(
      "output-too-large",
      `${what}, a result of ${length} bytes: more than ${outputLimit}`,
    );
  }
  if (result + 4 + length > memory.byteLength) {
    throw new CallFailure(
      "guest-error",
      `${what}, a result of ${length} bytes that ends outside of its memory of ${memory.byteLength} bytes`,
    );
  }
  return memory.read(result + 4, length);
}
