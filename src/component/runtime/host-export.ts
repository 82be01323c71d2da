// The host calls a lifted function: JavaScript values in and out.
// Owns the raw function by which it does, whose one argument and result are references.

import { makeRawFunction } from "../../interp/run/host-code.ts";
import { HeapType, refType } from "../../module/types.ts";
import type { FunctionInstance } from "../../runtime/function.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { HostFrame, HostMachine, HostRequest, RawHostFunction } from "../../runtime/raw-function.ts";
import { VALUE_WORDS } from "../../runtime/raw-function.ts";
import { ComponentError } from "../abi/component-error.ts";
import { lowerCamelCase, pascalCase, readFunctionName } from "../abi/js-names.ts";
import { EventLoop } from "./async/event-loop.ts";
import { AsyncHostExport, type HostCall } from "./async/host-export.ts";
import { GuestCall } from "./guest-call.ts";
import { tryPay } from "./guest-options.ts";
import type { LiftedFunc } from "./items.ts";

const REFERENCE = refType(HeapType.Extern, true);

/** The function by which the host calls: from a {@link HostCall} to the result. */
export function exportFunction(callee: LiftedFunc, name: string, home: ModuleInstance): FunctionInstance {
  const { registry } = callee.instance.store.engine;
  const type = { kind: "func", params: [REFERENCE], results: [REFERENCE] } as const;
  return makeRawFunction(registry, type, new HostExport(callee, name), name, home);
}

class HostExport implements RawHostFunction {
  readonly words = VALUE_WORDS;
  readonly #callee: LiftedFunc;
  readonly #name: string;

  constructor(callee: LiftedFunc, name: string) {
    this.#callee = callee;
    this.#name = name;
  }

  begin(machine: HostMachine, base: number): HostFrame {
    const { signature } = this.#callee;
    const call = machine.X[base >> 1] as unknown as HostCall;
    const guest = new GuestCall(this.#callee, machine, true);
    const args = signature.checkParams(guest.side, call.args, shownName(this.#name));
    if (signature.type.async) {
      const give = (value: unknown): unknown => unwrapped(value, signature.isFallible);
      return new AsyncHostExport(this.#callee, call, args, machine, give);
    }
    return new HostExportCall(guest, args, machine, base);
  }
}

class HostExportCall implements HostFrame {
  request: HostRequest;
  readonly #guest: GuestCall;
  #hasReturned = false;
  #isOver = false;
  #cost = 0;
  #result: unknown;
  /** Until its turn has come. */
  #args: readonly unknown[] | undefined;
  readonly #loop: EventLoop;

  constructor(guest: GuestCall, args: readonly unknown[], machine: HostMachine, base: number) {
    this.#guest = guest;
    this.#args = args;
    this.#loop = new EventLoop(guest.callee.instance.scheduler);
    this.request = this.#begin(args, machine, base);
  }

  #begin(args: readonly unknown[], machine: HostMachine, base: number): HostRequest {
    const wait = this.#loop.take(machine);
    if (wait !== undefined) return wait;
    this.#args = undefined;
    try {
      this.#guest.enter();
      return this.#guest.begin(machine, base + VALUE_WORDS, args);
    } catch (error) {
      // There may be no frame yet that would be told.
      this.#loop.release();
      throw error;
    }
  }

  resume(machine: HostMachine, base: number): boolean {
    if (this.#args !== undefined) return this.#ask(this.#begin(this.#args, machine, base));
    const guest = this.#guest;
    const word = base + VALUE_WORDS;
    if (!this.#hasReturned) {
      const next = guest.goOn(machine, word);
      if (next !== undefined) return this.#ask(next);
      this.#result = guest.result(machine, word);
      this.#cost = guest.side.takeCost();
      this.#hasReturned = true;
    }
    if (!tryPay(machine, this.#cost)) return this.#ask("fuel");
    this.#cost = 0;
    const next = guest.finish(machine, word);
    if (next !== undefined) return this.#ask(next);
    this.#isOver = true;
    this.#loop.release();
    machine.X[base >> 1] = unwrapped(this.#result, guest.callee.signature.isFallible);
    return true;
  }

  unwind(error: unknown): void {
    if (this.#isOver) return;
    this.#guest.unwind(error);
    this.#loop.release();
  }

  #ask(request: HostRequest): false {
    this.request = request;
    return false;
  }
}

/** As JavaScript names it: `a:b/c@1.0.0#[method]counter.add` is `Counter.add`. */
function shownName(path: string): string {
  const { kind, resource, name } = readFunctionName(path.slice(path.indexOf("#") + 1));
  if (resource === undefined) return lowerCamelCase(name);
  return kind === "constructor" ? pascalCase(name) : `${pascalCase(resource)}.${lowerCamelCase(name)}`;
}

/** @throws ComponentError for `err` */
export function unwrapped(value: unknown, isFallible: boolean): unknown {
  if (!isFallible) return value;
  const { tag, val } = value as { readonly tag: "ok" | "err"; readonly val?: unknown };
  if (tag === "err") throw new ComponentError(val);
  return val;
}
