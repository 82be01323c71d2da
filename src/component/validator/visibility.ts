// External visibility: what an import or export refers to must itself have been imported or exported, if it needs a name.
// Owns which types need one, and the set of those that have one. A type is looked at once.

import { partsOf } from "../model/type-interner.ts";
import type { ExternType, InstanceType, NamedType } from "../model/types.ts";
import type { ValueType } from "../model/value-type.ts";

/** Named types of imports, or of exports, of one component or type. */
export class VisibleTypes {
  readonly #named = new Set<NamedType>();
  /** Types of which everything has been found to be visible; that does not change. */
  readonly #visible = new Set<NamedType>();

  /** Whether everything that `type` refers to is visible; if so, the types that it names are from now on. */
  admit(type: ExternType): boolean {
    switch (type.kind) {
      case "type":
        if (!this.#hasVisibleParts(type.type)) return false;
        this.#named.add(type.type);
        return true;
      case "func":
        return this.#hasVisibleParts(type);
      case "value":
        return this.#isVisible(type.type);
      case "instance":
        return this.#admitAll(type);
      // Components and core modules stand by themselves.
      default:
        return true;
    }
  }

  #admitAll(instance: InstanceType): boolean {
    if (this.#visible.has(instance)) return true;
    for (const { type } of instance.exports.values()) if (!this.admit(type)) return false;
    this.#visible.add(instance);
    return true;
  }

  #hasVisibleParts(type: NamedType): boolean {
    switch (type.kind) {
      case "resource":
      case "component":
        return true;
      case "instance":
        return this.#admitAll(type);
      case "func":
        return (
          type.params.every((param) => this.#isVisible(param.type)) &&
          (type.result === undefined || this.#isVisible(type.result))
        );
      case "own":
      case "borrow":
        return this.#named.has(type.resource);
      default:
        return partsOf(type).every((part) => this.#isVisible(part));
    }
  }

  /** Records, variants, flags and enums need names; what others are made of has to be visible. */
  #isVisible(type: ValueType): boolean {
    switch (type.kind) {
      case "record":
      case "variant":
      case "flags":
      case "enum":
        return this.#named.has(type);
      default: {
        if (this.#visible.has(type)) return true;
        if (!this.#hasVisibleParts(type)) return false;
        this.#visible.add(type);
        return true;
      }
    }
  }
}
