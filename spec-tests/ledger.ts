// The committed list of expected failures: `ledger.json`.
// Owns its format and the comparison with a run, in which unexpected passes count as much as failures.

import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** What a runner says of a failure, at the least. */
export interface LedgerFailure {
  readonly line: number;
}

/** Expected failures of one script. */
export interface LedgerEntry {
  readonly reason: string;
  /** Lines of the failing directives; a line occurs as often as directives on it fail. */
  readonly lines: readonly number[];
}

/** Expected failures by script. */
export type Ledger = Readonly<Record<string, LedgerEntry>>;

/** What a run shows that the ledger does not say, and the other way round. */
export interface LedgerDifference<F extends LedgerFailure> {
  readonly unexpectedFailures: readonly { readonly file: string; readonly failure: F }[];
  readonly unexpectedPasses: readonly { readonly file: string; readonly line: number }[];
}

/** Reason of entries that `--update-ledger` makes; to be replaced by hand. */
const UNEXPLAINED = "unexplained";

/** The ledger at `path`; empty when there is none. */
export function readLedger(path: string): Ledger {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Ledger) : {};
}

/** Compares `failures` of the scripts that ran with `ledger`. Entries of scripts that did not run are left alone. */
export function compareWithLedger<F extends LedgerFailure>(
  ledger: Ledger,
  failures: ReadonlyMap<string, readonly F[]>,
): LedgerDifference<F> {
  const unexpectedFailures: { file: string; failure: F }[] = [];
  const unexpectedPasses: { file: string; line: number }[] = [];
  for (const [file, found] of failures) {
    const expected = [...(ledger[file]?.lines ?? [])];
    for (const failure of found) {
      const position = expected.indexOf(failure.line);
      if (position === -1) unexpectedFailures.push({ file, failure });
      else expected.splice(position, 1);
    }
    unexpectedPasses.push(...expected.map((line) => ({ file, line })));
  }
  return { unexpectedFailures, unexpectedPasses };
}

/** `ledger` brought up to `failures`, keeping reasons and the entries of scripts that did not run. */
export function updateLedger(
  ledger: Ledger,
  failures: ReadonlyMap<string, readonly LedgerFailure[]>,
): Ledger {
  const entries = new Map(Object.entries(ledger));
  for (const [file, found] of failures) {
    if (found.length === 0) entries.delete(file);
    else {
      const reason = ledger[file]?.reason ?? UNEXPLAINED;
      entries.set(file, { reason, lines: found.map(({ line }) => line) });
    }
  }
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Writes `ledger` with one script per paragraph. */
export function writeLedger(path: string, ledger: Ledger): void {
  const paragraphs = Object.entries(ledger).map(
    ([file, { reason, lines }]) =>
      `  ${JSON.stringify(file)}: {\n    "reason": ${JSON.stringify(reason)},\n    "lines": [${lines.join(", ")}]\n  }`,
  );
  writeFileSync(path, paragraphs.length === 0 ? "{}\n" : `{\n${paragraphs.join(",\n")}\n}\n`);
}
