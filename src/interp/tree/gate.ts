// The way from a function's driver to its tree. Owns a trick on V8, and its reason.
//
// V8 does not inline a call that it has seen less than 0.15 times for each entry of the function that it compiles, by counts that it
// multiplies on the way down a tree. A node's counts are those of all trees, as nodes share their code: after some others, `fib` was
// compiled in pieces and took 24 times native instead of 10. Of what is called by a getter V8 has no count, and so of nothing below.

import type { Callee, Flow } from "./machine.ts";

export interface Gate {
  /** Where the frame begins; written before {@link code} is read. */
  fp: number;
  /** What the tree gives. */
  readonly code: number;
}

export interface GatedCallee extends Callee {
  gate: Gate;
}

/** A class for each, so that V8 knows the getter by the object's shape. */
export function gateOf(tree: Flow): Gate {
  return new (class implements Gate {
    fp = 0;
    get code(): number {
      return tree(this.fp);
    }
  })();
}

/** Lets V8 see that gates lead to several trees, so that it does not inline one where it compiles the getter by itself. */
export function warmUpGate(gate: Gate, calls: number): void {
  for (let call = 0; call < calls; call++) {
    gate.fp = call;
    void gate.code;
  }
}
