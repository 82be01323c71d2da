// Functions as calls in trees find them: with a tree of their own, or still without. Owns what tells the two apart.

import type { FunctionInstance } from "../../runtime/function.ts";
import { Code } from "../code/code.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import type { DataOf } from "../code/node-data.ts";
import { type Machine, NOT_READY } from "./machine.ts";

/** Whether trees can call the function. */
export function isReady({ tree }: FunctionCode): boolean {
  return tree !== undefined && tree.callee.fuel !== NOT_READY;
}

/** The function that the call at `node` calls, at which a tree was left, if that was because it has no tree. */
export function missingCallee({ V, R, fp }: Machine, node: CodeNode): FunctionCode | undefined {
  let func: FunctionCode | undefined;
  if (node.op === Code.Call) func = node.data as DataOf<Code.Call>;
  else if (node.op === Code.CallIndirect) {
    const called = V.instance?.tables[node.c]?.elements[R[fp + node.a]! >>> 0] as FunctionInstance | null;
    if (called?.typeId === node.b && called.instance === V.instance) func = called.code as FunctionCode;
  }
  return func === undefined || isReady(func) ? undefined : func;
}
