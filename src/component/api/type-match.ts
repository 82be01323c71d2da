// Whether what one component exports is what another one imports, where the two were validated apart.
// Owns the comparison of structures; within one component the validator has done it.

import type { ExternType, FuncType, InstanceType } from "../model/types.ts";
import type { ResourceType, ValueType } from "../model/value-type.ts";

/** What has been found equal: pairs of types by the ids of both, and which resource stands for which. */
class Comparison {
  readonly #equal = new Map<number, Set<number>>();
  readonly #resources = new Map<ResourceType, ResourceType>();

  extern(actual: ExternType, expected: ExternType): boolean {
    switch (expected.kind) {
      case "func":
        return actual.kind === "func" && this.#func(actual, expected);
      case "instance":
        return actual.kind === "instance" && this.#instance(actual, expected);
      case "type":
        if (actual.kind !== "type") return false;
        if (expected.type.kind === "resource") {
          if (actual.type.kind !== "resource") return false;
          return this.#resource(actual.type, expected.type);
        }
        return isValue(actual.type) && isValue(expected.type) && this.#value(actual.type, expected.type);
      default:
        return false;
    }
  }

  #instance({ exports }: InstanceType, expected: InstanceType): boolean {
    // Types first: functions name them.
    const names = [...expected.exports].sort(([, a], [, b]) => rank(a.type) - rank(b.type));
    for (const [name, { type }] of names) {
      const found = exports.get(name);
      if (found === undefined || !this.extern(found.type, type)) return false;
    }
    return true;
  }

  #func(actual: FuncType, expected: FuncType): boolean {
    return (
      actual.async === expected.async &&
      actual.params.length === expected.params.length &&
      actual.params.every(({ type }, k) => this.#optional(type, expected.params[k]?.type)) &&
      this.#optional(actual.result, expected.result)
    );
  }

  #resource(actual: ResourceType, expected: ResourceType): boolean {
    const known = this.#resources.get(expected.canonical);
    if (known !== undefined) return known === actual.canonical;
    this.#resources.set(expected.canonical, actual.canonical);
    return true;
  }

  #optional(actual: ValueType | undefined, expected: ValueType | undefined): boolean {
    return actual === undefined || expected === undefined
      ? actual === expected
      : this.#value(actual, expected);
  }

  /** Each pair is compared once, as types are shared graphs. */
  #value(actual: ValueType, expected: ValueType): boolean {
    const { canonical: a } = actual;
    const { canonical: e } = expected;
    let equal = this.#equal.get(a.id);
    if (equal?.has(e.id) === true) return true;
    if (!this.#structure(a, e)) return false;
    equal ??= new Set();
    equal.add(e.id);
    this.#equal.set(a.id, equal);
    return true;
  }

  #structure(a: ValueType, e: ValueType): boolean {
    switch (e.kind) {
      case "record":
        return (
          a.kind === "record" &&
          a.fields.length === e.fields.length &&
          a.fields.every(
            ({ name, type }, k) => name === e.fields[k]?.name && this.#optional(type, e.fields[k]?.type),
          )
        );
      case "variant":
        return (
          a.kind === "variant" &&
          a.cases.length === e.cases.length &&
          a.cases.every(
            ({ name, type }, k) => name === e.cases[k]?.name && this.#optional(type, e.cases[k]?.type),
          )
        );
      case "enum":
      case "flags":
        return (
          a.kind === e.kind &&
          a.names.length === e.names.length &&
          a.names.every((name, k) => name === e.names[k])
        );
      case "tuple":
        return (
          a.kind === "tuple" &&
          a.types.length === e.types.length &&
          a.types.every((type, k) => this.#optional(type, e.types[k]))
        );
      case "list":
        return a.kind === "list" && a.length === e.length && this.#value(a.element, e.element);
      case "option":
        return a.kind === "option" && this.#value(a.type, e.type);
      case "result":
        return a.kind === "result" && this.#optional(a.ok, e.ok) && this.#optional(a.err, e.err);
      case "own":
      case "borrow":
        return a.kind === e.kind && this.#resource(a.resource, e.resource);
      case "stream":
      case "future":
        return a.kind === e.kind && this.#optional(a.element, e.element);
      case "map":
        return a.kind === "map" && this.#value(a.key, e.key) && this.#value(a.value, e.value);
      default:
        return a.kind === e.kind;
    }
  }
}

function rank({ kind }: ExternType): number {
  return kind === "type" ? 0 : 1;
}

function isValue(type: { readonly kind: string }): type is ValueType {
  return !["resource", "func", "instance", "component"].includes(type.kind);
}

/** Whether an export of type `actual` can stand for an import of type `expected`. */
export function matchesExtern(actual: ExternType, expected: ExternType): boolean {
  return new Comparison().extern(actual, expected);
}
