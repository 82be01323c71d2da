import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../usage-error.ts";
import { COMMON_OPTIONS, type OptionTable, optionHelp, parseCommandLine } from "./options.ts";

const TABLE = {
  dir: { value: "HOST", repeatable: true, help: "grant" },
  fuel: { value: "N", help: "fuel" },
  "fuel-report": { help: "report" },
  deterministic: { value: "SEED", optional: true, help: "seed" },
  ...COMMON_OPTIONS,
} as const satisfies OptionTable;

function parse(words: string, guestArgs = true) {
  const line = parseCommandLine(TABLE, words.split(" ").filter(Boolean), guestArgs);
  return { options: Object.fromEntries(line.options), operands: line.operands };
}

describe("options", () => {
  it("before the file are the command's, later ones the guest's", () => {
    expect(parse("--fuel 10 --dir=a --dir b::c:ro app.wasm --fuel 7 -h -- --wat -x")).toEqual({
      options: { fuel: ["10"], dir: ["a", "b::c:ro"] },
      operands: ["app.wasm", "--fuel", "7", "-h", "--", "--wat", "-x"],
    });
  });

  it("may stand anywhere where there is no guest", () => {
    expect(parse("a.wasm -h b.wasm", false)).toEqual({
      options: { help: [""] },
      operands: ["a.wasm", "b.wasm"],
    });
  });

  it("end at --, so that a file may have any name", () => {
    expect(parse("--fuel 1 -- --app.wasm --fuel 2")).toEqual({
      options: { fuel: ["1"] },
      operands: ["--app.wasm", "--fuel", "2"],
    });
    expect(parse("a -- -b", false).operands).toEqual(["a", "-b"]);
  });

  it("take - as a file", () => {
    expect(parse("--fuel 1 - x").operands).toEqual(["-", "x"]);
  });

  it("read an optional value only after =", () => {
    expect(parse("--deterministic app.wasm")).toEqual({
      options: { deterministic: [""] },
      operands: ["app.wasm"],
    });
    expect(parse("--deterministic=7 app.wasm").options).toEqual({ deterministic: ["7"] });
  });

  it.each([
    ["--feul 10 app.wasm", "unknown option '--feul'; did you mean '--fuel'?"],
    ["--feul=10 app.wasm", "unknown option '--feul'; did you mean '--fuel'?"],
    ["--xyzzy app.wasm", "unknown option '--xyzzy'"],
    ["--__proto__ app.wasm", "unknown option '--__proto__'"],
    ["-q app.wasm", "unknown option '-q'"],
    ["-dir a app.wasm", "unknown option '-dir'; did you mean '--dir'?"],
    ["--fuel", "--fuel needs a value: --fuel N"],
    ["--fuel --dir a app.wasm", "--fuel needs a value: --fuel N"],
    ["--fuel-report=yes app.wasm", "--fuel-report takes no value"],
    ["--fuel 1 --fuel 2 app.wasm", "--fuel is given twice"],
  ])("refuse %s", (words, message) => {
    expect(() => parse(words)).toThrow(UsageError);
    expect(() => parse(words)).toThrow(message);
  });

  it("let a negative number be a value", () => {
    expect(parse("--fuel -5 a").options).toEqual({ fuel: ["-5"] });
  });

  it("never fail but with UsageError, and never touch what follows the file", () => {
    const word = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom("--fuel", "--dir", "--help", "-h", "--", "-", "--deterministic=", "--fuel="),
    );
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (before, after) => {
        try {
          const { operands } = parseCommandLine(TABLE, [...before, "--", "file", ...after], true);
          expect(operands.slice(operands.length - after.length)).toEqual(after);
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
        }
      }),
    );
  });
});

it("writes help from the same table", () => {
  expect(optionHelp(TABLE)).toBe(
    [
      "  --dir HOST                grant",
      "  --fuel N                  fuel",
      "  --fuel-report             report",
      "  --deterministic[=SEED]    seed",
      "  -h, --help                show this help",
      "  -V, --version             show the version",
      "",
    ].join("\n"),
  );
});
