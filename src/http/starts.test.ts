import { expect, it } from "vitest";
import { type Start, Starts } from "./starts.ts";

const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Begins requests by number; what has begun is listed. */
function begun(starts: Starts, count: number): { list: number[]; started: Map<number, Start> } {
  const list: number[] = [];
  const started = new Map<number, Start>();
  for (let k = 0; k < count; k++) {
    void Promise.resolve(starts.begin(never)).then((start) => {
      if (start === undefined) return;
      list.push(k);
      started.set(k, start);
    });
  }
  return { list, started };
}

it("lets two compute at a time, and others begin in the order of their arrival", async () => {
  const { list, started } = begun(new Starts(), 5);
  await turn();
  expect(list).toEqual([0, 1]);
  started.get(1)?.end();
  await turn();
  expect(list).toEqual([0, 1, 2]);
  started.get(0)?.end();
  started.get(2)?.end();
  // Said twice, it counts once.
  started.get(2)?.end();
  await turn();
  expect(list).toEqual([0, 1, 2, 3, 4]);
  started.get(3)?.end();
  started.get(4)?.end();
});

it("does not count who waits for its host, longer than a turn of the event loop", async () => {
  const starts = new Starts();
  const { list, started } = begun(starts, 4);
  await turn();
  started.get(0)?.wait(true);
  started.get(0)?.wait(false);
  await turn();
  expect(list).toEqual([0, 1]);
  started.get(0)?.wait(true);
  await turn();
  await turn();
  expect(list).toEqual([0, 1, 2]);
  // It goes on, and counts again: three compute.
  started.get(0)?.wait(false);
  started.get(1)?.end();
  await turn();
  expect(list).toEqual([0, 1, 2]);
  started.get(0)?.end();
  await turn();
  expect(list).toEqual([0, 1, 2, 3]);
  for (const start of started.values()) start.end();
});

it("does not count for ever who computes for long", async () => {
  const { list, started } = begun(new Starts(), 3);
  while (list.length < 3) {
    const end = performance.now() + 20;
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(list).toEqual([0, 1, 2]);
  for (const start of started.values()) start.end();
});

it("gives up a request whose signal is aborted before it begins", async () => {
  const starts = new Starts();
  const { list, started } = begun(starts, 3);
  await turn();
  const leaving = new AbortController();
  const fourth = starts.begin(leaving.signal);
  leaving.abort();
  expect(await fourth).toBeUndefined();
  expect(await starts.begin(leaving.signal)).toBeUndefined();
  started.get(0)?.end();
  started.get(1)?.end();
  await turn();
  expect(list).toEqual([0, 1, 2]);
  started.get(2)?.end();
});
