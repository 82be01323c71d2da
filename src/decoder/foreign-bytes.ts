// What bytes are that are no core module, told by how they begin; so that an error says what to do, and not only that
// four bytes are not there. Owns that guess and its words, for the decoder and for whoever reads files.

import { decodeUtf8 } from "../utf8.ts";

/** How modules and components begin: magic, then version and layer. */
const MAGIC = [0, 0x61, 0x73, 0x6d];
const PREAMBLE_BYTES = 8;
/** Bytes looked at. */
const SNIFF = 512;

interface Signature {
  readonly bytes: readonly number[];
  /** Follows "is". */
  readonly what: string;
}

const SIGNATURES: readonly Signature[] = [
  { bytes: [0x1f, 0x8b], what: "gzip-compressed; unpack it first (gunzip)" },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], what: "compressed by zstd; unpack it first" },
  { bytes: [0x50, 0x4b, 3, 4], what: "a ZIP archive; unpack it first" },
  {
    bytes: [0x7f, 0x45, 0x4c, 0x46],
    what: "a native program (ELF), not WebAssembly; build for wasm32-wasip1",
  },
  { bytes: [0x4d, 0x5a], what: "a native program (Windows), not WebAssembly; build for wasm32-wasip1" },
  {
    bytes: [0xcf, 0xfa, 0xed, 0xfe],
    what: "a native program (macOS), not WebAssembly; build for wasm32-wasip1",
  },
  { bytes: [0x42, 0x43, 0xc0, 0xde], what: "LLVM bitcode, not WebAssembly; link it for wasm32-wasip1" },
  { bytes: [...asciiBytes("!<arch>\n")], what: "a static library; link it into a module first" },
  { bytes: [0xff, 0xfe], what: "text in UTF-16, not a WebAssembly module" },
];

/** As text begins that has a format of its own. A byte order mark may stand in front. */
const TEXTS: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  {
    pattern: /^(?:\s|;;[^\n]*\n|\(;[^;]*;\))*\(/,
    what: "WebAssembly text, not binary; convert it first: wat2wasm FILE.wat -o FILE.wasm",
  },
  {
    pattern: /^\s*<(?:!doctype|!--|html|head|body|script|title)/i,
    what: "an HTML page, not a WebAssembly module; is it what a server says of a missing file?",
  },
  { pattern: /^version https:\/\/git-lfs/, what: "a pointer of Git LFS; fetch the file first: git lfs pull" },
  { pattern: /^AGFzb[Q-T]/, what: "a WebAssembly module in base64; decode it first" },
  { pattern: /^#!/, what: "a script, not a WebAssembly module" },
];

/**
 * What `bytes` are, as it goes after "is": `empty`, `WebAssembly text, not binary; …`. `undefined` when they begin
 * as a core module does, or are binary and not known.
 */
export function describeForeignBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "empty";
  const { length } = bytes;
  const common = Math.min(length, MAGIC.length);
  if (startsWith(bytes, MAGIC.slice(0, common))) {
    if (length < PREAMBLE_BYTES)
      return `cut off after ${length} bytes; a module begins with ${PREAMBLE_BYTES}`;
    return isComponent(bytes) ? COMPONENT : undefined;
  }
  const known = SIGNATURES.find((signature) => startsWith(bytes, signature.bytes));
  if (known !== undefined) return known.what;
  const text = beginningAsText(bytes);
  if (text === undefined && length < PREAMBLE_BYTES) return `${length} bytes long, too short for a module`;
  if (text === undefined) return undefined;
  return TEXTS.find(({ pattern }) => pattern.test(text))?.what ?? "a text file, not a WebAssembly module";
}

const COMPONENT =
  "a WebAssembly component, not a core module: Component of wasmeter/component takes it, and the commands run, inspect and validate do";

/** Whether bytes begin as WebAssembly's do, modules and components alike. */
export function beginsAsWasm(bytes: Uint8Array): boolean {
  return startsWith(bytes, MAGIC);
}

/** Whether bytes begin as a component's do. The preamble's last two bytes are the layer: 0 for modules, 1 for components. */
export function isComponent(bytes: Uint8Array): boolean {
  return beginsAsWasm(bytes) && bytes.length >= PREAMBLE_BYTES && bytes[6] === 1 && bytes[7] === 0;
}

function asciiBytes(text: string): number[] {
  return Array.from(text, (char) => char.charCodeAt(0));
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, i) => bytes[i] === byte);
}

/** `undefined` for bytes that are no UTF-8, or hold control characters. */
function beginningAsText(bytes: Uint8Array): string | undefined {
  let end = Math.min(bytes.length, SNIFF);
  // A sequence that the cut parts is left out.
  if (end < bytes.length) while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  for (let i = 0; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return undefined;
  }
  return decodeUtf8(bytes, 0, end)?.replace(/^\uFEFF/, "");
}
