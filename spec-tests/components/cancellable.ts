// Canonical built-ins that can be cancelled. Newer assemblers do not know the word any more, which the suite's texts have:
// they are assembled without it, and the flag is set in the binary.
// Owns the two halves of that.

/** Built-ins with the flag, by the words of the text; and their codes, behind which it stands (Binary.md, `canon`). */
const CODES: Readonly<Record<string, number>> = {
  "waitable-set.wait": 0x20,
  "waitable-set.poll": 0x21,
  "thread.yield": 0x0c,
};
const DEFINITION = new RegExp(
  `\\(canon (${Object.keys(CODES).join("|").replaceAll(".", "\\.")})( cancellable)?`,
  "g",
);

const CANON_SECTION = 8;

/** What a text says about each such definition, in order. */
interface Flag {
  readonly code: number;
  readonly isCancellable: boolean;
}

/** The text without the word, and what it has said; `undefined` for texts that do not have it. */
export function withoutCancellable(
  text: string,
): { readonly text: string; readonly flags: readonly Flag[] } | undefined {
  if (!/\(canon \S+ cancellable/.test(text)) return undefined;
  const flags: Flag[] = [];
  const plain = text.replace(DEFINITION, (_, name: string, word: string | undefined) => {
    flags.push({ code: CODES[name] as number, isCancellable: word !== undefined });
    return `(canon ${name}`;
  });
  return { text: plain, flags };
}

/** Sets the flags in the only component of such a text, in place. @throws Error where its definitions are not as expected */
export function setCancellable(bytes: Uint8Array, flags: readonly Flag[]): void {
  const places = [...flagsIn(bytes)];
  if (places.length !== flags.length) {
    throw new Error(`${places.length} built-ins in the binary for ${flags.length} of the text`);
  }
  flags.forEach(({ code, isCancellable }, k) => {
    const at = places[k] as number;
    if (bytes[at - 1] !== code) throw new Error(`another built-in than the text's at byte ${at}`);
    bytes[at] = isCancellable ? 1 : 0;
  });
}

/** Where the flags are: sections of such definitions alone, in the order of the text. All sizes and indices are single bytes. */
function* flagsIn(bytes: Uint8Array): Generator<number> {
  for (let start = 0; start + 3 < bytes.length; start++) {
    const [id, size = 0, count = 0] = bytes.subarray(start, start + 3);
    if (id !== CANON_SECTION || size > 0x7f) continue;
    const end = start + 2 + size;
    const found: number[] = [];
    let at = start + 3;
    while (at < end && Object.values(CODES).includes(bytes[at] as number) && bytes[at + 1] === 0) {
      found.push(at + 1);
      at += bytes[at] === CODES["thread.yield"] ? 2 : 3;
    }
    if (at === end && found.length === count) yield* found;
  }
}
