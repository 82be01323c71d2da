import { expect, it, vi } from "vitest";
import { ComponentError } from "../component/api/component-error.ts";
import { ExitError } from "../errors.ts";
import { hostsOf } from "../testing/component-hosts.ts";
import { Wasi } from "./wasi.ts";

it("defines all interfaces of 0.2", () => {
  expect(hostsOf().names.sort()).toMatchInlineSnapshot(`
    [
      "cli/environment",
      "cli/exit",
      "cli/stderr",
      "cli/stdin",
      "cli/stdout",
      "cli/terminal-input",
      "cli/terminal-output",
      "cli/terminal-stderr",
      "cli/terminal-stdin",
      "cli/terminal-stdout",
      "clocks/monotonic-clock",
      "clocks/timezone",
      "clocks/wall-clock",
      "filesystem/preopens",
      "filesystem/types",
      "http/outgoing-handler",
      "http/types",
      "io/error",
      "io/poll",
      "io/streams",
      "random/insecure",
      "random/insecure-seed",
      "random/random",
      "sockets/instance-network",
      "sockets/ip-name-lookup",
      "sockets/network",
      "sockets/tcp",
      "sockets/tcp-create-socket",
      "sockets/udp",
      "sockets/udp-create-socket",
    ]
  `);
});

it("environment and arguments are what was given", () => {
  const environment = hostsOf({ args: ["app", "ä"], env: { A: "1", B: "" } }).get("cli/environment");
  expect(environment.getArguments()).toEqual(["app", "ä"]);
  expect(environment.getEnvironment()).toEqual([
    ["A", "1"],
    ["B", ""],
  ]);
  expect(environment.initialCwd()).toBeUndefined();
  expect(() => hostsOf({ env: { "a=b": "" } })).toThrow("bad name of an environment variable");
});

it("options are held to be right", () => {
  const make = (options: object) => () => new Wasi(options);
  expect(make({ arg: [] })).toThrow("did you mean args");
  expect(make({ listeners: [] })).toThrow("no option");
  expect(make({ network: "al" })).toThrow('expected an object of rules, or "all", got');
  expect(make({ network: { connect: ["example.com"] } })).toThrow(
    "new Wasi: option network: option connect[0]: example.com: there is no port",
  );
  expect(make({ network: { blockNetworks: ["privat"] } })).toThrow("none of loopback, link-local");
});

it("terminals are told", () => {
  const hosts = hostsOf({ stdout: { isTerminal: true, write: (bytes: Uint8Array) => bytes.length } });
  expect(hosts.get("cli/terminal-stdout").getTerminalStdout()).toBeInstanceOf(
    hosts.get("cli/terminal-output").TerminalOutput,
  );
  expect(hosts.get("cli/terminal-stdin").getTerminalStdin()).toBeUndefined();
  expect(hosts.get("cli/terminal-stderr").getTerminalStderr()).toBeUndefined();
});

it("random numbers are repeatable with a seed, and the insecure seed does not use them up", () => {
  const draw = (seed: number) => {
    const hosts = hostsOf({ deterministic: { seed } });
    const first = hosts.get("random/insecure-seed").insecureSeed();
    const number = hosts.get("random/random").getRandomU64();
    expect(hosts.get("random/insecure-seed").insecureSeed()).toEqual(first);
    return [...first, number];
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(hostsOf().get("random/random").getRandomBytes(70_000n)).toHaveLength(70_000);
  expect(() =>
    hostsOf()
      .get("random/random")
      .getRandomBytes(2n ** 40n),
  ).toThrow("more than 64 MiB");
  // 0.3 may give fewer than are asked for.
  const { getRandomBytes } = hostsOf().get3("random/random");
  expect(getRandomBytes(2n ** 64n - 1n)).toHaveLength(64 * 2 ** 20);
  expect(getRandomBytes(0n)).toHaveLength(0);
});

function instanceThat(callAsync: () => Promise<unknown>) {
  return { exports: { "wasi:cli/run@0.2.3": {} }, callAsync: vi.fn(callAsync) };
}

it.each<[string, () => Promise<unknown>, number]>([
  ["returns", async () => undefined, 0],
  ["gives an error", async () => Promise.reject(new ComponentError(undefined)), 1],
  ["exits", async () => Promise.reject(new ExitError(7)), 7],
])("a guest that %s has its status", async (_, callAsync, status) => {
  const wasi = new Wasi();
  const instance = instanceThat(callAsync);
  expect(await wasi.run(instance, { fuel: 5n })).toBe(status);
  expect(instance.callAsync).toHaveBeenCalledWith(["wasi:cli/run@0.2.3", "run"], [], { fuel: 5n });
  expect(wasi.exitCode).toBe(status);
  await expect(wasi.run(instance)).rejects.toThrow("it is closed");
});

it("what ends a guest otherwise passes", async () => {
  const wasi = new Wasi();
  await expect(wasi.run(instanceThat(() => Promise.reject(new RangeError("mine"))))).rejects.toThrow("mine");
  expect(wasi.exitCode).toBeUndefined();
  await expect(new Wasi().run({ exports: {}, callAsync: async () => undefined })).rejects.toThrow(
    "does not export wasi:cli/run@0.2",
  );
});

it("exit is the guest's end", () => {
  const exit = hostsOf().get("cli/exit");
  expect(() => exit.exit({ tag: "ok", val: undefined })).toThrow(expect.objectContaining({ exitCode: 0 }));
  expect(() => exit.exit({ tag: "err", val: undefined })).toThrow(expect.objectContaining({ exitCode: 1 }));
  expect(() => exit.exitWithCode(42)).toThrow(expect.objectContaining({ exitCode: 42 }));
});

it("begins anew at a reset, and not when something is open", () => {
  const wasi = new Wasi({ deterministic: { seed: 3 } });
  wasi.checkpoint(0n);
  const { state } = wasi;
  wasi.reset(0n);
  expect(wasi.state).not.toBe(state);
  wasi.close();
  expect(() => wasi.checkpoint(0n)).toThrow("it is closed");
});
