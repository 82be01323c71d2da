// The vector instructions that are not worth their room in the vector loop, or in vector.mjs: which function of
// src/interp/ops/simd executes each, and what that takes.
//
// `calls(file, takes, names)`: by shape the instructions, separated by blanks. The function has the instruction's name, from a small
// letter on, or the one behind `=`: of the same shape if that begins with a capital letter. What functions take are words of
// executeVector in scripts/generate-vector-dispatch.mjs, behind the views and, where there is a result, its place.

function calls(file, takes, names) {
  return Object.entries(names).flatMap(([shape, list]) =>
    list.split(" ").map((each) => {
      const [name, by = name] = each.split("=");
      const func = /^[A-Z]/.test(by) ? `${shape[0].toLowerCase()}${shape.slice(1)}${by}` : by;
      return { name: `Op.${shape}${name}`, call: `${file}.${func}`, takes };
    }),
  );
}

/** What works on registers alone. */
export const called = [
  ...calls("bitwise", "a", {
    V128: "AnyTrue",
    I8x16: "AllTrue",
    I16x8: "AllTrue Bitmask",
    I32x4: "AllTrue Bitmask",
    I64x2: "AllTrue Bitmask",
  }),
  ...calls("lanes", "a, b", { I8x16: "Swizzle RelaxedSwizzle=Swizzle" }),
  ...calls("lanes", "a, lane", { I8x16: "ExtractLaneS ExtractLaneU", I16x8: "ExtractLaneS ExtractLaneU" }),
  ...calls("lanes", "a, b, lane", {
    I8x16: "ReplaceLane",
    I16x8: "ReplaceLane",
    I64x2: "ReplaceLane",
    F64x2: "ReplaceLane=i64x2ReplaceLane",
  }),
  ...calls("compare", "a, b", {
    I8x16: "LtS LtU LeS LeU",
    I16x8: "LtS LtU LeS LeU",
    I64x2: "Eq Ne LtS LeS",
    F64x2: "Eq Ne Lt Le",
  }),
  // With the operands exchanged.
  ...calls("compare", "b, a", {
    I8x16: "GtS=LtS GtU=LtU GeS=LeS GeU=LeU",
    I16x8: "GtS=LtS GtU=LtU GeS=LeS GeU=LeU",
    I64x2: "GtS=LtS GeS=LeS",
    F64x2: "Gt=Lt Ge=Le",
  }),
  ...calls("integer", "a", { I8x16: "Abs Neg Popcnt", I16x8: "Abs Neg", I64x2: "Abs Neg" }),
  ...calls("integer", "a, b", {
    I8x16: "AddSatS AddSatU SubSatS SubSatU MinS MinU MaxS MaxU AvgrU",
    I16x8:
      "AddSatS AddSatU SubSatS SubSatU MinS MinU MaxS MaxU AvgrU Q15mulrSatS RelaxedQ15mulrS=Q15mulrSatS",
    I64x2: "Mul",
  }),
  ...calls("widen", "a", {
    I16x8: "ExtaddPairwiseI8x16S ExtaddPairwiseI8x16U",
    I32x4: "ExtaddPairwiseI16x8S ExtaddPairwiseI16x8U",
    I64x2: "ExtendLowI32x4S ExtendHighI32x4S ExtendLowI32x4U ExtendHighI32x4U",
  }),
  ...calls("widen", "a, b", {
    I8x16: "NarrowI16x8S",
    I16x8: "NarrowI32x4S NarrowI32x4U ExtmulLowI8x16S ExtmulHighI8x16S ExtmulLowI8x16U ExtmulHighI8x16U",
    I32x4: "ExtmulLowI16x8S ExtmulHighI16x8S ExtmulLowI16x8U ExtmulHighI16x8U",
    I64x2: "ExtmulLowI32x4S ExtmulHighI32x4S ExtmulLowI32x4U ExtmulHighI32x4U",
  }),
  ...calls("float", "a", {
    F32x4: "Ceil Floor Trunc Nearest",
    F64x2: "Ceil Floor Trunc Nearest Abs Neg",
  }),
  ...calls("float", "a, b", {
    F32x4: "Pmin Pmax",
    F64x2: "Min Max RelaxedMin=Min RelaxedMax=Max Pmin Pmax",
  }),
  ...calls("convert", "a", {
    I32x4: [
      "TruncSatF32x4S TruncSatF32x4U TruncSatF64x2SZero TruncSatF64x2UZero",
      "RelaxedTruncF32x4S=TruncSatF32x4S RelaxedTruncF32x4U=TruncSatF32x4U",
      "RelaxedTruncF64x2SZero=TruncSatF64x2SZero RelaxedTruncF64x2UZero=TruncSatF64x2UZero",
    ].join(" "),
    F32x4: "ConvertI32x4U DemoteF64x2Zero",
    F64x2: "ConvertLowI32x4S ConvertLowI32x4U PromoteLowF32x4",
  }),
  ...calls("relaxed", "a, b", { I16x8: "RelaxedDotI8x16I7x16S" }),
  ...calls("relaxed", "a, b, c", {
    I32x4: "RelaxedDotI8x16I7x16AddS",
    F32x4: "RelaxedMadd RelaxedNmadd",
    F64x2: "RelaxedMadd RelaxedNmadd",
  }),
];

/** Accesses to any memory; the vector loop has some of them for memory 0 as well. */
export const loads = [
  ...calls("load", "M8, e", {
    V128: [
      "Load=loadVector Load8x8S=load8x8S Load8x8U=load8x8U Load16x4S=load16x4S Load16x4U=load16x4U",
      "Load32x2S=load32x2S Load32x2U=load32x2U Load8Splat=load8Splat Load16Splat=load16Splat",
      "Load32Splat=load32Splat Load64Splat=load64Splat Load32Zero=load32Zero Load64Zero=load64Zero",
    ].join(" "),
  }),
  ...calls("load", "a, M8, e, lane", {
    V128: "Load8Lane=load8Lane Load16Lane=load16Lane Load32Lane=load32Lane Load64Lane=load64Lane",
  }),
];
export const stores = [
  ...calls("load", "a, M8, e", { V128: "Store=storeVector" }),
  ...calls("load", "a, M8, e, lane", {
    V128: "Store8Lane=store8Lane Store16Lane=store16Lane Store32Lane=store32Lane Store64Lane=store64Lane",
  }),
];
