// What the main loop and its copy see of an execution: what they cache while they run, and what they leave to others.

import type { FunctionInstance } from "../../runtime/function.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import type { RareState } from "../ops/rare.ts";
import type { SlowState } from "./slow.ts";

export interface LoopState extends SlowState, RareState {
  stale: boolean;
  /** Arguments of requests. */
  target: FunctionInstance;
  callee: FunctionCode;
  /** What node `i` has thrown: gives where the run goes on. @throws what nobody handles */
  fault(i: CodeNode, thrown: unknown): CodeNode;
}
