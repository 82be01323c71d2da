// TypeScript declarations of what a component imports and exports: what its host has to give, and what it can call.
// Owns the text. The mapping of values is the one of docs/components.md.

import { STRING, wrongArgument } from "../../checks/options.ts";
import { lowerCamelCase, pascalCase, readFunctionName } from "../abi/js-names.ts";
import type { ComponentType, ExternType, FuncType, InstanceType, NamedType } from "../model/types.ts";
import type { Field, ResourceType, ValueType } from "../model/value-type.ts";
import { Component } from "./component.ts";

/** Who calls: functions of the host may return promises. */
type Side = "import" | "export";

const TYPED_ARRAYS: Readonly<Partial<Record<ValueType["kind"], string>>> = {
  u8: "Uint8Array",
  s8: "Int8Array",
  u16: "Uint16Array",
  s16: "Int16Array",
  u32: "Uint32Array",
  s32: "Int32Array",
  u64: "BigUint64Array",
  s64: "BigInt64Array",
  f32: "Float32Array",
  f64: "Float64Array",
};

/** Words that are no names of parameters. */
const RESERVED: ReadonlySet<string> = /* @__PURE__ */ new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);

function parameterName(name: string): string {
  const camel = lowerCamelCase(name);
  return RESERVED.has(camel) ? `${camel}_` : camel;
}

/** `wasi:io/streams@0.2.0` as `WasiIoStreams0_2_0`. */
function namespaceName(name: string): string {
  const [path = "", version] = name.split("@");
  const words = path
    .split(/[:/]/)
    .map((part) => pascalCase(part))
    .join("");
  return version === undefined ? words : `${words}${version.replace(/[^0-9A-Za-z]/g, "_")}`;
}

/** Names that stand for types in what is being written. */
class Names {
  readonly #values = new Map<ValueType, string>();
  readonly #resources = new Map<ResourceType, string>();

  /** Names of an enclosing scope that are seen in this one too. */
  constructor(outer?: Names) {
    if (outer === undefined) return;
    for (const [type, name] of outer.#values) this.#values.set(type, name);
    for (const [type, name] of outer.#resources) this.#resources.set(type, name);
  }

  setValue(type: ValueType, name: string): void {
    this.#values.set(type, name);
  }

  setResource(type: ResourceType, name: string): void {
    this.#resources.set(type.canonical, name);
  }

  resource(type: ResourceType): string | undefined {
    return this.#resources.get(type.canonical);
  }

  /** How a type is written where it is used: by its name, if it has one, else in full. */
  text(type: ValueType): string {
    return this.#values.get(type) ?? this.structure(type);
  }

  /** A type in full. */
  structure(type: ValueType): string {
    switch (type.kind) {
      case "bool":
        return "boolean";
      case "s64":
      case "u64":
        return "bigint";
      case "string":
      case "char":
        return "string";
      case "record":
        return `{ ${type.fields.map((field) => this.#field(field)).join("; ")} }`;
      case "tuple":
        return `[${type.types.map((part) => this.text(part)).join(", ")}]`;
      case "list":
        return TYPED_ARRAYS[type.element.kind] ?? `Array<${this.text(type.element)}>`;
      case "option":
        return type.type.kind === "option"
          ? `{ tag: "some"; val: ${this.text(type.type)} } | { tag: "none" }`
          : `${this.text(type.type)} | undefined`;
      case "variant":
        return type.cases.map(({ name, type: payload }) => this.#tagged(name, payload)).join(" | ");
      case "result":
        return `${this.#tagged("ok", type.ok)} | ${this.#tagged("err", type.err)}`;
      case "enum":
        return type.names.map((name) => JSON.stringify(name)).join(" | ");
      case "flags":
        return `{ ${type.names.map((name) => `${lowerCamelCase(name)}?: boolean`).join("; ")} }`;
      case "own":
      case "borrow":
        return this.resource(type.resource) ?? "object";
      case "stream":
        return type.element?.kind === "u8"
          ? "ReadableStream<Uint8Array>"
          : `ReadableStream<${this.#optional(type.element)}>`;
      case "future":
        return `Promise<${this.#optional(type.element)}>`;
      case "map":
        return `Array<[${this.text(type.key)}, ${this.text(type.value)}]>`;
      case "error-context":
        return "object";
      default:
        return "number";
    }
  }

  #optional(type: ValueType | undefined): string {
    return type === undefined ? "void" : this.text(type);
  }

  #tagged(tag: string, payload: ValueType | undefined): string {
    const name = JSON.stringify(tag);
    return payload === undefined ? `{ tag: ${name} }` : `{ tag: ${name}; val: ${this.text(payload)} }`;
  }

  #field({ name, type }: Field): string {
    const text = this.text(type);
    // `undefined` is also what a missing property gives.
    const isOptional = type.kind === "option" && type.type.kind !== "option";
    return `${lowerCamelCase(name)}${isOptional ? "?" : ""}: ${text}`;
  }

  /** Parameters in parentheses; of a method, without the first one. */
  params({ params }: FuncType, isMethod = false): string {
    const own = isMethod ? params.slice(1) : params;
    return `(${own.map(({ name, type }) => `${parameterName(name)}: ${this.text(type)}`).join(", ")})`;
  }

  result({ result }: FuncType, side: Side): string {
    // Of a result, `err` is thrown.
    const given = result?.kind === "result" ? result.ok : result;
    const text = this.#optional(given);
    return side === "import" ? `${text} | Promise<${text}>` : text;
  }
}

/** One interface, or what a component imports or exports by itself. */
class Scope {
  readonly names: Names;
  readonly #side: Side;
  readonly #types: string[] = [];
  readonly #functions: string[] = [];
  readonly #classes = new Map<string, string[]>();

  constructor(side: Side, names: Names) {
    this.#side = side;
    this.names = names;
  }

  add(name: string, type: ExternType): void {
    if (type.kind === "type") this.#addType(name, type.type);
    else if (type.kind === "func") this.#addFunction(name, type);
  }

  #addType(name: string, type: NamedType): void {
    const identifier = pascalCase(name);
    switch (type.kind) {
      case "resource": {
        const known = this.names.resource(type);
        if (known === undefined) {
          this.names.setResource(type, identifier);
          this.#classes.set(name, []);
        } else if (known !== identifier) {
          this.#types.push(`type ${identifier} = ${known};`);
        }
        return;
      }
      case "func":
      case "instance":
      case "component":
        return;
      default:
        this.#types.push(`type ${identifier} = ${this.names.structure(type)};`);
        this.names.setValue(type, identifier);
    }
  }

  #addFunction(wit: string, type: FuncType): void {
    const { names } = this;
    const { kind, resource = "", name } = readFunctionName(wit);
    if (kind === "function") {
      this.#functions.push(
        `${lowerCamelCase(name)}${names.params(type)}: ${names.result(type, this.#side)};`,
      );
      return;
    }
    const members = this.#classes.get(resource);
    if (members === undefined) return;
    if (kind === "constructor") {
      members.push(`constructor${names.params(type)};`);
      return;
    }
    const prefix = kind === "static" ? "static " : "";
    const params = names.params(type, kind === "method");
    members.push(`${prefix}${lowerCamelCase(name)}${params}: ${names.result(type, this.#side)};`);
  }

  /** Types and classes, each line indented by `indent`. */
  declarations(indent: string): string[] {
    const lines = this.#types.map((line) => `${indent}export ${line}`);
    for (const [name, members] of this.#classes) {
      const dispose = this.#side === "export" ? "[Symbol.dispose](): void;" : "[Symbol.dispose]?(): void;";
      lines.push(`${indent}export class ${pascalCase(name)} {`);
      for (const member of [...members, dispose]) lines.push(`${indent}  ${member}`);
      lines.push(`${indent}}`);
    }
    return lines;
  }

  /** Functions, and classes as values, each line indented by `indent`. */
  members(indent: string, qualifier: string): string[] {
    const classes = [...this.#classes.keys()].map((name) => {
      const identifier = pascalCase(name);
      return `${identifier}: typeof ${qualifier}${identifier};`;
    });
    return [...this.#functions, ...classes].map((line) => `${indent}${line}`);
  }
}

/** Declarations of what a component imports and exports, as the text of a `.d.ts` file. `source` names it in the first line. */
export function typescriptOf(component: Component, source = "a component"): string {
  if (!(component instanceof Component))
    throw wrongArgument("typescriptOf(component, source)", "component", "a Component", component);
  STRING.read(source, "typescriptOf: source");
  const { type } = component.checked;
  const lines = [`// Types of ${source}, made by: wasmeter types`];
  const shared = new Names();
  const write = (side: Side, externs: ComponentType["imports"], title: string): string[] => {
    const own = new Scope(side, shared);
    const members: string[] = [];
    for (const [name, extern] of externs) {
      if (extern.type.kind !== "instance") {
        own.add(name, extern.type);
        continue;
      }
      const namespace = `${side === "import" ? "" : "Exported"}${namespaceName(name)}`;
      const scope = scopeOf(side, extern.type, shared);
      const key = JSON.stringify(name);
      lines.push("", `/** ${name} */`, `export namespace ${namespace} {`);
      append(lines, scope.declarations("  "));
      lines.push("  export interface Interface {");
      append(lines, scope.members("    ", ""));
      lines.push("  }", "}");
      share(extern.type, namespace, scope.names, shared);
      members.push(`  ${key}: ${namespace}.Interface;`);
    }
    append(lines, own.declarations(""));
    return [
      "",
      `/** What the component ${title}. */`,
      `export interface ${side === "import" ? "Imports" : "Exports"} {`,
      ...members,
      ...own.members("  ", ""),
      "}",
    ];
  };
  const imports = write("import", type.imports, "imports: its host defines it");
  const exports = write("export", type.exports, "exports");
  return [...lines, ...imports, ...exports, ""].join("\n");
}

/** As many as a guest has declared: not as arguments. */
function append(lines: string[], more: readonly string[]): void {
  for (const line of more) lines.push(line);
}

function scopeOf(side: Side, { exports }: InstanceType, shared: Names): Scope {
  const scope = new Scope(side, new Names(shared));
  for (const [name, { type }] of exports) scope.add(name, type);
  return scope;
}

/** Resources keep their names in what follows, where they are qualified. */
function share({ exports }: InstanceType, namespace: string, names: Names, shared: Names): void {
  for (const { type } of exports.values()) {
    if (type.kind !== "type" || type.type.kind !== "resource") continue;
    const name = names.resource(type.type);
    if (name !== undefined && shared.resource(type.type) === undefined) {
      shared.setResource(type.type, name.includes(".") ? name : `${namespace}.${name}`);
    }
  }
}
