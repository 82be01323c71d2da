// An independent fuel counter: rewrites a module so that any engine running it counts the instructions it executes.
// Shares no code with src, on purpose.

import { Cursor, readInstruction } from "./instructions.ts";

/** Export name of the counter, a mutable i64 global. */
export const FUEL_EXPORT = "__fuel";
/** Export name of what was the start function, with {@link InstrumentOptions.deferStart}. */
export const START_EXPORT = "__start";

export interface InstrumentOptions {
  /**
   * Export the start function instead of running it at instantiation, so that the
   * counter can be read even when it traps. The caller calls it right afterwards.
   */
  readonly deferStart?: boolean;
}

interface Section {
  readonly id: number;
  readonly body: Uint8Array;
}

const enum Id {
  Custom = 0,
  Import = 2,
  Global = 6,
  Export = 7,
  Start = 8,
  Code = 10,
}

/** The order in which sections stand: tag (13) before global, data count (12) before code. */
const ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/**
 * Adds a global `__fuel` that counts executed instructions under the cost model
 * `instructions`: every instruction that control reaches counts 1, delimiters
 * (`end`, `else`) 0, and a branch to a loop's label executes `loop` again. It is
 * exact whenever it can be seen: after a return, a trap, and in host functions.
 * Custom sections are dropped. Throws on what it does not understand.
 */
export function instrumentModule(bytes: Uint8Array, options: InstrumentOptions = {}): Uint8Array {
  const sections = readSections(bytes).filter(({ id }) => id !== Id.Custom);
  const bodyOf = (id: Id): Uint8Array | undefined => sections.find((section) => section.id === id)?.body;

  const globals = bodyOf(Id.Global) ?? Uint8Array.of(0);
  const fuel = countImportedGlobals(bodyOf(Id.Import)) + new Cursor(globals).u32();
  const replaced = new Map<number, Uint8Array>();
  replaced.set(Id.Global, append(globals, [[0x7e, 1, 0x42, 0, 0x0b]]));

  const exported: number[][] = [[...name(FUEL_EXPORT), 3, ...unsigned(fuel)]];
  const start = bodyOf(Id.Start);
  const deferred = start !== undefined && options.deferStart === true;
  if (deferred) exported.push([...name(START_EXPORT), 0, ...start]);
  replaced.set(Id.Export, append(bodyOf(Id.Export) ?? Uint8Array.of(0), exported));

  const code = bodyOf(Id.Code);
  if (code !== undefined) replaced.set(Id.Code, instrumentCode(code, fuel));

  const output: Uint8Array[] = [bytes.subarray(0, 8)];
  for (const id of ORDER) {
    if (id === Id.Start && deferred) continue;
    const body = replaced.get(id) ?? bodyOf(id);
    if (body !== undefined) output.push(Uint8Array.from([id, ...unsigned(body.length)]), body);
  }
  return concatenate(output);
}

function readSections(bytes: Uint8Array): Section[] {
  const cursor = new Cursor(bytes, 8);
  const sections: Section[] = [];
  while (cursor.at < bytes.length) {
    const id = cursor.byte();
    const size = cursor.u32();
    sections.push({ id, body: bytes.subarray(cursor.at, cursor.at + size) });
    cursor.skip(size);
  }
  return sections;
}

function countImportedGlobals(body: Uint8Array | undefined): number {
  if (body === undefined) return 0;
  const cursor = new Cursor(body);
  const skipLimits = (): void => {
    const flags = cursor.byte();
    cursor.skipLeb();
    if ((flags & 1) !== 0) cursor.skipLeb();
    if ((flags & 8) !== 0) cursor.skipLeb();
  };
  let globals = 0;
  cursor.skipVector(() => {
    cursor.skip(cursor.u32());
    cursor.skip(cursor.u32());
    switch (cursor.byte()) {
      case 0:
        cursor.skipLeb();
        break;
      case 1:
        cursor.skipValType();
        skipLimits();
        break;
      case 2:
        skipLimits();
        break;
      case 3:
        cursor.skipValType();
        cursor.skip(1);
        globals++;
        break;
      case 4:
        cursor.skip(1);
        cursor.skipLeb();
        break;
      default:
        throw new Error("unknown kind of import");
    }
  });
  return globals;
}

/** Adds items at the end of a section that is a vector. */
function append(body: Uint8Array, items: readonly number[][]): Uint8Array {
  const cursor = new Cursor(body);
  const count = cursor.u32();
  return concatenate([
    Uint8Array.from(unsigned(count + items.length)),
    body.subarray(cursor.at),
    Uint8Array.from(items.flat()),
  ]);
}

function instrumentCode(body: Uint8Array, fuel: number): Uint8Array {
  const cursor = new Cursor(body);
  const count = cursor.u32();
  const output: Uint8Array[] = [Uint8Array.from(unsigned(count))];
  for (let left = count; left > 0; left--) {
    const size = cursor.u32();
    const instrumented = instrumentBody(body.subarray(cursor.at, cursor.at + size), fuel);
    output.push(Uint8Array.from(unsigned(instrumented.length)), instrumented);
    cursor.skip(size);
  }
  return concatenate(output);
}

/**
 * Instructions that can neither trap nor branch are counted together, at the next
 * place where the count could be seen or control could come from elsewhere.
 */
function instrumentBody(body: Uint8Array, fuel: number): Uint8Array {
  const cursor = new Cursor(body);
  cursor.skipVector(() => {
    cursor.skipLeb();
    cursor.skipValType();
  });
  const output: Uint8Array[] = [body.subarray(0, cursor.at)];
  let pending = 0;
  /** Start of what has been read and not written. */
  let from = cursor.at;
  const writeUpTo = (end: number): void => {
    output.push(body.subarray(from, end));
    from = end;
  };
  const count = (): void => {
    // Neutral to the operand stack, so it may stand anywhere, dead code included.
    if (pending > 0) output.push(countUp(fuel, pending));
    pending = 0;
  };
  while (cursor.at < body.length) {
    const at = cursor.at;
    const role = readInstruction(cursor);
    switch (role) {
      case "plain":
      case "block":
        pending++;
        break;
      case "observable":
      case "if":
        pending++;
        writeUpTo(at);
        count();
        break;
      case "loop":
        // Whoever comes from before the loop and whoever branches to it both count it.
        writeUpTo(at);
        count();
        pending = 1;
        break;
      case "delimiter":
      case "end":
        writeUpTo(at);
        count();
        break;
      default:
        role satisfies never;
    }
  }
  writeUpTo(body.length);
  return concatenate(output);
}

/** `global.get fuel; i64.const n; i64.add; global.set fuel` */
function countUp(fuel: number, n: number): Uint8Array {
  return Uint8Array.from([0x23, ...unsigned(fuel), 0x42, ...signed(n), 0x7c, 0x24, ...unsigned(fuel)]);
}

function name(text: string): number[] {
  const utf8 = new TextEncoder().encode(text);
  return [...unsigned(utf8.length), ...utf8];
}

function unsigned(value: number): number[] {
  const output: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...output, rest];
    output.push((rest % 128) | 128);
  }
}

/** Signed LEB128 of a number >= 0: its last byte must not look negative. */
function signed(value: number): number[] {
  const output = unsigned(value);
  const last = output.at(-1) ?? 0;
  return last < 64 ? output : [...output.slice(0, -1), last | 128, 0];
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const output = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    output.set(part, at);
    at += part.length;
  }
  return output;
}
