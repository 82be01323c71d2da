// What a differential run sees of an engine: outcomes, state and fuel, in words that compare equal across engines.
// Owns the words and the host functions; how modules are run is in native-subject.ts and engine-subject.ts.

import { createHash } from "node:crypto";
import type { PlannedCall, World } from "./generate.ts";

/** One thing that ran: a start function, or a planned call. */
export interface Event {
  /** `returned …`, `trapped KIND`, `host error`, `out of fuel`, or what else was thrown. */
  readonly outcome: string;
  /** Fuel used so far, this included. */
  readonly fuel: bigint;
}

export interface Observation {
  readonly events: readonly Event[];
  /** What the host functions saw, with the fuel at that time. */
  readonly log: readonly string[];
  /** Memories, globals and tables at the end. */
  readonly state: readonly string[];
}

/** The parts of an instance that the host functions and the final look need. */
export interface Exports {
  readonly [name: string]: unknown;
}

export interface HostEnvironment {
  /** `undefined` while the module is being instantiated. */
  exports: Exports | undefined;
  readonly fuel: () => bigint;
  readonly log: string[];
  /** Of calls from `again`. */
  readonly nesting: { depth: number };
}

interface AnyMemory {
  grow(delta: number): number;
}

/** Thrown by the host function `fail`. */
export class HostFailure extends Error {}

/** The functions of generate.ts's HOST_FUNCTIONS, by name, for one module. */
export function hostFunctions(host: HostEnvironment): Record<string, (...args: never[]) => unknown> {
  const note = (text: string): void => {
    host.log.push(`${text} @${host.fuel()}`);
  };
  return {
    log: (value: number) => {
      note(`log ${value}`);
      return Math.imul(value, 3) + 1;
    },
    mix: (a: bigint, b: number, c: number) => {
      note(`mix ${show(a)} ${show(b)} ${show(c)}`);
      return [BigInt.asIntN(64, a * 5n + 1n), b < c ? 1 : 0];
    },
    grow: () => {
      note("grow");
      const memory = host.exports?.memory as AnyMemory | undefined;
      try {
        memory?.grow(1);
      } catch {
        // The native engine throws where ours gives -1.
      }
    },
    again: (value: number) => {
      note(`again ${value}`);
      const target = Object.keys(host.exports ?? {}).find((name) => /^f\d/.test(name));
      const callable = target === undefined ? undefined : host.exports?.[target];
      if (typeof callable !== "function" || callable.length > 0 || host.nesting.depth >= 4) return value;
      host.nesting.depth++;
      try {
        callable();
      } finally {
        host.nesting.depth--;
      }
      note("again, behind");
      return value + 1;
    },
    fail: (value: number) => {
      note(`fail ${value}`);
      throw new HostFailure(String(value));
    },
  };
}

/** A value in words: NaNs are all alike, functions are named by `names`. */
export function show(value: unknown, names?: ReadonlyMap<unknown, string>): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "function") return `function ${names?.get(value) ?? "?"}`;
  if (Array.isArray(value)) return `[${value.map((item) => show(item, names)).join(", ")}]`;
  return String(value);
}

interface AnyGlobal {
  readonly value: unknown;
}

interface AnyTable {
  readonly length: number;
  get(index: number): unknown;
}

/** Names of all exported functions, for {@link show}. */
export function functionNames(modules: readonly Exports[]): Map<unknown, string> {
  const names = new Map<unknown, string>();
  modules.forEach((exports, at) => {
    for (const [name, value] of Object.entries(exports)) {
      if (typeof value === "function" && !names.has(value)) names.set(value, `${at}.${name}`);
    }
  });
  return names;
}

/** The final state in words, one line for each export that is not a function. */
export function describeState(
  modules: readonly Exports[],
  bytesOf: (memory: unknown) => Uint8Array,
): string[] {
  const names = functionNames(modules);
  const lines: string[] = [];
  modules.forEach((exports, at) => {
    for (const [name, value] of Object.entries(exports)) {
      if (typeof value === "function" || name.startsWith("__")) continue;
      const where = `${at}.${name}`;
      if (name === "memory") {
        const bytes = bytesOf(value);
        lines.push(`${where}: ${bytes.length} bytes ${createHash("sha1").update(bytes).digest("hex")}`);
      } else if (/^t\d/.test(name)) {
        const table = value as AnyTable;
        const items = Array.from({ length: table.length }, (_, k) => show(table.get(k), names));
        lines.push(`${where}: ${items.join(", ")}`);
      } else {
        lines.push(`${where}: ${show((value as AnyGlobal).value, names)}`);
      }
    }
  });
  return lines;
}

/** Engines say the same trap in different words; where one engine is less exact, so is the common word. */
export type TrapKind =
  | "unreachable"
  | "divide by zero"
  | "conversion or overflow"
  | "memory bounds"
  | "table bounds"
  | "null or mismatched function"
  | "stack";

/** A call of a world, in words, for reports. */
export function showCall(world: World, { module, name, args, budget }: PlannedCall): string {
  return `${world.modules[module]?.name}.${name}(${args.map((arg) => show(arg)).join(", ")}) with budget ${budget}`;
}
