// Modules that are small in bytes and large once decoded or called, as bytes: for processes that look at what they take.

const HEADER = [0, 97, 115, 109, 1, 0, 0, 0];
const I32 = 0x7f;
const NUMBERS = [0x7f, 0x7e, 0x7d, 0x7c];

function leb(value) {
  const bytes = [];
  for (let rest = value >>> 0; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** Bytes by pieces, of any number. */
class Bytes {
  #bytes = new Uint8Array(1024);
  #length = 0;

  add(bytes) {
    while (this.#length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  get done() {
    return this.#bytes.slice(0, this.#length);
  }
}

function vector(count, item) {
  const bytes = new Bytes().add(leb(count));
  for (let k = 0; k < count; k++) bytes.add(item(k));
  return bytes.done;
}

function repeated(count, item) {
  const bytes = new Bytes();
  for (let k = 0; k < count; k++) bytes.add(item);
  return bytes.done;
}

function section(id, contents) {
  return new Bytes().add([id]).add(leb(contents.length)).add(contents).done;
}

function moduleOf(...sections) {
  const bytes = new Bytes().add(HEADER);
  for (const each of sections) bytes.add(each);
  return bytes.done;
}

/** A text that no other number has. */
const text = (k) => {
  const bytes = [...String(k)].map((char) => char.charCodeAt(0));
  return [bytes.length, ...bytes];
};

/** A list of number types that no other `k` has. */
function numbers(k) {
  const types = [];
  for (let rest = k + 1; rest > 0; rest >>>= 2) types.push(NUMBERS[rest & 3]);
  return types;
}

const PLAIN = section(
  1,
  vector(1, () => [0x60, 0, 0]),
);
const EMPTY_BODY = [2, 0, 0x0b];

/** By name: `make(count)`, and how many of them make a large module. */
export const DEFINITIONS = {
  "function types": [
    300_000,
    (count) =>
      moduleOf(
        section(
          1,
          vector(count, (k) => {
            const types = numbers(k);
            return [0x60, types.length, ...types, 0];
          }),
        ),
      ),
  ],
  "equal types": [
    1_000_000,
    (count) =>
      moduleOf(
        section(
          1,
          vector(count, () => [0x60, 0, 0]),
        ),
      ),
  ],
  "struct types": [
    300_000,
    (count) =>
      moduleOf(
        section(
          1,
          vector(count, (k) => {
            const types = numbers(k);
            return [0x5f, types.length, ...types.flatMap((type) => [type, 1])];
          }),
        ),
      ),
  ],
  imports: [
    500_000,
    (count) =>
      moduleOf(
        PLAIN,
        section(
          2,
          vector(count, (k) => [1, 97, ...text(k), 0, 0]),
        ),
      ),
  ],
  functions: [
    1_000_000,
    (count) =>
      moduleOf(
        PLAIN,
        section(
          3,
          vector(count, () => [0]),
        ),
        section(
          10,
          vector(count, () => EMPTY_BODY),
        ),
      ),
  ],
  "functions with locals": [
    300_000,
    (count) =>
      moduleOf(
        PLAIN,
        section(
          3,
          vector(count, () => [0]),
        ),
        section(
          10,
          vector(count, () => [8, 3, 1, 0x7f, 1, 0x7e, 1, 0x7d, 0x0b]),
        ),
      ),
  ],
  globals: [
    1_000_000,
    (count) =>
      moduleOf(
        section(
          6,
          vector(count, () => [I32, 0, 0x41, 0, 0x0b]),
        ),
      ),
  ],
  memories: [
    300_000,
    (count) =>
      moduleOf(
        section(
          5,
          vector(count, () => [0, 0]),
        ),
      ),
  ],
  tables: [
    500_000,
    (count) =>
      moduleOf(
        section(
          4,
          vector(count, () => [0x70, 0, 0]),
        ),
      ),
  ],
  tags: [
    1_000_000,
    (count) =>
      moduleOf(
        PLAIN,
        section(
          13,
          vector(count, () => [0, 0]),
        ),
      ),
  ],
  exports: [
    500_000,
    (count) =>
      moduleOf(
        PLAIN,
        section(3, [1, 0]),
        section(
          7,
          vector(count, (k) => [...text(k), 0, 0]),
        ),
        section(
          10,
          vector(1, () => EMPTY_BODY),
        ),
      ),
  ],
  "element segments": [
    100_000,
    (count) =>
      moduleOf(
        section(
          9,
          vector(count, () => [1, 0, 0]),
        ),
      ),
  ],
  "function indices": [
    5_000_000,
    (count) =>
      moduleOf(
        PLAIN,
        section(3, [1, 0]),
        section(9, new Bytes().add([1, 1, 0]).add(vector(count, () => [0])).done),
        section(
          10,
          vector(1, () => EMPTY_BODY),
        ),
      ),
  ],
  "element expressions": [
    2_000_000,
    (count) =>
      moduleOf(section(9, new Bytes().add([1, 5, 0x70]).add(vector(count, () => [0xd0, 0x70, 0x0b])).done)),
  ],
  "data segments": [
    100_000,
    (count) =>
      moduleOf(
        section(5, [1, 0, 0]),
        section(
          11,
          vector(count, () => [0, 0x41, 0, 0x0b, 0]),
        ),
      ),
  ],
  "custom sections": [1_000_000, (count) => moduleOf(repeated(count, [0, 2, 1, 97]))],
};

/** A module whose export `f` has a body of `count` times the same instructions, and `callee` an empty one. */
function codeOf(count, unit, locals = [1, 10, I32]) {
  const body = new Bytes().add(locals);
  for (let k = 0; k < count; k++) body.add(unit);
  body.add([0x0b]);
  const whole = body.done;
  return moduleOf(
    section(
      1,
      vector(2, (k) => [0x60, 0, 0, 0x60, 1, I32, 0].slice(3 * k, 3 + 4 * k)),
    ),
    section(3, [3, 0, 0, 1]),
    section(5, [1, 0, 1]),
    section(13, [1, 0, 0]),
    section(7, [1, 1, 102, 0, 0]),
    section(10, new Bytes().add([3]).add(leb(whole.length)).add(whole).add(EMPTY_BODY).add(EMPTY_BODY).done),
  );
}

/** Instructions, by what they are. */
export const CODE = {
  loops: [3, 0x40, 0x0b],
  blocks: [2, 0x40, 0x0b],
  "if and else": [0x20, 0, 4, 0x40, 5, 0x0b],
  "branches in blocks": [2, 0x40, 0x20, 0, 0x0d, 0, 0x0b],
  additions: [0x20, 0, 0x20, 1, 0x6a, 0x21, 2],
  "long expressions": [0x20, 0, 0x45, 0x45, 0x45, 0x45, 0x45, 0x1a],
  stores: [0x20, 0, 0x20, 1, 0x36, 2, 0],
  calls: [0x10, 1],
  "try blocks": [0x1f, 0x40, 1, 2, 0, 0x0b],
  "growth with operands below": [0x20, 0, 0x20, 1, 0x41, 0, 0x40, 0, 0x1a, 0x1a, 0x1a],
  "tables of labels": [
    2,
    0x40,
    0x41,
    0,
    0x0e,
    ...leb(1000),
    ...Array.from({ length: 1000 }, (_, k) => k & 1),
    0,
    0x0b,
  ],
};

/** A module with a function of about so many bytes. */
export function codeModule(name, bytes) {
  const unit = CODE[name];
  return codeOf(Math.floor(bytes / unit.length), unit);
}

/** A module with a name section that names what it does not have, and a function that traps. */
export function namesModule(count) {
  const locals = vector(count, (k) => [...leb(k), 0]);
  const functions = vector(count, (k) => [...leb(k + 5), 1, 97]);
  const names = new Bytes().add([4, 110, 97, 109, 101]);
  for (const [id, contents] of [
    [1, functions],
    [2, locals],
    [3, locals],
  ]) {
    names.add([id]).add(leb(contents.length)).add(contents);
  }
  return moduleOf(
    PLAIN,
    section(3, [1, 0]),
    section(7, [1, 1, 102, 0, 0]),
    section(
      10,
      vector(1, () => [3, 0, 0, 0x0b]),
    ),
    section(0, names.done),
  );
}
