// The pod's annotations as options of the command: the names are the options', so that nothing is learned twice.
// Owns the names and how lists are written; what a value may be is the command's to check.

import { nearest } from "../checks/suggest.ts";
import { shownName } from "../printable.ts";
import { type JsonObject, member } from "./json.ts";
import { Refusal } from "./refusal.ts";

const PREFIX = "wasmeter.dev/";

/** `list`: several values, parted by commas or white space. `switch`: `true`, or a value. */
const ANNOTATIONS: Readonly<Record<string, "value" | "list" | "switch">> = {
  fuel: "value",
  timeout: "value",
  "max-memory": "value",
  listen: "value",
  deterministic: "switch",
  tcplisten: "list",
  "allow-connect": "list",
  "allow-listen": "list",
  "allow-udp": "list",
  "allow-lookup": "list",
  "allow-http": "list",
};

/** One option, and the annotation that it comes from. */
export interface AnnotatedOption {
  readonly name: string;
  /** Without a value it is a switch. */
  readonly value: string | undefined;
}

/** How it is written for the command. One word, whatever is in the value. */
export function optionText({ name, value }: AnnotatedOption): string {
  return value === undefined ? `--${name}` : `--${name}=${value}`;
}

/** A fault of one annotation, with what the command says of the option. */
export function annotationFault(name: string, problem: string): Refusal {
  // The option may have another name.
  return new Refusal("annotation", `annotation ${PREFIX}${name}: ${problem.replace(/^--[\w-]+: /, "")}`);
}

/** All options that annotations ask for. Throws Refusal for a name that is not there, or a value that is empty. */
export function annotatedOptions(annotations: JsonObject): AnnotatedOption[] {
  const options: AnnotatedOption[] = [];
  for (const key of Object.keys(annotations)) {
    if (!key.startsWith(PREFIX)) continue;
    const name = key.slice(PREFIX.length);
    const kind = Object.hasOwn(ANNOTATIONS, name) ? ANNOTATIONS[name] : undefined;
    if (kind === undefined) {
      const near = nearest(name, Object.keys(ANNOTATIONS));
      const hint =
        near === undefined
          ? `; there are ${Object.keys(ANNOTATIONS).join(", ")}`
          : `; did you mean '${PREFIX}${near}'?`;
      throw new Refusal(
        "annotation",
        `annotation ${PREFIX}${shownName(name)}: there is none of this name${hint}`,
      );
    }
    const value = member(annotations, key);
    if (typeof value !== "string") throw annotationFault(name, "the value must be a string");
    if (value.includes("\0")) throw annotationFault(name, "the value contains a NUL byte");
    if (kind === "switch") {
      if (value === "false") continue;
      options.push({ name, value: value === "true" || value === "" ? undefined : value });
      continue;
    }
    const values = kind === "list" ? value.split(/[\s,]+/).filter((each) => each !== "") : [value];
    if (values.length === 0 || values[0] === "") throw annotationFault(name, "the value is empty");
    for (const each of values) options.push({ name, value: each });
  }
  return options;
}
