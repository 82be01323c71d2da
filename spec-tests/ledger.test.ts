import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Failure } from "./execute.ts";
import { compareWithLedger, type Ledger, readLedger, updateLedger, writeLedger } from "./ledger.ts";

const failure = (line: number): Failure => ({ line, kind: "assert_return", message: "wrong" });

const ledger: Ledger = {
  "a.wast": { reason: "not there yet", lines: [1, 2, 2] },
  "b.wast": { reason: "broken", lines: [7] },
};

describe("compareWithLedger", () => {
  it("is content when exactly the expected failures happen", () => {
    const failures = new Map([["a.wast", [failure(2), failure(1), failure(2)]]]);
    expect(compareWithLedger(ledger, failures)).toEqual({ unexpectedFailures: [], unexpectedPasses: [] });
  });

  it("reports unexpected failures, also a second one on a line, and unexpected passes", () => {
    const failures = new Map([
      ["a.wast", [failure(1), failure(1)]],
      ["c.wast", [failure(3)]],
    ]);
    const { unexpectedFailures, unexpectedPasses } = compareWithLedger(ledger, failures);
    expect(unexpectedFailures.map(({ file, failure: { line } }) => [file, line])).toEqual([
      ["a.wast", 1],
      ["c.wast", 3],
    ]);
    expect(unexpectedPasses).toEqual([
      { file: "a.wast", line: 2 },
      { file: "a.wast", line: 2 },
    ]);
  });
});

describe("updateLedger", () => {
  it("keeps reasons and scripts that did not run, and drops scripts without failures", () => {
    const failures = new Map([
      ["a.wast", [failure(4)]],
      ["c.wast", [failure(3)]],
    ]);
    expect(updateLedger(ledger, failures)).toEqual({
      "a.wast": { reason: "not there yet", lines: [4] },
      "b.wast": { reason: "broken", lines: [7] },
      "c.wast": { reason: "unexplained", lines: [3] },
    });
    expect(Object.keys(updateLedger(ledger, new Map([["b.wast", []]])))).toEqual(["a.wast"]);
  });
});

describe("writeLedger", () => {
  it("writes what readLedger reads, one line of line numbers per script", () => {
    const directory = mkdtempSync(join(tmpdir(), "ledger-"));
    try {
      const path = join(directory, "ledger.json");
      expect(readLedger(path)).toEqual({});
      writeLedger(path, ledger);
      expect(readLedger(path)).toEqual(ledger);
      expect(readFileSync(path, "utf8")).toContain('"lines": [1, 2, 2]');
      writeLedger(path, {});
      expect(readLedger(path)).toEqual({});
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
