// Calls and other ends of regions of fuel, then branches.

/** Boundaries: behind them no fuel is prepaid. The last one is LAST_BOUNDARY, which the fault handler asks. */
export const boundaries = [
  { name: "Exit", ends: true, text: "ex.fp = fp; ex.sp = sp; meter.counter = fuel; return null;" },
  { name: "RestoreInstance", ends: true, text: "LEAVE(RestoreInstance)" },
  { name: "Call", ends: true, text: "callee = data; CALL" },
  { name: "CallImport", ends: true, text: "LEAVE(CallImport)" },
  {
    name: "CallIndirect",
    ends: true,
    text: `const { elements } = instance.tables[imm2] as TableInstance;
      e = a32 >>> 0;
      if (e >= elements.length) FAULT(UndefinedElement)
      const func = elements[e] as FunctionInstance | null;
      if (func === null) FAULT(UninitializedElement)
      if (func.typeId !== imm) { ex.target = func; LEAVE(CallChecked) }
      if (func.instance === instance) { callee = func.code as FunctionCode; CALL }
      ex.target = func; LEAVE(CallFunction)`,
  },
  {
    name: "CallRef",
    ends: true,
    text: `const func = aRef as FunctionInstance | null;
      if (func === null) { e = 0; FAULT(NullFunction) }
      if (func.instance === instance) { callee = func.code as FunctionCode; CALL }
      ex.target = func; LEAVE(CallFunction)`,
  },
  { name: "TailCall", ends: true, text: "LEAVE(TailCall)" },
  { name: "Heavy", ends: true, text: "LEAVE(Heavy)" },
  { name: "Raise", ends: true, text: "LEAVE(Raise)" },
  {
    name: "Charge",
    ends: true,
    warmUp: "Plain",
    text: "if ((fuel -= i.fuel) < 0) { LEAVE(RefuelCharge) } NEXT",
  },
  {
    name: "LoopHeader",
    ends: true,
    text: "if ((fuel -= i.fuel) < 0) { LEAVE(RefuelCharge) } LEAVE(LeaveExact)",
  },
  {
    name: "Recharge",
    ends: true,
    warmUp: "Plain",
    text: "if ((fuel -= i.fuel) < 0) { LEAVE(RefuelAfter) } NEXT",
  },
  { name: "Tick", ends: true, text: "LEAVE(Tick)" },
  { name: "Return32", ends: true, text: "R[fp] = a32; RETURN" },
  { name: "Return64", ends: true, text: "R[fp] = a32; R[fp + 1] = aHi; RETURN" },
  { name: "Return", ends: true, text: "RETURN" },
];

export const branches = [
  { name: "Nop", text: "" },
  { name: "Unreachable", ends: true, text: "e = 0; FAULT(Unreachable)" },
  { name: "Br", ends: true, warmUp: "Branch", text: "TAKE" },
  { name: "BrIfNonZero", text: "", when: "a32 !== 0" },
  { name: "BrIfZero", text: "", when: "a32 === 0" },
  { name: "BrIfNull", text: "", when: "aRef === null" },
  { name: "BrIfNotNull", text: "", when: "aRef !== null" },
  {
    name: "BrTable",
    ends: true,
    text: "index = a32 >>> 0; i = data[index < imm ? index : imm]!; TAKE",
  },
  { name: "BrTest", rare: true, text: "", when: "ex.test(i, fp)" },
];
