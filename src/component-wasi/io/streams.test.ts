import { expect, it } from "vitest";
import { failureOf, hostsOf } from "../../testing/component-hosts.ts";
import { CapturedOutput } from "../../wasi/output-streams.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (chunk: Uint8Array): string => new TextDecoder().decode(chunk);

it("reads what is there, then is closed", async () => {
  const stdin = hostsOf({ stdin: { text: "hello" } })
    .get("cli/stdin")
    .getStdin();
  expect(text(await stdin.read(2n))).toBe("he");
  expect(await stdin.skip(1n)).toBe(1n);
  expect((await stdin.read(0n)).length).toBe(0);
  expect(text(await stdin.blockingRead(2n ** 64n - 1n))).toBe("lo");
  expect(await failureOf(() => stdin.read(1n))).toEqual({ tag: "closed" });
  expect(await failureOf(() => stdin.blockingRead(1n))).toEqual({ tag: "closed" });
});

it("gives nothing while nothing is there, and wakes a guest that waits", async () => {
  let give: (chunk: Uint8Array | null) => void = () => {};
  const next = () =>
    new Promise<Uint8Array | null>((resolve) => {
      give = resolve;
    });
  const hosts = hostsOf({ stdin: next });
  const stdin = hosts.get("cli/stdin").getStdin();
  expect(stdin.read(10n)).toEqual(new Uint8Array(0));
  const pollable = stdin.subscribe();
  expect(pollable.ready()).toBe(false);
  const woken = hosts.get("io/poll").poll([pollable]);
  expect(woken).toBeInstanceOf(Promise);
  give(bytes("x"));
  expect([...(await woken)]).toEqual([0]);
  expect(pollable.ready()).toBe(true);
  expect(text(stdin.read(10n))).toBe("x");
  const blocked = stdin.blockingRead(10n);
  give(null);
  expect(await failureOf(() => blocked)).toEqual({ tag: "closed" });
});

it("a failed read is told once, as an error that names its errno", async () => {
  const hosts = hostsOf({
    stdin: () => {
      throw new Error("the embedder's own mistake");
    },
  });
  const stdin = hosts.get("cli/stdin").getStdin();
  expect(() => stdin.read(1n)).toThrow("the embedder's own mistake");
  expect(await failureOf(() => stdin.read(1n))).toEqual({ tag: "closed" });
});

it("writes as far as check-write has permitted, and traps beyond", () => {
  const stdout = new CapturedOutput();
  const out = hostsOf({ stdout }).get("cli/stdout").getStdout();
  expect(() => out.write(bytes("x"))).toThrow("contract of a host function broken");
  expect(out.checkWrite()).toBe(65_536n);
  out.write(new Uint8Array(65_535).fill(97));
  out.write(bytes("b"));
  expect(() => out.write(bytes("c"))).toThrow("more than check-write has permitted");
  out.checkWrite();
  out.writeZeroes(3n);
  expect(stdout.length).toBe(65_539);
  expect(() => out.blockingWriteAndFlush(new Uint8Array(4097))).toThrow("more than 4096 bytes");
  expect(() => out.writeZeroes(65_537n)).toThrow("contract");
});

it("a sink that takes its time makes the guest wait, and flushing waits for it", async () => {
  const arrived: string[] = [];
  let proceed: () => void = () => {};
  const hosts = hostsOf({
    stdout: (chunk) =>
      new Promise<void>((resolve) => {
        proceed = () => {
          arrived.push(text(chunk));
          resolve();
        };
      }),
    outputBufferBytes: 4,
  });
  const out = hosts.get("cli/stdout").getStdout();
  out.checkWrite();
  out.write(bytes("abcdef"));
  expect(out.checkWrite()).toBe(0n);
  const pollable = out.subscribe();
  expect(pollable.ready()).toBe(false);
  const flushed = out.blockingFlush();
  expect(flushed).toBeInstanceOf(Promise);
  proceed();
  await new Promise((resolve) => setTimeout(resolve, 5));
  proceed();
  await flushed;
  expect(arrived.join("")).toBe("abcdef");
  await pollable.block();
  expect(out.checkWrite()).toBe(65_536n);
});

it("a reader that has gone closes the stream", async () => {
  const { WasiError } = await import("../../wasi/abi.ts");
  const out = hostsOf({
    stdout: {
      write() {
        throw new WasiError("pipe");
      },
    },
  })
    .get("cli/stdout")
    .getStdout();
  expect(await failureOf(() => out.blockingWriteAndFlush(bytes("x")))).toEqual({ tag: "closed" });
  expect(await failureOf(() => out.checkWrite())).toEqual({ tag: "closed" });
});

it("a failure of another kind is an error that can be asked for its text", async () => {
  const hosts = hostsOf({ stdout: new CapturedOutput({ limit: 2 }) });
  const out = hosts.get("cli/stdout").getStdout();
  await out.blockingWriteAndFlush(bytes("ab"));
  const failure = (await failureOf(() => out.blockingWriteAndFlush(bytes("c")))) as {
    tag: string;
    val: { toDebugString(): string };
  };
  expect(failure.tag).toBe("last-operation-failed");
  expect(failure.val.toDebugString()).toBe("nospc");
  expect(hosts.get("filesystem/types").filesystemErrorCode(failure.val)).toBe("insufficient-space");
});

it("splices as far as there are bytes and room", async () => {
  const stdout = new CapturedOutput();
  const hosts = hostsOf({ stdin: { text: "abcdef" }, stdout });
  const stdin = hosts.get("cli/stdin").getStdin();
  const out = hosts.get("cli/stdout").getStdout();
  expect(await out.splice(stdin, 2n)).toBe(2n);
  expect(await out.blockingSplice(stdin, 100n)).toBe(4n);
  expect(stdout.text()).toBe("abcdef");
  expect(await failureOf(() => out.splice(stdin, 1n))).toEqual({ tag: "closed" });
});

it("charges what moves, and gives back what did not", async () => {
  const hosts = hostsOf({ stdin: { text: "abc" }, stdout: "null" }, { wasiCall: 1000, perHostByte: 1 });
  const stdin = hosts.get("cli/stdin").getStdin();
  hosts.charged.fuel = 0;
  stdin.read(65_536n);
  expect(hosts.charged.fuel).toBe(1003);
  await failureOf(() => stdin.read(65_536n));
  expect(hosts.charged.fuel).toBe(2003);
  const out = hosts.get("cli/stdout").getStdout();
  hosts.charged.fuel = 0;
  out.checkWrite();
  out.write(new Uint8Array(10));
  expect(hosts.charged.fuel).toBe(2010);
});
