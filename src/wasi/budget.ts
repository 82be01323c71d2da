// Budgets of the embedder's that hold what WASI keeps for a guest in the host's memory.

import { objectWith } from "../checks/options.ts";

/** What bytes can be charged to; a `Store` fits. */
export interface ChargedBudget {
  /** Takes bytes; false, with nothing changed, if they do not fit. */
  tryReserve(bytes: number): boolean;
  release(bytes: number): void;
}

/** The shape of an option `chargedTo`. */
export const CHARGED_BUDGET = /* @__PURE__ */ objectWith<ChargedBudget>(
  "a Store or other budget",
  "tryReserve",
  "release",
);
