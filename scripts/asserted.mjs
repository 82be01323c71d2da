// Tells the compiler what it cannot know of generated code: that an index is inside.
// Owns only that. The proof is the same for each list, wherever the generated files read one:
//   R, F, D   lowering keeps registers below `frameWords`, and a frame is entered only if it ends in the register file
//   M8, M32   the address was compared with `ml` before
//   G, bits   the validator has checked the index; a global has as many words as its type
//   CS        only a call's return takes from it, and each call has put there
//   RARE      has a function for each number from FIRST_RARE to LAST_RARE
//   data, q, lanes   made with the node, as long as its operation reads
//   L, MF32, MF64, spare   of fused nodes: a frame, and the other views of what is said above

const LISTS = /\b(R|F|D|M8|M32|G|bits|CS|RARE|q|lanes|globals)\[/g;

/** The same in fused nodes. */
export const FUSED_LISTS = /\b(L|L\.D|L\.F|M8|M32|MF32|MF64|G|spare|bits)\[/g;

/** `text` with `!` behind each read of such a list. */
export function asserted(text, lists = LISTS) {
  let out = "";
  let done = 0;
  for (const { index, 0: head } of text.matchAll(lists)) {
    const open = index + head.length;
    if (open <= done) continue;
    let depth = 1;
    let close = open;
    for (; depth > 0; close++) depth += { "[": 1, "]": -1 }[text[close]] ?? 0;
    const isWritten = /^ =(?!=)/.test(text.slice(close));
    out += `${text.slice(done, open)}${asserted(text.slice(open, close - 1), lists)}]${isWritten ? "" : "!"}`;
    done = close;
  }
  return out + text.slice(done);
}
