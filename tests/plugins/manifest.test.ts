// Manifests of Extism, plugins of several modules, and directories of the host.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Plugin, PluginPool, readManifest } from "wasmeter/plugin";
import { MemoryFileSystem } from "wasmeter/wasi";
import { wat } from "../wat.ts";

const LIBRARY = wat(`(module (global $n (mut i32) (i32.const 0))
  (func (export "twice") (param i32) (result i32)
    (global.set $n (i32.add (global.get $n) (i32.const 1)))
    (i32.add (i32.mul (local.get 0) (i32.const 2)) (global.get $n))))`);

/** Gives a byte: twice its input's first, by the library, and how often that was asked. */
const MAIN = wat(`(module
  (import "library" "twice" (func $twice (param i32) (result i32)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "input_load_u8" (func $load (param i64) (result i32)))
  (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (func (export "run") (result i32) (local $at i64)
    (local.set $at (call $alloc (i64.const 1)))
    (call $store (local.get $at) (call $twice (call $load (i64.const 0))))
    (call $output (local.get $at) (i64.const 1)) (i32.const 0)))`);

/** Copies a file of a granted directory to standard output; its first argument is what path_open gives. */
const READER = wat(`(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "file") (data (i32.const 32) "\\00\\04\\00\\00\\00\\02\\00\\00")
  (func $opens (param $create i32) (param $rights i64) (result i32)
    (call $open (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 4) (local.get $create)
      (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 8)))
  (func (export "reads") (result i32) (local $errno i32)
    (if (local.tee $errno (call $opens (i32.const 0) (i64.const 2))) (then (return (local.get $errno))))
    (drop (call $read (i32.load (i32.const 8)) (i32.const 32) (i32.const 1) (i32.const 12)))
    (i32.store (i32.const 36) (i32.load (i32.const 12)))
    (call $write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 12)))
  (func (export "writes") (result i32) (local $errno i32)
    (if (local.tee $errno (call $opens (i32.const 8) (i64.const 64))) (then (return (local.get $errno))))
    (i32.store (i32.const 36) (i32.const 4))
    (call $write (i32.load (i32.const 8)) (i32.const 32) (i32.const 1) (i32.const 12))))`);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "wasmeter-plugins-"));
  mkdirSync(join(directory, "data"));
  writeFileSync(join(directory, "data/file"), "from the host");
  writeFileSync(join(directory, "library.wasm"), LIBRARY);
  writeFileSync(join(directory, "main.wasm"), MAIN);
  writeFileSync(join(directory, "reader.wasm"), READER);
});
afterAll(() => rmSync(directory, { recursive: true }));

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("a manifest", () => {
  it("names modules, which import from each other, in every kind of instance", async () => {
    writeFileSync(
      join(directory, "plugin.json"),
      JSON.stringify({
        wasm: [
          { path: "main.wasm", name: "main", hash: sha256(MAIN) },
          { data: Buffer.from(LIBRARY).toString("base64"), name: "library" },
        ],
        memory: { max_pages: 4, max_var_bytes: 10, max_http_response_bytes: 20 },
        config: { a: "b" },
        allowed_hosts: ["*.example.test"],
        allowed_paths: { data: "/data", "ro:data": "/read" },
        timeout_ms: 1234,
      }),
    );
    const { source, options } = await readManifest(join(directory, "plugin.json"));
    expect(options).toEqual({
      ...{ memoryBytes: 4 * 65_536, variableBytes: 10, httpResponseBytes: 20, timeoutMs: 1234 },
      ...{ config: { a: "b" }, allowedHosts: ["*.example.test"] },
      allowedPaths: { "/data": join(directory, "data"), "/read": `ro:${join(directory, "data")}` },
    });
    const outputs = async (plugin: Plugin | PluginPool): Promise<number[]> => {
      const results = [];
      for (let k = 0; k < 3; k++) results.push((await plugin.call("run", Uint8Array.of(20))).output[0] ?? 0);
      await plugin.close();
      return results;
    };
    expect(await outputs(new Plugin(source, options))).toEqual([41, 41, 41]);
    expect(await outputs(new Plugin(source, { ...options, state: "kept" }))).toEqual([41, 42, 43]);
    expect(await outputs(new PluginPool(source, { ...options, size: 2 }))).toEqual([41, 41, 41]);
    expect(await outputs(new PluginPool(source, { ...options, workers: 1 }))).toEqual([41, 41, 41]);
  });

  it("may be an object, and of one module", async () => {
    const { source, options } = await readManifest({ wasm: { data: READER } });
    expect(options).toEqual({});
    expect(new Plugin(source).abi).toBe("stdio");
    const nulls = { wasm: [{ data: READER, hash: null }], memory: { max_pages: null }, allowed_hosts: null };
    expect((await readManifest({ ...nulls, timeout_ms: null })).options).toEqual({});
    await expect(readManifest(nulls, { dir: "x" } as never)).rejects.toThrow('no option "dir"');
    const relative = await readManifest({ wasm: [{ path: "reader.wasm" }] }, { directory });
    expect(new Plugin(relative.source).has("reads")).toBe(true);
  });

  it.each([
    [{}, "manifest.wasm must be an object"],
    [{ wasm: { data: READER }, allowed_path: {} }, "did you mean allowed_paths"],
    [{ wasm: { data: READER }, memory: { max_page: 1 } }, "did you mean max_pages"],
    [{ wasm: { data: READER }, memory: { max_pages: "4" } }, "max_pages: expected an integer"],
    [{ wasm: { data: READER, hash: 5 } }, "hash: expected a string"],
    [{ wasm: { data: READER, sha256: "00" } }, 'there is no option "sha256"'],
    [{ wasm: { data: READER }, allowed_hosts: ["https://a.test/"] }, "without scheme, port or path"],
    [{ wasm: [] }, "there is no module"],
    [{ wasm: [{ url: "https://example.test/plugin.wasm" }] }, "a url is not fetched"],
    [{ wasm: [{ data: READER, hash: "00" }] }, "and not 00"],
    [{ wasm: [{ data: READER }, { data: READER }] }, "has no name"],
    [{ wasm: { data: READER }, allowed_paths: { a: 1 } }, 'allowed_paths["a"]: expected a string'],
    ["missing.json", "ENOENT"],
  ])("%j is refused", async (manifest, message) => {
    await expect(readManifest(manifest)).rejects.toThrow(message);
  });
});

describe("files", () => {
  it("are those of the directories that were granted, for reading only if so said", async () => {
    const path = join(directory, "data");
    for (const make of [
      (allowed: string) => new Plugin(READER, { allowedPaths: { "/d": allowed } }),
      (allowed: string) => new PluginPool(READER, { workers: 1, allowedPaths: { "/d": allowed } }),
    ]) {
      const readOnly = make(`ro:${path}`);
      expect((await readOnly.call("reads")).text).toBe("from the host");
      // notcapable or rofs: a status that is not 0.
      await expect(readOnly.call("writes")).rejects.toMatchObject({ kind: "guest-error" });
      expect((await readOnly.call("reads")).text).toBe("from the host");
      await readOnly.close();
    }
    const none = new Plugin(READER);
    // badf
    await expect(none.call("reads")).rejects.toMatchObject({ message: expect.stringContaining("gave 8") });
    expect(() => new Plugin(READER, { allowedPaths: { "/d": join(path, "missing") } })).toThrow("ENOENT");
    // What is no object of paths grants nothing.
    for (const allowedPaths of [[path], path, null, { "/d": null }]) {
      expect(() => new Plugin(READER, { allowedPaths } as never)).toThrow("option allowedPaths");
      expect(() => new PluginPool(READER, { allowedPaths } as never)).toThrow("option allowedPaths");
      expect(() => new PluginPool(READER, { allowedPaths, workers: 1 } as never)).toThrow(
        "option allowedPaths",
      );
    }
  });

  it("stay as a plugin leaves them, and its descriptors do not", async () => {
    const files = new MemoryFileSystem();
    files.writeFile("file", "once");
    const plugin = new Plugin(READER, { allowedPaths: { "/d": files } });
    for (let k = 0; k < 3000; k++) expect((await plugin.call("reads")).text).toBe("once");
    await plugin.call("writes");
    expect((await plugin.call("reads")).output).toHaveLength(4);
    await plugin.close();
  });
});
