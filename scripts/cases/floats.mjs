// Instructions on f32 and f64, and conversions.

import { binary, floatComparison, unary } from "./families.mjs";
import { canonical } from "./vocabulary.mjs";

const rare = { rare: true };
/** Comparisons that stay in the main loop. */
const FREQUENT = ["F64Lt", "F64Le", "F64Gt", "BrF64Lt", "BrF64NotLt", "BrF64Gt", "BrF64NotGt"];

const arithmetic = ["F32", "F64"].flatMap((type) => {
  const compare = (name, sign) => {
    const names = [`${type}${name}`, `Br${type}${name}`, `Br${type}Not${name}`];
    return floatComparison(type, name, `a${type} ${sign} b${type}`, {
      rare: names.filter((each) => !FREQUENT.includes(each)),
    });
  };
  const rounding = (name, value) => unary(`${type}${name}`, canonical(type, value), rare);
  return [
    ...binary(`${type}Add`, canonical(type, `a${type} + b${type}`)),
    ...binary(`${type}Sub`, canonical(type, `a${type} - b${type}`)),
    ...binary(`${type}Mul`, canonical(type, `a${type} * b${type}`)),
    ...binary(`${type}Div`, canonical(type, `a${type} / b${type}`)),
    ...unary(`${type}Sqrt`, canonical(type, `Math.sqrt(a${type})`)),
    ...compare("Eq", "==="),
    ...compare("Ne", "!=="),
    ...compare("Lt", "<"),
    ...compare("Gt", ">"),
    ...compare("Le", "<="),
    ...compare("Ge", ">="),
    ...rounding("Ceil", `Math.ceil(a${type})`),
    ...rounding("Floor", `Math.floor(a${type})`),
    ...rounding("Trunc", `Math.trunc(a${type})`),
    ...rounding("Nearest", `float.nearest(a${type})`),
    // Math.min and Math.max treat NaN and the sign of zero as Wasm does (spec 4.3.3).
    ...binary(`${type}Min`, canonical(type, `Math.min(a${type}, b${type})`), rare),
    ...binary(`${type}Max`, canonical(type, `Math.max(a${type}, b${type})`), rare),
  ];
});

const truncations = ["I32", "I64"].flatMap((to) =>
  ["F32", "F64"].flatMap((from) =>
    ["trunc", "truncSat"].flatMap((how) =>
      ["S", "U"].flatMap((sign) => {
        const name = `${to}${how === "trunc" ? "Trunc" : "TruncSat"}${from}${sign}`;
        const text =
          to === "I32"
            ? `d32 = convert.${how}I32${sign}(a${from});`
            : `convert.${how}I64${sign}Into(R, dAt, a${from});`;
        return unary(name, text, rare);
      }),
    ),
  ),
);

export const floats = [
  ...arithmetic,
  ...binary("F32Copysign", "d32 = float.copysignF32(a32, b32);", rare),
  ...binary("F64Copysign", "float.copysignF64Into(R, dAt, a32, aHi, bHi);", rare),
  ...unary("F32Neg", "d32 = a32 ^ 0x80000000;"),
  ...unary("F32Abs", "d32 = a32 & 0x7fffffff;"),
  ...unary("F64Neg", "dHi = aHi ^ 0x80000000; d32 = a32;"),
  ...unary("F64Abs", "dHi = aHi & 0x7fffffff; d32 = a32;"),
  ...unary("F64ConvertI32S", "dF64 = a32;"),
  ...unary("F64ConvertI32U", "dF64 = a32 >>> 0;"),
  ...unary("F32ConvertI32S", "dF32 = a32;"),
  ...unary("F32ConvertI32U", "dF32 = a32 >>> 0;"),
  ...unary("F32ConvertI64S", "dF32 = convert.i64SToF32(a32, aHi);", rare),
  ...unary("F32ConvertI64U", "dF32 = convert.i64UToF32(a32, aHi);", rare),
  ...unary("F64ConvertI64S", "dF64 = convert.i64SToF64(a32, aHi);", rare),
  ...unary("F64ConvertI64U", "dF64 = convert.i64UToF64(a32, aHi);", rare),
  ...unary("F32DemoteF64", canonical("F32", "aF64"), rare),
  ...unary("F64PromoteF32", canonical("F64", "aF32"), rare),
  ...truncations,
];
