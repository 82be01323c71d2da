// A JavaScript engine built for WASI, QuickJS-ng, runs a program of several modules as Node does.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { posix } from "node:path";
import { pathToFileURL } from "node:url";
import { EvalFlags, QuickJS } from "quickjs-wasi";
import { expect, it } from "vitest";
import { WasiPreview1 } from "wasmeter/wasi";
import { guestFile } from "./guest-cases.ts";
import { memoryFiles } from "./real-programs/file-systems.ts";
import { webAssemblyNamespace, withWebAssembly } from "./real-programs/web-assembly.ts";

const wasm = readFileSync(createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm"));
const MODULES = ["main.js", "lib/tree.js", "settings.js"];

function nodeOutput(): string {
  const program = `globalThis.report = (...values) => console.log(values.join(" "));
    await import(${JSON.stringify(pathToFileURL(guestFile("javascript/main.js")).href)});`;
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  expect(run.status, run.stderr).toBe(0);
  return run.stdout;
}

it("runs modules from a memory file system, with the clock that WASI gives", {
  timeout: 240_000,
}, async () => {
  const files = memoryFiles(
    Object.fromEntries(MODULES.map((path) => [path, readFileSync(guestFile(`javascript/${path}`))])),
  );
  const namespace = webAssemblyNamespace({}, new WasiPreview1({ deterministic: true }));
  const lines: string[] = [];
  const now = await withWebAssembly(namespace, async () => {
    const vm = await QuickJS.create({
      wasm,
      moduleLoader: {
        normalize: (base: string, name: string) => posix.join(posix.dirname(base), name),
        load: (path: string) => files.readText(path),
      },
    });
    const report = vm.newFunction("report", (...values) => {
      lines.push(values.map((value) => value.toString()).join(" "));
      return vm.undefined;
    });
    vm.setProp(vm.global, "report", report);
    vm.evalCode(files.readText("main.js"), "main.js", EvalFlags.TYPE_MODULE);
    vm.executePendingJobs();
    return vm.evalCode("Date.now()").toNumber();
  });
  expect(`${lines.join("\n")}\n`).toBe(nodeOutput());
  expect(new Date(now).getUTCFullYear()).toBe(2020);
});
