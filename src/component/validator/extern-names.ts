// Rules of the names of imports and exports: grammar, attributes, uniqueness, and what annotated functions must look like.
// Owns one list of names: of a component's or type's imports, or exports, or of an instance made of exports.

import type { ExternName } from "../model/definitions.ts";
import {
  type ExternNameParts,
  isCanonicalVersion,
  NameProblem,
  parseExternName,
  parseInterfaceName,
  parseVersion,
  uniquenessKey,
} from "../model/names.ts";
import type { ExternAttributes, ExternType, FuncType } from "../model/types.ts";
import type { ResourceType } from "../model/value-type.ts";
import type { Place } from "./fail.ts";

export class ExternNames {
  readonly #role: "import" | "export";
  readonly #place: Place;
  /** Names by what makes them unique. */
  readonly #seen = new Map<string, string>();
  /** The names of resource types that stand in this list. */
  readonly #resources = new Map<ResourceType, string>();
  readonly #resourceNames = new Set<string>();

  readonly #namesResources: boolean;

  /** `namesResources`: whether a resource type has, for functions beside it, the name that it gets here. */
  constructor(role: "import" | "export", place: Place, namesResources = true) {
    this.#role = role;
    this.#place = place;
    this.#namesResources = namesResources;
  }

  /** Checks a name for something of this type, and gives its attributes. */
  add({ name, attributes }: ExternName, type: ExternType): ExternAttributes | undefined {
    const parts = this.#parse(name);
    const checked = this.#attributes(name, parts, attributes, type);
    if (parts.kind === "interface") this.#version(name, parts.version, checked?.versionSuffix);
    const key = uniquenessKey(name);
    const previous = this.#seen.get(key);
    if (previous !== undefined) {
      this.#place.fail(`${this.#role} name \`${name}\` conflicts with previous name \`${previous}\``);
    }
    this.#seen.set(key, name);
    if (type.kind === "type" && type.type.kind === "resource" && parts.kind === "label") {
      if (this.#namesResources) this.#resources.set(type.type, name);
      this.#resourceNames.add(name);
    }
    this.#annotation(name, parts, type);
    return checked;
  }

  #parse(name: string): ExternNameParts {
    const parts = parseExternName(name);
    if (parts instanceof NameProblem) this.#invalid(name, parts.reason);
    return parts;
  }

  #invalid(name: string, reason: string): never {
    return this.#place.fail(`${this.#role} name \`${name}\` is not a valid extern name: ${reason}`);
  }

  #version(name: string, version: string | undefined, suffix: string | undefined): void {
    if (suffix !== undefined && (version === undefined || !isCanonicalVersion(version))) {
      this.#invalid(name, "a version suffix needs a canonical version before it");
    }
    if (version === undefined) return;
    const problem = parseVersion(version + (suffix ?? ""));
    if (problem instanceof NameProblem) {
      this.#invalid(name, `\`${version}${suffix ?? ""}\` is not a valid semver: ${problem.reason}`);
    }
  }

  #attributes(
    name: string,
    parts: ExternNameParts,
    attributes: ExternName["attributes"],
    type: ExternType,
  ): ExternAttributes | undefined {
    if (attributes.length === 0) return undefined;
    const result: { -readonly [Key in keyof ExternAttributes]: ExternAttributes[Key] } = {};
    for (const { kind, text } of attributes) {
      if (result[kind] !== undefined) this.#place.fail(`duplicate '${kind}' option in name`);
      result[kind] = text;
    }
    const { implements: implemented } = result;
    if (implemented === undefined) return result;
    const problem = implemented === "" ? undefined : parseInterfaceName(implemented);
    if (problem === undefined) this.#place.fail("`` is not a valid name for `implements`");
    if (problem instanceof NameProblem) {
      this.#place.fail(`\`implements\` of \`${implemented}\`: it must be an interface: ${problem.reason}`);
    }
    if (type.kind !== "instance") this.#place.fail("only instances can have an `implements`");
    if (parts.kind !== "label") this.#place.fail(`name \`${name}\` is not valid with \`implements\``);
    return result;
  }

  #annotation(name: string, parts: ExternNameParts, type: ExternType): void {
    if (parts.kind === "label" || parts.kind === "interface") return;
    if (type.kind !== "func") this.#place.fail(`${this.#role} name \`${name}\` is not a func`);
    switch (parts.kind) {
      case "constructor":
        this.#resourceIs(parts.resource, this.#constructed(type));
        return;
      case "method":
        this.#resourceIs(parts.resource, this.#self(type));
        return;
      case "static":
        if (!this.#resourceNames.has(parts.resource)) {
          this.#place.fail("static resource name is not known in this context");
        }
    }
  }

  #constructed({ result }: FuncType): ResourceType {
    if (result === undefined) this.#place.fail("function should return one value");
    const own = result.kind === "result" ? result.ok : result;
    if (own?.kind !== "own") this.#place.fail("function should return `(own $T)` or `(result (own $T))`");
    return own.resource;
  }

  #self({ params }: FuncType): ResourceType {
    const [self] = params;
    if (self === undefined) this.#place.fail("function should have at least one argument");
    if (self.name !== "self") this.#place.fail("function should have a first argument called `self`");
    if (self.type.kind !== "borrow") {
      this.#place.fail("function should take a first argument of `(borrow $T)`");
    }
    return self.type.resource;
  }

  #resourceIs(name: string, resource: ResourceType): void {
    const known = this.#resources.get(resource);
    if (known === undefined)
      this.#place.fail("resource used in function does not have a name in this context");
    if (known !== name) this.#place.fail(`function does not match expected resource name \`${known}\``);
  }
}
