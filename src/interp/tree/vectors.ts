// The functions on registers that vector instructions are in trees.
// Owns which function is an instruction's.

import { Code } from "../code/code.ts";
import type { CodeNode } from "../code/node.ts";
import { type CalledVector, executeVector } from "../ops/simd/dispatch.ts";
import { createVectorViews } from "../ops/simd/views.ts";
import type { Machine } from "./machine.ts";
import { operationOf } from "./outline.ts";
import { createVectorAccesses, type VectorAccess } from "./vector-memory.ts";
import { createVectorSteps } from "./vector-steps.ts";

/** Executes a node, whose operands are in registers. */
export type VectorStep = (fp: number, node: CodeNode) => void;

export interface Vectors {
  stepOf(node: CodeNode): VectorStep;
  accessOf(node: CodeNode): VectorAccess;
}

export function createVectors(machine: Machine): Vectors {
  const views = createVectorViews(machine.R.buffer);
  const { R } = views;
  const steps = createVectorSteps(views);
  const accesses = createVectorAccesses(views, machine.V);
  const copyWords = (d: number, from: Int32Array, a: number): void => {
    R[d] = from[a]!;
    R[d + 1] = from[a + 1]!;
    R[d + 2] = from[a + 2]!;
    R[d + 3] = from[a + 3]!;
  };
  const copy: VectorStep = (fp, { d, a }) => copyWords(fp + d, R, fp + a);
  const called: VectorStep = (fp, { op, d, a, b, c }) =>
    executeVector(op as CalledVector, views, fp + d, fp + a, fp + b, fp + c, c);
  return {
    stepOf(node) {
      const op = operationOf(node);
      return op === Code.Copy128 ? copy : (steps.get(op) ?? called);
    },
    accessOf: (node) => accesses.frequent.get(node.op) ?? accesses.any,
  };
}
