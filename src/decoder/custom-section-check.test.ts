import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { DEFAULT_MODULE_LIMITS } from "../limits.ts";
import { checkCustomSections } from "./custom-section-check.ts";
import { decodeModule } from "./decode.ts";
import { createOpcodeTables } from "./opcode-shapes.ts";

const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];
const section = (id: number, contents: readonly number[]): number[] => [id, contents.length, ...contents];
const custom = (name: string, ...payload: number[]): number[] => section(0, [...text(name), ...payload]);
const part = (id: number, ...payload: number[]): number[] => [id, payload.length, ...payload];

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Types of a function with a parameter and of a struct with two fields; functions 0 and 1 are imported. */
const CODE = [
  ...section(1, [2, 0x60, 1, 0x7f, 0, 0x5f, 2, 0x7f, 0, 0x7e, 0]),
  ...section(2, [2, 0, 0, 0, 0, 0, 0, 0, 0]),
  ...section(3, [2, 0, 0]),
];
/** Body of function 2: `if` at 3, `br_if` at 8 from the locals, `block` at 11. */
const FIRST = [0, 0x20, 0, 0x04, 0x40, 0x0b, 0x20, 0, 0x0d, 0, 0x01, 0x02, 0x40, 0x0b, 0x0b];
/** Body of function 3: three locals. */
const SECOND = [1, 3, 0x7f, 0x0b];
const tables = createOpcodeTables();
const BODIES = section(10, [2, FIRST.length, ...FIRST, SECOND.length, ...SECOND]);

const hints = (...payload: number[]): number[] => custom("metadata.code.branch_hint", ...payload);

function problems(...bytes: readonly number[]): string[] {
  const module = decodeModule(Uint8Array.from([...PREAMBLE, ...bytes]), {
    tables,
    limits: DEFAULT_MODULE_LIMITS,
  });
  return checkCustomSections(module, tables).map(({ message }) => message.replace(/ \(at byte.*/, ""));
}

const withHints = (...payload: number[]): string[] => problems(...CODE, ...hints(...payload), ...BODIES);
const withNames = (...payload: number[]): string[] =>
  problems(...CODE, ...BODIES, ...custom("name", ...payload));

describe("checkCustomSections", () => {
  it("finds nothing wrong with what an assembler makes", () => {
    const bytes = wat(`(module $m (type $s (struct (field $f i32))) (import "" "" (func $i (param $p i32)))
      (table $t 1 funcref) (memory $mem 1) (global $g i32 (i32.const 0)) (tag $e) (elem $el func) (data $d "")
      (func $f (param $x i32) (local $y i32)
        (block $b (loop $l (local.get 0) (@metadata.code.branch_hint "\\01") br_if $b))
        (local.get 0) (@metadata.code.branch_hint "\\00") if $c end)
      (@producers (language "C" "11") (sdk "x" "1")))`);
    expect(problems(...bytes.subarray(PREAMBLE.length))).toEqual([]);
  });

  it("gives section, offset and what is wrong", () => {
    const bytes = Uint8Array.from([...PREAMBLE, ...custom("target_features", 1, 0x2a, ...text("simd128"))]);
    const module = decodeModule(bytes, { tables, limits: DEFAULT_MODULE_LIMITS });
    expect(checkCustomSections(module, tables)).toEqual([
      { section: "target_features", offset: 27, message: "unknown prefix 0x2a (at byte 27, 0x1b)" },
    ]);
  });

  it("reads the first of several sections", () => {
    const empty = custom("producers", 0);
    expect(problems(...empty, ...custom("producers", 9), ...empty)).toEqual([
      "duplicate section: only the first one is read",
      "duplicate section: only the first one is read",
    ]);
  });

  it("lists a bounded number of problems", () => {
    const names = Array.from({ length: 120 }, () => [0x2a, 0]).flat();
    // 120 unknown prefixes, and 119 times the same name.
    const payload = [...text("target_features"), 120, ...names];
    const bytes = [0, 0x80 | (payload.length & 0x7f), payload.length >> 7, ...payload];
    expect(problems(...bytes)).toHaveLength(100);
  });

  it("lists a bounded number of copies", () => {
    const copies = Array.from({ length: 500 }, () => custom("producers", 0)).flat();
    expect(problems(...copies)).toHaveLength(100);
  });

  it("never throws", () => {
    const names = ["name", "producers", "metadata.code.branch_hint", "target_features"];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.uint8Array({ maxLength: 60 }), (name, payload) => {
        problems(...CODE, ...custom(name, ...payload), ...BODIES);
      }),
    );
  });
});

describe("metadata.code.branch_hint", () => {
  it.each([
    ["good hints", [1, 2, 2, 3, 1, 0, 8, 1, 1], []],
    ["no hints", [0], []],
    [
      "no branch",
      [1, 2, 1, 11, 1, 0],
      [/^invalid target: the instruction at 0x[0-9a-f]+ is no if or br_if$/],
    ],
    ["inside an instruction", [1, 2, 1, 4, 1, 0], [/^invalid offset: no instruction at 4/]],
    ["in the locals", [1, 2, 1, 0, 1, 0], [/^invalid offset: no instruction at 0/]],
    ["past the body", [1, 2, 1, 60, 1, 0], [/^invalid offset: no instruction at 60/]],
    ["twice", [1, 2, 2, 3, 1, 0, 3, 1, 1], [/^duplicate annotation: at offset 3/]],
    ["falling", [1, 2, 2, 8, 1, 0, 3, 1, 1], [/^invalid order: offset 3 after 8/]],
    ["a value", [1, 2, 1, 3, 1, 2], [/^invalid hint value: 2/]],
    ["a size", [1, 2, 1, 3, 2, 1, 1], [/^invalid hint value: 2 bytes instead of one/]],
    ["an import", [1, 1, 0], [/^invalid function index: 1 has no code here/]],
    ["no function", [1, 4, 0], [/^invalid function index: 4 has no code here/]],
    ["a function twice", [2, 2, 0, 2, 0], [/^duplicate function: 2/]],
    ["functions falling", [2, 3, 0, 2, 0], [/^invalid order: function 2 after function 3/]],
    ["too much", [0, 0], [/^section size mismatch: 1 bytes left over/]],
    ["too little", [1, 2, 1, 3, 1], [/^unexpected end of section or function$/]],
  ] as const)("%s", (_what, payload, expected) => {
    expect(withHints(...payload)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });

  it("stands before the code", () => {
    expect(problems(...CODE, ...BODIES, ...hints(0))).toEqual(["invalid placement: behind the code section"]);
  });
});

describe("name", () => {
  it.each([
    ["a module", part(0, ...text("m")), []],
    ["functions", part(1, 2, 0, ...text("a"), 3, ...text("a")), []],
    ["an index", part(1, 1, 4, ...text("a")), ["invalid index: there is no function 4"]],
    ["twice", part(1, 2, 1, ...text("a"), 1, ...text("b")), ["duplicate name of function 1"]],
    ["falling", part(1, 2, 1, ...text("a"), 0, ...text("b")), ["invalid order: function 0 after 1"]],
    ["a parameter and locals", part(2, 1, 3, 2, 0, ...text("a"), 3, ...text("b")), []],
    ["no such local", part(2, 1, 3, 1, 4, ...text("a")), ["invalid index: there is no function 3 local 4"]],
    [
      "no such parameter",
      part(2, 1, 0, 1, 1, ...text("a")),
      ["invalid index: there is no function 0 local 1"],
    ],
    ["labels", part(3, 1, 2, 2, 0, ...text("a"), 1, ...text("b")), []],
    ["no such label", part(3, 1, 2, 1, 2, ...text("a")), ["invalid index: there is no function 2 label 2"]],
    [
      "no label of an import",
      part(3, 1, 0, 1, 0, ...text("a")),
      ["invalid index: there is no function 0 label 0"],
    ],
    ["fields", part(10, 1, 1, 1, 1, ...text("a")), []],
    ["no such field", part(10, 1, 1, 1, 2, ...text("a")), ["invalid index: there is no type 1 field 2"]],
    ["no struct", part(10, 1, 0, 1, 0, ...text("a")), ["invalid index: there is no type 0 field 0"]],
    ["nothing there", part(9, 1, 0, ...text("a")), ["invalid index: there is no data segment 0"]],
    ["unknown subsections", part(77, 1, 2, 3), []],
    ["subsections falling", [...part(1, 0), ...part(0, 0)], ["invalid order: subsection 0 after 1"]],
    ["subsections twice", [...part(1, 0), ...part(1, 0)], ["duplicate subsection 1"]],
    ["left over", part(1, 0, 0), ["section size mismatch: 1 bytes left over"]],
    ["UTF-8", part(0, 1, 0xff), ["malformed UTF-8 encoding"]],
    // The damage of one subsection is its own.
    [
      "more",
      [...part(0, 9), ...part(1, 1, 4, 0)],
      ["length out of bounds", "invalid index: there is no function 4"],
    ],
    ["a size", [1, 40, 0], ["length out of bounds"]],
  ] as const)("%s", (_what, payload, expected) => {
    expect(withNames(...payload)).toEqual(expected);
  });

  it("stands behind everything else", () => {
    expect(problems(...CODE, ...custom("name"), ...BODIES)).toEqual([
      "invalid placement: sections other than custom ones follow",
    ]);
    expect(problems(...CODE, ...BODIES, ...custom("name"), ...custom("x"))).toEqual([]);
  });
});

describe("producers and target_features", () => {
  it.each([
    ["producers", [1, ...text("sdk"), 2, ...text("a"), 0, ...text("b"), 0], []],
    ["producers", [1, ...text("x"), 0], ['unknown field "x"']],
    ["producers", [2, ...text("sdk"), 0, ...text("sdk"), 0], ['duplicate field "sdk"']],
    ["producers", [1, ...text("sdk"), 2, ...text("a"), 0, ...text("a"), 0], ['duplicate producer "a"']],
    ["producers", [1], ["unexpected end of section or function"]],
    ["target_features", [2, 0x2b, ...text("a"), 0x2d, ...text("b")], []],
    ["target_features", [2, 0x2b, ...text("a"), 0x2d, ...text("a")], ['duplicate feature "a"']],
    ["target_features", [0, 1], ["section size mismatch: 1 bytes left over"]],
  ] as const)("%s %j", (name, payload, expected) => {
    expect(problems(...custom(name, ...payload))).toEqual(expected);
  });
});
