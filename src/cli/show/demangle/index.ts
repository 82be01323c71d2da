// The name that a function has in its source, for names that compilers of Rust and C++ have mangled.

import { demangleCpp } from "./cpp.ts";
import { NotMangledError } from "./cursor.ts";
import { demangleLegacyRust, demangleRustV0, isLegacyRust } from "./rust.ts";

/** Longer ones stay as they are: nobody reads them in any form. */
const LONGEST_NAME = 4_000;

/** By how names begin; some systems put an underscore in front of every name. */
const SCHEMES: readonly { readonly prefix: RegExp; readonly demangle: (name: string) => string }[] = [
  { prefix: /^_{1,2}R[A-Z]/, demangle: demangleRustV0 },
  {
    prefix: /^_{1,2}Z/,
    demangle: (name) => (isLegacyRust(name) ? demangleLegacyRust(name) : demangleCpp(name)),
  },
];

/** `name` as it is in the source; unchanged where it is not mangled, or cannot be read. */
export function demangle(name: string): string {
  if (name.length > LONGEST_NAME) return name;
  const scheme = SCHEMES.find(({ prefix }) => prefix.test(name));
  if (scheme === undefined) return name;
  try {
    return scheme.demangle(name);
  } catch (error) {
    if (error instanceof NotMangledError) return name;
    throw error;
  }
}
