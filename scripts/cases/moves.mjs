// Moves between registers, constants, globals, and fields of structs that take one entry.

const NULL_STRUCT = "const o = aRef as StructObject | null; if (o === null) { e = 0; FAULT(NullStructure) }";

export const moves = [
  { name: "Copy32", text: "d32 = a32;" },
  { name: "Copy64", text: "d32 = a32; dHi = aHi;" },
  {
    name: "Copy128",
    text: "s = aAt; t = dAt; R[t] = R[s]; R[t + 1] = R[s + 1]; R[t + 2] = R[s + 2]; R[t + 3] = R[s + 3];",
  },
  { name: "CopyRef", text: "dRef = aRef;" },
  { name: "Const32", text: "d32 = imm;" },
  { name: "Const64", text: "d32 = imm; dHi = imm2;" },
  {
    name: "Const128",
    text: "const q = data; t = dAt; R[t] = q[0]; R[t + 1] = q[1]; R[t + 2] = q[2]; R[t + 3] = q[3];",
  },
  { name: "ConstRef", text: "dRef = data;" },
  { name: "CopyRange", rare: true, text: "R.copyWithin(dAt, aAt, aAt + imm);" },
  {
    name: "CopyRangeRefs",
    rare: true,
    text: "R.copyWithin(dAt, aAt, aAt + imm); ex.copyRefs((dAt) >> 1, (aAt) >> 1, imm >> 1);",
  },
  { name: "Select32", text: "d32 = c32 !== 0 ? a32 : b32;" },
  { name: "Select64", text: "s = c32 !== 0 ? aAt : bAt; d32 = R[s]; dHi = R[s + 1];" },
  { name: "SelectSlow", rare: true, text: "ex.select(i, fp);" },
  { name: "GlobalGet32", text: "const g = G[i.a]; d32 = g.bits[g.at];" },
  {
    name: "GlobalGet64",
    text: "const g = G[i.a]; d32 = g.bits[g.at]; dHi = g.bits[g.at + 1];",
  },
  { name: "GlobalGetSlow", rare: true, text: "ex.globalGet(i, fp);" },
  { name: "GlobalSet32", text: "const g = G[imm]; g.bits[g.at] = a32;" },
  {
    name: "GlobalSet64",
    text: "const g = G[imm]; g.bits[g.at] = a32; g.bits[g.at + 1] = aHi;",
  },
  { name: "GlobalSetSlow", rare: true, text: "ex.globalSet(i, fp);" },
  { name: "Special", rare: true, text: "ex.special(i, fp);" },
  // All else on structs and arrays is in ops/aggregate.ts. imm2 is the entry.
  { name: "StructGet32", text: `${NULL_STRUCT} d32 = o.fields[imm2] as number;` },
  { name: "StructGetRef", text: `${NULL_STRUCT} dRef = o.fields[imm2];` },
  { name: "StructSet32", text: `${NULL_STRUCT} o.fields[imm2] = b32;` },
  { name: "StructSetRef", text: `${NULL_STRUCT} o.fields[imm2] = bRef;` },
  {
    name: "RefIsNull",
    text: "d32 = aRef === null ? 1 : 0;",
    form: { op: "RefIsNull", kind: "Unary", rr: "RefIsNull", branch: "BrIfNull", branchNot: "BrIfNotNull" },
  },
];
