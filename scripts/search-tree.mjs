// How a loop finds the case of an operation where `switch` is a search: a tree of comparisons, in which what is executed often
// stands near the root. Owns the tree and the frequencies; the cases are those of the main loop.

/**
 * Cases of the main loop, the most executed first: in the kernels of the benchmarks and the guests' programs, each program counting
 * the same. Those that are not named make less than one in a thousand.
 */
const FREQUENT = `
  I32AddI I32Add Copy32 I32SubI_BrIfNonZero Const32 Br Return32 I32Load8U Const64 I32ShlI_I32Xor
  I32Load I64Load I64ShrULow_I64Xor I64Store_I32AddI I32AddI_BrI32LtU I32AndI F64Add GlobalGet32
  Copy32_Copy32 BrI32GeSI I64MulI Call F64Mul_F64Mul I32AndI_BrIfZero I64ShlLow_I64Xor I32ShrUI_I32Xor
  I32Store GlobalGet32_I32Store I32Load_I32Store I32Store8I BrIfZero I64Xor_I64MulI I64Load8U F64Sub
  I32RotrI BrI32LtUI I32SubI_Call I32Sub I32Xor_I32Add BrIfNonZero I32AddI_I32AddI BrI32GeU
  I32Store_I32AddI I32Xor I32MulI I32ShlI I64Load_I64Store I32Store8 I32Or F64Mul_F64Add I32ShrUI
  I32SubI I64AddI I32And I64RotlLow CallIndirect GlobalSet32 Copy64 I64Add BrI32AndI Return I64Store
  GlobalGet32_I32SubI BrTable F64Add_I32AddI I32AddI_GlobalSet32 I32Load_I32Load I32Add_I32AddI
  Select32 BrI32NeI BrI64NeI BrI32GtUI BrI32LtSI I32Load_I32AddI I32StoreI I32Load_I32Add Select64
  I64ShrULow I64Eqz I64AddI_I64AndI I32RotlI BrF64Gt I32Load8S I32Load16U F64Mul I32Store16 I32Load16S
  I32AddI_I32Load I32AddI_Br BrI32Ne BrI32LtU BrI32EqI I32Xor_I32ShrUI I32OrI I32Mul BrI32GtSI
  I64Load_I64Load I32LtSI I32XorI BrI32Nand F64Le BrI32GtS I32Rotl I64LtS I64GtS I64AndI I32RemS
  I64Mul Nop
`
  .trim()
  .split(/\s+/);

/** How often a case is executed, roughly: the n-th is executed as often as 1 / n. */
function weightOf(name) {
  const rank = FREQUENT.indexOf(name);
  return 1 / ((rank === -1 ? 2 * FREQUENT.length : rank) + 8);
}

/**
 * Statements that find the case of the operation `op`. `cases` are `{ name, text }`; `numbers` their numbers, by ranges, as
 * scripts/cases/index.mjs gives them; `otherwise` is the text for numbers above all of them.
 */
export function searchTree(cases, numbers, otherwise) {
  const texts = new Map(cases.map(({ name, text }) => [name, text]));
  const inOrder = numbers.flatMap(({ names }) => names).filter((name) => texts.has(name));
  if (inOrder.length !== texts.size) throw new Error("a case has no number");
  const leaves = inOrder.map((name) => ({ name, weight: weightOf(name), text: texts.get(name) }));

  const subtree = (from, to) => {
    if (to - from === 1) return leaves[from].text;
    const total = leaves.slice(from, to).reduce((sum, { weight }) => sum + weight, 0);
    // Where both sides weigh most nearly the same.
    let split = from + 1;
    let left = leaves[from].weight;
    while (split < to - 1 && 2 * (left + leaves[split].weight) <= total) left += leaves[split++].weight;
    return `if (op < Code.${leaves[split].name}) {\n${subtree(from, split)}\n} else {\n${subtree(split, to)}\n}`;
  };
  return `if (op <= Code.${inOrder.at(-1)}) {\n${subtree(0, leaves.length)}\n} else {\n${otherwise}\n}`;
}
