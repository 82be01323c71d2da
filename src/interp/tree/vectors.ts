// The functions on registers that vector instructions are in trees.
// Owns which function is an instruction's.

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
  accessOf(node: CodeNode, at: number): VectorAccess;
}

export function createVectors(machine: Machine): Vectors {
  const views = createVectorViews(machine.R.buffer);
  const steps = createVectorSteps(views);
  const accesses = createVectorAccesses(views, machine.V);
  const called: VectorStep = (fp, { op, d, a, b, c }) =>
    executeVector(op as CalledVector, views, fp + d, fp + a, fp + b, fp + c, c);
  return {
    stepOf: (node) => steps.get(operationOf(node)) ?? called,
    accessOf: (node, at) => (accesses.frequent.get(node.op) ?? accesses.any)(node, at),
  };
}
