// Whether an argument is a store. Apart from the class: what stores make takes stores itself.

import { wrongArgument } from "../checks/options.ts";
import { StoreState } from "../runtime/store.ts";
import type { Store } from "./store.ts";

/**
 * @param signature how the function is called, for the message
 * @throws TypeError for what is no store
 */
export function requireStore(value: unknown, signature: string): asserts value is Store {
  const isObject = typeof value === "object" && value !== null;
  if (isObject && (value as { state?: unknown }).state instanceof StoreState) return;
  throw wrongArgument(signature, "store", "a Store", value);
}
