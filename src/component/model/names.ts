// Names of imports and exports, labels, and versions, as the text format's grammar has them.
// Owns that grammar and what makes two names the same; whose names they are is the validator's affair.

export type ExternNameParts =
  | { readonly kind: "label"; readonly label: string }
  | { readonly kind: "constructor"; readonly resource: string }
  | { readonly kind: "method" | "static"; readonly resource: string; readonly label: string }
  | ({ readonly kind: "interface" } & InterfaceName);

export interface InterfaceName {
  readonly namespace: string;
  readonly package: string;
  readonly interface: string;
  /** What stands behind `@`. */
  readonly version: string | undefined;
}

/** A name that is none, and why: `` `aBc` is not in kebab case ``. */
export class NameProblem {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

const LABEL = /^(?:[a-z][0-9a-z]*|[A-Z][0-9A-Z]*)(?:-(?:[0-9a-z]+|[0-9A-Z]+))*$/;
const WORDS = /^[a-z][0-9a-z]*(?:-[0-9a-z]+)*$/;

/** Whether `text` is a label: words or acronyms, of letters and digits, between hyphens; the first begins with a letter. */
export function isLabel(text: string): boolean {
  return LABEL.test(text);
}

function labelProblem(text: string): NameProblem {
  return new NameProblem(`\`${text}\` is not in kebab case`);
}

export function parseExternName(name: string): ExternNameParts | NameProblem {
  const annotated = /^\[(constructor|method|static)\](.*)$/s.exec(name);
  if (annotated !== null) return parseAnnotated(annotated[1] ?? "", annotated[2] ?? "");
  if (name.includes(":")) return parseInterfaceName(name);
  return isLabel(name) ? { kind: "label", label: name } : labelProblem(name);
}

function parseAnnotated(annotation: string, rest: string): ExternNameParts | NameProblem {
  if (annotation === "constructor") {
    return isLabel(rest) ? { kind: "constructor", resource: rest } : labelProblem(rest);
  }
  const dot = rest.indexOf(".");
  if (dot < 0) return new NameProblem("failed to find `.` character");
  const resource = rest.slice(0, dot);
  const label = rest.slice(dot + 1);
  if (!isLabel(resource)) return labelProblem(resource);
  if (!isLabel(label)) return labelProblem(label);
  return { kind: annotation === "method" ? "method" : "static", resource, label };
}

/** `namespace:package/interface`, with a version or without. */
export function parseInterfaceName(name: string): ({ kind: "interface" } & InterfaceName) | NameProblem {
  const colon = name.indexOf(":");
  if (colon < 0) return new NameProblem("it must be an interface: `:` is missing");
  const namespace = name.slice(0, colon);
  if (!WORDS.test(namespace)) return labelProblem(namespace);
  const at = name.indexOf("@");
  const path = at < 0 ? name.slice(colon + 1) : name.slice(colon + 1, at);
  const slash = path.indexOf("/");
  const packageName = slash < 0 ? path : path.slice(0, slash);
  if (packageName.includes(":")) return new NameProblem("expected `/` after package name");
  if (!WORDS.test(packageName)) return labelProblem(packageName);
  if (slash < 0) return new NameProblem("expected `/` after package name");
  const interfaceName = path.slice(slash + 1);
  const second = interfaceName.indexOf("/");
  if (second >= 0) return new NameProblem(`trailing characters found: \`${interfaceName.slice(second)}\``);
  if (!isLabel(interfaceName)) return labelProblem(interfaceName);
  const version = at < 0 ? undefined : name.slice(at + 1);
  return { kind: "interface", namespace, package: packageName, interface: interfaceName, version };
}

/** Two names are the same for bindings when these are equal (name uniqueness). */
export function uniquenessKey(name: string): string {
  const lowered = name.toLowerCase();
  const member = /^\[(?:method|static)\](.*)$/s.exec(lowered)?.[1];
  if (member === undefined) return lowered;
  const dot = member.indexOf(".");
  const resource = member.slice(0, dot);
  return resource === member.slice(dot + 1) ? resource : member;
}

export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Behind a hyphen; empty when there is none. */
  readonly prerelease: string;
}

/** A version by semver 2.0.0, or why it is none. */
export function parseVersion(text: string): Version | NameProblem {
  if (text === "") return new NameProblem("empty string, expected a semver version");
  const numbers: number[] = [];
  let position = 0;
  while (numbers.length < 3) {
    const digits = /^(?:0|[1-9][0-9]*)/.exec(text.slice(position, position + 20))?.[0];
    if (digits === undefined) return unexpected(text, position);
    numbers.push(Number(digits));
    position += digits.length;
    if (numbers.length === 3) break;
    if (text[position] !== ".") return unexpected(text, position);
    position++;
  }
  const [core = "", build] = splitOnce(text.slice(position), "+");
  if (core !== "" && !core.startsWith("-")) return unexpected(text, position);
  const prerelease = core.slice(1);
  const segments = [...(core === "" ? [] : prerelease.split(".")), ...(build?.split(".") ?? [])];
  if (segments.some((segment) => segment === "")) return new NameProblem("empty identifier segment");
  const bad = segments.find((segment) => !/^[0-9A-Za-z-]+$/.test(segment));
  if (bad !== undefined) return new NameProblem(`unexpected character in \`${bad}\``);
  if (core !== "" && prerelease.split(".").some((segment) => /^0[0-9]+$/.test(segment))) {
    return new NameProblem("a number in a prerelease begins with 0");
  }
  const [major = 0, minor = 0, patch = 0] = numbers;
  return { major, minor, patch, prerelease };
}

function unexpected(text: string, position: number): NameProblem {
  const character = text[position];
  return new NameProblem(
    character === undefined ? "unexpected end of input" : `unexpected character '${character}'`,
  );
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Part of a version that compatible ones share, where the rest is an attribute: `1`, `0.2`, `0.0.1`. */
const CANONICAL_VERSION = /^(?:[1-9][0-9]*|0\.[1-9][0-9]*|0\.0\.[1-9][0-9]*|0\.0\.0)$/;

export function isCanonicalVersion(text: string): boolean {
  return CANONICAL_VERSION.test(text);
}
