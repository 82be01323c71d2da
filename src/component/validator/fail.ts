// How the validator says that something is invalid: with the text that tests expect first, where it is, and the path.

import { LimitError, ValidationError } from "../../errors.ts";
import { componentError } from "../model/component-error.ts";
import type { ComponentLimits } from "../model/limits.ts";

/** Where the validator is, and how much it may still do. One for a whole file. */
export class Place {
  /** Offset of the definition or declaration being checked. */
  offset = 0;
  readonly path: string[] = [];
  readonly #limits: ComponentLimits;
  #work = 0;

  constructor(limits: ComponentLimits) {
    this.#limits = limits;
  }

  /** @throws ValidationError always */
  fail(message: string): never {
    throw componentError(ValidationError, message, this.offset, this.path.join(" > "));
  }

  /**
   * Counts parts of types that are made, copied or compared beyond reading each definition once, of which a small file can
   * ask for very many.
   */
  work(parts: number): void {
    this.#work += parts;
    const allowed = this.#limits.typeSize;
    if (this.#work > allowed) {
      throw new LimitError("typeSize", this.#work, allowed, "parts of types looked at");
    }
  }
}
