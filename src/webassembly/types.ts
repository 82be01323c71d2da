// Type names of the JS API, which are not always those of the text format: `anyfunc` is `funcref`.

import { VAL_TYPE, valTypeName } from "../api/types.ts";
import { isRef, type ValType } from "../module/types.ts";

/** @throws TypeError for what names no value type */
export function toValType(name: unknown): ValType {
  const text = String(name);
  return VAL_TYPE.read(text === "anyfunc" ? "funcref" : text, "the type of a value");
}

/** @throws TypeError for what names no reference type */
export function toRefType(name: unknown): ValType {
  const type = toValType(name);
  if (!isRef(type)) throw new TypeError(`${String(name)} is no reference type`);
  return type;
}

export function typeName(type: ValType): string {
  return valTypeName(type);
}
