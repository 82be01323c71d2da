// Who makes closures of trees, by one of two sets of nodes: small ones that V8 inlines (assemble.ts), or large ones where nothing
// is inlined (fused.ts). Owns the interface.

import type { Flow, Linked } from "./machine.ts";
import type { WholeOperations } from "./translate.ts";
import type { Tree } from "./tree.ts";

export interface NodeSet {
  /** What the builder is to leave whole. */
  readonly whole: WholeOperations | undefined;
  /** What runs the tree of a loop. @throws NoDriver */
  flow(tree: Tree): Flow;
  /** A function that has no tree yet; entering it costs `fuel`. `undefined` where there can be no more. */
  link(fuel: number): Linked | undefined;
  /** Gives a function its tree. @throws NoDriver */
  fill(linked: Linked, tree: Tree, fuel: number): void;
}
