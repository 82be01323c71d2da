// Components as bytes, by hand: what tests of the binary format and of hostile input need, and no assembler makes.

import { encodeUtf8 } from "../src/utf8.ts";

export type Bytes = readonly number[];

export const PREAMBLE: Bytes = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
export const CORE_PREAMBLE: Bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export function u32(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return bytes;
}

/** Bytes one after the other; there may be very many. */
export function concat(parts: readonly Bytes[]): number[] {
  const bytes: number[] = [];
  for (const part of parts) for (const byte of part) bytes.push(byte);
  return bytes;
}

export function name(text: string): Bytes {
  const bytes = [...encodeUtf8(text)];
  return [...u32(bytes.length), ...bytes];
}

export function vec(items: readonly Bytes[]): Bytes {
  return concat([u32(items.length), ...items]);
}

/** A section with its size. */
export function section(id: number, contents: Bytes): Bytes {
  return concat([[id], u32(contents.length), contents]);
}

export function types(...items: readonly Bytes[]): Bytes {
  return section(7, vec(items));
}

export function component(...sections: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(concat([PREAMBLE, ...sections]));
}

/** The name of an import or export. */
export function externName(text: string): Bytes {
  return [0x00, ...name(text)];
}

/** A core module that exports a memory, `realloc`, and `f` of one i32 to one i32. */
const CORE_MODULE: Bytes = concat([
  CORE_PREAMBLE,
  section(
    1,
    vec([
      [0x60, 1, 0x7f, 1, 0x7f],
      [0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f],
    ]),
  ),
  section(3, vec([[0], [1]])),
  section(5, vec([[0x00, 1]])),
  section(
    7,
    vec([
      [...name("f"), 0, 0],
      [...name("realloc"), 0, 1],
      [...name("mem"), 2, 0],
    ]),
  ),
  section(
    10,
    vec([
      [4, 0, 0x20, 0, 0x0b],
      [4, 0, 0x41, 0, 0x0b],
    ]),
  ),
]);

/**
 * A component of every section that most have: types, a resource, an import, a nested component and its instance, a core
 * module and its instance, aliases, canonical definitions, exports, custom sections.
 */
export function sampleComponent(): Uint8Array<ArrayBuffer> {
  const func: Bytes = [0x40, ...vec([[...name("x"), 0x79]]), 0x00, 0x79];
  return component(
    types(
      func,
      [
        0x72,
        ...vec([
          [...name("first"), 0x73],
          [...name("second"), 0x79],
        ]),
      ],
      [0x3f, 0x7f, 0x00],
      [0x69, 2],
      [
        0x42,
        ...vec([
          [0x04, ...externName("r"), 0x03, 0x01],
          [0x01, 0x69, 0],
          [0x01, 0x40, 0, 0, 1],
          [0x04, ...externName("make"), 0x01, 2],
        ]),
      ],
    ),
    section(
      10,
      vec([
        [...externName("host"), 0x01, 0],
        [...externName("a:b/c@1.2.3"), 0x05, 4],
      ]),
    ),
    section(
      4,
      component(
        types(func),
        section(10, vec([[...externName("in"), 0x01, 0]])),
        section(11, vec([[...externName("out"), 0x01, 0, 0x00]])),
      ) as unknown as Bytes,
    ),
    section(5, vec([[0x00, 0, ...vec([[...name("in"), 0x01, 0]])]])),
    section(1, CORE_MODULE),
    section(2, vec([[0x00, 0, 0]])),
    section(
      6,
      vec([
        [0x00, 0x00, 0x01, 0, ...name("f")],
        [0x00, 0x02, 0x01, 0, ...name("mem")],
        [0x00, 0x00, 0x01, 0, ...name("realloc")],
      ]),
    ),
    section(
      8,
      vec([
        [0x00, 0x00, 0, 0, 0],
        [0x01, 0x00, 0, 0],
        [0x03, 2],
      ]),
    ),
    section(
      11,
      vec([
        [...externName("run"), 0x01, 1, 0x00],
        [...externName("res"), 0x03, 2, 0x00],
      ]),
    ),
    section(0, [...name("component-name"), 0, 7, ...name("sample")]),
  );
}
