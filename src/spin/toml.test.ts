import { describe, expect, it } from "vitest";
import { parseToml, TomlDate, TomlError, type TomlNode, type TomlTable } from "./toml.ts";

function plain(value: TomlNode["value"]): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...(value as TomlTable)].map(([k, v]) => [k, plain(v.value)]));
  if (Array.isArray(value)) return (value as readonly TomlNode[]).map((each) => plain(each.value));
  return value instanceof TomlDate ? value.text : value;
}

const read = (text: string): unknown => plain(parseToml(text));

function errorOf(text: string): TomlError {
  try {
    parseToml(text);
  } catch (error) {
    if (error instanceof TomlError) return error;
    throw error;
  }
  throw new Error(`read without an error: ${text}`);
}

describe("parseToml", () => {
  it.each([
    ["", {}],
    ["# nothing\n\n  \t\n", {}],
    ["a = 1\r\nb = 'x'\r\n", { a: 1, b: "x" }],
    ['a.b."c d" = true', { a: { b: { "c d": true } } }],
    ["a.x = 1\na.y = 2", { a: { x: 1, y: 2 } }],
    [
      "[a]\nx = 1\n[a.b]\ny = 2\n[c.d.e]\n[c]\nz = 3",
      { a: { x: 1, b: { y: 2 } }, c: { d: { e: {} }, z: 3 } },
    ],
    [
      "[[t.http]]\na = 1\n[[t.http]]\na = 2\n[t.http.sub]\nb = 3",
      { t: { http: [{ a: 1 }, { a: 2, sub: { b: 3 } }] } },
    ],
    ['a = { b = 1, c = { d = "x" }, e.f = [1, 2] } # c', { a: { b: 1, c: { d: "x" }, e: { f: [1, 2] } } }],
    ["a = [\n  1, # one\n  2,\n]", { a: [1, 2] }],
    [String.raw`a = "\b\t\n\f\r\"\\\u00e9\U0001F600"`, { a: '\b\t\n\f\r"\\é😀' }],
    [String.raw`a = 'C:\dir'`, { a: String.raw`C:\dir` }],
    ['a = """\none\ntwo\\\n   three"""', { a: "one\ntwothree" }],
    ["a = '''x''y'''''", { a: "x''y''" }],
    ['a = """"q""""', { a: '"q"' }],
    ["a = 0x1F\nb = 0o17\nc = 0b11\nd = 1_000\ne = -0\nf = +9", { a: 31, b: 15, c: 3, d: 1000, e: 0, f: 9 }],
    ["a = 9223372036854775807", { a: 9223372036854775807n }],
    ["a = 1.5\nb = -2e3\nc = inf\nd = -inf", { a: 1.5, b: -2000, c: Infinity, d: -Infinity }],
    [
      "a = 1979-05-27T07:32:00Z\nb = 1979-05-27 07:32:00\nc = 1979-05-27\nd = 07:32:00.5",
      { a: "1979-05-27T07:32:00Z", b: "1979-05-27 07:32:00", c: "1979-05-27", d: "07:32:00.5" },
    ],
    [
      '"" = 1\n__proto__ = 2',
      Object.fromEntries([
        ["", 1],
        ["__proto__", 2],
      ]),
    ],
  ])("reads %j", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it("knows the line of every key and value", () => {
    const table = parseToml("a = 1\n\n[b]\nc = [\n 1,\n 2 ]\nd = { e = '''\n\n''', f = 1 }\n[[g]]\n[[g]]");
    const b = table.get("b");
    const entries = b?.value as TomlTable;
    expect([table.get("a")?.line, b?.line, entries.get("c")?.line, entries.get("d")?.line]).toEqual([
      1, 3, 4, 7,
    ]);
    expect(((entries.get("c")?.value ?? []) as TomlNode[]).map(({ line }) => line)).toEqual([5, 6]);
    expect(
      [...((entries.get("d")?.value ?? new Map()) as TomlTable).values()].map(({ line }) => line),
    ).toEqual([7, 9]);
    expect(((table.get("g")?.value ?? []) as TomlNode[]).map(({ line }) => line)).toEqual([10, 11]);
  });

  it.each<[string, number, string]>([
    ["a = 1\na = 2", 2, "Defining a key multiple times is invalid: a = 2"],
    ["[a]\n[b]\n[a]", 3, "multiple times"],
    ["a = 1\n[a.b]", 2, "multiple times"],
    ["a = { b = 1 }\n[a.c]", 2, "multiple times"],
    ["a = [{}]\n[[a]]", 2, "multiple times"],
    ["[[a]]\n[a]", 2, "multiple times"],
    ["a.b = 1\n[a]", 2, "multiple times"],
    ["[a.b]\n[a]\nb.c = 1", 3, "multiple times"],
    ["a = { b = { c = 1 }, b.d = 2 }", 1, "multiple times"],
    ["\n\na = ", 3, "there is no value behind '=': a ="],
    ["a = \n\n\nb = 1", 1, "there is no value behind '=': a ="],
    ["[a\nb = 1", 1, "must be on the same line: [a"],
    ["a = hello", 1, "Unexpected character: a = hello"],
    ["a = 01", 1, "Leading zeros"],
    ["a = 1__0", 1, "Underscores"],
    ["a = 9223372036854775808", 1, "9223372036854775808 has more than the 64 bits"],
    ['a = "x\nb = 1', 1, "Unterminated string"],
    ["a = '''x", 1, "Unterminated string"],
    [String.raw`a = "\x41"`, 1, "escape"],
    [String.raw`a = "\uD800"`, 1, "Invalid code point D800"],
    ["a = 1 b = 2", 1, "Must be a newline: a = 1 b = 2"],
    ["a = { b = 1\n}", 2, "No newlines are allowed"],
    ["[a", 1, "Unterminated table-key: [a"],
    ["a = 1\nb = \u0001", 2, "Unexpected character: b = \\u{1}"],
    [`a = 1\nb = ${"[".repeat(100)}${"]".repeat(100)}`, 2, "more than 64 levels of nesting"],
    [`a = ${"{a=".repeat(100)}1${"}".repeat(100)}`, 1, "more than 64 levels of nesting"],
  ])("refuses %j in line %i: %s", (text, line, message) => {
    const error = errorOf(text);
    expect(error.message).toContain(message);
    expect(error.line).toBe(line);
  });

  it("refuses nesting that no stack holds", () => {
    const { message } = errorOf(`a = ${"[".repeat(50_000)}${"]".repeat(50_000)}`);
    expect(message).toContain("too many levels of nesting");
  });
});
