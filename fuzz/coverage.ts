// What a run of the fuzzer has reached: instructions executed, calls that trapped or threw, and how.
// Counted natively, by modules that count themselves: an instruction that is generated and never reached does not count.

import type { Feature } from "../src/isa/features.ts";
import { instructionNames } from "./catalogue.ts";
import type { Event } from "./subject.ts";

/** How many of the instructions that were executed least are named. */
const RAREST = 12;

export class Coverage {
  readonly #features: ReadonlySet<Feature>;
  readonly #executed = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();
  #calls = 0;
  #instructions = 0n;

  constructor(features: ReadonlySet<Feature>) {
    this.#features = features;
  }

  addEvents(events: readonly Event[]): void {
    for (const { outcome } of events) {
      this.#calls++;
      const kind = outcome.replace(/^(returned|threw) .*/s, "$1");
      this.#outcomes.set(kind, (this.#outcomes.get(kind) ?? 0) + 1);
    }
    this.#instructions += events.at(-1)?.fuel ?? 0n;
  }

  addExecuted(executed: ReadonlyMap<string, number>): void {
    for (const [name, count] of executed) this.#executed.set(name, (this.#executed.get(name) ?? 0) + count);
  }

  /** Instructions that were never executed. */
  get missing(): string[] {
    return instructionNames(this.#features).filter((name) => !this.#executed.get(name));
  }

  /** Lines for people. */
  report(): string[] {
    const share = (count: number): string =>
      `${count} (${((100 * count) / Math.max(1, this.#calls)).toFixed(2)} %)`;
    const total = (pattern: RegExp): number =>
      [...this.#outcomes].reduce((sum, [kind, count]) => sum + (pattern.test(kind) ? count : 0), 0);
    const all = instructionNames(this.#features).length;
    const { missing } = this;
    const rarest = instructionNames(this.#features)
      .map((name) => [name, this.#executed.get(name) ?? 0] as const)
      .filter(([, count]) => count > 0)
      .sort(([, a], [, b]) => a - b)
      .slice(0, RAREST);
    return [
      `${this.#calls} calls, ${this.#instructions} instructions executed`,
      `${share(total(/^returned/))} returned, ${share(total(/^trapped/))} trapped, ${share(total(/^threw/))} threw`,
      ...[...this.#outcomes]
        .filter(([kind]) => !/^(returned|threw)/.test(kind))
        .sort(([, a], [, b]) => b - a)
        .map(([kind, count]) => `  ${kind}: ${share(count)}`),
      `${all - missing.length} of ${all} instructions executed; not: ${missing.join(", ") || "none"}`,
      `least often: ${rarest.map(([name, count]) => `${name} ${count}`).join(", ")}`,
    ];
  }
}
