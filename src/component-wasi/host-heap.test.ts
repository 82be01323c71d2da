// What the hosts hold for a component counts on the host's heap, and does no more when it is dropped.

import { expect, it } from "vitest";
import { hostsOf } from "../testing/component-hosts.ts";
import { MemoryFileSystem } from "../wasi/index.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function budget(limit: number) {
  return {
    held: 0,
    tryReserve(amount: number): boolean {
      if (this.held + amount > limit) return false;
      this.held += amount;
      return true;
    },
    release(amount: number): void {
      this.held -= amount;
    },
  };
}

it("fields count with what is in them, whoever holds them", () => {
  const heap = budget(100_000);
  const hosts = hostsOf({}, {}, heap);
  const { Fields, OutgoingRequest, OutgoingBody } = hosts.get("http/types");
  const made = (): InstanceType<typeof Fields> => {
    const fields = new Fields();
    for (let i = 0; i < 10; i++) fields.append("name", bytes("12345"));
    return fields;
  };
  const TEN = 10 * (288 + 32 + 4 + 5);
  const fields = made();
  expect(heap.held).toBe(TEN);
  const copy = fields.clone();
  expect(heap.held).toBe(2 * TEN);
  copy.delete("name");
  expect(heap.held).toBe(TEN);
  copy[Symbol.dispose]();
  // A message holds what it was given, its trailers too.
  const request = new OutgoingRequest(fields);
  const body = request.body();
  OutgoingBody.finish(body, made());
  body[Symbol.dispose]();
  expect(heap.held).toBe(2 * TEN);
  request[Symbol.dispose]();
  expect(heap.held).toBe(0);
  const full = new Fields();
  expect(() => {
    for (;;) full.append("name", bytes("12345"));
  }).toThrow(/more than the store's hostHeapBytes leave/);
  expect(heap.held).toBeGreaterThan(99_000);
  full[Symbol.dispose]();
  full[Symbol.dispose]();
  expect(heap.held).toBe(0);
});

it("a request that is not sent is held by nobody", () => {
  const heap = budget(100_000);
  const hosts = hostsOf({}, {}, heap);
  const { Fields, OutgoingRequest } = hosts.get("http/types");
  const fields = new Fields();
  fields.append("name", bytes("12345"));
  const request = new OutgoingRequest(fields);
  request.setAuthority("example.com");
  expect(() => hosts.get("http/outgoing-handler").handle(request, undefined)).toThrow();
  expect(heap.held).toBe(0);
});

it("open files and listings count, until they are dropped", () => {
  const heap = budget(100_000);
  const memory = new MemoryFileSystem();
  for (let i = 0; i < 10; i++) memory.writeFile(`f${i}`, "");
  const hosts = hostsOf({ preopens: { "/": memory } }, {}, heap);
  const [[root]] = hosts.get("filesystem/preopens").getDirectories();
  const before = heap.held;
  const stream = root.readDirectory();
  expect(stream.readDirectoryEntry()).toMatchObject({ name: "f0" });
  expect(heap.held - before).toBeGreaterThanOrEqual(10 * 116);
  stream[Symbol.dispose]();
  const file = root.openAt({}, "f0", {}, { read: true });
  expect(heap.held - before).toBe(384);
  file[Symbol.dispose]();
  expect(heap.held).toBe(before);
  hosts.wasi.close();
  expect(heap.held).toBe(0);
});
