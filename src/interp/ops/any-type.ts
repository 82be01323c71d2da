// Instructions that move a value of whatever type: selecting, and globals that the loop does not access itself.

import { isRef, type ValType } from "../../module/types.ts";
import type { CodeNode } from "../code/node.ts";
import type { InstanceRegisters } from "../run/values.ts";

export function select({ R, X }: InstanceRegisters, i: CodeNode, fp: number): void {
  const from = R[fp + i.c]! !== 0 ? fp + i.a : fp + i.b;
  const to = fp + i.d;
  // `to` may be a local: what stands behind a reference's slot is not its own.
  if (isRef(i.data as ValType)) X[to >> 1] = X[from >> 1];
  else R.copyWithin(to, from, from + 4);
}

export function globalGet({ R, X, instance }: InstanceRegisters, i: CodeNode, fp: number): void {
  const global = instance.globals[i.a]!;
  const to = fp + i.d;
  if (isRef(i.b as ValType)) X[to >> 1] = global.ref;
  else for (let k = 0; k < 4; k++) R[to + k] = global.bits[global.at + k]!;
}

export function globalSet({ R, X, instance }: InstanceRegisters, i: CodeNode, fp: number): void {
  const global = instance.globals[i.b]!;
  const from = fp + i.a;
  if (isRef(i.c as ValType)) global.ref = X[from >> 1];
  else for (let k = 0; k < 4; k++) global.bits[global.at + k] = R[from + k]!;
}
