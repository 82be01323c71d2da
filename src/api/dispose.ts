// The symbol by which `using` disposes of things, on hosts without one too.

declare global {
  // Of projects whose library has none, as TypeScript's before ES2025 does not.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/** `Symbol.dispose`, or a stand-in where the host does not have it: the class then still loads. */
export const disposeSymbol: typeof Symbol.dispose =
  Symbol.dispose ?? /* @__PURE__ */ Symbol.for("Symbol.dispose");
