// Runs an execution over all its fibers: what ends one of them by an error need not end the others.

import type { Fiber } from "../../runtime/fiber.ts";
import type { CodeNode } from "../code/node.ts";
import { execute } from "../loop.ts";
import { stackOverflowToTrap } from "./faults.ts";

/** What running needs of an execution. */
type FiberState = Parameters<typeof execute>[0] & {
  readonly pc: CodeNode | undefined;
  /** Gives up what `error` has ended, down to `last`; whether the execution goes on. */
  leaveFailed(last: Fiber | undefined, error: unknown): boolean;
};

/** Runs from where it stands; `last` is the fiber in which it has begun. @throws what ends that */
export function executeFibers(ex: FiberState, last: Fiber | undefined): void {
  for (;;) {
    try {
      execute(ex, ex.pc!);
      return;
    } catch (error) {
      const thrown = stackOverflowToTrap(error);
      if (!ex.leaveFailed(last, thrown)) throw thrown;
    }
  }
}
