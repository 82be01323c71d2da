// What a file is by its first bytes and sections: a component, a core module, one that is yet to become a component, or none.

import { describeForeignBytes } from "../decoder/foreign-bytes.ts";

export type WasmKind =
  | { readonly kind: "component" | "module"; readonly hasComponentType: boolean; readonly problem?: undefined }
  /** `problem` follows the file's name: `is …`. */
  | { readonly kind?: undefined; readonly problem: string };

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
