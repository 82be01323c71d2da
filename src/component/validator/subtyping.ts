// Subtyping of what components import and export: whether something offered can stand where something is expected.
// Owns the rules and their words. Value types match when they are the same structure; resource types when they are the same.

import type { TypeRegistry } from "../../module/type-registry.ts";
import type {
  ComponentType,
  Extern,
  ExternType,
  FuncType,
  InstanceType,
  ModuleType,
  NamedType,
  ResourcePath,
} from "../model/types.ts";
import { PRIMITIVES, type ResourceType, type ValueType } from "../model/value-type.ts";
import { coreMismatch } from "./core-types.ts";
import type { Place } from "./fail.ts";

/** Why something does not match; `undefined` when it does. */
export type Mismatch = string | undefined;

/** What bound resource types stand for, inner ones before outer ones. */
export class Bindings {
  readonly #outer: Bindings | undefined;
  readonly #map = new Map<ResourceType, ResourceType>();

  constructor(outer?: Bindings) {
    this.#outer = outer;
  }

  bind(from: ResourceType, to: ResourceType): void {
    if (from !== to) this.#map.set(from, to);
  }

  resolve(resource: ResourceType): ResourceType {
    let current = resource.canonical;
    // What a binding leads to may be bound further out; no chain is longer than there are levels.
    for (let scope: Bindings | undefined = this; scope !== undefined; scope = scope.#outer) {
      current = scope.#map.get(current) ?? current;
    }
    return current;
  }

  get isEmpty(): boolean {
    return this.#map.size === 0 && this.#outer?.isEmpty !== false;
  }
}

const PRIMITIVE_KINDS: ReadonlySet<string> = new Set(PRIMITIVES);

function kindOf(type: NamedType): string {
  switch (type.kind) {
    case "resource":
    case "func":
    case "instance":
    case "component":
      return type.kind;
    default:
      return "defined type";
  }
}

/** What stands at `path`, names of exports, in `externs`. */
export function followPath(
  externs: ReadonlyMap<string, Extern>,
  path: readonly string[],
): Extern | undefined {
  let here: ReadonlyMap<string, Extern> | undefined = externs;
  let found: Extern | undefined;
  for (const name of path) {
    found = here?.get(name);
    here = found?.type.kind === "instance" ? found.type.exports : undefined;
  }
  return found;
}

export class Subtyping {
  readonly #registry: TypeRegistry;
  readonly #place: Place;

  constructor(registry: TypeRegistry, place: Place) {
    this.#registry = registry;
    this.#place = place;
  }

  extern(offered: ExternType, expected: ExternType, bindings: Bindings): Mismatch {
    this.#place.work(1);
    switch (expected.kind) {
      case "core-module":
        return offered.kind === "core-module"
          ? this.#module(offered, expected)
          : wrongKind(offered, expected);
      case "func":
        return offered.kind === "func"
          ? this.#func(offered, expected, bindings)
          : wrongKind(offered, expected);
      case "instance":
        return offered.kind === "instance"
          ? this.#instance(offered, expected, bindings)
          : wrongKind(offered, expected);
      case "component":
        return offered.kind === "component"
          ? this.#component(offered, expected, bindings)
          : wrongKind(offered, expected);
      case "value":
        return offered.kind === "value"
          ? this.#value(offered.type, expected.type, bindings, true)
          : wrongKind(offered, expected);
      case "type":
        return offered.kind === "type"
          ? this.#named(offered.type, expected.type, bindings)
          : wrongKind(offered, expected);
    }
  }

  /** Binds the resource types at `paths` to those that `offered` has there. */
  bindPaths(
    paths: readonly ResourcePath[],
    offered: ReadonlyMap<string, Extern>,
    bindings: Bindings,
  ): Mismatch {
    for (const { resource, path } of paths) {
      this.#place.work(path.length);
      const found = followPath(offered, path)?.type;
      // What is missing, or is no type, is found when everything is compared.
      if (found?.kind !== "type") continue;
      if (found.type.kind !== "resource") return `expected resource, found ${kindOf(found.type)}`;
      bindings.bind(resource, found.type.canonical);
    }
    return undefined;
  }

  #named(offered: NamedType, expected: NamedType, bindings: Bindings): Mismatch {
    const found = kindOf(offered);
    const wanted = kindOf(expected);
    if (found !== wanted) return `expected ${wanted}, found ${found}`;
    switch (expected.kind) {
      case "resource":
        return offered.kind === "resource" ? sameResource(offered, expected, bindings) : undefined;
      case "func":
      case "instance":
      case "component":
        if (offered.kind !== "func" && offered.kind !== "instance" && offered.kind !== "component")
          return undefined;
        return this.extern(offered, expected, bindings);
      default:
        if (kindOf(offered) !== "defined type") return undefined;
        return this.#value(offered as ValueType, expected, bindings, false);
    }
  }

  /** `inline`: where a type is used, and not by itself; it changes what a primitive is called. */
  #value(offered: ValueType, expected: ValueType, bindings: Bindings, inline: boolean): Mismatch {
    if (offered.canonical === expected.canonical && (!expected.hasResources || bindings.isEmpty))
      return undefined;
    this.#place.work(1);
    if (PRIMITIVE_KINDS.has(expected.kind)) {
      if (offered.kind === expected.kind) return undefined;
      if (PRIMITIVE_KINDS.has(offered.kind)) {
        return `expected primitive \`${expected.kind}\` found primitive \`${offered.kind}\``;
      }
      return `expected ${inline ? expected.kind : "primitive"}, found ${offered.kind}`;
    }
    if (offered.kind !== expected.kind) return `expected ${expected.kind}, found ${offered.kind}`;
    return this.#sameKind(offered, expected, bindings);
  }

  #sameKind(offered: ValueType, expected: ValueType, bindings: Bindings): Mismatch {
    const part = (what: string, a: ValueType, b: ValueType): Mismatch =>
      inside(`type mismatch in ${what}`, this.#value(a, b, bindings, true));
    switch (expected.kind) {
      case "record": {
        if (offered.kind !== "record") return undefined;
        if (offered.fields.length !== expected.fields.length) {
          return `expected ${expected.fields.length} fields, found ${offered.fields.length}`;
        }
        return firstMismatch(expected.fields, offered.fields, (wanted, found) =>
          wanted.name === found.name
            ? part(`record field \`${wanted.name}\``, found.type, wanted.type)
            : `expected field name \`${wanted.name}\`, found \`${found.name}\``,
        );
      }
      case "variant": {
        if (offered.kind !== "variant") return undefined;
        if (offered.cases.length !== expected.cases.length) {
          return `expected ${expected.cases.length} cases, found ${offered.cases.length}`;
        }
        return firstMismatch(expected.cases, offered.cases, (wanted, found) => {
          const { name } = wanted;
          if (name !== found.name) return `expected case named \`${name}\`, found \`${found.name}\``;
          if (wanted.type === undefined) {
            return found.type === undefined ? undefined : `expected case \`${name}\` to have no type`;
          }
          if (found.type === undefined) return `expected case \`${name}\` to have a type, found none`;
          return part(`variant case \`${name}\``, found.type, wanted.type);
        });
      }
      case "tuple": {
        if (offered.kind !== "tuple") return undefined;
        if (offered.types.length !== expected.types.length) {
          return `expected ${expected.types.length} types, found ${offered.types.length}`;
        }
        return firstMismatch(expected.types, offered.types, (wanted, found, k) =>
          part(`tuple field ${k}`, found, wanted),
        );
      }
      case "flags":
      case "enum":
        if (offered.kind !== "flags" && offered.kind !== "enum") return undefined;
        return offered.names.join() === expected.names.join()
          ? undefined
          : `mismatch in ${expected.kind} elements`;
      case "list":
        if (offered.kind !== "list") return undefined;
        if (offered.length !== expected.length) {
          return `expected a list of ${expected.length ?? "any"} elements, found one of ${offered.length ?? "any"}`;
        }
        return part("list", offered.element, expected.element);
      case "option":
        return offered.kind === "option" ? part("option", offered.type, expected.type) : undefined;
      case "result":
        if (offered.kind !== "result") return undefined;
        return (
          this.#optional("ok", offered.ok, expected.ok, bindings) ??
          this.#optional("err", offered.err, expected.err, bindings)
        );
      case "map":
        if (offered.kind !== "map") return undefined;
        return part("map key", offered.key, expected.key) ?? part("map value", offered.value, expected.value);
      case "stream":
      case "future":
        if (offered.kind !== "stream" && offered.kind !== "future") return undefined;
        return this.#optional(expected.kind, offered.element, expected.element, bindings);
      case "own":
      case "borrow":
        if (offered.kind !== "own" && offered.kind !== "borrow") return undefined;
        return sameResource(offered.resource, expected.resource, bindings);
      default:
        return undefined;
    }
  }

  #optional(
    what: string,
    offered: ValueType | undefined,
    expected: ValueType | undefined,
    bindings: Bindings,
  ): Mismatch {
    if (expected === undefined) {
      return offered === undefined ? undefined : `expected ${what} type to not be present`;
    }
    if (offered === undefined) return `expected ${what} type, but found none`;
    return inside(`type mismatch in ${what} variant`, this.#value(offered, expected, bindings, true));
  }

  #func(offered: FuncType, expected: FuncType, bindings: Bindings): Mismatch {
    if (offered.async !== expected.async) {
      return `expected ${expected.async ? "an async" : "a synchronous"} function`;
    }
    if (offered.params.length !== expected.params.length) {
      return `expected ${expected.params.length} parameters, found ${offered.params.length}`;
    }
    const mismatch = firstMismatch(expected.params, offered.params, (wanted, found) => {
      if (wanted.name !== found.name) {
        return `expected parameter named \`${wanted.name}\`, found \`${found.name}\``;
      }
      const what = `type mismatch in function parameter \`${wanted.name}\``;
      return inside(what, this.#value(found.type, wanted.type, bindings, true));
    });
    if (mismatch !== undefined) return mismatch;
    if (expected.result === undefined) {
      return offered.result === undefined ? undefined : "expected no result, found one";
    }
    if (offered.result === undefined) return "expected a result, found none";
    return inside(
      "type mismatch with result type",
      this.#value(offered.result, expected.result, bindings, true),
    );
  }

  #instance(offered: InstanceType, expected: InstanceType, outer: Bindings): Mismatch {
    const bindings = new Bindings(outer);
    return (
      this.bindPaths(expected.resources, offered.exports, bindings) ??
      this.#externs(offered.exports, expected.exports, bindings, "export", "instance export")
    );
  }

  /** What the one imports, the other must be given; what it exports, the other must have. */
  #component(offered: ComponentType, expected: ComponentType, outer: Bindings): Mismatch {
    const bindings = new Bindings(outer);
    return (
      this.bindPaths(offered.importedResources, expected.imports, bindings) ??
      this.#externs(expected.imports, offered.imports, bindings, "import", "component import") ??
      this.bindPaths(expected.exportedResources, offered.exports, bindings) ??
      this.#externs(offered.exports, expected.exports, bindings, "export", "component export")
    );
  }

  #externs(
    offered: ReadonlyMap<string, Extern>,
    expected: ReadonlyMap<string, Extern>,
    bindings: Bindings,
    missing: string,
    what: string,
  ): Mismatch {
    for (const [name, { type }] of expected) {
      const found = offered.get(name);
      if (found === undefined) return `missing expected ${missing} \`${name}\``;
      const mismatch = this.extern(found.type, type, bindings);
      if (mismatch !== undefined) return `type mismatch in ${what} \`${name}\`: ${mismatch}`;
    }
    return undefined;
  }

  #module(offered: ModuleType, expected: ModuleType): Mismatch {
    this.#place.work(offered.imports.length + expected.imports.length + expected.exports.size);
    const imports = new Map<string, Map<string, ModuleType["imports"][number]>>();
    for (const each of expected.imports) {
      const fields = imports.get(each.module) ?? new Map();
      imports.set(each.module, fields.set(each.name, each));
    }
    for (const { module, name, type } of offered.imports) {
      const given = imports.get(module)?.get(name);
      if (given === undefined) return `missing expected import \`${module}::${name}\``;
      const mismatch = coreMismatch(given.type, type, this.#registry);
      if (mismatch !== undefined) return `type mismatch in import \`${module}::${name}\`: ${mismatch}`;
    }
    for (const [name, type] of expected.exports) {
      const found = offered.exports.get(name);
      if (found === undefined) return `missing expected export \`${name}\``;
      const mismatch = coreMismatch(found, type, this.#registry);
      if (mismatch !== undefined) return `type mismatch in export \`${name}\`: ${mismatch}`;
    }
    return undefined;
  }
}

function wrongKind(offered: ExternType, expected: ExternType): string {
  return `expected ${expected.kind.replace("core-", "")}, found ${offered.kind.replace("core-", "")}`;
}

function sameResource(offered: ResourceType, expected: ResourceType, bindings: Bindings): Mismatch {
  return bindings.resolve(offered) === bindings.resolve(expected)
    ? undefined
    : "resource types are not the same";
}

function inside(what: string, mismatch: Mismatch): Mismatch {
  return mismatch === undefined ? undefined : `${what}: ${mismatch}`;
}

function firstMismatch<T>(
  expected: readonly T[],
  offered: readonly T[],
  compare: (expected: T, offered: T, k: number) => Mismatch,
): Mismatch {
  for (const [k, wanted] of expected.entries()) {
    const found = offered[k];
    const mismatch = found === undefined ? undefined : compare(wanted, found, k);
    if (mismatch !== undefined) return mismatch;
  }
  return undefined;
}
