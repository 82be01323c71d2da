// Turns the frames of a stopped run into a Wasm backtrace.
// Owns the walk over call nodes; names come from the module's compiler.

import type { BacktraceFrame } from "../../errors.ts";
import type { CodeNode } from "../code/node.ts";
import { isOfHost } from "./host-code.ts";

/** Frames of a deep recursion beyond this many are left out of backtraces. */
export const MAX_FRAMES = 100;

/** Innermost first: node `i` in the current frame, then the call nodes below it. */
export function backtrace(i: CodeNode, callers: readonly CodeNode[], sp: number): readonly BacktraceFrame[] {
  const frames: BacktraceFrame[] = [];
  let node = i;
  // The outermost caller is the node that started the run; it stands in no Wasm code.
  for (let k = sp - 1; k >= 0 && frames.length < MAX_FRAMES; k--) {
    const { owner } = node;
    frames.push({
      moduleName: owner.module.moduleName,
      funcIdx: owner.funcIdx,
      functionName: owner.module.functionName(owner.funcIdx),
      offset: isOfHost(owner) ? undefined : node.at < 0 ? ~node.at : node.at,
    });
    node = callers[k]!;
    if (node.isStart) break;
  }
  return frames;
}
