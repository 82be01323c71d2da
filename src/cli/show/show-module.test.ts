// inspect and disassemble, on modules assembled here.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import wabtModule from "wabt";
import { wat } from "../../../tests/wat.ts";
import { fakeContext, fakeIo } from "../../testing/fake-io.ts";
import { parseCommandLine } from "../args/options.ts";
import type { Command } from "../command.ts";
import { disassemble } from "../commands/disassemble.ts";
import { inspect } from "../commands/inspect.ts";
import { validate } from "../commands/validate.ts";
import { InputError } from "../usage-error.ts";

const WAT = `(module $shown
  (type $binary (func (param i32 i32) (result i32)))
  (import "env" "log" (func $log (param i32)))
  (memory (export "memory") 1 4)
  (table 2 funcref)
  (global $counter (mut i32) (i32.const 7))
  (elem (i32.const 0) $divide $divide)
  (data (i32.const 16) "hello")
  (func $divide (export "divide") (type $binary)
    (local $quotient i32)
    (local.set $quotient (i32.div_s (local.get 0) (local.get 1)))
    (call $log (local.get $quotient))
    (local.get $quotient))
  (func $main
    (block (loop (br_if 1 (global.get $counter)) (br 0))))
  (start $main))`;

let directory: string;
let file: string;

async function assemble(wat: string, name: string): Promise<string> {
  const wabt = await wabtModule();
  const module = wabt.parseWat("test.wat", wat, { simd: true, threads: true, bulk_memory: true });
  const path = join(directory, name);
  writeFileSync(path, module.toBinary({ write_debug_names: true }).buffer);
  return path;
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "wasmeter-"));
  file = await assemble(WAT, "shown.wasm");
});
afterAll(() => rmSync(directory, { recursive: true }));

async function output(command: Command, ...argv: string[]): Promise<string> {
  const io = fakeIo();
  expect(await command.execute(parseCommandLine(command.options, argv, false), fakeContext(io))).toBe(0);
  return io.out();
}

describe("inspect", () => {
  it("tells people what a module contains", async () => {
    const text = await output(inspect, file);
    for (const line of [
      `${file}: WebAssembly module, `,
      "  functions       1 imported, 2 defined (27 B of code), 3 named\n",
      "  data            1 segment, 5 B\n",
      "  start function  2 (main)\n",
      "  code           at 0x62  34 B  2 entries\n",
      "  env.log  (func (param i32))\n",
      "  divide  (func (param i32 i32) (result i32))\n",
      "  0  (memory 1 4)  exported as memory\n",
      "  0  (table 2 funcref)\n",
      "  0  (global (mut i32))\n",
    ]) {
      expect(text).toContain(line);
    }
  });

  it("tells programs the same", async () => {
    const report = JSON.parse(await output(inspect, "--json", file));
    expect(report).toMatchObject({
      file,
      name: "shown",
      imports: [{ module: "env", name: "log", kind: "func", type: "(func (param i32))" }],
      exports: [
        { name: "memory", kind: "memory", index: 0, type: "(memory 1 4)" },
        { name: "divide", kind: "func", index: 1, type: "(func (param i32 i32) (result i32))" },
      ],
      functions: { imported: 1, defined: 2, named: 3 },
      start: { index: 2, name: "main" },
      elements: { segments: 1, entries: 2 },
      data: { segments: 1, bytes: 5 },
      features: [],
    });
    expect(report.sections.map(({ kind }: { kind: string }) => kind)).toEqual(
      expect.arrayContaining(["type", "import", "function", "code", "data", "custom"]),
    );
    const last = report.sections.at(-1);
    expect(last.offset + last.size).toBe(report.size);
  });

  it.each([
    ["(func (result i32 i32) (i32.const 1) (i32.const 2))", ["multi-value"]],
    ["(func (param v128))", ["simd"]],
    ["(func (drop (i32.extend8_s (i32.const 1))))", ["sign-extension"]],
    ["(memory 1 1 shared)", ["threads"]],
    ['(global (export "g") (mut i32) (i32.const 0))', ["mutable-globals"]],
    ["(global (mut i32) (i32.const 0))", []],
    ["(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))", ["bulk-memory"]],
    ["(func (drop (i32.trunc_sat_f32_s (f32.const 1))))", ["saturating-float-to-int"]],
    ["(table 1 externref)", ["reference-types"]],
    ["(func $f (drop (ref.func $f))) (elem declare func $f)", ["reference-types"]],
  ])("finds what %s uses", async (fields, features) => {
    const path = await assemble(`(module ${fields})`, "features.wasm");
    expect(JSON.parse(await output(inspect, "--json", path)).features).toEqual(features);
  });
});

/** A module whose branch hints are good, or wrong, and which has a section of target features. */
function writeHinted(name: string, hint: string): string {
  const bytes = wat(`(module
    (func $pick (export "pick") (param i32)
      local.get 0
      (@metadata.code.branch_hint "\\01") if
        nop
      end
      (block local.get 0 ${hint})))`);
  const features = [
    ...Buffer.from("target_features"),
    2,
    0x2b,
    4,
    ...Buffer.from("simd"),
    0x2d,
    3,
    0x1b,
    0x5b,
    0x6d,
  ];
  const path = join(directory, name);
  writeFileSync(path, Uint8Array.from([...bytes, 0, features.length + 1, 15, ...features]));
  return path;
}

describe("custom sections", () => {
  const good = () => writeHinted("good.wasm", '(@metadata.code.branch_hint "\\00") br_if 0');
  const bad = () => writeHinted("bad.wasm", '(@metadata.code.branch_hint "\\00") drop');

  it("are shown by inspect", async () => {
    const text = await output(inspect, good());
    expect(text).toMatch(/^branch hints\n {2}0 {2}pick {2}0x[0-9a-f]+ likely, 0x[0-9a-f]+ unlikely$/m);
    expect(text).toContain("  target features  +simd -\\u{1b}[m\n");
    expect(text).toMatch(/^ {2}custom 'metadata.code.branch_hint' +at 0x[0-9a-f]+ +35 B$/m);
    expect(text).not.toContain("problems");
    const report = JSON.parse(await output(inspect, "--json", good()));
    expect(report).toMatchObject({
      targetFeatures: ["+simd", "-\u001b[m"],
      branchHints: [{ index: 0, name: "pick", hints: [{ likely: true }, { likely: false }] }],
      customSectionProblems: [],
    });
  });

  it("are judged by inspect", async () => {
    expect(await output(inspect, bad())).toMatch(
      /^problems in custom sections\n {2}metadata.code.branch_hint {2}invalid target: .* \(at byte \d+, 0x[0-9a-f]+\)$/m,
    );
    const report = JSON.parse(await output(inspect, "--json", bad()));
    expect(report.customSectionProblems).toEqual([
      { section: "metadata.code.branch_hint", offset: expect.any(Number), message: expect.any(String) },
    ]);
  });

  it.each([
    ["good.wasm", good, [], 0, /^$/],
    ["good.wasm", good, ["--strict-custom-sections"], 0, /^$/],
    [
      "bad.wasm",
      bad,
      [],
      0,
      /^.*bad.wasm: warning: custom section 'metadata.code.branch_hint': invalid target.*\n$/,
    ],
    ["bad.wasm", bad, ["--strict-custom-sections"], 1, /warning: custom section/],
  ] as const)("are judged by validate: %s", async (_name, write, options, status, warning) => {
    const io = fakeIo();
    const path = write();
    const line = parseCommandLine(validate.options, [...options, path], false);
    expect(await validate.execute(line, fakeContext(io))).toBe(status);
    expect(io.out()).toBe(`${path}: valid\n`);
    expect(io.err()).toMatch(warning);
  });
});

it("inspect knows instructions that need two proposals", async () => {
  const path = join(directory, "tail.wasm");
  writeFileSync(path, wat("(module (type $t (func)) (func ref.null $t return_call_ref $t))"));
  const { features } = JSON.parse(await output(inspect, "--json", path));
  expect(features).toEqual(["reference-types", "tail-call", "function-references"]);
});

describe("disassemble", () => {
  it("shows the whole module", async () => {
    const text = await output(disassemble, file);
    expect(text).toBe(`(module $shown
  ;; custom section "name", 72 bytes
  (type $binary (;0;) (func (param i32 i32) (result i32)))
  (type (;1;) (func (param i32)))
  (type (;2;) (func))
  (import "env" "log" (func $log (;0;) (type 1) (param i32)))
  (table (;0;) 2 funcref)
  (memory (;0;) 1 4)
  (global $counter (;0;) (mut i32) i32.const 7)
  (export "memory" (memory 0))
  (export "divide" (func $divide))
  (start $main)
  (elem (;0;) (offset i32.const 0) func $divide $divide)
  (func $divide (;1;) (type $binary) (param i32 i32) (result i32)
    (local $quotient i32)
    local.get 0
    local.get 1
    i32.div_s
    local.set $quotient
    local.get $quotient
    call $log
    local.get $quotient
  )
  (func $main (;2;) (type 2)
    block
      loop
        global.get $counter
        br_if 1
        br 0
      end
    end
  )
  (data (;0;) (offset i32.const 16)
    "hello"
  )
)
`);
    const again = join(directory, "again.wasm");
    writeFileSync(again, wat(text));
    // The other assembler writes an empty map of locals for every function.
    expect(await output(disassemble, again)).toBe(text.replace("72 bytes", "68 bytes"));
  });

  it("shows one function, by name or index, with offsets", async () => {
    const byName = await output(disassemble, "--function", "main", "--offsets", file);
    expect(byName).toBe(await output(disassemble, "--function=2", "--offsets", file));
    expect(byName).toMatch(/^\(func \$main \(;2;\) \(type 2\)\n/);
    expect(byName).toMatch(/^ {2}block ;; 0x[0-9a-f]+$/m);
    expect(byName).not.toContain("divide");
    const exported = await output(disassemble, "--function", "divide", file);
    expect(exported).toMatch(/^\(func \$divide \(;1;\) \(export "divide"\) \(type \$binary\)/);
  });

  it("says what is wrong with a name", async () => {
    await expect(output(disassemble, "--function", "mian", file)).rejects.toThrow("did you mean 'main'?");
    await expect(output(disassemble, "--function", "9", file)).rejects.toThrow(InputError);
    await expect(output(disassemble, "--function", "log", file)).rejects.toThrow("is imported (env.log)");
  });
});
