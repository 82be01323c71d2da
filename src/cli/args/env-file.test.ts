import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../usage-error.ts";
import { parseEnvFile } from "./env-file.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function parse(text: string): Record<string, string | undefined> {
  return Object.fromEntries(parseEnvFile("f", encode(text)).map(({ key, value }) => [key, value]));
}

describe("--env-file", () => {
  it.each<[string, string, string | undefined]>([
    ["a value", "K=v", "v"],
    ["an empty value", "K=", ""],
    ["blanks around", "  K \t= a b  ", "a b"],
    ["export", "export K=v", "v"],
    ["a name that begins with export", "export K=v\nexported=1", "v"],
    ["an equals sign", "K=a=b==", "a=b=="],
    ["a comment after a blank", "K=a # b", "a"],
    ["a comment instead of a value", "K= # b", ""],
    ["a hash that is part of the value", "K=http://h/#a", "http://h/#a"],
    ["a hash at once, which begins a comment", "K=#a", ""],
    ["single quotes", "K=' a\\n#\" '  # c", ' a\\n#" '],
    ["backticks", "K=`a'b\"c`", "a'b\"c"],
    ["double quotes with escapes", 'K="a\\n\\t\\r\\"\\\\n"', 'a\n\t\r"\\n'],
    ["unknown escapes", 'K="C:\\dir"', "C:\\dir"],
    ["empty quotes", 'K=""', ""],
    ["a quote inside", "K=it's", "it's"],
    ["several lines", 'K="a\n  # b \nc"\nL=1', "a\n  # b \nc"],
    ["a blank before the quotes", 'K = "a"', "a"],
    ["CRLF", "K=a\r\nL=b\r\n", "a"],
    ["CRLF in quotes", "K='a\r\nb'\r\n", "a\nb"],
    ["a byte order mark", "\uFEFFK=v", "v"],
    ["dollar signs", "K=$HOME$(X)", "$HOME$(X)"],
    ["a line separator of Unicode", "K=a\u2028b", "a\u2028b"],
    ["other names", "K=ü\nmy.app-x=1", "ü"],
    ["the last one", "K=a\nK=b", "b"],
    ["a name alone", "K", undefined],
    ["a name alone, exported", "export K", undefined],
    ["a variable named export", "export=1\nK=v", "v"],
  ])("reads %s", (_, text, value) => {
    expect(parse(text)).toMatchObject({ K: value });
  });

  it("reads nothing from blank lines and comments", () => {
    expect(parse("")).toEqual({});
    expect(parse("\n  \n# K=v\n  #K=v\n")).toEqual({});
  });

  it.each<[string, string | Uint8Array, string]>([
    ["a line without a name", "A=1\n\n=x", "f:3: not KEY=VALUE"],
    ["a name with a blank", "A B=1", "f:1: not KEY=VALUE"],
    ["a quoted name", '"A"=1', "f:1: not KEY=VALUE"],
    ["an open quote", "A=1\nB='x\nC=2\n", "f:2: no closing '"],
    ["an escaped quote at the end", 'A="x\\"', 'f:1: no closing "'],
    ["text behind a quote", "A='x' y", "f:1: something follows the closing '"],
    ["a NUL", "A=1\nB=x\0y", "f:2: a NUL character"],
    ["bytes that are not UTF-8", Uint8Array.of(0x41, 0x3d, 0x31, 0x0a, 0x42, 0x3d, 0xff), "f:2: not UTF-8"],
  ])("refuses %s, with its place", (_, text, message) => {
    const bytes = typeof text === "string" ? encode(text) : text;
    expect(() => parseEnvFile("f", bytes)).toThrow(InputError);
    expect(() => parseEnvFile("f", bytes)).toThrow(message);
  });

  it("gives back what was quoted, and fails only with InputError", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[\0\r]/.test(text)),
        (text) => {
          expect(parse(`K="${text.replace(/["\\]/g, "\\$&")}"`).K).toBe(text);
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          for (const { key } of parseEnvFile("f", bytes)) expect(key).not.toBe("");
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
    );
  });
});
