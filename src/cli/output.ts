// How the command writes much: lines and JSON in pieces, so that what a large module becomes is never one string.

import type { CommandOutput } from "./io.ts";

/** Characters collected before they are written. */
const BUFFERED = 65_536;

/** Writes each line with its line end. */
export function writeLines(output: CommandOutput, lines: Iterable<string>): void {
  let buffer = "";
  for (const line of lines) {
    buffer += `${line}\n`;
    if (buffer.length < BUFFERED) continue;
    output.write(buffer);
    buffer = "";
  }
  output.write(buffer);
}

/** `JSON.stringify` with two blanks of indentation, and with nothing in its strings that could disturb a terminal. */
export function toJson(value: unknown): string {
  return escapeRaw(JSON.stringify(value, null, 2));
}

/** C1 controls and what reorders or hides text; JSON itself escapes the other controls. */
function escapeRaw(json: string): string {
  return json.replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (char) =>
    Array.from(
      { length: char.length },
      (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

/** The same in one line; a bigint is a number where JSON's readers keep it exactly, else a string of digits. */
export function toJsonLine(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) =>
    typeof item === "bigint" ? (item <= Number.MAX_SAFE_INTEGER ? Number(item) : String(item)) : item,
  );
  return escapeRaw(text);
}

/** The text of {@link toJson} for an object, in parts: the items of its arrays one by one. */
export function* jsonLines(object: object): Generator<string, void> {
  const indented = (value: unknown, indent: string): string => toJson(value).replaceAll("\n", `\n${indent}`);
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  yield "{";
  for (const [i, [key, value]] of entries.entries()) {
    const comma = i < entries.length - 1 ? "," : "";
    if (!Array.isArray(value) || value.length === 0) {
      yield `  ${toJson(key)}: ${indented(value, "  ")}${comma}`;
      continue;
    }
    yield `  ${toJson(key)}: [`;
    for (let k = 0; k < value.length; k++) {
      yield `    ${indented(value[k], "    ")}${k < value.length - 1 ? "," : ""}`;
    }
    yield `  ]${comma}`;
  }
  yield "}";
}
