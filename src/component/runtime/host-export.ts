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
import { GuestCall } from "./guest-call.ts";
import { tryPay } from "./guest-options.ts";
import type { LiftedFunc } from "./items.ts";

const REFERENCE = refType(HeapType.Extern, true);

/** The function by which the host calls: from an array of arguments to the result. */
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
    const guest = new GuestCall(this.#callee, machine, true);
    const args = machine.X[base >> 1] as readonly unknown[];
    this.#callee.signature.checkParams(guest.side, args, shownName(this.#name));
    guest.enter();
    return new HostExportCall(guest, guest.begin(machine, base + VALUE_WORDS, args));
  }
}

class HostExportCall implements HostFrame {
  request: HostRequest;
  readonly #guest: GuestCall;
  #hasReturned = false;
  #isOver = false;
  #cost = 0;
  #result: unknown;

  constructor(guest: GuestCall, request: HostRequest) {
    this.#guest = guest;
    this.request = request;
  }

  resume(machine: HostMachine, base: number): boolean {
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
    machine.X[base >> 1] = unwrapped(this.#result, guest.callee.signature.isFallible);
    return true;
  }

  unwind(): void {
    if (!this.#isOver) this.#guest.unwind();
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
function unwrapped(value: unknown, isFallible: boolean): unknown {
  if (!isFallible) return value;
  const { tag, val } = value as { readonly tag: "ok" | "err"; readonly val?: unknown };
  if (tag === "err") throw new ComponentError(val);
  return val;
}
