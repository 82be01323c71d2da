// What a file is by its first bytes: a component, a core module, one that is yet to become a component, or none of them.

import { beginsAsWasm, describeForeignBytes, isComponent } from "../decoder/foreign-bytes.ts";

export type WasmKind =
  | {
      readonly kind: "component" | "module";
      readonly hasComponentType: boolean;
      readonly problem?: undefined;
    }
  /** `problem` follows the file's name: `is …`. */
  | { readonly kind?: undefined; readonly problem: string };

export function describeWasm(bytes: Uint8Array): WasmKind {
  if (!beginsAsWasm(bytes)) return { problem: `is ${describeForeignBytes(bytes) ?? "no WebAssembly"}` };
  const kind = isComponent(bytes) ? "component" : "module";
  // Sections of this name are what `wasm-tools component new` makes a component of.
  const hasComponentType =
    kind === "module" &&
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes("component-type:");
  return { kind, hasComponentType };
}
