import { expect, it } from "vitest";
import { printable, quotedName, shortened, shownName } from "./printable.ts";

it("makes text harmless to a terminal", () => {
  expect(printable("a\x1b[2Jb\r\n\u202ec é")).toBe("a\\u{1b}[2Jb\\u{d}\\u{a}\\u{202e}c é");
  expect(printable("\x9b2J\u2028\u{e0041}")).toBe("\\u{9b}2J\\u{2028}\\u{e0041}");
});

it("cuts between characters, and says what is not shown", () => {
  expect(shortened("abc", 3)).toBe("abc");
  expect(shortened("abcd", 3)).toBe("abc… (4 characters)");
  expect(shortened("ab😀d", 3)).toBe("ab… (5 characters)");
});

it("shows a name of any length by some hundred characters", () => {
  expect(shownName("\u0000".repeat(10_000_000))).toBe(`${"\\u{0}".repeat(300)}… (10000000 characters)`);
  expect(quotedName('a"b\x07')).toBe('"a\\"b\\u{7}"');
});
