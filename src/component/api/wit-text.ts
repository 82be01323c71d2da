// A component's imports and exports as WIT text: a world, and the interfaces that it names, by package.
// Owns how types are written and which names they have; what a component exports has been validated.

import { NameProblem, parseExternName } from "../model/names.ts";
import type { ComponentType, Extern, ExternType, FuncType, InstanceType, NamedType } from "../model/types.ts";
import type { ResourceType, ValueType } from "../model/value-type.ts";

/** Words that cannot stand as names by themselves. */
const KEYWORDS = new Set(
  (
    "as async bool borrow char constructor enum export f32 f64 flags from func future import include interface list option own " +
    "package record resource result s16 s32 s64 s8 static stream string tuple type u16 u32 u64 u8 use variant with world map " +
    "error-context"
  ).split(" "),
);

function label(name: string): string {
  return KEYWORDS.has(name) ? `%${name}` : name;
}

/** Types that have names: by the object that the name made, else by structure. */
class Names {
  readonly #outer: Names | undefined;
  readonly #byNode = new Map<NamedType, string>();
  readonly #byStructure = new Map<NamedType, string>();

  constructor(outer?: Names) {
    this.#outer = outer;
  }

  add(type: ValueType | ResourceType, name: string): void {
    this.#byNode.set(type, name);
    if (!this.#byStructure.has(type.canonical)) this.#byStructure.set(type.canonical, name);
  }

  find(type: ValueType | ResourceType): string | undefined {
    return this.#byNode.get(type) ?? this.#byStructure.get(type.canonical) ?? this.#outer?.find(type);
  }
}

/** Writes types by the names that they have in one interface, or in the world. */
class TypeWriter {
  readonly names: Names;

  constructor(outer?: Names) {
    this.names = new Names(outer);
  }

  type(type: ValueType): string {
    const name = isNominal(type) ? this.names.find(type) : undefined;
    return name === undefined ? this.structure(type) : label(name);
  }

  /** Without regard to a name of its own. */
  structure(type: ValueType): string {
    const list = (types: readonly (ValueType | undefined)[]) =>
      types.map((each) => (each === undefined ? "_" : this.type(each))).join(", ");
    switch (type.kind) {
      case "record":
        return `record { ${type.fields.map((field) => `${label(field.name)}: ${this.type(field.type)}`).join(", ")} }`;
      case "variant":
        return `variant { ${type.cases.map((each) => this.#case(each)).join(", ")} }`;
      case "flags":
      case "enum":
        return `${type.kind} { ${type.names.map(label).join(", ")} }`;
      case "list":
        return type.length === undefined
          ? `list<${this.type(type.element)}>`
          : `list<${this.type(type.element)}, ${type.length}>`;
      case "tuple":
        return `tuple<${list(type.types)}>`;
      case "option":
        return `option<${this.type(type.type)}>`;
      case "result":
        if (type.err !== undefined) return `result<${list([type.ok, type.err])}>`;
        return type.ok === undefined ? "result" : `result<${this.type(type.ok)}>`;
      case "map":
        return `map<${list([type.key, type.value])}>`;
      case "stream":
      case "future":
        return type.element === undefined ? type.kind : `${type.kind}<${this.type(type.element)}>`;
      case "own":
        return this.#resource(type.resource);
      case "borrow":
        return `borrow<${this.#resource(type.resource)}>`;
      default:
        return type.kind;
    }
  }

  #case({ name, type }: { readonly name: string; readonly type: ValueType | undefined }): string {
    return type === undefined ? label(name) : `${label(name)}(${this.type(type)})`;
  }

  #resource(resource: ResourceType): string {
    return label(this.names.find(resource) ?? "resource");
  }

  /** `func(a: u32) -> string`; of a method without its first parameter. */
  func(type: FuncType, skipped = 0): string {
    const params = type.params
      .slice(skipped)
      .map((param) => `${label(param.name)}: ${this.type(param.type)}`)
      .join(", ");
    const result = type.result === undefined ? "" : ` -> ${this.type(type.result)}`;
    return `${type.async ? "async " : ""}func(${params})${result}`;
  }

  /** A definition of a type under a name. */
  definition(name: string, type: ValueType): string {
    const structure = this.structure(type);
    if (!isNominal(type)) return `type ${label(name)} = ${structure};`;
    const [kind = "", ...rest] = structure.split(" ");
    const members = rest.slice(1, -1).join(" ");
    const lines = splitMembers(members).map((member) => `  ${member},`);
    return [`${kind} ${label(name)} {`, ...lines, "}"].join("\n");
  }
}

function isNominal(type: ValueType): boolean {
  return type.kind === "record" || type.kind === "variant" || type.kind === "flags" || type.kind === "enum";
}

/** Parts at commas outside of brackets. */
function splitMembers(text: string): string[] {
  const members: string[] = [];
  let [depth, start] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === "<" || char === "(" || char === "{") depth++;
    else if ((char === ">" && text[i - 1] !== "-") || char === ")" || char === "}") depth--;
    else if (char === "," && depth === 0) {
      members.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  members.push(text.slice(start).trim());
  return members;
}

/** Where an interface's types are already named: `wasi:io/streams@0.2.6` and what it calls them. */
interface KnownType {
  readonly interface: string;
  readonly name: string;
}

/** Everything that one text is about. */
class World {
  /** Where each structure got its first name in an interface. */
  readonly #known = new Map<NamedType, KnownType>();
  /** Bodies of interfaces with names of their own, by package and name. */
  readonly #packages = new Map<string, Map<string, string>>();
  readonly #writer = new TypeWriter();

  text({ imports, exports }: ComponentType): string {
    const lines: string[] = [];
    for (const [name, extern] of imports) lines.push(this.#item("import", name, extern));
    for (const [name, extern] of exports) lines.push(this.#item("export", name, extern));
    const parts = ["package root:component;", block("world root", lines)];
    for (const [name, interfaces] of this.#packages) {
      parts.push(block(`package ${name}`, [...interfaces.values()]));
    }
    return `${parts.join("\n\n")}\n`;
  }

  #item(role: "import" | "export", name: string, { type }: Extern): string {
    switch (type.kind) {
      case "instance": {
        const place = packageOf(name);
        if (place === undefined)
          return block(`${role} ${label(name)}: interface`, this.interface(type, name));
        const interfaces = this.#packages.get(place.package) ?? new Map<string, string>();
        this.#packages.set(place.package, interfaces);
        // An interface that is imported and exported is one interface.
        if (!interfaces.has(place.interface)) {
          interfaces.set(
            place.interface,
            block(`interface ${label(place.interface)}`, this.interface(type, name)),
          );
        }
        return `${role} ${name};`;
      }
      case "func":
        return `${role} ${label(name)}: ${this.#writer.func(type)};`;
      case "type":
        return this.#typeItem(name, type.type, this.#writer, "");
      default:
        return `// ${role} ${name}: ${externKindText(type)}`;
    }
  }

  /** The items of an interface; types that other interfaces have named before are used from there. */
  interface({ exports }: InstanceType, name: string): string[] {
    const writer = new TypeWriter();
    const uses = new Map<string, string[]>();
    const items: string[] = [];
    const members = new Map<string, string[]>();
    for (const [item, { type }] of exports) {
      if (type.kind === "type") {
        const known = knownAs(type.type, this.#known);
        if (known !== undefined && known.interface !== name) {
          if (type.type.kind === "resource" || isValue(type.type)) writer.names.add(type.type, item);
          const used = known.name === item ? label(item) : `${label(known.name)} as ${label(item)}`;
          addTo(uses, known.interface, used);
        } else items.push(this.#typeItem(item, type.type, writer, name));
      } else if (type.kind === "func") {
        const member = memberText(item, type, writer);
        if (member === undefined) items.push(`${label(item)}: ${writer.func(type)};`);
        else addTo(members, member.resource, member.text);
      } else if (type.kind === "instance") {
        items.push(block(`// instance ${item}`, this.interface(type, `${name}/${item}`)));
      } else items.push(`// ${item}: ${externKindText(type)}`);
    }
    const withMembers = items.map((item) => {
      const resource = /^resource (\S+);$/.exec(item)?.[1];
      const lines = resource === undefined ? undefined : members.get(resource);
      return lines === undefined ? item : block(`resource ${resource}`, lines);
    });
    const useLines = [...uses].map(([from, names]) => `use ${shortened(from, name)}.{${names.join(", ")}};`);
    return [...useLines, ...withMembers];
  }

  #typeItem(name: string, type: NamedType, writer: TypeWriter, inInterface: string): string {
    if (type.kind === "resource") {
      const other = writer.names.find(type);
      writer.names.add(type, name);
      if (other !== undefined) return `type ${label(name)} = ${label(other)};`;
      this.#remember(type, name, inInterface);
      return `resource ${label(name)};`;
    }
    if (!isValue(type)) return `// type ${name}: ${type.kind}`;
    const other = isNominal(type) ? writer.names.find(type) : undefined;
    const text =
      other === undefined ? writer.definition(name, type) : `type ${label(name)} = ${label(other)};`;
    writer.names.add(type, name);
    if (isNominal(type)) this.#remember(type, name, inInterface);
    return text;
  }

  #remember(type: ValueType | ResourceType, name: string, inInterface: string): void {
    if (inInterface === "" || this.#known.has(type.canonical)) return;
    this.#known.set(type.canonical, { interface: inInterface, name });
  }
}

function isValue(type: NamedType): type is ValueType {
  return (
    type.kind !== "resource" && type.kind !== "func" && type.kind !== "instance" && type.kind !== "component"
  );
}

function knownAs(type: NamedType, known: ReadonlyMap<NamedType, KnownType>): KnownType | undefined {
  return type.kind === "resource" || isValue(type) ? known.get(type.canonical) : undefined;
}

function externKindText(type: ExternType): string {
  return type.kind === "core-module" ? "core module" : type.kind;
}

/** `wasi:io@0.2.6` and `streams` of `wasi:io/streams@0.2.6`; nothing for plain names. */
function packageOf(name: string): { package: string; interface: string } | undefined {
  const parts = parseExternName(name);
  if (parts instanceof NameProblem || parts.kind !== "interface") return undefined;
  const version = parts.version === undefined ? "" : `@${parts.version}`;
  return { package: `${parts.namespace}:${parts.package}${version}`, interface: parts.interface };
}

/** An interface as others of its package call it. */
function shortened(name: string, from: string): string {
  const place = packageOf(name);
  return place !== undefined && place.package === packageOf(from)?.package ? label(place.interface) : name;
}

/** A constructor, method or static function as it stands in its resource. */
function memberText(
  name: string,
  type: FuncType,
  writer: TypeWriter,
): { resource: string; text: string } | undefined {
  const parts = parseExternName(name);
  if (parts instanceof NameProblem) return undefined;
  switch (parts.kind) {
    case "constructor": {
      const text = writer.func(type).replace(/^func/, "constructor");
      const plain = type.result?.kind === "own" ? text.slice(0, text.lastIndexOf(" -> ")) : text;
      return { resource: label(parts.resource), text: `${plain};` };
    }
    case "method":
      return { resource: label(parts.resource), text: `${label(parts.label)}: ${writer.func(type, 1)};` };
    case "static": {
      const text = writer.func(type).replace("func(", "static func(").replace("async static", "static async");
      return { resource: label(parts.resource), text: `${label(parts.label)}: ${text};` };
    }
    default:
      return undefined;
  }
}

function addTo(lists: Map<string, string[]>, key: string, item: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function block(head: string, lines: readonly string[]): string {
  if (lines.length === 0) return `${head} {}`;
  const indented = lines
    .join("\n")
    .split("\n")
    .map((line) => `  ${line}`);
  return [`${head} {`, ...indented, "}"].join("\n");
}

/** Imports and exports of a component as a world called `root`, and the interfaces that it names by their packages. */
export function worldText(type: ComponentType): string {
  return new World().text(type);
}

/** The type of one import or export: `func(a: u32)`, `interface { … }`, or what sort it is. */
export function externText(name: string, type: ExternType): string {
  switch (type.kind) {
    case "func":
      return new TypeWriter().func(type);
    case "instance":
      return block("interface", new World().interface(type, name));
    case "type":
      if (type.type.kind === "resource") return "resource";
      return isValue(type.type) ? new TypeWriter().structure(type.type) : type.type.kind;
    default:
      return externKindText(type);
  }
}
