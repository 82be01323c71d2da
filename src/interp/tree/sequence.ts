// A tree's control as a sequence again, which fused nodes take several at a time of. Owns what stands behind what.

import type { Tree } from "./tree.ts";

/** Part of a sequence: steps that always go on, then control. */
export interface Item {
  readonly steps: readonly Tree[];
  readonly flow: Tree | undefined;
}

/** Whether control may come to what stands behind. */
export function goesOn({ kind, operands }: Tree): boolean {
  switch (kind) {
    case "jump":
    case "leaveAt":
      return false;
    case "code":
      return operands[0] === 0;
    case "stepThen":
    case "twoThen":
      return goesOn(operands[operands.length - 1] as Tree);
    default:
      return true;
  }
}

/** The pieces of a sequence, in their order. */
export function itemsOf(tree: Tree): readonly Item[] {
  const items: Item[] = [];
  let steps: Tree[] = [];
  const collect = (flow: Tree): void => {
    const { kind, operands } = flow;
    if (kind === "flowThen") {
      collect(operands[0] as Tree);
      collect(operands[1] as Tree);
    } else if (kind === "stepThen" || kind === "twoThen") {
      for (const step of operands.slice(0, -1)) for (const each of stepsOf(step as Tree)) steps.push(each);
      collect(operands[operands.length - 1] as Tree);
    } else if (kind !== "code" || operands[0] !== 0) {
      items.push({ steps, flow });
      steps = [];
    }
  };
  collect(tree);
  if (steps.length > 0 || items.length === 0) items.push({ steps, flow: undefined });
  return items;
}

/** The steps of one. */
export function stepsOf(tree: Tree): readonly Tree[] {
  const { kind, operands } = tree;
  return kind === "two" || kind === "three" ? operands.flatMap((each) => stepsOf(each as Tree)) : [tree];
}
