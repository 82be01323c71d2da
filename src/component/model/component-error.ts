// Errors of components say in which nested component and definition they are. Owns how that is put.

import type { CompileError } from "../../errors.ts";

/** An error of `Class` that ends with `path` (nothing if that is empty) and carries it. */
export function componentError<T extends CompileError>(
  Class: new (message: string, offset: number) => T,
  message: string,
  offset: number,
  path: string,
): T {
  if (path === "") return new Class(message, offset);
  return Object.assign(new Class(`${message}, in ${path}`, offset), { path });
}

/** What a core module's error is in the file that has the module from byte `start` on. */
export function relocateError<T extends CompileError>(error: T, start: number, path: string): T {
  const { offset, message } = error;
  const at = (byte: number): string => ` (at byte ${byte}, 0x${byte.toString(16)})`;
  const suffix = at(offset);
  const text = message.endsWith(suffix) ? message.slice(0, -suffix.length) : message;
  return Object.assign(error, {
    message: `${text}, in ${path}${at(start + offset)}`,
    offset: start + offset,
    path,
  });
}
