import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Program } from "../../oci/decision.ts";
import { Refusal } from "../../oci/refusal.ts";
import { lookForProgram, placeInRoot } from "./look.ts";
import { librariesIn, loaderIn } from "./node-files.ts";

let root = "";
const look = (program: string, cwd = "/", path?: string, places: readonly string[] = []): Program =>
  lookForProgram(root, program, cwd, path, places);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "wasmeter-root-"));
  for (const folder of ["bin", "srv/deep", "data", "real"])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "app.wasm"), "\0asm\x01\0\0\0");
  writeFileSync(join(root, "bin/tool"), "short");
  for (const [name, target] of [
    ["absolute", "/app.wasm"],
    ["srv/deep/relative", "../../app.wasm"],
    ["up", "../../../../../../../../app.wasm"],
    ["outside", "/etc/passwd"],
    ["loop", "loop"],
    ["a", "b"],
    ["b", "a"],
    ["folder", "srv"],
    ["var", "real"],
  ]) {
    symlinkSync(target!, join(root, name!));
  }
});
afterAll(() => rmSync(root, { recursive: true }));

describe("a container's program on the node", () => {
  it.each([
    "/app.wasm",
    "/absolute",
    "/up",
    "/srv/../app.wasm",
    "/../../app.wasm",
    "/folder/deep/relative",
    "app.wasm",
  ])("%s is the module", (program) => {
    expect(look(program)).toEqual({
      kind: "file",
      path: "/app.wasm",
      beginning: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    });
  });

  it.each(["/outside", "/loop", "/a", "/app.wasm/x", "/none/../app.wasm/..", ""])(
    "%j is nothing of the node's",
    (program) => {
      expect(["absent", "no-file"]).toContain(look(program).kind);
    },
  );

  it("may be a directory", () => {
    expect(look("/srv")).toEqual({ kind: "no-file", path: "/srv" });
  });

  it("is looked for in the working directory, then in PATH", () => {
    expect(look("relative", "/srv/deep").kind).toBe("file");
    expect(look("deep/relative", "/srv").kind).toBe("file");
    expect(look("tool", "/srv", "relative:/nowhere:/bin")).toMatchObject({ kind: "file", path: "/bin/tool" });
    expect(look("tool", "/srv", "/nowhere").kind).toBe("absent");
  });

  it("is not looked at in a volume, whatever link leads there", () => {
    expect(look("/data/x.wasm", "/", undefined, ["/data"])).toEqual({
      kind: "in-volume",
      path: "/data/x.wasm",
    });
    expect(look("/real/x.wasm", "/", undefined, ["/var"]).kind).toBe("in-volume");
    expect(look("/var/x.wasm", "/", undefined, ["/real"]).kind).toBe("in-volume");
    expect(look("/app.wasm", "/", undefined, ["/app"]).kind).toBe("file");
  });

  it("follows no endless chain of links", () => {
    expect(placeInRoot(root, "/a/x").stat).toBeUndefined();
  });
});

describe("what Node needs of the node", () => {
  it("is known from the map of its memory and its loader's list", () => {
    const line = (file: string): string => `7f0-7f1 r-xp 00000000 fd:00 1 ${file}\n`;
    expect(loaderIn(line("/usr/bin/node") + line("/lib/x86_64-linux-gnu/ld-2.31.so"))).toBe(
      "/lib/x86_64-linux-gnu/ld-2.31.so",
    );
    expect(loaderIn(line("/lib/ld-musl-x86_64.so.1"))).toBe("/lib/ld-musl-x86_64.so.1");
    expect(loaderIn(`${line("/usr/bin/node")}${line("/lib/libld-3.so")}7f0 [heap]`)).toBeUndefined();
    const list =
      "\tlinux-vdso.so.1 (0x00007ffe)\n\tlibm.so.6 => /lib/libm.so.6 (0x00007f1a)\n\t/lib64/ld-linux-x86-64.so.2 (0x0)\n";
    expect([...librariesIn(list)]).toEqual([["libm.so.6", "/lib/libm.so.6"]]);
    expect(() => librariesIn("\tlibx.so => not found\n")).toThrow(Refusal);
  });
});
