// Operations of sockets that are begun by one function and ended by another, and what all of them ask for first.

import { ComponentError } from "../../component/api/component-error.ts";
import { WasiError } from "../../wasi/abi.ts";
import type { Source } from "../io/poll.ts";
import type { WasiState } from "../state.ts";
import type { SocketHost } from "./socket-host.ts";

/** An operation under way. */
export class Operation<T> implements Source {
  readonly #settled: Promise<void>;
  #outcome: { readonly value: T } | { readonly error: unknown } | undefined;

  /** @param work what it will give, or what it has given: that is ready at once, on however slow a host */
  constructor(work: Promise<T> | { readonly value: T }) {
    if (!(work instanceof Promise)) {
      this.#outcome = work;
      this.#settled = Promise.resolve();
      return;
    }
    this.#settled = work.then(
      (value) => {
        this.#outcome = { value };
      },
      (error: unknown) => {
        this.#outcome = { error };
      },
    );
  }

  get ready(): boolean {
    return this.#outcome !== undefined;
  }

  whenReady(): Promise<void> {
    return this.#settled;
  }

  /** What it gave. @throws ComponentError `would-block` before; what it failed with */
  finish(): T {
    const outcome = this.#outcome;
    if (outcome === undefined) throw new ComponentError("would-block");
    if ("value" in outcome) return outcome.value;
    throw outcome.error;
  }

  /** What it gave, if it did; for those who clean up. */
  get value(): T | undefined {
    const outcome = this.#outcome;
    return outcome !== undefined && "value" in outcome ? outcome.value : undefined;
  }

  /** Called with what it gives, now or later. */
  whenDone(use: (value: T) => void): void {
    void this.#settled.then(() => {
      const { value } = this;
      if (value !== undefined) use(value);
    });
  }
}

/** What makes sockets. @throws WasiError `notsup` where there is nothing that does */
export function requireSockets({ sockets }: WasiState): SocketHost {
  if (sockets === undefined) throw new WasiError("notsup", "there are no sockets here");
  return sockets;
}

/** @throws WasiError `access-denied`'s, unless allowed */
export function requireGrant(isGranted: boolean): void {
  if (!isGranted) throw new WasiError("acces", "not granted");
}

/** The error for a function that does not fit what the socket is now. */
export function invalidState(): ComponentError {
  return new ComponentError("invalid-state");
}

/** The error for an operation that cannot be begun: another one is under way, or it does not fit what the socket is now. */
export function cannotBegin(isUnderWay: boolean): ComponentError {
  return isUnderWay ? new ComponentError("concurrency-conflict") : invalidState();
}
