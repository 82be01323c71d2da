// Vector instructions as a part of the interpreter: their lowering, their loop with its views and its warm-up, and what they
// are in trees. Owns when the views are made.

import type { CodeNode, FunctionCode } from "./code/node.ts";
import { lowerVector } from "./lower/vector.ts";
import { createVectorViews, type VectorViews } from "./ops/simd/views.ts";
import type { VectorPart } from "./parts.ts";
import { translateVector } from "./tree/translate-vector.ts";
import { doublesOf } from "./tree/vector-lanes.ts";
import { createVectors } from "./tree/vectors.ts";
import { executeVectors, type VectorState } from "./vector-loop.ts";
import { warmUpVectors } from "./warm-up-vector.ts";

/** An execution that vector instructions are part of. */
export interface VectorRun extends VectorState {
  u8: Uint8Array;
  i32: Int32Array;
  memoryLength: number;
  vectorViews: VectorViews | undefined;
  /** Another execution of the same store, in which nothing runs. */
  another(): VectorRun;
}

export const vectors: VectorPart = {
  lower: lowerVector,
  execute: executePrepared,
  translate: translateVector,
  createVectors,
  doublesOf,
};

function executePrepared(run: VectorRun, i: CodeNode, fp: number): CodeNode {
  if (run.vectorViews === undefined) prepare(run, i.owner);
  return executeVectors(run, i, fp);
}

function prepare(run: VectorRun, owner: FunctionCode): void {
  run.vectorViews = createVectorViews(run.R.buffer);
  warmUpVectors(() => {
    const scratch = run.another();
    scratch.vectorViews = createVectorViews(scratch.R.buffer);
    return scratch;
  }, owner);
}
