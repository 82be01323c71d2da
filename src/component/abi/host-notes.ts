// What hosts and the component runtime tell each other about values that pass between them, beside the values: how a guest's stream is
// ended, and what a promise wants to know of the guest that waits for it.
// Knows nothing of what is behind either, so that hosts need no more of the component runtime than this.

interface GuestStream {
  /** No more is taken from the guest. */
  end(): void;
}

/** What a host's promise wants to know of the guest that waits for it. */
export interface HostWait {
  /** The guest has given up: what the promise comes to is ignored. */
  cancelled?(): void;
  /** Everything in the store waits, and for nothing but promises that have this: time may pass. */
  idle?(): void;
}

const streams = /* @__PURE__ */ new WeakMap<object, GuestStream>();
const waits = /* @__PURE__ */ new WeakMap<object, HostWait>();

/** Notes how a stream is ended. */
export function noteStream(stream: object, ends: GuestStream): void {
  streams.set(stream, ends);
}

/**
 * Ends a stream that the host has got from a guest behind what has been written to it: the guest learns that nobody reads any more,
 * and who reads gets what there is and then the end. Nothing happens to what is no such stream.
 */
export function endStream(stream: object): void {
  streams.get(stream)?.end();
}

/** Notes what a promise wants to know that a host function gives, and gives the promise. */
export function noteWait<T>(promise: Promise<T>, wait: HostWait): Promise<T> {
  waits.set(promise, wait);
  return promise;
}

export function waitOf(promise: object): HostWait | undefined {
  return waits.get(promise);
}
