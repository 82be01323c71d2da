// Where the guest spends its fuel, told by samples: functions in which much of it goes get entries, and lose those that do not pay.
// Owns what is known of each function for that; tier.ts builds and enters trees.

import type { CodeNode, FunctionCode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import type { EntryCode } from "../code/operations.ts";
import type { CallStack } from "../parts.ts";
import { removeEntry, restoreEntry, type TreeEntry } from "./entries.ts";

/** Frames that a sample counts for: the one that runs and those that have called it, whose trees might hold it. */
const FRAMES = 3;

/** What is known of a function. */
export class Heat {
  /** Fuel of the samples that were in it, or in what it has called. */
  fuel = 0;
  /** Fuel of those that were in it. */
  own = 0;
  /** With how much of it something may have to be done. */
  next = 0;
  /** Times that a tree was left because this function has none. */
  wanted = 0;
  /** Whether it has got entries. */
  isEntered = false;
  /** Whether it has been found to have no tree. */
  isTreeless = false;
  readonly #idle: (readonly [node: CodeNode, entry: TreeEntry])[] = [];

  /** Takes back the entry at `node`; it comes again once the function has used twice as much fuel. */
  takeBack(node: CodeNode): void {
    this.#idle.push([node, node.data as DataOf<EntryCode.Tree>]);
    removeEntry(node);
    this.next = Math.max(this.next, 2 * this.fuel);
  }

  /** Puts back what was taken back. */
  giveBack(): void {
    for (const [node, entry] of this.#idle) restoreEntry(node, entry);
    this.#idle.length = 0;
  }
}

/** The functions that are to use half of the fuel: as many as these after so many samples, before that half as many. */
const FEW = 8;
const SURE = 176;

/** Whether a few functions use most of the fuel, so that it pays to make trees of them soon. */
export class Spread {
  #samples = 0;
  #fuel = 0;
  /** Those that have used most, the hottest first. */
  readonly #hottest: Heat[] = [];

  /** Counts a sample, of a function that could have a tree if `isSuitable`. */
  count(heat: Heat, fuel: number, isSuitable: boolean): void {
    this.#samples++;
    this.#fuel += fuel;
    heat.own += fuel;
    const hottest = this.#hottest;
    let place = hottest.indexOf(heat);
    if (!isSuitable || heat.isTreeless) {
      if (place >= 0) hottest.splice(place, 1);
      return;
    }
    if (place < 0) place = hottest.push(heat) - 1;
    for (; place > 0 && hottest[place - 1]!.own < heat.own; place--) hottest[place] = hottest[place - 1]!;
    hottest[place] = heat;
    if (hottest.length > FEW) hottest.length = FEW;
  }

  get isNarrow(): boolean {
    const few = this.#hottest.slice(0, this.#samples < SURE ? FEW / 2 : FEW);
    return 2 * few.reduce((sum, { own }) => sum + own, 0) >= this.#fuel;
  }
}

/** The functions that a sample counts for, each once. */
export function sampled(func: FunctionCode, { callers, sp }: CallStack): readonly FunctionCode[] {
  const found = [func];
  for (let k = sp - 1; k >= 0 && k > sp - FRAMES; k--) {
    const owner = callers[k]?.owner;
    if (owner !== undefined && !found.includes(owner)) found.push(owner);
  }
  return found;
}
