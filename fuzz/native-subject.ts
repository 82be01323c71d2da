// Runs a world on Node's own WebAssembly, with the independent fuel count compiled in.
// This is the reference: nothing here may use the engine.

import { I32 } from "./encode.ts";
import { EXECUTED_PREFIX } from "./encode-module.ts";
import { FUEL_EXPORT, instrumentModule, START_EXPORT } from "./oracle/instrument.ts";
import { type NativeException, nativeWebAssembly } from "./oracle/native.ts";
import {
  describeState,
  type Event,
  type Exports,
  type HostEnvironment,
  HostFailure,
  hostFunctions,
  Names,
  type Observation,
  Returned,
  show,
  showException,
  type TrapKind,
} from "./subject.ts";
import { BUDGET_EXPORT, HOST_TAG, type World } from "./world.ts";

interface NativeGlobal {
  value: number | bigint;
}

const TRAPS: readonly (readonly [RegExp, TrapKind])[] = [
  [/^unreachable/, "unreachable"],
  [/(divide|remainder) by zero/, "divide by zero"],
  [/unrepresentable/, "conversion or overflow"],
  [/memory access out of bounds|data segment/, "memory bounds"],
  [/^table index is out of bounds/, "table bounds"],
  [/table (access|index|initializer)|element segment|operand index/i, "table bounds"],
  [/null function|signature mismatch/, "null or mismatched function"],
  [/dereferencing a null pointer|rethrowing null/, "null reference"],
  [/illegal cast/, "cast failure"],
  [/array (element access|index) out of bounds|array access out of bounds/, "array bounds"],
  [/requested new array is too large/, "array too large"],
  [/unaligned/, "unaligned atomic"],
  [/Atomics\.wait cannot be called|non-shared/i, "not a shared memory"],
  [/Maximum call stack/, "stack"],
];

export interface NativeObservation extends Observation {
  /** How often each instruction was reached, by mnemonic; see `encodeModule`. Only with `count`. */
  readonly executed: ReadonlyMap<string, number>;
}

/** Runs a world's plan. With `count`, executions are counted by mnemonic and there is no fuel. */
export function runNatively(world: World, count = false): NativeObservation {
  const native = nativeWebAssembly();
  const instances: Exports[] = [];
  const events: Event[] = [];
  const log: string[] = [];
  const nesting = { depth: 0 };
  const names = new Names();
  const results = new Returned();
  const hostTag = new native.Tag({ parameters: ["i32"] });
  const toss = (value: number): never => {
    throw new native.Exception(hostTag, [value]);
  };
  const fuel = (): bigint =>
    instances.reduce(
      (sum, exports) => sum + BigInt((exports[FUEL_EXPORT] as NativeGlobal | undefined)?.value ?? 0),
      0n,
    );
  const attempt = (run: () => unknown, isStart = false): boolean => {
    let outcome: string;
    let returned = false;
    try {
      const result = run();
      results.add(result);
      outcome = `returned ${show(result, names.learn(instances))}`;
      returned = true;
    } catch (error) {
      outcome =
        error instanceof native.Exception
          ? // The engine's embedder never sees an instance whose start function did not return, nor its tags.
            describeException(
              error,
              world,
              isStart ? instances.slice(0, -1) : instances,
              hostTag,
              names.learn(instances),
            )
          : describeError(error);
    }
    events.push({ outcome, fuel: fuel() });
    return returned;
  };
  let complete = true;
  for (const module of world.modules) {
    const host: HostEnvironment = { exports: undefined, fuel, log, nesting, toss };
    const bytes = instrumentModule(module.encode(count), { deferStart: true });
    const imports: Record<string, Record<string, unknown>> = {
      host: { ...hostFunctions(host), number: HOST_NUMBER, [HOST_TAG]: hostTag },
    };
    instances.forEach((exports, k) => {
      imports[world.modules[k]?.name ?? ""] = exports;
    });
    const { exports } = new native.Instance(new native.Module(bytes), imports);
    instances.push(exports);
    const start = exports[START_EXPORT] as (() => void) | undefined;
    if (start !== undefined && !attempt(start, true)) {
      complete = false;
      break;
    }
    host.exports = Object.fromEntries(Object.entries(exports).filter(([name]) => !name.startsWith("__")));
  }
  if (complete) {
    for (const { module, name, args, budget } of world.calls) {
      const exports = instances[module] as Exports;
      const counter = instances[0]?.[BUDGET_EXPORT] as NativeGlobal | undefined;
      if (counter !== undefined) counter.value = budget;
      attempt(() => (exports[name] as (...args: unknown[]) => unknown)(...results.resolve(args)));
    }
  }
  const executed = new Map<string, number>();
  for (const exports of instances) {
    for (const [name, global] of Object.entries(exports)) {
      if (!name.startsWith(EXECUTED_PREFIX)) continue;
      const op = name.slice(EXECUTED_PREFIX.length);
      executed.set(op, (executed.get(op) ?? 0) + Number((global as NativeGlobal).value));
    }
  }
  if (complete) for (const exports of instances) (exports.dump as (() => void) | undefined)?.();
  const visible = instances.map((exports) =>
    Object.fromEntries(Object.entries(exports).filter(([name]) => !name.startsWith(EXECUTED_PREFIX))),
  );
  const state = complete
    ? describeState(
        visible,
        (memory) => new Uint8Array((memory as { buffer: ArrayBuffer }).buffer).slice(),
        names.learn(visible),
      )
    : [];
  return { events, log, state, executed };
}

/** The immutable i64 global that modules may import. */
export const HOST_NUMBER = 0x1234_5678_9abc_def0n;

function describeException(
  exception: NativeException,
  world: World,
  instances: readonly Exports[],
  hostTag: object,
  names: Names,
): string {
  const show = (name: string, tag: object, types: readonly number[] | undefined): string =>
    showException(name, types, (k) => exception.getArg(tag, k), names);
  if (exception.is(hostTag)) return show("host.tag", hostTag, [I32]);
  for (const [at, exports] of instances.entries()) {
    for (const [name, types] of world.modules[at]?.tags ?? []) {
      const tag = exports[name] as object;
      if (exception.is(tag)) return show(`${at}.${name}`, tag, types);
    }
  }
  return showException("?", undefined, () => undefined, names);
}

function describeError(error: unknown): string {
  if (error instanceof HostFailure) return "host error";
  const { message } = error as Error;
  if (error instanceof nativeWebAssembly().RuntimeError || error instanceof RangeError) {
    const kind = TRAPS.find(([pattern]) => pattern.test(message))?.[1];
    if (kind !== undefined) return `trapped: ${kind}`;
  }
  throw error;
}
