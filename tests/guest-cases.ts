// The cases of guests/cases.json, with their defaults filled in.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./built-code.ts";

export interface GuestCase {
  readonly name: string;
  /** Base name of the file in guests/wasm. */
  readonly wasm: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Uint8Array;
  /** Guest paths of the directories it is granted. */
  readonly preopens: readonly string[];
  readonly status: number;
  /** Expected on stderr; not compared when absent. */
  readonly stderr: string | undefined;
}

type Written = Partial<Omit<GuestCase, "stdin">> & { readonly name: string; readonly stdin?: string };

export function guestFile(path: string): string {
  return join(projectRoot, "guests", path);
}

export function guestCases(): GuestCase[] {
  const written = JSON.parse(readFileSync(guestFile("cases.json"), "utf8")) as Written[];
  return written.map((entry) => ({
    name: entry.name,
    wasm: entry.wasm ?? entry.name,
    args: entry.args ?? [],
    env: entry.env ?? {},
    stdin: entry.stdin === undefined ? new Uint8Array() : readFileSync(guestFile(`input/${entry.stdin}`)),
    preopens: entry.preopens ?? [],
    status: entry.status ?? 0,
    stderr: entry.stderr,
  }));
}
