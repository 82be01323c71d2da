// Runs a WASI command on the JavaScript engine's own WebAssembly, with our WASI. A second opinion: what fails here and
// there is a mistake in WASI, what fails only there one in our engine.

import { nativeHost } from "../engines/native-host.ts";
import type { CallerLike, LinkerLike, WasiPreview1 } from "../../src/wasi/index.ts";

/** Gives the exit code. Throws what ends the guest. */
export function runOnNativeEngine(bytes: Uint8Array, wasi: WasiPreview1): number {
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
  memory = instance.exports["memory"] as typeof memory;
  return wasi.start(instance);
}
