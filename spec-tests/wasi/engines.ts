// The engines on which the tests run: Wasmeter with each of its lowerings, and the JavaScript engine's own WebAssembly as a
// second opinion. What fails on all is a mistake in WASI, what fails only on the first two in the engine.

import type { CallerLike, LinkerLike, WasiPreview1 } from "../../src/wasi/index.ts";
import { nativeHost } from "../engines/native-host.ts";
import type { Package } from "./package.ts";

export const ENGINES = ["wasmeter", "exact", "native"] as const;
export type EngineName = (typeof ENGINES)[number];

/** Runs a WASI command; gives the exit code. Throws what ends the guest. */
export function runCommand(name: EngineName, built: Package, bytes: Uint8Array, wasi: WasiPreview1): number {
  return name === "native" ? runNative(bytes, wasi) : runWasmeter(built, name, bytes, wasi);
}

function runWasmeter(
  { engine: api }: Package,
  name: Exclude<EngineName, "native">,
  bytes: Uint8Array,
  wasi: WasiPreview1,
): number {
  const engine = new api.Engine({ lowering: name === "exact" ? "exact" : "fast" });
  const linker = new api.Linker(engine);
  wasi.addTo(linker);
  const store = new api.Store(engine);
  return wasi.start(linker.instantiate(store, new api.Module(engine, bytes)));
}

function runNative(bytes: Uint8Array, wasi: WasiPreview1): number {
  const native = nativeHost();
  let memory: { readonly buffer: ArrayBuffer } | undefined;
  const caller: CallerLike = {
    get memory() {
      const exported = memory;
      if (exported === undefined) throw new Error("the guest exports no memory");
      return { bytes: () => new Uint8Array(exported.buffer) };
    },
    canWait: false,
  };
  const imports: Record<string, Record<string, (...args: (number | bigint)[]) => unknown>> = {};
  const linker: LinkerLike = {
    func(module, name, _type, fn) {
      imports[module] ??= {};
      imports[module][name] = (...args) => fn(caller, ...args);
    },
  };
  wasi.addTo(linker);
  const instance = new native.Instance(new native.Module(bytes), imports);
  memory = instance.exports.memory as typeof memory;
  return wasi.start(instance);
}
