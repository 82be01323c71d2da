// One turn of the event loop, on whatever host: for work that is done in pieces.

/** A `MessagePort` as browsers have it. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** Lets the event loop turn once, timers and input included. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") {
      setImmediate(resolve);
    } else if (typeof MessageChannel === "function") {
      // Browsers make a chain of zero timers wait 4 ms each.
      const { port1, port2 } = new MessageChannel() as unknown as Record<"port1" | "port2", Port>;
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    } else if (typeof setTimeout === "function") {
      // Not 0, by which mini-racer's timers fail.
      setTimeout(resolve, 1);
    } else {
      resolve();
    }
  });
}
