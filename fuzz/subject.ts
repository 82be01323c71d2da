// What a differential run sees of an engine: outcomes, state and fuel, in words that compare equal across engines.
// Owns the words and the host functions; how modules are run is in native-subject.ts and engine-subject.ts.

import { createHash } from "node:crypto";
import type { Type } from "./encode.ts";
import { type Argument, isVisible, type PlannedCall, type World } from "./world.ts";

/** One thing that ran: a start function, or a planned call. */
export interface Event {
  /** `returned …`, `trapped KIND`, `host error`, `out of fuel`, or what else was thrown. */
  readonly outcome: string;
  /**
   * Of a trap at an instruction that may trap for several reasons at once: all of them, as engines look at them in any
   * order.
   */
  readonly alternatives?: readonly string[];
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
  /** Throws an exception of the host's tag into the guest. */
  toss(value: number): never;
}

interface AnyMemory {
  grow(delta: number | bigint): unknown;
}

/** Thrown by the host function `fail`. */
export class HostFailure extends Error {}

/** The functions of world.ts's HOST_FUNCTIONS, by name, for one module. */
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
      // The native engine takes a bigint for 64-bit memories, and throws where ours gives -1.
      for (const pages of [1, 1n]) {
        try {
          memory?.grow(pages);
          return;
        } catch {}
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
    // Both throw now and then; one of them can be tail-called by functions without results, of which there are many.
    toss: (value: number) => {
      note(`toss ${value}`);
      if (value % 2 === 0) host.toss(value);
      return value;
    },
    hurl: (value: number) => {
      note(`hurl ${value}`);
      if (value % 2 === 0) host.toss(value);
    },
  };
}

/** Names for what has identity: exported functions by their export, other objects in the order in which they are seen. */
export class Names {
  readonly #names = new Map<unknown, string>();
  #objects = 0;

  /** Names the functions of these instances. */
  learn(modules: readonly Exports[]): this {
    modules.forEach((exports, at) => {
      for (const [name, value] of Object.entries(exports)) {
        if (typeof value === "function" && !this.#names.has(value)) this.#names.set(value, `${at}.${name}`);
      }
    });
    return this;
  }

  of(value: object): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    if (typeof value === "function") return "?";
    const name = `object ${this.#objects++}`;
    this.#names.set(value, name);
    return name;
  }
}

/** What calls have returned, for {@link Argument}s that ask for it. */
export class Returned {
  readonly #values: unknown[] = [];

  add(result: unknown): void {
    for (const value of Array.isArray(result) ? result : [result]) {
      if (typeof value === "object" && value !== null) this.#values.push(value);
    }
  }

  /** Arguments as JavaScript passes them. */
  resolve(args: readonly Argument[]): unknown[] {
    return args.map((arg) => {
      if (typeof arg !== "object" || arg === null) return arg;
      return this.#values.length === 0 ? null : this.#values[arg.previous % this.#values.length];
    });
  }
}

/** A value in words: NaNs are all alike. */
export function show(value: unknown, names = new Names()): string {
  switch (typeof value) {
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "string":
      return JSON.stringify(value);
    case "function":
      return `function ${names.of(value)}`;
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return `[${value.map((item) => show(item, names)).join(", ")}]`;
      return names.of(value);
    default:
      return String(value);
  }
}

/** An exception that a guest did not catch; `name` is its tag's, `read` gives a value of its payload. */
export function showException(
  name: string,
  types: readonly Type[] | undefined,
  read: (index: number) => unknown,
  names: Names,
): string {
  const payload = types?.map((type, k) => (isVisible(type) ? show(read(k), names) : "hidden"));
  return `threw ${name}(${payload?.join(", ") ?? ""})`;
}

interface AnyGlobal {
  readonly value: unknown;
}

/** Of 64-bit tables, natively: with bigints. */
interface AnyTable {
  readonly length: number | bigint;
  get(index: number | bigint): unknown;
}

/** The final state in words, one line for each export that is not a function; and of each `sum`, what it gives. */
export function describeState(
  modules: readonly Exports[],
  bytesOf: (memory: unknown) => Uint8Array,
  names: Names,
): string[] {
  const lines: string[] = [];
  modules.forEach((exports, at) => {
    for (const [name, value] of Object.entries(exports)) {
      const where = `${at}.${name}`;
      if (name === "sum") lines.push(`${where}: ${show((value as () => unknown)())}`);
      if (typeof value === "function" || /^(__|[exy]\d)/.test(name)) continue;
      if (/^(memory|m\d+)$/.test(name)) {
        const bytes = bytesOf(value);
        lines.push(`${where}: ${bytes.length} bytes ${createHash("sha1").update(bytes).digest("hex")}`);
      } else if (/^t\d/.test(name)) {
        const table = value as AnyTable;
        const index = (k: number): number | bigint => (typeof table.length === "bigint" ? BigInt(k) : k);
        const items = Array.from({ length: Number(table.length) }, (_, k) =>
          show(table.get(index(k)), names),
        );
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
  | "null reference"
  | "cast failure"
  | "array bounds"
  | "array too large"
  | "unaligned atomic"
  | "not a shared memory"
  | "stack";

function showArgument(arg: Argument): string {
  return typeof arg === "object" && arg !== null ? `previous ${arg.previous}` : show(arg);
}

/** A call of a world, in words, for reports. */
export function showCall(world: World, { module, name, args, budget }: PlannedCall): string {
  return `${world.modules[module]?.name}.${name}(${args.map(showArgument).join(", ")}) with budget ${budget}`;
}
