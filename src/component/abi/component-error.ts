// The error side of a WIT `result`, as an exception.

import { STRING } from "../../checks/options.ts";

/**
 * What a function of `result` type throws for `err`: by the guest's functions when they are called, and by host functions to give the
 * guest their error. What else a host function throws ends the guest's call, as it is.
 *
 *     throw new ComponentError("no-entry");                       // result<_, error-code>
 *     throw new ComponentError({ tag: "closed" });                // result<_, stream-error>
 *     throw new ComponentError(undefined);                        // result, result<T>
 */
export class ComponentError<Payload = unknown> extends Error {
  override name = "ComponentError";
  /** The value of `err`, as JavaScript sees it; `undefined` where the type has none. */
  readonly payload: Payload;
  /** Only what the constructor has made bears it: no Proxy, and nothing that merely inherits from the class. */
  readonly #isMade = true;

  /**
   * @param message default: the payload, if it is text or has a tag
   * @throws TypeError for a message that is no text
   */
  constructor(payload: Payload, message?: string) {
    super(message === undefined ? shown(payload) : STRING.read(message, "new ComponentError: message"));
    this.payload = payload;
  }

  /** @internal Whether a thrown value is one of these. Unlike `instanceof`, it runs none of the value's own code. */
  static isMade(thrown: unknown): thrown is ComponentError {
    return typeof thrown === "object" && thrown !== null && #isMade in thrown;
  }
}

function shown(payload: unknown): string {
  if (typeof payload === "string") return payload;
  const tag = (payload as { readonly tag?: unknown } | null | undefined)?.tag;
  return typeof tag === "string" ? tag : "the component gave an error";
}
