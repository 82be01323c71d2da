// Extism plugins that are no plugin at all: wild addresses, lengths without end, floods, and hosts that call back.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { fetchHttp, type HttpRequest, Plugin, type PluginError, type PluginOptions } from "wasmeter/plugin";
import { wat } from "../wat.ts";

const MODULE = wat(`(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "free" (func $free (param i64)))
  (import "extism:host/env" "length" (func $length (param i64) (result i64)))
  (import "extism:host/env" "length_unsafe" (func $lengthUnsafe (param i64) (result i64)))
  (import "extism:host/env" "load_u8" (func $load8 (param i64) (result i32)))
  (import "extism:host/env" "load_u64" (func $load64 (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store8 (param i64 i32)))
  (import "extism:host/env" "store_u64" (func $store64 (param i64 i64)))
  (import "extism:host/env" "input_length" (func $inputLength (result i64)))
  (import "extism:host/env" "input_offset" (func $input (result i64)))
  (import "extism:host/env" "input_load_u8" (func $inputLoad8 (param i64) (result i32)))
  (import "extism:host/env" "input_load_u64" (func $inputLoad64 (param i64) (result i64)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (import "extism:host/env" "error_set" (func $error (param i64)))
  (import "extism:host/env" "error_get" (func $errorGet (result i64)))
  (import "extism:host/env" "config_get" (func $config (param i64) (result i64)))
  (import "extism:host/env" "var_get" (func $varGet (param i64) (result i64)))
  (import "extism:host/env" "var_set" (func $varSet (param i64 i64)))
  (import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
  (import "extism:host/env" "http_status_code" (func $status (result i32)))
  (import "extism:host/env" "http_headers" (func $headers (result i64)))
  (import "extism:host/env" "log_trace" (func $trace (param i64)))
  (import "extism:host/env" "log_info" (func $info (param i64)))
  (import "extism:host/env" "get_log_level" (func $level (result i32)))
  (import "extism:host/env" "reset" (func $reset))
  (import "extism:host/env" "memory_bytes" (func $bytes (result i64)))
  (import "extism:host/user" "back" (func $back (param i64) (result i64)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func $copy (result i64) (local $at i64) (local $i i64)
    (local.set $at (call $alloc (call $inputLength)))
    (block $end (loop $next
      (br_if $end (i64.ge_u (local.get $i) (call $inputLength)))
      (call $store8 (i64.add (local.get $at) (local.get $i)) (call $inputLoad8 (local.get $i)))
      (local.set $i (i64.add (local.get $i) (i64.const 1))) (br $next)))
    (local.get $at))
  ;; Gives its input back, if nothing of an earlier call is left.
  (func (export "echo") (result i32)
    (if (i64.ne (call $errorGet) (i64.const 0)) (then unreachable))
    (call $output (call $copy) (call $inputLength)) (i32.const 0))
  (func (export "inPlace") (result i32)
    (call $store8 (call $input) (i32.const 88)) (call $output (call $input) (call $inputLength)) (i32.const 0))
  ;; Everything at addresses that are in no block: loads give 0, the rest does nothing.
  (func (export "wild") (result i32) (local $at i64) (local $sum i64)
    (local.set $at (i64.const 1))
    (loop $next
      (call $free (local.get $at))
      (call $store8 (local.get $at) (i32.const 255))
      (call $store64 (local.get $at) (i64.const -1))
      (local.set $sum (i64.or (local.get $sum) (i64.extend_i32_u (call $load8 (local.get $at)))))
      (local.set $sum (i64.or (local.get $sum) (call $load64 (local.get $at))))
      (local.set $sum (i64.or (local.get $sum) (call $length (local.get $at))))
      (local.set $sum (i64.or (local.get $sum) (call $lengthUnsafe (local.get $at))))
      (local.set $sum (i64.or (local.get $sum) (call $inputLoad64 (local.get $at))))
      (local.set $at (i64.mul (local.get $at) (i64.const 7)))
      (br_if $next (i64.ne (i64.and (local.get $at) (i64.const 0xff)) (i64.const 1))))
    (if (i64.ne (call $load64 (i64.const -1)) (i64.const 0)) (then unreachable))
    (if (i64.ne (call $alloc (i64.const -1)) (i64.const 0)) (then unreachable))
    (if (i64.ne (call $alloc (i64.const 0xffffffff)) (i64.const 0)) (then unreachable))
    (if (i64.ne (call $alloc (i64.const 0)) (i64.const 0)) (then unreachable))
    (i32.wrap_i64 (local.get $sum)))
  ;; A block ends where it ends, and is gone when it is freed.
  (func (export "edges") (result i32) (local $a i64) (local $b i64)
    (local.set $a (call $alloc (i64.const 10)))
    (local.set $b (call $alloc (i64.const 10)))
    (call $store64 (i64.add (local.get $a) (i64.const 2)) (i64.const -1))
    (call $store64 (i64.add (local.get $a) (i64.const 3)) (i64.const 0))
    (call $store8 (i64.add (local.get $a) (i64.const 10)) (i32.const 1))
    (if (i64.ne (call $load64 (i64.add (local.get $a) (i64.const 2))) (i64.const -1)) (then (return (i32.const 1))))
    (if (i64.ne (call $load64 (i64.add (local.get $a) (i64.const 3))) (i64.const 0)) (then (return (i32.const 2))))
    (if (i64.ne (call $length (i64.add (local.get $a) (i64.const 1))) (i64.const 0)) (then (return (i32.const 3))))
    (call $free (i64.add (local.get $a) (i64.const 1)))
    (if (i64.ne (call $length (local.get $a)) (i64.const 10)) (then (return (i32.const 4))))
    (call $free (local.get $a)) (call $free (local.get $a))
    (if (i64.ne (call $length (local.get $a)) (i64.const 0)) (then (return (i32.const 5))))
    (if (call $load8 (i64.add (local.get $a) (i64.const 2))) (then (return (i32.const 6))))
    (if (i64.ne (call $length (local.get $b)) (i64.const 10)) (then (return (i32.const 7))))
    (if (i64.eq (call $alloc (i64.const 10)) (local.get $a)) (then (return (i32.const 8))))
    (call $reset)
    (if (i64.ne (call $bytes) (i64.const 0)) (then (return (i32.const 9))))
    (if (i64.ne (call $inputLength) (i64.const 0)) (then (return (i32.const 10))))
    (i32.const 0))
  ;; The address 0 is no block and no mistake; a key may be its own value.
  (func (export "empties") (result i32) (local $at i64)
    (call $info (i64.const 0)) (drop (call $config (i64.const 0))) (call $error (i64.const 0))
    (call $varSet (i64.const 0) (call $copy))
    (if (i64.ne (call $length (call $varGet (i64.const 0))) (call $inputLength)) (then (return (i32.const 1))))
    (call $varSet (i64.const 0) (i64.const 0))
    (if (i64.ne (call $varGet (i64.const 0)) (i64.const 0)) (then (return (i32.const 2))))
    (local.set $at (call $copy))
    (call $varSet (local.get $at) (local.get $at))
    (if (i64.ne (call $length (local.get $at)) (i64.const 0)) (then (return (i32.const 3))))
    (if (i64.eq (call $varGet (call $copy)) (i64.const 0)) (then (return (i32.const 4))))
    (i32.const 0))
  ;; As commands of Go end; the status is the input's first byte.
  (func (export "exits") (result i32)
    (call $varSet (call $copy) (call $copy))
    (call $output (call $copy) (call $inputLength)) (call $exit (call $inputLoad8 (i64.const 0))) (i32.const 9))
  (func (export "isKnown") (result i32) (i64.ne (call $varGet (call $copy)) (i64.const 0)))
  ;; Names, requests and an error of 1.5 MB, that are no UTF-8.
  (func $long (result i64) (local $at i64)
    (local.set $at (call $alloc (i64.const 1500000))) (call $store8 (local.get $at) (i32.const 255)) (local.get $at))
  (func (export "longNames") (result i32)
    (if (i64.ne (call $config (call $long)) (i64.const 0)) (then (return (i32.const 1))))
    (i64.ne (call $varGet (call $long)) (i64.const 0)))
  (func (export "longVariable") (result i32) (call $varSet (call $long) (call $copy)) (i32.const 0))
  (func (export "longRequest") (result i32) (drop (call $http (call $long) (i64.const 0))) (i32.const 0))
  (func (export "longError") (result i32) (call $error (call $long)) (i32.const 1))
  (func (export "outputNowhere") (result i32) (call $output (i64.const 12345) (i64.const 8)) (i32.const 0))
  (func (export "outputTooLong") (result i32)
    (call $output (call $copy) (i64.const 0xffffffff)) (i32.const 0))
  (func (export "outputFreed") (result i32) (local $at i64)
    (local.set $at (call $copy))
    (call $output (local.get $at) (call $inputLength)) (call $free (local.get $at)) (i32.const 0))
  (func (export "errorNowhere") (result i32) (call $error (i64.const -8)) (i32.const 0))
  (func (export "logNowhere") (result i32) (call $info (i64.const 77)) (i32.const 0))
  (func (export "keyNowhere") (result i32) (drop (call $varGet (i64.const 77))) (i32.const 0))
  (func (export "blocks") (result i32)
    (loop (br_if 0 (i64.ne (call $alloc (i64.const 1)) (i64.const 0)))) unreachable)
  (func (export "churns") (result i32) (local $i i32)
    (loop $next
      (call $free (call $alloc (i64.const 1000)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 20000))))
    (i32.const 0))
  (func (export "variables") (result i32) (local $key i64) (local $n i64)
    (loop $next
      (local.set $key (call $alloc (i64.const 8)))
      (call $store64 (local.get $key) (i64.add (local.get $n) (i64.const 0x3030303030303030)))
      (call $varSet (local.get $key) (call $alloc (i64.const 1000)))
      (local.set $n (i64.add (local.get $n) (i64.const 1))) (br $next))
    unreachable)
  (func (export "logs") (result i32) (local $i i32)
    (loop $next
      (call $info (call $copy)) (call $trace (call $copy))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 2000))))
    (i32.const 0))
  (func (export "level") (result i32)
    (if (i32.ne (call $level) (i32.const 2)) (then unreachable)) (i32.const 0))
  (func (export "floods") (result i32) (loop (drop (call $http (call $copy) (i64.const 0))) (br 0)) (i32.const 0))
  (func (export "fetches") (result i32) (local $at i64)
    (local.set $at (call $http (call $copy) (call $copy)))
    (if (i64.eq (call $headers) (i64.const 0)) (then unreachable))
    (if (i32.ne (call $status) (i32.const 201)) (then (return (call $status))))
    (call $output (local.get $at) (call $length (local.get $at))) (i32.const 0))
  (func (export "callsBack") (result i32) (local $at i64)
    (local.set $at (call $back (call $copy)))
    (call $output (local.get $at) (call $length (local.get $at))) (i32.const 0)))`);

const BACK: PluginOptions["hostFunctions"] = {
  "extism:host/user": {
    back: { params: ["i64"], results: ["i64"], run: (plugin, at) => plugin.write(plugin.read(at as bigint)) },
  },
};

function make(options: PluginOptions = {}): Plugin {
  return new Plugin(MODULE, { memoryBytes: 2_000_000, fuel: 50_000_000, hostFunctions: BACK, ...options });
}

async function failure(call: Promise<unknown>): Promise<PluginError> {
  const outcome: unknown = await call.then(
    () => "it gave a result",
    (error: unknown) => error,
  );
  expect(outcome).toMatchObject({ name: "PluginError" });
  return outcome as PluginError;
}

describe("an Extism plugin", () => {
  it.each(["wild", "edges", "churns", "level", "empties", "longNames"])(
    "%s: what is in no block is nowhere",
    async (name) => {
      const plugin = make();
      for (let k = 0; k < 2; k++) await plugin.call(name, "input");
      expect((await plugin.call("echo", "x")).text).toBe("x");
    },
  );

  it.each([
    ["outputNowhere", "guest-error", /no block has 8 bytes at 12345/],
    ["outputTooLong", "guest-error", /no block has 4294967295 bytes/],
    ["outputFreed", "guest-error", /freed its output/],
    ["errorNowhere", "guest-error", /error_set: there is no block/],
    ["logNowhere", "guest-error", /log_info: there is no block at 77/],
    ["keyNowhere", "guest-error", /var_get: there is no block at 77/],
    ["blocks", "memory", /unreachable/],
    ["longVariable", "memory", /a name of more than 65536 bytes/],
    ["longRequest", "guest-error", /a request of more than 262144 bytes/],
    ["longError", "guest-error", /^\u00ff\0{65535}… \(1500000 bytes in all\)$/],
    ["variables", "memory", /more than 1048576 bytes of variables/],
  ])("%s is a %s", async (name, kind, message) => {
    const plugin = make();
    const error = await failure(plugin.call(name, "input"));
    expect([error.kind, error.message]).toEqual([kind, expect.stringMatching(message)]);
    expect(error.memoryBytes).toBeLessThanOrEqual(2_000_000);
    const { text, memoryBytes } = await plugin.call("echo", "as new");
    expect([text, memoryBytes < 100_000]).toEqual(["as new", true]);
  });

  it("has said what it has to say when it exits well, and an instance that has exited is over", async () => {
    for (const state of ["reset", "fresh", "kept"] as const) {
      const plugin = make({ state });
      for (let k = 0; k < 2; k++) expect((await plugin.call("exits", "\0said")).text).toBe("\0said");
      expect((await plugin.call("isKnown", "\0said")).text).toBe("");
      expect(await failure(plugin.call("exits", "\x07"))).toMatchObject({ kind: "guest-error", exitCode: 7 });
      expect((await plugin.call("echo", "x")).text).toBe("x");
      await plugin.close();
    }
  });

  it("writes into a copy of its input, and never into its caller's bytes", async () => {
    const input = new TextEncoder().encode("abc");
    const { text } = await make().call("inPlace", input);
    expect([text, new TextDecoder().decode(input)]).toEqual(["Xbc", "abc"]);
  });

  it("floods its log in vain", async () => {
    const seen: string[] = [];
    const plugin = make({ logBytes: 1000, log: ({ message }) => seen.push(message) });
    const { logs } = await plugin.call("logs", "line");
    expect(logs).toHaveLength(15);
    expect(logs.at(-1)).toMatchObject({
      level: "warn",
      message: expect.stringContaining("1986 more entries"),
    });
    expect(seen).toEqual(Array(14).fill("line"));
  });

  it("reaches no host, and no more often than it may", async () => {
    const request = JSON.stringify({ url: "http://example.test/a" });
    let sent = 0;
    const http = async () => {
      sent++;
      return { status: 200, body: "answer" };
    };
    const refused = await failure(make({ http }).call("floods", request));
    expect([refused.kind, refused.message]).toEqual([
      "guest-error",
      expect.stringContaining('"example.test" is not allowed'),
    ]);
    const flood = await failure(make({ http, allowedHosts: ["*.test"] }).call("floods", request));
    expect([flood.message, sent]).toEqual([expect.stringContaining("more than 32 requests"), 32]);
    for (const url of [
      "file:///etc/passwd",
      "http://a:b@example.test/",
      "no url",
      "http://example.test.evil/",
    ]) {
      const call = make({ http, allowedHosts: ["*.test", "example.test"] }).call(
        "fetches",
        JSON.stringify({ url }),
      );
      expect((await failure(call)).kind).toBe("guest-error");
    }
    const headers = { "x-a": 1 };
    const odd = make({ http, allowedHosts: ["*"] }).call(
      "fetches",
      JSON.stringify({ url: "http://a/", headers }),
    );
    expect((await failure(odd)).message).toContain("a header is no string");
    for (const [name, value] of [
      ["a b", "x"],
      ["", "x"],
      ["x", "a\r\nhost: other.test"],
      ["Host", "other.test"],
    ] as const) {
      const json = JSON.stringify({ url: "http://a.test/", headers: { [name]: value } });
      const error = await failure(make({ http, allowedHosts: ["*"] }).call("fetches", json));
      expect([error.kind, error.message]).toEqual(["guest-error", expect.stringMatching(/header/)]);
    }
    expect(sent).toBe(32);
  });

  it("sends what it asks for, and gets what came", async () => {
    const seen: HttpRequest[] = [];
    const plugin = make({
      allowedHosts: ["api.example.test"],
      http: async (request, bounds) => {
        seen.push(request);
        expect([bounds.isAllowed("api.example.test"), bounds.isAllowed("other.test")]).toEqual([true, false]);
        return { status: 201, headers: { "content-type": "text/plain" }, body: "made" };
      },
    });
    // What belongs to the connection is not sent.
    const headers = { accept: "*/*", host: "api.example.test", "Content-Length": "7", upgrade: "x" };
    const request = { url: "https://API.example.test/x?y", method: "put", headers };
    expect((await plugin.call("fetches", JSON.stringify(request))).text).toBe("made");
    expect(seen).toMatchObject([{ url: "https://api.example.test/x?y", method: "PUT" }]);
    expect(seen[0]?.headers).toEqual({ accept: "*/*" });
    expect(new TextDecoder().decode(seen[0]?.body)).toBe(JSON.stringify(request));
  });

  it("uses the host's fetch without being led to another host, nor by a response without end", async () => {
    let elsewhere = 0;
    const server = createServer((request, response) => {
      if (request.url === "/elsewhere") elsewhere++;
      if (request.url === "/moved") response.writeHead(302, { location: "/elsewhere" }).end();
      else if (request.url === "/endless") response.writeHead(201).end("x".repeat(100_000));
      else response.writeHead(201).end(`${request.method} ${request.url}`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const plugin = make({ http: fetchHttp, allowedHosts: ["127.0.0.1"], httpResponseBytes: 50_000 });
    const call = (path: string) =>
      plugin.call("fetches", JSON.stringify({ url: `http://127.0.0.1:${port}${path}`, method: "POST" }));
    expect((await call("/a")).text).toBe("POST /a");
    expect(await failure(call("/moved"))).toMatchObject({
      kind: "guest-error",
      message: expect.stringContaining("302"),
    });
    expect(await failure(call("/endless"))).toMatchObject({
      kind: "host-error",
      message: "the response is longer than 50000 bytes",
    });
    expect(elsewhere).toBe(0);
    await plugin.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("waits for a host that never answers as long as it may, and is told so", async () => {
    let aborted = false;
    const plugin = make({
      allowedHosts: ["*"],
      http: (_, { signal }) =>
        new Promise(() => {
          signal.addEventListener("abort", () => {
            aborted = true;
          });
        }),
    });
    const request = JSON.stringify({ url: "http://example.test/" });
    const asked = failure(plugin.call("fetches", request, { timeoutMs: 2000 }));
    expect((await asked).kind).toBe("timeout");
    expect(aborted).toBe(true);
    expect((await plugin.call("echo", "x")).text).toBe("x");
  });

  it("is called by its own host functions, which wait for it in vain, and end in time", async () => {
    const plugin: Plugin = make({
      hostFunctions: {
        "extism:host/user": {
          back: {
            params: ["i64"],
            results: ["i64"],
            // One call after the other: this one cannot begin before it has ended.
            run: async (current) => current.write((await plugin.call("echo", "inner")).text),
          },
        },
      },
    });
    const inner = failure(plugin.call("callsBack", "outer", { timeoutMs: 40 }));
    expect((await inner).kind).toBe("timeout");
    expect((await plugin.call("echo", "x")).text).toBe("x");
  });

  it("calls other plugins through the host, as deep as there are plugins", async () => {
    let next: Plugin | undefined;
    for (let depth = 0; depth < 200; depth++) {
      const inner = next;
      next = make({
        hostFunctions: {
          "extism:host/user": {
            back: {
              params: ["i64"],
              results: ["i64"],
              run: async (current, at) => {
                const input = current.readString(at as bigint);
                return current.write(
                  inner === undefined ? input : (await inner.call("callsBack", input)).text,
                );
              },
            },
          },
        },
      });
    }
    expect((await next?.call("callsBack", "deep"))?.text).toBe("deep");
  });

  it("is nothing to a host function any more when its call is over", async () => {
    const kept: { read(address: bigint): Uint8Array; readonly context: unknown }[] = [];
    const plugin = make({
      hostFunctions: {
        "extism:host/user": {
          back: {
            params: ["i64"],
            results: ["i64"],
            run: (current) => {
              kept.push(current);
              expect(() => current.read(99999n)).toThrow("no block at 99999");
              expect(() => current.write(new Uint8Array(10_000_000))).toThrow("no room");
              expect(() => current.write(42 as never)).toThrow(
                "plugin.write(data): data must be a Uint8Array or a string",
              );
              expect(() => current.setVariable("name", {} as never)).toThrow("value must be a Uint8Array");
              expect(() => current.setVariable(7 as never, "x")).toThrow(TypeError);
              return current.write(`context ${String(current.context)}`);
            },
          },
        },
      },
    });
    expect((await plugin.call("callsBack", "x", { context: 42 })).text).toBe("context 42");
    expect(() => kept[0]?.context).toThrow("the plugin's call is over");
    await plugin.call("callsBack", "x", { context: 43 });
    expect(() => kept[0]?.read(16n)).toThrow("the plugin's call is over");
  });

  it("whose observers throw is answered all the same", async () => {
    const throws = () => {
      throw new Error("mine");
    };
    const plugin = make({ onEvent: throws, log: throws });
    await plugin.call("logs", "x");
    expect((await plugin.call("echo", "x")).text).toBe("x");
  });
});
