// What instantiation would otherwise find out anew for every instance of a module: its types, the globals that are
// constants, and its active data segments joined to images. Owns the joining. Whatever it leaves out cannot be observed:
// no code runs between two segments, and one that may trap is a step of its own.

import { InstructionReader } from "../decoder/instruction-reader.ts";
import { Op } from "../isa/op.ts";
import type { ConstExpr, Module } from "../module/module.ts";
import type { DefinedType } from "../module/type-registry.ts";
import type { CheckedModule } from "../validator/checked-module.ts";
import type { ExecutableModule } from "./instance.ts";

/** Words of a global's cell. */
export const GLOBAL_WORDS = 4;

/** A copy that always fits: bytes to an address of a memory. */
export interface DataCopy {
  readonly kind: "copy";
  /** The first of the segments that are copied with it. */
  readonly segment: number;
  readonly memIdx: number;
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** An active segment whose place is known, and may be outside of its memory, only when it is copied. */
export interface DataPlacement {
  readonly kind: "placement";
  readonly segment: number;
  readonly memIdx: number;
  readonly offsetExpr: ConstExpr;
  readonly bytes: Uint8Array;
}

export type DataStep = DataCopy | DataPlacement;

export interface InstantiationPlan {
  /** Defined types by module type index. */
  readonly types: readonly DefinedType[];
  /** The cells of all defined globals, where they are numbers that stand in the module. */
  readonly globalBits: Int32Array;
  /** Whether each defined global has to be computed: all but numeric constants and null. */
  readonly isComputed: readonly boolean[];
  readonly dataSteps: readonly DataStep[];
  /** The data segments once all active ones have been copied, and so dropped. */
  readonly dataAfterwards: readonly Uint8Array[];
}

/** The module's plan, made for its first instance. Linear in the module's size, but for sorting the data segments. */
export function planOf(executable: ExecutableModule): InstantiationPlan {
  executable.plan ??= makePlan(executable);
  return executable.plan;
}

function makePlan({ checked, tables }: ExecutableModule): InstantiationPlan {
  const { module, registry, typeIds } = checked;
  const reader = new InstructionReader(module.bytes, tables);
  const globalBits = new Int32Array(module.globals.length * GLOBAL_WORDS);
  const isComputed = module.globals.map(({ init }, k) => {
    const cell = globalBits.subarray(k * GLOBAL_WORDS, (k + 1) * GLOBAL_WORDS);
    return !readConstant(reader, module, init, cell);
  });
  const none = new Uint8Array(0);
  return {
    types: typeIds.map((id) => registry.definedType(id)),
    globalBits,
    isComputed,
    dataSteps: planData(checked, reader),
    dataAfterwards: module.data.map(({ mode, start, end }) =>
      mode === "active" ? none : module.bytes.subarray(start, end),
    ),
  };
}

/** Reads an expression that is one constant or null into a cell; false, with nothing written, for any other. */
function readConstant(
  reader: InstructionReader,
  { bytes }: Module,
  { start }: ConstExpr,
  cell: Int32Array,
): boolean {
  const op = reader.seek(start).read();
  const { lo, hi, bytesAt } = reader.instruction;
  if (reader.read() !== Op.End) return false;
  switch (op) {
    case Op.I32Const:
    case Op.F32Const:
      cell[0] = lo;
      return true;
    case Op.I64Const:
    case Op.F64Const:
      cell[0] = lo;
      cell[1] = hi;
      return true;
    case Op.V128Const:
      new Uint8Array(cell.buffer, cell.byteOffset, 16).set(bytes.subarray(bytesAt, bytesAt + 16));
      return true;
    default:
      return op === Op.RefNull;
  }
}

// -------------------------------------------------------------------- data segments

/**
 * Zeros that may stand between two segments of one image. A copy of its own costs as much: some 150 bytes for its view
 * and 0.1 µs for each instance. Go's linker parts its data at every 8 zeros, into 30,000 segments 18 bytes apart.
 */
const LARGEST_GAP = 128;

/** A segment at a constant place inside every memory of its type. */
interface Placed {
  readonly address: number;
  readonly start: number;
  readonly end: number;
}

/** Neighbouring segments of one memory. */
class Run {
  /** The first segment. */
  readonly segment: number;
  readonly memIdx: number;
  /** 0 where other bytes than zeros may stand between the segments. */
  readonly largestGap: number;
  readonly #segments: Placed[] = [];

  constructor(segment: number, memIdx: number, largestGap: number) {
    this.segment = segment;
    this.memIdx = memIdx;
    this.largestGap = largestGap;
  }

  add(segment: Placed): void {
    if (segment.end > segment.start) this.#segments.push(segment);
  }

  /** Segments that touch, or nearly, become one copy. Where they overlap the later one wins. */
  copies(module: Uint8Array): DataCopy[] {
    const { segment: first, memIdx, largestGap } = this;
    const segments = this.#segments;
    const byAddress = segments.map((_, k) => k).sort((a, b) => segments[a]!.address - segments[b]!.address);
    const ranges: { address: number; end: number; members: number[] }[] = [];
    for (const k of byAddress) {
      const { address, start, end } = segments[k]!;
      const stop = address + end - start;
      const last = ranges[ranges.length - 1];
      if (last !== undefined && address <= last.end + largestGap) {
        last.end = Math.max(last.end, stop);
        last.members.push(k);
      } else {
        ranges.push({ address, end: stop, members: [k] });
      }
    }
    return ranges.map(({ address, end, members }) => {
      if (members.length === 1) {
        const { start, end: stop } = segments[members[0]!]!;
        return { kind: "copy", segment: first, memIdx, address, bytes: module.subarray(start, stop) };
      }
      const bytes = new Uint8Array(end - address);
      for (const k of members.sort((a, b) => a - b)) {
        const segment = segments[k]!;
        bytes.set(module.subarray(segment.start, segment.end), segment.address - address);
      }
      return { kind: "copy", segment: first, memIdx, address, bytes };
    });
  }
}

function planData(checked: CheckedModule, reader: InstructionReader): DataStep[] {
  const { module, memoryTypes, importCounts } = checked;
  const steps: DataStep[] = [];
  /** Memories that are no longer all zeros where nothing of the current run stands. */
  const written = new Set<number>();
  let run: Run | undefined;
  const endRun = (): void => {
    if (run === undefined) return;
    for (const copy of run.copies(module.bytes)) steps.push(copy);
    written.add(run.memIdx);
    run = undefined;
  };
  const cell = new Int32Array(GLOBAL_WORDS);
  module.data.forEach(({ mode, memIdx, offsetExpr, start, end }, segment) => {
    if (mode !== "active" || offsetExpr === undefined) return;
    const type = memoryTypes[memIdx]!;
    cell.fill(0);
    const isConstant = readConstant(reader, module, offsetExpr, cell);
    const address = type.is64 ? Number(new BigUint64Array(cell.buffer)[0]) : cell[0]! >>> 0;
    if (!isConstant || address + end - start > Number(type.min) * 2 ** type.pageSizeLog2) {
      endRun();
      written.add(memIdx);
      const bytes = module.bytes.subarray(start, end);
      steps.push({ kind: "placement", segment, memIdx, offsetExpr, bytes });
      return;
    }
    if (run?.memIdx !== memIdx) {
      endRun();
      run = new Run(segment, memIdx, memIdx < importCounts.memory || written.has(memIdx) ? 0 : LARGEST_GAP);
    }
    run.add({ address, start, end });
  });
  endRun();
  return steps;
}
