// Canonical built-ins of resources: making a handle, dropping one, and what a resource's definer knows it by.
// Owns when destructors run.

import { describe } from "../../checks/describe.ts";
import { Trap } from "../../errors.ts";
import { disposeSymbol } from "../../host.ts";
import type { FunctionInstance } from "../../runtime/function.ts";
import {
  type HostFrame,
  type HostMachine,
  type RawHostFunction,
  VALUE_WORDS,
} from "../../runtime/raw-function.ts";
import type { ResourceType } from "../model/value-type.ts";
import type { InstanceState } from "./instance-state.ts";
import { GuestResource } from "./resources.ts";

/** `resource.new`: a handle for a resource of the instance itself. */
export function resourceNew(instance: InstanceState, type: ResourceType): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin({ R }, base) {
      instance.requireMayLeave();
      const resource = instance.resource(type);
      R[base] = instance.handles.add({ resource, rep: R[base], scope: undefined, lends: 0 });
      return undefined;
    },
  };
}

/** `resource.rep`. */
export function resourceRep(instance: InstanceState, type: ResourceType): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin({ R }, base) {
      R[base] = instance.handles.get(R[base] as number, instance.resource(type)).rep as number;
      return undefined;
    },
  };
}

/** `resource.drop`. */
export function resourceDrop(instance: InstanceState, type: ResourceType): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin(machine, base) {
      instance.requireMayLeave();
      const resource = instance.resource(type);
      const { scope, rep } = instance.handles.remove(machine.R[base] as number, resource);
      if (scope !== undefined) {
        scope.borrows--;
        return undefined;
      }
      if (resource instanceof GuestResource) return destroy(machine, base, resource, rep as number, instance);
      disposeOf(rep as Partial<Disposable>);
      return undefined;
    },
  };
}

/** What a host's object does when a guest drops it, if anything. @throws TypeError for what is no function; whatever it throws */
function disposeOf(object: Partial<Disposable>): void {
  const dispose: unknown = object[disposeSymbol];
  if (dispose === undefined || dispose === null) return;
  if (typeof dispose !== "function")
    throw new TypeError(`[Symbol.dispose] of ${describe(object)} is ${describe(dispose)}, and no function`);
  dispose.call(object);
}

/** Drops what the host owns, by its number. */
export function hostDrop(resource: GuestResource): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin: (machine, base) => destroy(machine, base, resource, machine.R[base] as number, undefined),
  };
}

/** Runs the destructor, in the instance that defines the resource, which `from` may be itself. @throws Trap */
function destroy(
  { R }: HostMachine,
  base: number,
  { instance, dtor }: GuestResource,
  rep: number,
  from: InstanceState | undefined,
): HostFrame | undefined {
  const isOwn = instance === from;
  if (!isOwn && from?.isRelatedTo(instance) === true) throw new Trap("cannot-enter-component");
  if (dtor === undefined) return undefined;
  if (!isOwn) instance.enter();
  R[base + VALUE_WORDS] = rep;
  R[base + VALUE_WORDS + 1] = 0;
  return new Destruction(dtor, isOwn ? undefined : instance);
}

class Destruction implements HostFrame {
  readonly request: FunctionInstance;
  readonly #entered: InstanceState | undefined;

  constructor(dtor: FunctionInstance, entered: InstanceState | undefined) {
    this.request = dtor;
    this.#entered = entered;
  }

  resume(): boolean {
    this.#entered?.exit();
    return true;
  }

  unwind(error: unknown): void {
    this.#entered?.poison(error);
  }
}
