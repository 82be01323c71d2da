import { expect, it } from "vitest";
import { PriorityQueue } from "../../../priority-queue.ts";
import { Condition, passOn, place, type Wait } from "./condition.ts";

/** A condition that counts how often it is looked at. */
function counted() {
  const state = { isTrue: false, looks: 0 };
  const condition = new Condition(() => {
    state.looks++;
    return state.isTrue;
  });
  return { state, condition };
}

function waitFor(key: number, conditions: readonly Condition[], ready: Wait[], turn?: Condition): Wait {
  const wait: Wait = {
    key,
    place: -1,
    at: undefined,
    conditions,
    isForTurn: turn !== undefined && conditions.includes(turn),
    becomeReady: () => void ready.push(wait),
  };
  place(wait);
  return wait;
}

it("who has waited longest goes on first, and the next one when that has gone on", () => {
  const { state, condition } = counted();
  const ready: Wait[] = [];
  for (const key of [3, 1, 2]) waitFor(key, [condition], ready);
  state.isTrue = true;
  condition.wake();
  expect(ready.map(({ key }) => key)).toEqual([1]);
  passOn(ready[0] as Wait);
  passOn(ready[1] as Wait);
  expect(ready.map(({ key }) => key)).toEqual([1, 2, 3]);
});

it("an event costs the same however many wait", () => {
  const { state: turnState, condition: turn } = counted();
  const { state: eventState, condition: event } = counted();
  const ready: Wait[] = [];
  const COUNT = 10_000;
  for (let key = 0; key < COUNT; key++) waitFor(key, [event, turn], ready, turn);
  turnState.looks = 0;
  eventState.looks = 0;
  // Events come while somebody else has the turn, and go again.
  for (let k = 0; k < COUNT; k++) {
    eventState.isTrue = true;
    event.wake();
    eventState.isTrue = false;
    turnState.isTrue = true;
    turn.wake();
    turnState.isTrue = false;
  }
  expect(ready).toEqual([]);
  expect(turnState.looks + eventState.looks).toBeLessThan(12 * COUNT);
});

it("one that is kept back by something else lets others go on that are not", () => {
  const { condition: turn } = counted();
  const { state, condition: event } = counted();
  const ready: Wait[] = [];
  waitFor(1, [event, turn], ready, turn);
  waitFor(2, [event], ready);
  state.isTrue = true;
  event.wake();
  expect(ready.map(({ key }) => key)).toEqual([2]);
});

it("a queue gives back by key what is added and taken out in any order", () => {
  const queue = new PriorityQueue<number, { readonly key: number; place: number }>();
  const entries = Array.from({ length: 200 }, (_, k) => ({ key: (k * 7919) % 200, place: -1 }));
  for (const entry of entries) queue.add(entry);
  for (const entry of entries) if (entry.key % 3 === 0) queue.remove(entry);
  const left: number[] = [];
  for (let { first } = queue; first !== undefined; { first } = queue) {
    left.push(first.key);
    queue.remove(first);
    expect(first.place).toBe(-1);
  }
  expect(left).toEqual(Array.from({ length: 200 }, (_, k) => k).filter((k) => k % 3 !== 0));
});
