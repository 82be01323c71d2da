// The symbol by which `using` disposes of things, on hosts without one too.

/** `Symbol.dispose`, or a stand-in where the host does not have it: the class then still loads. */
export const disposeSymbol: typeof Symbol.dispose =
  Symbol.dispose ?? /* @__PURE__ */ Symbol.for("Symbol.dispose");
