import { describe, expect, it } from "vitest";
import {
  ExitError,
  InterruptedError,
  LimitError,
  LinkError,
  MalformedError,
  OutOfFuelError,
  RuntimeError,
  Trap,
  ValidationError,
} from "../errors.ts";
import { reportError } from "./report-error.ts";
import { ClosedOutputError, InputError, UsageError } from "./usage-error.ts";

const CONTEXT = { bugsUrl: "https://example.org/bugs", file: "a.wasm", command: "run" };
const frame = (funcIdx: number, functionName?: string, offset?: number) => ({
  moduleName: undefined,
  funcIdx,
  functionName,
  offset,
});

describe("exit status", () => {
  it.each<[unknown, number]>([
    [new ExitError(7), 7],
    [new ExitError(300), 44],
    [new ExitError(-1), 255],
    [new InputError("x"), 1],
    [new MalformedError("unexpected end", 9), 1],
    [new ValidationError("type mismatch", 9, 3), 1],
    [new LinkError("unknown import"), 1],
    [new UsageError("x"), 2],
    [new TypeError("x"), 70],
    ["a string", 70],
    [new InterruptedError("timeout", false), 124],
    [new InterruptedError("signal", false), 130],
    [new Trap("unreachable"), 134],
    [new OutOfFuelError("store", true), 137],
    [new LimitError("memoryBytes", 2, 1, "memory"), 137],
    [new RuntimeError("the host could not allocate"), 137],
    [new ClosedOutputError(), 141],
  ])("of %s is %d", (error, status) => {
    expect(reportError(error, CONTEXT).status).toBe(status);
  });
});

describe("texts", () => {
  it("are one line, then the backtrace", () => {
    const trap = new Trap("integer-divide-by-zero");
    trap.backtrace = [
      frame(3, "divide", 0x5c),
      frame(4, undefined, 0x60),
      frame(0, "env.log"),
      frame(7, "_start", 129),
    ];
    expect(reportError(trap, CONTEXT).text).toBe(
      [
        "wasmeter: trap: integer divide by zero",
        "    at divide (func[3]) @ 0x5c",
        "    at func[4] @ 0x60",
        "    at env.log (host)",
        "    at _start (func[7]) @ 0x81",
        "",
      ].join("\n"),
    );
  });

  it("say where in the file the module is wrong", () => {
    const error = new ValidationError("type mismatch", 33, 3);
    error.functionName = "main";
    expect(reportError(error, CONTEXT).text).toBe(
      "wasmeter: a.wasm: invalid: type mismatch, in function 3 (at byte 33, 0x21) (main)\n",
    );
  });

  it("list all imports that do not fit", () => {
    const error = new LinkError("unknown import", [
      { module: "env", name: "log", expected: "(func)", found: undefined },
      { module: "env", name: "mem", expected: "(memory 1)", found: "(func)" },
    ]);
    expect(reportError(error, CONTEXT).text).toBe(
      [
        "wasmeter: link error: 2 imports do not fit",
        "    env.log: needs (func), is not provided",
        "    env.mem: needs (memory 1), is (func)",
        "",
      ].join("\n"),
    );
    const one = new LinkError("unknown import", error.problems.slice(0, 1));
    expect(reportError(one, CONTEXT).text).toBe(
      "wasmeter: link error: env.log: needs (func), is not provided\n",
    );
  });

  it("point to the help after a usage error", () => {
    expect(reportError(new UsageError("no file given"), CONTEXT).text).toBe(
      "wasmeter: no file given\nTry 'wasmeter run --help'.\n",
    );
  });

  it("ask for a report of our own bugs, and where", () => {
    const { text } = reportError(new TypeError("x is undefined"), CONTEXT);
    expect(text).toMatch(/^wasmeter: internal error: TypeError: x is undefined\n/);
    expect(text).toContain("Please report it at https://example.org/bugs");
    expect(reportError(new TypeError("x"), { bugsUrl: undefined }).text).toContain("Please report it, with");
  });

  it("stay quiet after an exit and a closed pipe", () => {
    expect(reportError(new ExitError(3), CONTEXT).text).toBe("");
    expect(reportError(new ClosedOutputError(), CONTEXT).text).toBe("");
  });

  it("let no name of a guest's through to the terminal", () => {
    const trap = new Trap("unreachable");
    trap.backtrace = [frame(0, "\x1b[31mred\n", 1)];
    expect(reportError(trap, CONTEXT).text).not.toContain("\x1b");
    expect(reportError(trap, CONTEXT).text.split("\n")).toHaveLength(3);
  });
});
