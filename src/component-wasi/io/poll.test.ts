import { expect, it } from "vitest";
import { hostsOf } from "../../testing/component-hosts.ts";

it("tells all that are ready, in their order, each time it is asked", async () => {
  const hosts = hostsOf({ stdin: "null" });
  const { poll } = hosts.get("io/poll");
  const clock = hosts.get("clocks/monotonic-clock");
  const never = clock.subscribeInstant(2n ** 64n - 1n);
  const now = clock.subscribeDuration(0n);
  const stdin = hosts.get("cli/stdin").getStdin().subscribe();
  expect([...(await poll([never, now, stdin, now]))]).toEqual([1, 2, 3]);
});

it("an empty list and one that is too long trap", () => {
  const hosts = hostsOf();
  const { poll } = hosts.get("io/poll");
  const now = hosts.get("clocks/monotonic-clock").subscribeDuration(0n);
  expect(() => poll([])).toThrow("the list is empty");
  expect(() => poll(Array(16_385).fill(now))).toThrow("more than 16384");
});

it("waits for the first of several clocks", async () => {
  const hosts = hostsOf();
  const clock = hosts.get("clocks/monotonic-clock");
  const begun: bigint = clock.now();
  const late = clock.subscribeDuration(60_000_000_000n);
  const soon = clock.subscribeDuration(15_000_000n);
  expect([...(await hosts.get("io/poll").poll([late, soon]))]).toEqual([1]);
  expect(clock.now() - begun).toBeGreaterThanOrEqual(15_000_000n);
});

it("a virtual clock jumps, and no time passes", () => {
  const hosts = hostsOf({ deterministic: true });
  const clock = hosts.get("clocks/monotonic-clock");
  const begun: bigint = clock.now();
  expect(clock.subscribeDuration(3_600_000_000_000n).block()).toBeUndefined();
  expect(clock.now() - begun).toBe(3_600_000_000_000n);
  expect(hosts.get("clocks/wall-clock").now()).toEqual({ seconds: 1_577_840_400n, nanoseconds: 0 });
});

it("a guest that waits when its WASI is closed gets an error", async () => {
  const hosts = hostsOf({ stdin: () => new Promise<null>(() => {}) });
  const waiting = hosts.get("cli/stdin").getStdin().subscribe().block();
  hosts.wasi.close();
  await expect(waiting).rejects.toThrow("closed");
});
