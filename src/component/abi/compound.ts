// Converters of types with parts: records, tuples, variants and their short forms, enums, flags.
// Owns how parts lie in memory and registers (Canonical ABI, "Alignment", "Element Size", "Flattening").

import { describe } from "../../checks/describe.ts";
import { Trap } from "../../errors.ts";
import { hasOwn } from "../../host.ts";
import { shownName } from "../../printable.ts";
import type { Side } from "./context.ts";
import { type Converter, checkPart, Mismatch, type Passing } from "./converter.ts";
import { lowerCamelCase } from "./js-names.ts";

function alignTo(at: number, alignment: number): number {
  return Math.ceil(at / alignment) * alignment;
}

/** A part of a record or tuple. */
interface Part {
  /** Name or index in JavaScript. */
  readonly key: string | number;
  readonly converter: Converter;
  readonly offset: number;
  readonly word: number;
}

interface Layout {
  readonly parts: readonly Part[];
  readonly size: number;
  readonly alignment: number;
  readonly flat: number;
  /** How many JavaScript values there are, with the whole. */
  readonly values: number;
}

function layOut(
  members: readonly { readonly key: string | number; readonly converter: Converter }[],
): Layout {
  let size = 0;
  let alignment = 1;
  let flat = 0;
  let values = 1;
  const parts = members.map(({ key, converter }) => {
    const offset = alignTo(size, converter.alignment);
    size = offset + converter.size;
    alignment = Math.max(alignment, converter.alignment);
    const part = { key, converter, offset, word: 2 * flat };
    flat += converter.flat;
    values += converter.parts;
    return part;
  });
  return { parts, size: alignTo(size, alignment), alignment, flat, values };
}

function passingOf(converters: readonly Converter[]): readonly Passing[] | undefined {
  const passing: Passing[] = [];
  for (const converter of converters) {
    if (converter.passing === undefined) return undefined;
    for (const each of converter.passing) passing.push(each);
  }
  return passing;
}

type Members = Readonly<Record<string, unknown>>;

export function record(
  fields: readonly { readonly name: string; readonly converter: Converter }[],
): Converter {
  const { parts, size, alignment, flat, values } = layOut(
    fields.map(({ name, converter }) => ({ key: lowerCamelCase(name), converter })),
  );
  return {
    size,
    alignment,
    flat,
    passing: passingOf(fields.map(({ converter }) => converter)),
    parts: values,
    check(side, value) {
      if (typeof value !== "object" || value === null) throw new Mismatch(`${describe(value)} is no record`);
      const checked: Record<string, unknown> = {};
      for (const { key, converter } of parts) {
        checked[key] = checkPart(side, converter, (value as Members)[key], () => `.${key}`);
      }
      return checked;
    },
    load(side, at) {
      const made: Record<string, unknown> = {};
      for (const { key, converter, offset } of parts) made[key] = converter.load(side, at + offset);
      return made;
    },
    lift(side, word) {
      const made: Record<string, unknown> = {};
      for (const part of parts) made[part.key] = part.converter.lift(side, word + part.word);
      return made;
    },
    store(side, value, at) {
      for (const { key, converter, offset } of parts) {
        converter.store(side, (value as Members)[key], at + offset);
      }
    },
    lower(side, value, word) {
      for (const part of parts) part.converter.lower(side, (value as Members)[part.key], word + part.word);
    },
  };
}

export function tuple(converters: readonly Converter[]): Converter {
  const { parts, size, alignment, flat, values } = layOut(
    converters.map((converter, key) => ({ key, converter })),
  );
  return {
    size,
    alignment,
    flat,
    passing: passingOf(converters),
    parts: values,
    check(side, value) {
      if (!Array.isArray(value) || value.length !== parts.length) {
        throw new Mismatch(`${describe(value)} is no tuple of ${parts.length}`);
      }
      return parts.map(({ converter }, k) => checkPart(side, converter, value[k], () => `[${k}]`));
    },
    load: (side, at) => parts.map(({ converter, offset }) => converter.load(side, at + offset)),
    lift: (side, word) => parts.map((part) => part.converter.lift(side, word + part.word)),
    store(side, value, at) {
      for (const [k, { converter, offset }] of parts.entries()) {
        converter.store(side, (value as unknown[])[k], at + offset);
      }
    },
    lower(side, value, word) {
      for (const [k, part] of parts.entries()) {
        part.converter.lower(side, (value as unknown[])[k], word + part.word);
      }
    },
  };
}

/** Bytes of a discriminant of `count` cases. */
function discriminantSize(count: number): 1 | 2 | 4 {
  return count <= 2 ** 8 ? 1 : count <= 2 ** 16 ? 2 : 4;
}

function loadDiscriminant({ view }: Side, at: number, size: 1 | 2 | 4): number {
  return size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
}

function storeDiscriminant({ view }: Side, at: number, size: 1 | 2 | 4, value: number): void {
  if (size === 1) view.setUint8(at, value);
  else if (size === 2) view.setUint16(at, value, true);
  else view.setUint32(at, value, true);
}

function passDiscriminant(count: number): (word: number) => number {
  return (word) => {
    if (word >>> 0 >= count) throw new Trap("invalid-discriminant", `${word >>> 0}, of ${count} cases`);
    return word;
  };
}

/** How a variant looks in JavaScript. */
interface VariantForm {
  /** Which case a value is of, and its payload. @throws Mismatch */
  take(value: unknown): { readonly index: number; readonly payload: unknown };
  make(index: number, payload: unknown): unknown;
  /** The path to a payload, in messages. */
  readonly step: string;
}

function variantOf(cases: readonly (Converter | undefined)[], form: VariantForm): Converter {
  const width = discriminantSize(cases.length);
  const pass = passDiscriminant(cases.length);
  let size = 0;
  let payloadAlignment = 1;
  let flat = 0;
  let parts = 1;
  for (const converter of cases) {
    if (converter === undefined) continue;
    size = Math.max(size, converter.size);
    payloadAlignment = Math.max(payloadAlignment, converter.alignment);
    flat = Math.max(flat, converter.flat);
    parts = Math.max(parts, 1 + converter.parts);
  }
  const alignment = Math.max(width, payloadAlignment);
  const offset = alignTo(width, payloadAlignment);
  return {
    size: alignTo(offset + size, alignment),
    alignment,
    flat: 1 + flat,
    passing: cases.every((converter) => converter === undefined) ? [pass] : undefined,
    parts,
    check(side, value) {
      const { index, payload } = form.take(value);
      const converter = cases[index];
      const checked =
        converter === undefined ? undefined : checkPart(side, converter, payload, () => form.step);
      return form.make(index, checked);
    },
    load(side, at) {
      const index = pass(loadDiscriminant(side, at, width));
      return form.make(index, cases[index]?.load(side, at + offset));
    },
    lift(side, word) {
      const index = pass(side.flat.R[word] as number);
      return form.make(index, cases[index]?.lift(side, word + 2));
    },
    store(side, value, at) {
      const { index, payload } = form.take(value);
      storeDiscriminant(side, at, width, index);
      cases[index]?.store(side, payload, at + offset);
    },
    lower(side, value, word) {
      const { index, payload } = form.take(value);
      const { R } = side.flat;
      // What a smaller payload leaves over is zero.
      R.fill(0, word, word + 2 * (1 + flat));
      R[word] = index;
      cases[index]?.lower(side, payload, word + 2);
    },
  };
}

interface AnyTagged {
  readonly tag?: unknown;
  readonly val?: unknown;
}

/** Indices by name, which a host may choose freely. */
function indexOf(names: readonly string[]): ReadonlyMap<unknown, number> {
  return new Map(names.map((name, k) => [name, k]));
}

function taggedForm(
  kind: string,
  cases: readonly { readonly name: string; readonly hasValue: boolean }[],
): VariantForm {
  const indices = indexOf(cases.map(({ name }) => name));
  return {
    step: ".val",
    take(value) {
      if (typeof value !== "object" || value === null) throw new Mismatch(`${describe(value)} is no ${kind}`);
      const { tag, val } = value as AnyTagged;
      const index = indices.get(tag);
      if (index === undefined) throw new Mismatch(`${describe(tag)} is no tag of the ${kind}`);
      return { index, payload: val };
    },
    make(index, payload) {
      const { name: tag, hasValue } = cases[index] as (typeof cases)[number];
      return hasValue ? { tag, val: payload } : { tag };
    },
  };
}

export function variant(
  cases: readonly { readonly name: string; readonly converter: Converter | undefined }[],
): Converter {
  const form = taggedForm(
    "variant",
    cases.map(({ name, converter }) => ({ name, hasValue: converter !== undefined })),
  );
  return variantOf(
    cases.map(({ converter }) => converter),
    form,
  );
}

export function result(ok: Converter | undefined, err: Converter | undefined): Converter {
  const form = taggedForm("result", [
    { name: "ok", hasValue: ok !== undefined },
    { name: "err", hasValue: err !== undefined },
  ]);
  return variantOf([ok, err], form);
}

const PLAIN_OPTION: VariantForm = {
  step: "",
  take: (value) => ({ index: value === undefined ? 0 : 1, payload: value }),
  make: (_, payload) => payload,
};

/** An option in an option, whose `undefined` would say too little. */
const NESTED_OPTION: VariantForm = /* @__PURE__ */ taggedForm("option", [
  { name: "none", hasValue: false },
  { name: "some", hasValue: true },
]);

export function option(some: Converter, isNested: boolean): Converter {
  return variantOf([undefined, some], isNested ? NESTED_OPTION : PLAIN_OPTION);
}

export function enumeration(names: readonly string[]): Converter {
  const indices = indexOf(names);
  return variantOf(
    names.map(() => undefined),
    {
      step: "",
      take(value) {
        const index = indices.get(value);
        if (index === undefined) throw new Mismatch(`${describe(value)} is no case of the enum`);
        return { index, payload: undefined };
      },
      make: (index) => names[index],
    },
  );
}

/** At most 32 of them, in one word. */
export function flags(names: readonly string[]): Converter {
  const keys = names.map(lowerCamelCase);
  const size = names.length <= 8 ? 1 : names.length <= 16 ? 2 : 4;
  const mask = names.length === 32 ? -1 : (1 << names.length) - 1;
  const toObject = (bits: number): Record<string, boolean> => {
    const made: Record<string, boolean> = {};
    keys.forEach((key, k) => {
      made[key] = ((bits >>> k) & 1) === 1;
    });
    return made;
  };
  const toBits = (value: Members): number => {
    let bits = 0;
    keys.forEach((key, k) => {
      if (value[key] === true) bits |= 1 << k;
    });
    return bits;
  };
  return {
    size,
    alignment: size,
    flat: 1,
    passing: [(word) => word & mask],
    parts: 1 + names.length,
    check(_, value) {
      if (typeof value !== "object" || value === null) throw new Mismatch(`${describe(value)} is no flags`);
      const checked: Record<string, boolean> = {};
      for (const key of keys) {
        const flag = (value as Members)[key];
        checked[key] = flag === true;
        if (flag === undefined || typeof flag === "boolean") continue;
        const mismatch = new Mismatch(`${describe(flag)} is no bool`);
        mismatch.path = `.${key}`;
        throw mismatch;
      }
      for (const key in value) {
        if (hasOwn(value, key) && !keys.includes(key))
          throw new Mismatch(`there is no flag ${shownName(key)}`);
      }
      return checked;
    },
    load: (side, at) => toObject(loadDiscriminant(side, at, size)),
    lift: (side, word) => toObject(side.flat.R[word] as number),
    store: (side, value, at) => storeDiscriminant(side, at, size, toBits(value as Members)),
    lower(side, value, word) {
      const { R } = side.flat;
      R[word] = toBits(value as Members);
      R[word + 1] = 0;
    },
  };
}
