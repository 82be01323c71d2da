// The child process that disassembles and assembles again: `node round-trip.js SUITE CACHE`.
// Takes every module of the suite that is well-formed, valid or not. Exits with 1 unless all of them stay the same.

import process from "node:process";
import { MalformedError } from "../../src/errors.ts";
import { type Assemble, createAssemble, loadAssemblers } from "../assembling/assembler.ts";
import { type AssembledScript, AssemblyCache } from "../assembling/cache.ts";
import { type ModuleSource, moduleSources, readScript } from "../reader/script.ts";
import { listScripts, loadScript } from "../suite.ts";
import { contentsOf, disassemble } from "./contents.ts";

/** Failures listed. */
const MAX_LISTED = 20;

const [root = "", cacheDirectory = ""] = process.argv.slice(2);
const cache = new AssemblyCache(cacheDirectory);
const assemble = createAssemble(await loadAssemblers());
let total = 0;
const failures: string[] = [];
for (const file of listScripts(root)) {
  const source = loadScript(root, file);
  const assembled = cache.load(source) ?? new Map();
  for (const module of moduleSources(readScript(source).directives)) {
    const bytes = binaryOf(module, assembled);
    const before = bytes && wellFormed(() => contentsOf(bytes));
    if (bytes === undefined || before === undefined) continue;
    total++;
    const difference = roundTrip(bytes, before, assemble);
    if (difference !== undefined) failures.push(`${file}:${module.line}: ${difference}`);
  }
}
for (const failure of failures.slice(0, MAX_LISTED)) console.log(failure);
console.log(`round trip: ${total - failures.length} of ${total} modules stay the same`);
process.exitCode = total > 0 && failures.length === 0 ? 0 : 1;

function binaryOf(module: ModuleSource, assembled: AssembledScript): Uint8Array | undefined {
  if (module.form === "binary") return new Uint8Array(Buffer.from(module.bytes, "latin1"));
  const found = assembled.get(module.start);
  return found?.by === undefined ? undefined : found.binary;
}

/** What `read` gives, or `undefined` if it finds the bytes malformed. */
function wellFormed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

/** What is not the same; `undefined` when all is. */
function roundTrip(bytes: Uint8Array, before: readonly string[], assemble: Assemble): string | undefined {
  const text = disassemble(bytes);
  const again = assemble({ form: "text", bytes: text, start: 0, end: 0, line: 0 });
  if (again.by === undefined) return `the assemblers refuse what is printed: ${again.error}`;
  const after = contentsOf(again.binary);
  if (before.length !== after.length) return `${after.length} items instead of ${before.length}`;
  const at = before.findIndex((item, index) => item !== after[index]);
  return at < 0 ? undefined : `${after[at]} instead of ${before[at]}`;
}
