// Resource types when components run: of a component instance, or of the host.
// Owns how the host sees a resource; which handles there are is the tables' affair.

import { describe } from "../../checks/describe.ts";
import type { FunctionInstance } from "../../runtime/function.ts";
import type { InstanceState } from "./instance-state.ts";

/** One side's view of the resources that pass it. */
export interface RuntimeResource {
  /** As in messages of traps. */
  readonly described: string;
  /** What a value is not, if it is no resource of this type that can be given away (or lent). */
  mismatch(value: unknown, isOwn: boolean): string | undefined;
  /** What the definer knows a value of the host by, which has passed {@link mismatch}; an owned one is given away. */
  take(value: unknown, isOwn: boolean): unknown;
  /** The host's value of a resource. Lent, `release` ends its use. */
  give(rep: unknown, isOwn: boolean): { readonly value: object; readonly release: (() => void) | undefined };
}

/** A class of the host. */
export class HostResource implements RuntimeResource {
  readonly described = "host-defined resource";
  readonly #name: string;
  readonly #class: new (
    ...args: never[]
  ) => object;

  constructor(name: string, Class: new (...args: never[]) => object) {
    this.#name = name;
    this.#class = Class;
  }

  mismatch(value: unknown): string | undefined {
    return value instanceof this.#class ? undefined : `${describe(value)} is no ${this.#name}`;
  }

  take(value: unknown): unknown {
    return value;
  }

  give(rep: unknown): { value: object; release: undefined } {
    return { value: rep as object, release: undefined };
  }
}

/** The time between a checkpoint or reset of an instance and the next reset, which undoes what has happened in it. */
export class Era {
  isUndone = false;
}

/** What the host holds of a guest's resource. */
class Held {
  readonly rep: number;
  readonly isOwn: boolean;
  readonly #era: Era;
  #gone: { readonly why: string; readonly era: Era } | undefined;

  constructor(rep: number, isOwn: boolean, era: Era) {
    this.rep = rep;
    this.isOwn = isOwn;
    this.#era = era;
  }

  /** Why it cannot be used any more. */
  get gone(): string | undefined {
    if (this.#era.isUndone) return "is of before a reset";
    return this.#gone?.era.isUndone === false ? this.#gone.why : undefined;
  }

  end(why: string, era: Era): void {
    this.#gone = { why, era };
  }
}

/** A resource type that a component instance has defined. */
export class GuestResource implements RuntimeResource {
  readonly described = "guest-defined resource";
  readonly instance: InstanceState;
  readonly dtor: FunctionInstance | undefined;
  /** For messages; exports give it. */
  name = "resource";
  /** Of the host's objects. */
  classPrototype: object = Object.prototype;
  readonly #held = new WeakMap<object, Held>();

  constructor(instance: InstanceState, dtor: FunctionInstance | undefined) {
    this.instance = instance;
    this.dtor = dtor;
  }

  mismatch(value: unknown, isOwn: boolean): string | undefined {
    const held = this.#heldBy(value);
    if (held === undefined) return `${describe(value)} is no ${this.name}`;
    if (held.gone !== undefined) return `the ${this.name} ${held.gone}`;
    return isOwn && !held.isOwn ? `the ${this.name} is only lent` : undefined;
  }

  take(value: unknown, isOwn: boolean): unknown {
    const held = this.#heldBy(value);
    const mismatch = this.mismatch(value, isOwn);
    if (held === undefined || mismatch !== undefined) throw new TypeError(mismatch);
    if (isOwn) held.end("has been given away", this.instance.era);
    return held.rep;
  }

  give(rep: unknown, isOwn: boolean): { value: object; release: (() => void) | undefined } {
    const value: object = Object.create(this.classPrototype);
    const held = this.hold(value, rep as number, isOwn);
    const release = (): void => {
      held.end("was lent for one call, which is over", this.instance.era);
    };
    return { value, release: isOwn ? undefined : release };
  }

  /** Makes an object of the host stand for a resource. */
  hold(value: object, rep: number, isOwn: boolean): Held {
    const held = new Held(rep, isOwn, this.instance.era);
    this.#held.set(value, held);
    return held;
  }

  /** The resource that the host drops, by its object; `undefined` if that does not own one any more. */
  drop(value: object): number | undefined {
    const held = this.#heldBy(value);
    if (held === undefined || !held.isOwn || held.gone !== undefined) return undefined;
    held.end("has been dropped", this.instance.era);
    return held.rep;
  }

  #heldBy(value: unknown): Held | undefined {
    return typeof value === "object" && value !== null ? this.#held.get(value) : undefined;
  }
}
