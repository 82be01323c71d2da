// Components that are not the project's, and what another runtime answered when they were run: looked for in $WASM_COMPONENTS, a
// folder with `bin` and `expected`. Owns where they are, and that it is said when they are not.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";

/** Empty where the variable is not set. */
export const componentsFolder = process.env.WASM_COMPONENTS ?? "";

/** Whether there is a file of the folder. Says on stderr that `what` is not run where there is none. */
export function hasComponents(file: string, what: string): boolean {
  const isThere = componentsFolder !== "" && existsSync(join(componentsFolder, file));
  if (!isThere) console.warn(`skipped: ${what}; components are looked for in $WASM_COMPONENTS`);
  return isThere;
}

/** A component's bytes, where need be unpacked. */
export function componentBytes(name: string): Uint8Array {
  const plain = join(componentsFolder, "bin", `${name}.wasm`);
  return existsSync(plain) ? readFileSync(plain) : brotliDecompressSync(readFileSync(`${plain}.br`));
}

/** A command that was run. */
export interface RecordedRun {
  readonly component: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly net?: boolean;
  readonly lookup?: boolean;
  readonly status: number;
  readonly stdout: string;
  readonly stderr?: string;
  readonly files: readonly string[];
}

/** A request that was answered. */
export interface RecordedRequest {
  readonly component: string;
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly answer: string | { readonly length: number; readonly sha256: string };
}

export const RECORDED = "expected/wasmtime.json";

/** What was recorded, {@link RECORDED}; nothing where it is not there. */
export function recorded(isThere: boolean): {
  ran: readonly RecordedRun[];
  served: readonly RecordedRequest[];
} {
  if (!isThere) return { ran: [], served: [] };
  return JSON.parse(readFileSync(join(componentsFolder, RECORDED), "utf8"));
}
