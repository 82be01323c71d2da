// How long each instruction is and whether a run of instructions may go on past it.
// Written from the specification's binary grammar alone: sharing a line with src would make the oracle a mirror.

/** A position in a module's bytes. */
export class Cursor {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error(`the module ends at byte ${this.bytes.length}`);
    return value;
  }

  u32(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  skipLeb(): void {
    while (this.byte() >= 128);
  }

  skip(count: number): void {
    this.at += count;
  }

  skipVector(skipItem: () => void): void {
    for (let left = this.u32(); left > 0; left--) skipItem();
  }

  /** A value type, or the start of a block type: `(ref ht)` has a heap type behind its code. */
  skipValType(): void {
    const code = this.byte();
    if (code === 0x63 || code === 0x64) this.skipLeb();
    else if (code >= 128) this.skipLeb();
  }

  /** Returns the address operand's alignment field's flag for a memory index, having skipped everything. */
  skipMemArg(): void {
    const align = this.u32();
    if ((align & 0x40) !== 0) this.skipLeb();
    this.skipLeb();
  }
}

/** What an instruction means to whoever counts. */
export type Role =
  /** Cannot trap and goes on to the next one. */
  | "plain"
  /** May trap, leave, or run other code: what has happened so far must be on the books before it. */
  | "observable"
  | "block"
  | "loop"
  | "if"
  /** Not an instruction of its own: `else`, the legacy `catch`, `catch_all`. */
  | "delimiter"
  /** `end` and the legacy `delegate`: no instruction either, and closes a block. */
  | "end";

const PLAIN: Role = "plain";
const OBSERVABLE: Role = "observable";

/** Reads one instruction from its opcode to its last immediate. Throws on an instruction it does not know. */
export function readInstruction(cursor: Cursor): Role {
  const op = cursor.byte();
  switch (op) {
    case 0x00: // unreachable
    case 0x0f: // return
      return OBSERVABLE;
    case 0x01: // nop
    case 0x1a: // drop
    case 0x1b: // select
      return PLAIN;
    case 0x02:
    case 0x06: // legacy try
      cursor.skipValType();
      return "block";
    case 0x03:
      cursor.skipValType();
      return "loop";
    case 0x04:
      cursor.skipValType();
      return "if";
    case 0x1f: // try_table
      cursor.skipValType();
      cursor.skipVector(() => {
        if (cursor.byte() < 2) cursor.skipLeb();
        cursor.skipLeb();
      });
      return "block";
    case 0x05: // else
    case 0x19: // catch_all
      return "delimiter";
    case 0x07: // catch
      cursor.skipLeb();
      return "delimiter";
    case 0x0b:
      return "end";
    case 0x18: // delegate
      cursor.skipLeb();
      return "end";
    case 0x0a: // throw_ref
      return OBSERVABLE;
    case 0x08: // throw
    case 0x09: // rethrow
    case 0x0c: // br
    case 0x0d: // br_if
    case 0x10: // call
    case 0x12: // return_call
    case 0x14: // call_ref
    case 0x15: // return_call_ref
    case 0x25: // table.get
    case 0x26: // table.set
    case 0x40: // memory.grow
    case 0xd5: // br_on_null
    case 0xd6: // br_on_non_null
      cursor.skipLeb();
      return OBSERVABLE;
    case 0x11: // call_indirect
    case 0x13: // return_call_indirect
      cursor.skipLeb();
      cursor.skipLeb();
      return OBSERVABLE;
    case 0x0e: // br_table
      cursor.skipVector(() => cursor.skipLeb());
      cursor.skipLeb();
      return OBSERVABLE;
    case 0x1c: // select t
      cursor.skipVector(() => cursor.skipValType());
      return PLAIN;
    case 0x20: // local.get
    case 0x21: // local.set
    case 0x22: // local.tee
    case 0x23: // global.get
    case 0x24: // global.set
    case 0x3f: // memory.size
    case 0x41: // i32.const
    case 0x42: // i64.const
    case 0xd0: // ref.null
    case 0xd2: // ref.func
      cursor.skipLeb();
      return PLAIN;
    case 0x43: // f32.const
      cursor.skip(4);
      return PLAIN;
    case 0x44: // f64.const
      cursor.skip(8);
      return PLAIN;
    case 0xd1: // ref.is_null
    case 0xd3: // ref.eq
      return PLAIN;
    case 0xd4: // ref.as_non_null
      return OBSERVABLE;
    case 0xfb:
      return readAggregate(cursor);
    case 0xfc:
      return readMisc(cursor);
    case 0xfd:
      return readVector(cursor);
    case 0xfe:
      if (cursor.u32() === 3) cursor.skip(1);
      else cursor.skipMemArg();
      return OBSERVABLE;
    default:
      if (op >= 0x28 && op <= 0x3e) {
        cursor.skipMemArg();
        return OBSERVABLE;
      }
      if (op >= 0x45 && op <= 0xc4) return numericTraps(op) ? OBSERVABLE : PLAIN;
      throw new Error(`unknown opcode 0x${op.toString(16)} at byte ${cursor.at - 1}`);
  }
}

/** Division, remainder and truncation. */
function numericTraps(op: number): boolean {
  return (
    (op >= 0x6d && op <= 0x70) ||
    (op >= 0x7f && op <= 0x82) ||
    (op >= 0xa8 && op <= 0xab) ||
    (op >= 0xae && op <= 0xb1)
  );
}

/** Prefix 0xfb: structs, arrays, casts. Making an object may exhaust the heap. */
function readAggregate(cursor: Cursor): Role {
  const op = cursor.u32();
  if (op === 24 || op === 25) {
    // br_on_cast, br_on_cast_fail: flags, label, two heap types.
    cursor.skip(1);
    for (let left = 3; left > 0; left--) cursor.skipLeb();
    return OBSERVABLE;
  }
  const immediates = [1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 2, 1, 1, 1, 1, 0, 1, 2, 2, 2, 1, 1, 1, 1][op] ?? 0;
  if (op > 30) throw new Error(`unknown opcode 0xfb ${op} at byte ${cursor.at - 1}`);
  for (let left = immediates; left > 0; left--) cursor.skipLeb();
  // ref.test, the conversions and ref.i31 never trap.
  const isPlain = op === 20 || op === 21 || (op >= 26 && op <= 28);
  return isPlain ? PLAIN : OBSERVABLE;
}

/** Prefix 0xfc: saturating truncation, bulk memory and tables, wide arithmetic. */
function readMisc(cursor: Cursor): Role {
  const op = cursor.u32();
  if (op <= 7 || (op >= 19 && op <= 22)) return PLAIN;
  const indices = [2, 1, 2, 1, 2, 1, 2, 1, 1, 1][op - 8];
  if (indices === undefined) throw new Error(`unknown opcode 0xfc ${op} at byte ${cursor.at - 1}`);
  for (let left = indices; left > 0; left--) cursor.skipLeb();
  return OBSERVABLE;
}

/** Prefix 0xfd: vectors. */
function readVector(cursor: Cursor): Role {
  const op = cursor.u32();
  if (op <= 0x0b || op === 0x5c || op === 0x5d) {
    cursor.skipMemArg();
    return OBSERVABLE;
  }
  if (op >= 0x54 && op <= 0x5b) {
    cursor.skipMemArg();
    cursor.skip(1);
    return OBSERVABLE;
  }
  if (op === 0x0c || op === 0x0d) cursor.skip(16);
  else if (op >= 0x15 && op <= 0x22) cursor.skip(1);
  return PLAIN;
}
