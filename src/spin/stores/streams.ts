// Lists as interfaces of Spin's third version give them: a stream of what is there already, and a future that says that it was all.

/** `result` without a payload, as a value. */
export type Done = { readonly tag: "ok"; readonly val: undefined };

export const DONE: Done = { tag: "ok", val: undefined };

export function streamOf<T>(items: readonly T[]): ReadableStream<T> {
  const rest = items.values();
  return new ReadableStream({
    pull(controller) {
      const next = rest.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
  });
}
