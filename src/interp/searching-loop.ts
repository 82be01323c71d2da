// A copy of the loop for hosts that search a `switch` case by case: a tree of comparisons in its place (run/switches.ts).
// Generated from scripts/cases by scripts/generate-loop.mjs: change those, then run `npm run generate`.

import type { FunctionInstance } from "../runtime/function.ts";
import type { StructObject } from "../runtime/gc.ts";
import type { TableInstance } from "../runtime/table.ts";
import { Code, FIRST_RARE, LAST_BOUNDARY, LAST_RARE } from "./code/code.ts";
import type { CodeNode, FunctionCode } from "./code/node.ts";
import type { DataOf } from "./code/node-data.ts";
import * as i32 from "./ops/numeric/i32.ts";
import * as i64 from "./ops/numeric/i64.ts";
import { RARE } from "./ops/rare.ts";
import { Fault, faultOf } from "./run/faults.ts";
import type { LoopState } from "./run/loop-state.ts";
import { SLOW_PATHS, Slow } from "./run/slow.ts";

const SAVED = -1;

/** Runs until an Exit node (null), or until a view that it holds is stale: then from the node it returns. */
export function runSearchingLoop(ex: LoopState, start: CodeNode): CodeNode | null {
  const meter = ex.store.fuel;
  const CS = ex.callers;
  const R = ex.R, F = ex.F, D = ex.D, X = ex.X, RL = R.length;
  const M8 = ex.u8, M32 = ex.i32, ml = ex.memoryLength;
  const instance = ex.instance, G = instance.globals;
  const maxDepth = ex.maxDepth;
  ex.stale = false;
  let i = start;
  let fp = ex.fp, sp = ex.sp, fuel = meter.counter;
  let callee: FunctionCode = start.owner;
  let slow = Slow.Enter as Slow;
  let kind: Fault | number = 0;
  let x = 0, y = 0, al = 0, ah = 0, bl = 0, bh = 0, a0 = 0, a1 = 0, b0 = 0, b1 = 0, l = 0, h = 0, m = 0, e = 0, v = 0, s = 0, t = 0, index = 0;
  for (;;) {
    try {
      for (;;) {
        fault: {
        cases: {
        const { op } = i;
        if (op <= Code.I32Load_Call) {
if (op < Code.I32Store8) {
if (op < Code.I32AddI) {
if (op < Code.Copy32) {
if (op < Code.Return32) {
if (op < Code.CallIndirect) {
if (op < Code.Call) {
if (op < Code.RestoreInstance) {
ex.fp = fp; ex.sp = sp; meter.counter = fuel; return null;
} else {
slow = Slow.RestoreInstance; break cases;
}
} else {
if (op < Code.CallImport) {
callee = (i.data as DataOf<Code.Call>); break cases;
} else {
slow = Slow.CallImport; break cases;
}
}
} else {
if (op < Code.Heavy) {
if (op < Code.CallRef) {
const { elements } = instance.tables[i.c] as TableInstance;
      e = R[fp + i.a]! >>> 0;
      if (e >= elements.length) { kind = Fault.UndefinedElement; break fault; }
      const func = elements[e] as FunctionInstance | null;
      if (func === null) { kind = Fault.UninitializedElement; break fault; }
      if (func.typeId !== i.b) { ex.target = func; slow = Slow.CallChecked; break cases; }
      if (func.instance === instance) { callee = func.code as FunctionCode; break cases; }
      ex.target = func; slow = Slow.CallFunction; break cases;
} else {
if (op < Code.TailCall) {
const func = X[(fp + i.a) >> 1] as FunctionInstance | null;
      if (func === null) { e = 0; { kind = Fault.NullFunction; break fault; } }
      if (func.instance === instance) { callee = func.code as FunctionCode; break cases; }
      ex.target = func; slow = Slow.CallFunction; break cases;
} else {
slow = Slow.TailCall; break cases;
}
}
} else {
if (op < Code.LoopHeader) {
if (op < Code.Raise) {
slow = Slow.Heavy; break cases;
} else {
if (op < Code.Charge) {
slow = Slow.Raise; break cases;
} else {
if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelCharge; break cases; } i = i.next; continue;
}
}
} else {
if (op < Code.Recharge) {
if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelCharge; break cases; } slow = Slow.LeaveExact; break cases;
} else {
if (op < Code.Tick) {
if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelAfter; break cases; } i = i.next; continue;
} else {
slow = Slow.Tick; break cases;
}
}
}
}
}
} else {
if (op < Code.Br) {
if (op < Code.Return64) {
R[fp] = R[fp + i.a]!; i = CS[--sp]!; fp -= i.d; if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelAfter; break cases; } i = i.next; continue;
} else {
if (op < Code.Return) {
R[fp] = R[fp + i.a]!; R[fp + 1] = R[fp + i.a + 1]!; i = CS[--sp]!; fp -= i.d; if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelAfter; break cases; } i = i.next; continue;
} else {
if (op < Code.Nop) {
i = CS[--sp]!; fp -= i.d; if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelAfter; break cases; } i = i.next; continue;
} else {
i = i.next; continue;
}
}
}
} else {
if (op < Code.BrIfNonZero) {
if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue;
} else {
if (op < Code.BrIfZero) {
if (R[fp + i.a]! !== 0) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (R[fp + i.a]! === 0) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
}
}
}
} else {
if (op < Code.Const32) {
if (op < Code.Copy64) {
R[fp + i.d] = R[fp + i.a]!; i = i.next; continue;
} else {
if (op < Code.Copy128) {
R[fp + i.d] = R[fp + i.a]!; R[fp + i.d + 1] = R[fp + i.a + 1]!; i = i.next; continue;
} else {
s = fp + i.a; t = fp + i.d; R[t] = R[s]!; R[t + 1] = R[s + 1]!; R[t + 2] = R[s + 2]!; R[t + 3] = R[s + 3]!; i = i.next; continue;
}
}
} else {
if (op < Code.Const64) {
R[fp + i.d] = i.b; i = i.next; continue;
} else {
if (op < Code.I32Add) {
if (op < Code.Const128) {
R[fp + i.d] = i.b; R[fp + i.d + 1] = i.c; i = i.next; continue;
} else {
if (op < Code.Select32) {
const q = (i.data as DataOf<Code.Const128>); t = fp + i.d; R[t] = q[0]!; R[t + 1] = q[1]!; R[t + 2] = q[2]!; R[t + 3] = q[3]!; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.c]! !== 0 ? R[fp + i.a]! : R[fp + i.b]!; i = i.next; continue;
}
}
} else {
R[fp + i.d] = R[fp + i.a]! + R[fp + i.b]! | 0; i = i.next; continue;
}
}
}
}
} else {
if (op < Code.BrI32LtUI) {
if (op < Code.I32AndI) {
if (op < Code.I32Sub) {
R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue;
} else {
if (op < Code.I32Mul) {
if (op < Code.I32SubI) {
R[fp + i.d] = R[fp + i.a]! - R[fp + i.b]! | 0; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! - i.b | 0; i = i.next; continue;
}
} else {
if (op < Code.I32MulI) {
R[fp + i.d] = Math.imul(R[fp + i.a]!, R[fp + i.b]!); i = i.next; continue;
} else {
if (op < Code.I32And) {
R[fp + i.d] = Math.imul(R[fp + i.a]!, i.b); i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! & R[fp + i.b]!; i = i.next; continue;
}
}
}
}
} else {
if (op < Code.I32ShrS) {
if (op < Code.I32OrI) {
if (op < Code.I32Or) {
R[fp + i.d] = R[fp + i.a]! & i.b; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! | R[fp + i.b]!; i = i.next; continue;
}
} else {
if (op < Code.I32XorI) {
if (op < Code.I32Xor) {
R[fp + i.d] = R[fp + i.a]! | i.b; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; continue;
}
} else {
if (op < Code.I32ShlI) {
if (op < Code.I32Shl) {
R[fp + i.d] = R[fp + i.a]! ^ i.b; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! << R[fp + i.b]!; i = i.next; continue;
}
} else {
R[fp + i.d] = R[fp + i.a]! << i.b; i = i.next; continue;
}
}
}
} else {
if (op < Code.BrI32Eq) {
if (op < Code.BrI32And) {
if (op < Code.I32ShrUI) {
if (op < Code.I32ShrSI) {
R[fp + i.d] = R[fp + i.a]! >> R[fp + i.b]!; i = i.next; continue;
} else {
if (op < Code.I32ShrU) {
R[fp + i.d] = R[fp + i.a]! >> i.b; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! >>> R[fp + i.b]! | 0; i = i.next; continue;
}
}
} else {
R[fp + i.d] = R[fp + i.a]! >>> i.b | 0; i = i.next; continue;
}
} else {
if (op < Code.BrI32AndI) {
if ((R[fp + i.a]! & R[fp + i.b]!) !== 0) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (op < Code.BrI32Nand) {
if ((R[fp + i.a]! & i.b) !== 0) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (op < Code.BrI32NandI) {
if ((R[fp + i.a]! & R[fp + i.b]!) === 0) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if ((R[fp + i.a]! & i.b) === 0) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
}
}
}
} else {
if (op < Code.BrI32NeI) {
if (op < Code.BrI32EqI) {
if (R[fp + i.a]! === R[fp + i.b]!) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (op < Code.BrI32Ne) {
if (R[fp + i.a]! === i.b) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (R[fp + i.a]! !== R[fp + i.b]!) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
}
} else {
if (op < Code.BrI32LtSI) {
if (op < Code.BrI32LtS) {
if (R[fp + i.a]! !== i.b) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (R[fp + i.a]! < R[fp + i.b]!) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
} else {
if (op < Code.BrI32LtU) {
if (R[fp + i.a]! < i.b) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if ((R[fp + i.a]! >>> 0) < (R[fp + i.b]! >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
}
}
}
}
}
} else {
if (op < Code.F64Mul) {
if (op < Code.BrI32GeSI) {
if (op < Code.BrI32GtSI) {
if (op < Code.BrI32GtS) {
if ((R[fp + i.a]! >>> 0) < (i.b >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (R[fp + i.a]! > R[fp + i.b]!) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
} else {
if (op < Code.BrI32GtUI) {
if (op < Code.BrI32GtU) {
if (R[fp + i.a]! > i.b) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if ((R[fp + i.a]! >>> 0) > (R[fp + i.b]! >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
} else {
if (op < Code.BrI32LeSI) {
if (op < Code.BrI32LeS) {
if ((R[fp + i.a]! >>> 0) > (i.b >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (R[fp + i.a]! <= R[fp + i.b]!) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
} else {
if (op < Code.BrI32LeUI) {
if (op < Code.BrI32LeU) {
if (R[fp + i.a]! <= i.b) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if ((R[fp + i.a]! >>> 0) <= (R[fp + i.b]! >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
} else {
if (op < Code.BrI32GeS) {
if ((R[fp + i.a]! >>> 0) <= (i.b >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (R[fp + i.a]! >= R[fp + i.b]!) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
}
}
}
}
} else {
if (op < Code.F32Sub) {
if (op < Code.BrI32GeU) {
if (R[fp + i.a]! >= i.b) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (op < Code.BrI32GeUI) {
if ((R[fp + i.a]! >>> 0) >= (R[fp + i.b]! >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (op < Code.I32Eqz) {
if ((R[fp + i.a]! >>> 0) >= (i.b >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (op < Code.F32Add) {
R[fp + i.d] = R[fp + i.a]! === 0 ? 1 : 0; i = i.next; continue;
} else {
v = F[fp + i.a]! + F[fp + i.b]!; if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000; i = i.next; continue;
}
}
}
}
} else {
if (op < Code.F64Add) {
if (op < Code.F32Mul) {
v = F[fp + i.a]! - F[fp + i.b]!; if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000; i = i.next; continue;
} else {
v = F[fp + i.a]! * F[fp + i.b]!; if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000; i = i.next; continue;
}
} else {
if (op < Code.F64Sub) {
v = D[(fp + i.a) >> 1]! + D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue;
} else {
v = D[(fp + i.a) >> 1]! - D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue;
}
}
}
}
} else {
if (op < Code.I32Load8U) {
if (op < Code.I32Load) {
if (op < Code.F64ConvertI32S) {
v = D[(fp + i.a) >> 1]! * D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue;
} else {
if (op < Code.F32ConvertI32S) {
D[(fp + i.d) >> 1] = R[fp + i.a]!; i = i.next; continue;
} else {
F[fp + i.d] = R[fp + i.a]!; i = i.next; continue;
}
}
} else {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; continue;
}
} else {
if (op < Code.I64Load) {
if (op < Code.I32Load16U) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 1) { kind = 1; break fault; } R[fp + i.d] = M8[e]!; i = i.next; continue;
} else {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 2) { kind = 2; break fault; } R[fp + i.d] = M8[e]! | M8[e + 1]! << 8; i = i.next; continue;
}
} else {
if (op < Code.I32Store) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) { kind = 8; break fault; } if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; continue;
} else {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } if ((e & 3) === 0) M32[e >>> 2] = R[fp + i.b]!; else store32(M8, e, R[fp + i.b]!); i = i.next; continue;
}
}
}
}
}
}
} else {
if (op < Code.I32RotrI) {
if (op < Code.I64Load_I64Store) {
if (op < Code.I32Load_I32Store) {
if (op < Code.I32SubI_BrIfNonZero) {
if (op < Code.I64Store) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 1) { kind = 1; break fault; } M8[e] = R[fp + i.b]!; i = i.next; continue;
} else {
if (op < Code.I32Store_I32Load) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) { kind = 8; break fault; } l = R[fp + i.b]!; h = R[fp + i.b + 1]!; if ((e & 3) === 0) { M32[e >>> 2] = l; M32[(e >>> 2) + 1] = h; } else { store32(M8, e, l); store32(M8, e + 4, h); } i = i.next; continue;
} else {
if (op < Code.I32Load_I32Load) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } if ((e & 3) === 0) M32[e >>> 2] = R[fp + i.b]!; else store32(M8, e, R[fp + i.b]!); i = i.next; e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; continue;
} else {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; continue;
}
}
}
} else {
if (op < Code.Copy32_Copy32) {
R[fp + i.d] = R[fp + i.a]! - i.b | 0; i = i.next; if (R[fp + i.a]! !== 0) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]!; i = i.next; R[fp + i.d] = R[fp + i.a]!; i = i.next; continue;
}
}
} else {
if (op < Code.I32AddI_BrI32LtU) {
if (op < Code.F64Mul_F64Mul) {
if (op < Code.F64Mul_F64Add) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } if ((e & 3) === 0) M32[e >>> 2] = R[fp + i.b]!; else store32(M8, e, R[fp + i.b]!); i = i.next; continue;
} else {
v = D[(fp + i.a) >> 1]! * D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; v = D[(fp + i.a) >> 1]! + D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue;
}
} else {
if (op < Code.I32AddI_I32AddI) {
v = D[(fp + i.a) >> 1]! * D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; v = D[(fp + i.a) >> 1]! * D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue;
}
}
} else {
if (op < Code.I64Load_I64Load) {
if (op < Code.Copy32_I64Load) {
R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; if ((R[fp + i.a]! >>> 0) < (R[fp + i.b]! >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]!; i = i.next; e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) { kind = 8; break fault; } if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; continue;
}
} else {
if (op < Code.I32ShlI_I32Xor) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) { kind = 8; break fault; } if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) { kind = 8; break fault; } if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! << i.b; i = i.next; R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; continue;
}
}
}
}
} else {
if (op < Code.I32AddI_I32Load) {
if (op < Code.I32Load_I32AddI) {
if (op < Code.I64Store_I32AddI) {
if (op < Code.I32Add_I32AddI) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) { kind = 8; break fault; } if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) { kind = 8; break fault; } l = R[fp + i.b]!; h = R[fp + i.b + 1]!; if ((e & 3) === 0) { M32[e >>> 2] = l; M32[(e >>> 2) + 1] = h; } else { store32(M8, e, l); store32(M8, e + 4, h); } i = i.next; continue;
} else {
if (op < Code.F64Add_I32AddI) {
R[fp + i.d] = R[fp + i.a]! + R[fp + i.b]! | 0; i = i.next; R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue;
} else {
v = D[(fp + i.a) >> 1]! + D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue;
}
}
} else {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) { kind = 8; break fault; } l = R[fp + i.b]!; h = R[fp + i.b + 1]!; if ((e & 3) === 0) { M32[e >>> 2] = l; M32[(e >>> 2) + 1] = h; } else { store32(M8, e, l); store32(M8, e + 4, h); } i = i.next; R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue;
}
} else {
if (op < Code.I32Xor_I32Add) {
if (op < Code.I32Store_I32AddI) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue;
} else {
if (op < Code.I32AddI_Br) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } if ((e & 3) === 0) M32[e >>> 2] = R[fp + i.b]!; else store32(M8, e, R[fp + i.b]!); i = i.next; R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue;
}
}
} else {
if (op < Code.I32ShrUI_I32Xor) {
R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; R[fp + i.d] = R[fp + i.a]! + R[fp + i.b]! | 0; i = i.next; continue;
} else {
if (op < Code.I32Load_I32Add) {
R[fp + i.d] = R[fp + i.a]! >>> i.b | 0; i = i.next; R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; continue;
} else {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; R[fp + i.d] = R[fp + i.a]! + R[fp + i.b]! | 0; i = i.next; continue;
}
}
}
}
} else {
if (op < Code.GlobalGet32) {
if (op < Code.I32AndI_BrIfZero) {
if (op < Code.I32Xor_I32ShrUI) {
R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; continue;
} else {
if (op < Code.I64Load_Copy32) {
R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; R[fp + i.d] = R[fp + i.a]! >>> i.b | 0; i = i.next; continue;
} else {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 8) { kind = 8; break fault; } if ((e & 3) === 0) { R[fp + i.d] = M32[e >>> 2]!; R[fp + i.d + 1] = M32[(e >>> 2) + 1]!; } else { R[fp + i.d] = load32(M8, e); R[fp + i.d + 1] = load32(M8, e + 4); } i = i.next; R[fp + i.d] = R[fp + i.a]!; i = i.next; continue;
}
}
} else {
if (op < Code.BrIfNull) {
if (op < Code.Const32_Br) {
R[fp + i.d] = R[fp + i.a]! & i.b; i = i.next; if (R[fp + i.a]! === 0) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (op < Code.Unreachable) {
R[fp + i.d] = i.b; i = i.next; if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue;
} else {
e = 0; { kind = Fault.Unreachable; break fault; }
}
}
} else {
if (op < Code.BrTable) {
if (op < Code.BrIfNotNull) {
if (X[(fp + i.a) >> 1] === null) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (X[(fp + i.a) >> 1] !== null) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
} else {
if (op < Code.CopyRef) {
index = R[fp + i.a]! >>> 0; i = (i.data as DataOf<Code.BrTable>)[index < i.b ? index : i.b]!; if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue;
} else {
if (op < Code.Select64) {
if (op < Code.ConstRef) {
X[(fp + i.d) >> 1] = X[(fp + i.a) >> 1]; i = i.next; continue;
} else {
X[(fp + i.d) >> 1] = (i.data as DataOf<Code.ConstRef>); i = i.next; continue;
}
} else {
s = R[fp + i.c]! !== 0 ? fp + i.a : fp + i.b; R[fp + i.d] = R[s]!; R[fp + i.d + 1] = R[s + 1]!; i = i.next; continue;
}
}
}
}
}
} else {
if (op < Code.GlobalSet32) {
if (op < Code.GlobalGet64) {
const g = G[i.a]!; R[fp + i.d] = g.bits[g.at]!; i = i.next; continue;
} else {
const g = G[i.a]!; R[fp + i.d] = g.bits[g.at]!; R[fp + i.d + 1] = g.bits[g.at + 1]!; i = i.next; continue;
}
} else {
if (op < Code.StructSetRef) {
if (op < Code.GlobalSet64) {
const g = G[i.b]!; g.bits[g.at] = R[fp + i.a]!; i = i.next; continue;
} else {
if (op < Code.StructGetRef) {
if (op < Code.StructGet32) {
const g = G[i.b]!; g.bits[g.at] = R[fp + i.a]!; g.bits[g.at + 1] = R[fp + i.a + 1]!; i = i.next; continue;
} else {
const o = X[(fp + i.a) >> 1] as StructObject | null; if (o === null) { e = 0; { kind = Fault.NullStructure; break fault; } } R[fp + i.d] = o.fields[i.c] as number; i = i.next; continue;
}
} else {
if (op < Code.StructSet32) {
const o = X[(fp + i.a) >> 1] as StructObject | null; if (o === null) { e = 0; { kind = Fault.NullStructure; break fault; } } X[(fp + i.d) >> 1] = o.fields[i.c]; i = i.next; continue;
} else {
const o = X[(fp + i.a) >> 1] as StructObject | null; if (o === null) { e = 0; { kind = Fault.NullStructure; break fault; } } o.fields[i.c] = R[fp + i.b]!; i = i.next; continue;
}
}
}
} else {
if (op < Code.I32Rotl) {
if (op < Code.RefIsNull) {
const o = X[(fp + i.a) >> 1] as StructObject | null; if (o === null) { e = 0; { kind = Fault.NullStructure; break fault; } } o.fields[i.c] = X[(fp + i.b) >> 1]; i = i.next; continue;
} else {
R[fp + i.d] = X[(fp + i.a) >> 1] === null ? 1 : 0; i = i.next; continue;
}
} else {
if (op < Code.I32RotlI) {
x = R[fp + i.a]!; y = R[fp + i.b]!; R[fp + i.d] = x << y | x >>> 32 - y; i = i.next; continue;
} else {
if (op < Code.I32Rotr) {
x = R[fp + i.a]!; y = i.b; R[fp + i.d] = x << y | x >>> 32 - y; i = i.next; continue;
} else {
x = R[fp + i.a]!; y = R[fp + i.b]!; R[fp + i.d] = x >>> y | x << 32 - y; i = i.next; continue;
}
}
}
}
}
}
}
}
} else {
if (op < Code.F32Sqrt) {
if (op < Code.I64AndI) {
if (op < Code.I32DivU) {
if (op < Code.I32LtSI) {
if (op < Code.I32Eq) {
x = R[fp + i.a]!; y = i.b; R[fp + i.d] = x >>> y | x << 32 - y; i = i.next; continue;
} else {
if (op < Code.I32Ne) {
if (op < Code.I32EqI) {
R[fp + i.d] = R[fp + i.a]! === R[fp + i.b]! ? 1 : 0; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! === i.b ? 1 : 0; i = i.next; continue;
}
} else {
if (op < Code.I32NeI) {
R[fp + i.d] = R[fp + i.a]! !== R[fp + i.b]! ? 1 : 0; i = i.next; continue;
} else {
if (op < Code.I32LtS) {
R[fp + i.d] = R[fp + i.a]! !== i.b ? 1 : 0; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! < R[fp + i.b]! ? 1 : 0; i = i.next; continue;
}
}
}
}
} else {
if (op < Code.I32GtSI) {
if (op < Code.I32LtU) {
R[fp + i.d] = R[fp + i.a]! < i.b ? 1 : 0; i = i.next; continue;
} else {
if (op < Code.I32LtUI) {
R[fp + i.d] = (R[fp + i.a]! >>> 0) < (R[fp + i.b]! >>> 0) ? 1 : 0; i = i.next; continue;
} else {
if (op < Code.I32GtS) {
R[fp + i.d] = (R[fp + i.a]! >>> 0) < (i.b >>> 0) ? 1 : 0; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! > R[fp + i.b]! ? 1 : 0; i = i.next; continue;
}
}
}
} else {
if (op < Code.I32Clz) {
if (op < Code.I32GtU) {
R[fp + i.d] = R[fp + i.a]! > i.b ? 1 : 0; i = i.next; continue;
} else {
if (op < Code.I32GtUI) {
R[fp + i.d] = (R[fp + i.a]! >>> 0) > (R[fp + i.b]! >>> 0) ? 1 : 0; i = i.next; continue;
} else {
R[fp + i.d] = (R[fp + i.a]! >>> 0) > (i.b >>> 0) ? 1 : 0; i = i.next; continue;
}
}
} else {
if (op < Code.I32Extend16S) {
if (op < Code.I32Extend8S) {
R[fp + i.d] = Math.clz32(R[fp + i.a]!); i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! << 24 >> 24; i = i.next; continue;
}
} else {
if (op < Code.I32DivS) {
R[fp + i.d] = R[fp + i.a]! << 16 >> 16; i = i.next; continue;
} else {
R[fp + i.d] = i32.divS(R[fp + i.a]!, R[fp + i.b]!); i = i.next; continue;
}
}
}
}
}
} else {
if (op < Code.I64Sub) {
if (op < Code.I64Add) {
if (op < Code.I32RemS) {
R[fp + i.d] = i32.divU(R[fp + i.a]!, R[fp + i.b]!); i = i.next; continue;
} else {
if (op < Code.I32RemU) {
R[fp + i.d] = i32.remS(R[fp + i.a]!, R[fp + i.b]!); i = i.next; continue;
} else {
R[fp + i.d] = i32.remU(R[fp + i.a]!, R[fp + i.b]!); i = i.next; continue;
}
}
} else {
if (op < Code.I64AddI) {
al = R[fp + i.a]!; l = al + R[fp + i.b]! | 0; R[fp + i.d + 1] = R[fp + i.a + 1]! + R[fp + i.b + 1]! + ((l >>> 0) < (al >>> 0) ? 1 : 0) | 0; R[fp + i.d] = l; i = i.next; continue;
} else {
al = R[fp + i.a]!; l = al + i.b | 0; R[fp + i.d + 1] = R[fp + i.a + 1]! + i.c + ((l >>> 0) < (al >>> 0) ? 1 : 0) | 0; R[fp + i.d] = l; i = i.next; continue;
}
}
} else {
if (op < Code.I64MulI) {
if (op < Code.I64SubI) {
al = R[fp + i.a]!; bl = R[fp + i.b]!; R[fp + i.d + 1] = R[fp + i.a + 1]! - R[fp + i.b + 1]! - ((al >>> 0) < (bl >>> 0) ? 1 : 0) | 0; R[fp + i.d] = al - bl | 0; i = i.next; continue;
} else {
if (op < Code.I64Mul) {
al = R[fp + i.a]!; bl = i.b; R[fp + i.d + 1] = R[fp + i.a + 1]! - i.c - ((al >>> 0) < (bl >>> 0) ? 1 : 0) | 0; R[fp + i.d] = al - bl | 0; i = i.next; continue;
} else {
al = R[fp + i.a]!; bl = R[fp + i.b]!; a1 = al >>> 16; a0 = al & 65535; b1 = bl >>> 16; b0 = bl & 65535;
      m = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16) | 0; t = (m & 65535) + Math.imul(a0, b1) | 0;
      R[fp + i.d + 1] = Math.imul(a1, b1) + (m >>> 16) + (t >>> 16) + Math.imul(al, R[fp + i.b + 1]!) + Math.imul(R[fp + i.a + 1]!, bl) | 0; R[fp + i.d] = Math.imul(al, bl); i = i.next; continue;
}
}
} else {
if (op < Code.I64And) {
al = R[fp + i.a]!; bl = i.b; a1 = al >>> 16; a0 = al & 65535; b1 = bl >>> 16; b0 = bl & 65535;
      m = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16) | 0; t = (m & 65535) + Math.imul(a0, b1) | 0;
      R[fp + i.d + 1] = Math.imul(a1, b1) + (m >>> 16) + (t >>> 16) + Math.imul(al, i.c) + Math.imul(R[fp + i.a + 1]!, bl) | 0; R[fp + i.d] = Math.imul(al, bl); i = i.next; continue;
} else {
R[fp + i.d + 1] = R[fp + i.a + 1]! & R[fp + i.b + 1]!; R[fp + i.d] = R[fp + i.a]! & R[fp + i.b]!; i = i.next; continue;
}
}
}
}
} else {
if (op < Code.I64Eqz) {
if (op < Code.BrI64NeI) {
if (op < Code.I64XorI) {
if (op < Code.I64Or) {
R[fp + i.d + 1] = R[fp + i.a + 1]! & i.c; R[fp + i.d] = R[fp + i.a]! & i.b; i = i.next; continue;
} else {
if (op < Code.I64OrI) {
R[fp + i.d + 1] = R[fp + i.a + 1]! | R[fp + i.b + 1]!; R[fp + i.d] = R[fp + i.a]! | R[fp + i.b]!; i = i.next; continue;
} else {
if (op < Code.I64Xor) {
R[fp + i.d + 1] = R[fp + i.a + 1]! | i.c; R[fp + i.d] = R[fp + i.a]! | i.b; i = i.next; continue;
} else {
R[fp + i.d + 1] = R[fp + i.a + 1]! ^ R[fp + i.b + 1]!; R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; continue;
}
}
}
} else {
if (op < Code.BrI64Eq) {
if (op < Code.I64Eq) {
R[fp + i.d + 1] = R[fp + i.a + 1]! ^ i.c; R[fp + i.d] = R[fp + i.a]! ^ i.b; i = i.next; continue;
} else {
if (op < Code.I64EqI) {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = R[fp + i.b]!; bh = R[fp + i.b + 1]!; R[fp + i.d] = al === bl && ah === bh ? 1 : 0; i = i.next; continue;
} else {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = i.b; bh = i.b >> 31; R[fp + i.d] = al === bl && ah === bh ? 1 : 0; i = i.next; continue;
}
}
} else {
if (op < Code.BrI64EqI) {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = R[fp + i.b]!; bh = R[fp + i.b + 1]!; if (al === bl && ah === bh) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (op < Code.BrI64Ne) {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = i.b; bh = i.b >> 31; if (al === bl && ah === bh) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = R[fp + i.b]!; bh = R[fp + i.b + 1]!; if (al !== bl || ah !== bh) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
}
}
}
} else {
if (op < Code.BrI64LtSI) {
if (op < Code.I64LtS) {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = i.b; bh = i.b >> 31; if (al !== bl || ah !== bh) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (op < Code.BrI64LtS) {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = R[fp + i.b]!; bh = R[fp + i.b + 1]!; R[fp + i.d] = ah < bh || ah === bh && (al >>> 0) < (bl >>> 0) ? 1 : 0; i = i.next; continue;
} else {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = R[fp + i.b]!; bh = R[fp + i.b + 1]!; if (ah < bh || ah === bh && (al >>> 0) < (bl >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
}
} else {
if (op < Code.BrI64LtUI) {
if (op < Code.I64LtU) {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = i.b; bh = i.b >> 31; if (ah < bh || ah === bh && (al >>> 0) < (bl >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (op < Code.BrI64LtU) {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = R[fp + i.b]!; bh = R[fp + i.b + 1]!; R[fp + i.d] = (ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0) ? 1 : 0; i = i.next; continue;
} else {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = R[fp + i.b]!; bh = R[fp + i.b + 1]!; if ((ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
}
} else {
if (op < Code.I64GtS) {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = i.b; bh = i.b >> 31; if ((ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
al = R[fp + i.a]!; ah = R[fp + i.a + 1]!; bl = R[fp + i.b]!; bh = R[fp + i.b + 1]!; R[fp + i.d] = ah > bh || ah === bh && (al >>> 0) > (bl >>> 0) ? 1 : 0; i = i.next; continue;
}
}
}
}
} else {
if (op < Code.I64ShrSHigh) {
if (op < Code.I64ShlHigh) {
if (op < Code.BrI64Eqz) {
R[fp + i.d] = (R[fp + i.a]! | R[fp + i.a + 1]!) === 0 ? 1 : 0; i = i.next; continue;
} else {
if (op < Code.BrI64Nez) {
if ((R[fp + i.a]! | R[fp + i.a + 1]!) === 0) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (op < Code.I64ShlLow) {
if ((R[fp + i.a]! | R[fp + i.a + 1]!) !== 0) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
l = R[fp + i.a]!; h = R[fp + i.a + 1]!; R[fp + i.d] = l << i.b; R[fp + i.d + 1] = h << i.b | l >>> 32 - i.b; i = i.next; continue;
}
}
}
} else {
if (op < Code.I64ShrULow) {
l = R[fp + i.a]!; R[fp + i.d] = 0; R[fp + i.d + 1] = l << i.b; i = i.next; continue;
} else {
if (op < Code.I64ShrUHigh) {
l = R[fp + i.a]!; h = R[fp + i.a + 1]!; R[fp + i.d] = l >>> i.b | h << 32 - i.b; R[fp + i.d + 1] = h >>> i.b; i = i.next; continue;
} else {
if (op < Code.I64ShrSLow) {
h = R[fp + i.a + 1]!; R[fp + i.d] = h >>> i.b; R[fp + i.d + 1] = 0; i = i.next; continue;
} else {
l = R[fp + i.a]!; h = R[fp + i.a + 1]!; R[fp + i.d] = l >>> i.b | h << 32 - i.b; R[fp + i.d + 1] = h >> i.b; i = i.next; continue;
}
}
}
}
} else {
if (op < Code.I64Swap) {
if (op < Code.I64RotlLow) {
h = R[fp + i.a + 1]!; R[fp + i.d] = h >> i.b; R[fp + i.d + 1] = h >> 31; i = i.next; continue;
} else {
if (op < Code.I64RotlHigh) {
l = R[fp + i.a]!; h = R[fp + i.a + 1]!; R[fp + i.d] = l << i.b | h >>> 32 - i.b; R[fp + i.d + 1] = h << i.b | l >>> 32 - i.b; i = i.next; continue;
} else {
l = R[fp + i.a]!; h = R[fp + i.a + 1]!; R[fp + i.d] = h << i.b | l >>> 32 - i.b; R[fp + i.d + 1] = l << i.b | h >>> 32 - i.b; i = i.next; continue;
}
}
} else {
if (op < Code.I64ShrU) {
if (op < Code.I64Shl) {
l = R[fp + i.a]!; h = R[fp + i.a + 1]!; R[fp + i.d] = h; R[fp + i.d + 1] = l; i = i.next; continue;
} else {
if (op < Code.I64ShrS) {
i64.shlInto(R, fp + i.d, R[fp + i.a]!, R[fp + i.a + 1]!, R[fp + i.b]!); i = i.next; continue;
} else {
i64.shrSInto(R, fp + i.d, R[fp + i.a]!, R[fp + i.a + 1]!, R[fp + i.b]!); i = i.next; continue;
}
}
} else {
if (op < Code.I64ExtendI32U) {
if (op < Code.I64ExtendI32S) {
i64.shrUInto(R, fp + i.d, R[fp + i.a]!, R[fp + i.a + 1]!, R[fp + i.b]!); i = i.next; continue;
} else {
l = R[fp + i.a]!; R[fp + i.d] = l; R[fp + i.d + 1] = l >> 31; i = i.next; continue;
}
} else {
if (op < Code.F32Div) {
R[fp + i.d] = R[fp + i.a]!; R[fp + i.d + 1] = 0; i = i.next; continue;
} else {
v = F[fp + i.a]! / F[fp + i.b]!; if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000; i = i.next; continue;
}
}
}
}
}
}
}
} else {
if (op < Code.GlobalGet32_I32SubI) {
if (op < Code.I32Load16S) {
if (op < Code.F64Le) {
if (op < Code.BrF64NotLt) {
if (op < Code.F64Sqrt) {
if (op < Code.F64Div) {
v = Math.sqrt(F[fp + i.a]!); if (v === v) F[fp + i.d] = v; else R[fp + i.d] = 0x7fc00000; i = i.next; continue;
} else {
v = D[(fp + i.a) >> 1]! / D[(fp + i.b) >> 1]!; if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue;
}
} else {
if (op < Code.F64Lt) {
v = Math.sqrt(D[(fp + i.a) >> 1]!); if (v === v) D[(fp + i.d) >> 1] = v; else { R[fp + i.d] = 0; R[fp + i.d + 1] = 0x7ff80000; } i = i.next; continue;
} else {
if (op < Code.BrF64Lt) {
R[fp + i.d] = D[(fp + i.a) >> 1]! < D[(fp + i.b) >> 1]! ? 1 : 0; i = i.next; continue;
} else {
if (D[(fp + i.a) >> 1]! < D[(fp + i.b) >> 1]!) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
}
}
} else {
if (op < Code.BrF64Gt) {
if (op < Code.F64Gt) {
if (!(D[(fp + i.a) >> 1]! < D[(fp + i.b) >> 1]!)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
R[fp + i.d] = D[(fp + i.a) >> 1]! > D[(fp + i.b) >> 1]! ? 1 : 0; i = i.next; continue;
}
} else {
if (op < Code.BrF64NotGt) {
if (D[(fp + i.a) >> 1]! > D[(fp + i.b) >> 1]!) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
} else {
if (!(D[(fp + i.a) >> 1]! > D[(fp + i.b) >> 1]!)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; } i = i.next; continue;
}
}
}
} else {
if (op < Code.F64Abs) {
if (op < Code.F32Neg) {
R[fp + i.d] = D[(fp + i.a) >> 1]! <= D[(fp + i.b) >> 1]! ? 1 : 0; i = i.next; continue;
} else {
if (op < Code.F32Abs) {
R[fp + i.d] = R[fp + i.a]! ^ 0x80000000; i = i.next; continue;
} else {
if (op < Code.F64Neg) {
R[fp + i.d] = R[fp + i.a]! & 0x7fffffff; i = i.next; continue;
} else {
R[fp + i.d + 1] = R[fp + i.a + 1]! ^ 0x80000000; R[fp + i.d] = R[fp + i.a]!; i = i.next; continue;
}
}
}
} else {
if (op < Code.F32ConvertI32U) {
if (op < Code.F64ConvertI32U) {
R[fp + i.d + 1] = R[fp + i.a + 1]! & 0x7fffffff; R[fp + i.d] = R[fp + i.a]!; i = i.next; continue;
} else {
D[(fp + i.d) >> 1] = R[fp + i.a]! >>> 0; i = i.next; continue;
}
} else {
if (op < Code.I32Load8S) {
F[fp + i.d] = R[fp + i.a]! >>> 0; i = i.next; continue;
} else {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 1) { kind = 1; break fault; } R[fp + i.d] = M8[e]! << 24 >> 24; i = i.next; continue;
}
}
}
}
} else {
if (op < Code.I32StoreI) {
if (op < Code.I64Load8U) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 2) { kind = 2; break fault; } R[fp + i.d] = (M8[e]! | M8[e + 1]! << 8) << 16 >> 16; i = i.next; continue;
} else {
if (op < Code.I64Load16U) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 1) { kind = 1; break fault; } R[fp + i.d] = M8[e]!; R[fp + i.d + 1] = 0; i = i.next; continue;
} else {
if (op < Code.I64Load32S) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 2) { kind = 2; break fault; } R[fp + i.d] = M8[e]! | M8[e + 1]! << 8; R[fp + i.d + 1] = 0; i = i.next; continue;
} else {
if (op < Code.I64Load32U) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } l = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); R[fp + i.d] = l; R[fp + i.d + 1] = l >> 31; i = i.next; continue;
} else {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); R[fp + i.d + 1] = 0; i = i.next; continue;
}
}
}
}
} else {
if (op < Code.I32Store8I) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } if ((e & 3) === 0) M32[e >>> 2] = i.b; else store32(M8, e, i.b); i = i.next; continue;
} else {
if (op < Code.I32Store16) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 1) { kind = 1; break fault; } M8[e] = i.b; i = i.next; continue;
} else {
if (op < Code.I32Store16I) {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 2) { kind = 2; break fault; } x = R[fp + i.b]!; M8[e] = x; M8[e + 1] = x >> 8; i = i.next; continue;
} else {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 2) { kind = 2; break fault; } x = i.b; M8[e] = x; M8[e + 1] = x >> 8; i = i.next; continue;
}
}
}
}
}
} else {
if (op < Code.I64ShrULow_I64Xor) {
if (op < Code.I32SubI_GlobalSet32) {
if (op < Code.I32AddI_GlobalSet32) {
const g = G[i.a]!; R[fp + i.d] = g.bits[g.at]!; i = i.next; R[fp + i.d] = R[fp + i.a]! - i.b | 0; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]! + i.b | 0; i = i.next; const g = G[i.b]!; g.bits[g.at] = R[fp + i.a]!; i = i.next; continue;
}
} else {
if (op < Code.GlobalGet32_I32Store) {
R[fp + i.d] = R[fp + i.a]! - i.b | 0; i = i.next; const g = G[i.b]!; g.bits[g.at] = R[fp + i.a]!; i = i.next; continue;
} else {
const g = G[i.a]!; R[fp + i.d] = g.bits[g.at]!; i = i.next; e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } if ((e & 3) === 0) M32[e >>> 2] = R[fp + i.b]!; else store32(M8, e, R[fp + i.b]!); i = i.next; continue;
}
}
} else {
if (op < Code.I64AddI_Copy32) {
if (op < Code.I64Xor_I64MulI) {
l = R[fp + i.a]!; h = R[fp + i.a + 1]!; R[fp + i.d] = l >>> i.b | h << 32 - i.b; R[fp + i.d + 1] = h >>> i.b; i = i.next; R[fp + i.d + 1] = R[fp + i.a + 1]! ^ R[fp + i.b + 1]!; R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; continue;
} else {
R[fp + i.d + 1] = R[fp + i.a + 1]! ^ R[fp + i.b + 1]!; R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; al = R[fp + i.a]!; bl = i.b; a1 = al >>> 16; a0 = al & 65535; b1 = bl >>> 16; b0 = bl & 65535;
      m = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16) | 0; t = (m & 65535) + Math.imul(a0, b1) | 0;
      R[fp + i.d + 1] = Math.imul(a1, b1) + (m >>> 16) + (t >>> 16) + Math.imul(al, i.c) + Math.imul(R[fp + i.a + 1]!, bl) | 0; R[fp + i.d] = Math.imul(al, bl); i = i.next; continue;
}
} else {
if (op < Code.I64ShlLow_I64Xor) {
if (op < Code.I32SubI_Call) {
if (op < Code.I64ExtendI32U_I64AddI) {
al = R[fp + i.a]!; l = al + i.b | 0; R[fp + i.d + 1] = R[fp + i.a + 1]! + i.c + ((l >>> 0) < (al >>> 0) ? 1 : 0) | 0; R[fp + i.d] = l; i = i.next; R[fp + i.d] = R[fp + i.a]!; i = i.next; continue;
} else {
R[fp + i.d] = R[fp + i.a]!; R[fp + i.d + 1] = 0; i = i.next; al = R[fp + i.a]!; l = al + i.b | 0; R[fp + i.d + 1] = R[fp + i.a + 1]! + i.c + ((l >>> 0) < (al >>> 0) ? 1 : 0) | 0; R[fp + i.d] = l; i = i.next; continue;
}
} else {
R[fp + i.d] = R[fp + i.a]! - i.b | 0; i = i.next; callee = (i.data as DataOf<Code.Call>); break cases;
}
} else {
if (op < Code.I64AndI_I64Eqz) {
l = R[fp + i.a]!; h = R[fp + i.a + 1]!; R[fp + i.d] = l << i.b; R[fp + i.d + 1] = h << i.b | l >>> 32 - i.b; i = i.next; R[fp + i.d + 1] = R[fp + i.a + 1]! ^ R[fp + i.b + 1]!; R[fp + i.d] = R[fp + i.a]! ^ R[fp + i.b]!; i = i.next; continue;
} else {
if (op < Code.I64AddI_I64AndI) {
R[fp + i.d + 1] = R[fp + i.a + 1]! & i.c; R[fp + i.d] = R[fp + i.a]! & i.b; i = i.next; R[fp + i.d] = (R[fp + i.a]! | R[fp + i.a + 1]!) === 0 ? 1 : 0; i = i.next; continue;
} else {
if (op < Code.I32Load_Call) {
al = R[fp + i.a]!; l = al + i.b | 0; R[fp + i.d + 1] = R[fp + i.a + 1]! + i.c + ((l >>> 0) < (al >>> 0) ? 1 : 0) | 0; R[fp + i.d] = l; i = i.next; R[fp + i.d + 1] = R[fp + i.a + 1]! & i.c; R[fp + i.d] = R[fp + i.a]! & i.b; i = i.next; continue;
} else {
e = (R[fp + i.a]! >>> 0) + i.c; if (e > ml - 4) { kind = 4; break fault; } R[fp + i.d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); i = i.next; callee = (i.data as DataOf<Code.Call>); break cases;
}
}
}
}
}
}
}
}
}
}
} else {
if (i.op <= LAST_RARE) {
            if (RARE[i.op - FIRST_RARE]!(ex, i, fp)) { if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break cases; } i = i.target; continue; }
            i = i.next; continue;
          }
          // A vector or aggregate instruction, or the entry of a tree: others execute it and what is between its like.
          slow = Slow.Elsewhere;
}
        }
        if (slow === Slow.Enter) {
          const base = fp + i.d;
          if (!callee.isSlow && sp < maxDepth && base + callee.frameWords <= RL) {
            CS[sp++] = i;
            fp = base;
            for (let k = base + callee.zeroFrom, end = base + callee.zeroTo; k < end; k++) R[k] = 0;
            if (callee.refLocals !== null) ex.clearRefs(callee.refLocals, base >> 1);
            if ((fuel -= callee.entryFuel) >= 0) {
              i = callee.entry as CodeNode;
              continue;
            }
            slow = Slow.RefuelEntry;
          } else {
            slow = Slow.EnterPrepared;
          }
          ex.callee = callee;
        }
        // What is not worth a place in the loop.
        ex.fp = fp; ex.sp = sp; meter.counter = fuel; fuel = SAVED;
        i = SLOW_PATHS[slow](ex, i);
        if (ex.stale) return i;
        slow = Slow.Enter;
        fp = ex.fp; sp = ex.sp; fuel = meter.counter;
        continue;
        }
        // The only throw, so that no trap finds code that has never run: it would be thrown away for that.
        throw faultOf(kind, e, ml);
      }
    } catch (error) {
      if (fuel !== SAVED) {
        ex.fp = fp;
        ex.sp = sp;
        meter.counter = i.op <= LAST_BOUNDARY ? fuel : fuel + i.fuel;
      }
      return ex.fault(i, error);
    }
  }
}

function load32(M8: Uint8Array, e: number): number {
  return M8[e]! | (M8[e + 1]! << 8) | (M8[e + 2]! << 16) | (M8[e + 3]! << 24);
}

function store32(M8: Uint8Array, e: number, value: number): void {
  M8[e] = value;
  M8[e + 1] = value >> 8;
  M8[e + 2] = value >> 16;
  M8[e + 3] = value >> 24;
}
