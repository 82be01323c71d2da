// What a file is by its first bytes: a component, a core module, one that is yet to become a component, or none of them.

import { describeForeignBytes } from "../decoder/foreign-bytes.ts";

export type WasmKind =
  | {
      readonly kind: "component" | "module";
      readonly hasComponentType: boolean;
      readonly problem?: undefined;
    }
  /** `problem` follows the file's name: `is …`. */
  | { readonly kind?: undefined; readonly problem: string };

export function describeWasm(bytes: Uint8Array): WasmKind {
  const hasMagic = bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
  if (!hasMagic) return { problem: `is ${describeForeignBytes(bytes) ?? "no WebAssembly"}` };
  // The preamble's last two bytes are the layer.
  const kind = bytes[6] === 1 && bytes[7] === 0 ? "component" : "module";
  // Sections of this name are what `wasm-tools component new` makes a component of.
  const hasComponentType =
    kind === "module" &&
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes("component-type:");
  return { kind, hasComponentType };
}
