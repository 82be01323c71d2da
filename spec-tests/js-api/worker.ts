// Runs one file of the JS-API tests in a thread of its own, so that its globals are its own, and reports its subtests.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";

/** What the thread is given. */
export interface Job {
  /** The folder that holds `js-api` and `harness`. */
  readonly root: string;
  /** Below `js-api`. */
  readonly file: string;
  readonly native: boolean;
}

export interface Subtest {
  readonly name: string;
  readonly passed: boolean;
  readonly message: string;
}

/** What is used of testharness.js. */
interface Harness {
  setup(options: { explicit_done: boolean }): void;
  done(): void;
  add_completion_callback(
    callback: (
      tests: readonly { name: string; status: number; message: string | null }[],
      status: { status: number; message: string | null },
    ) => void,
  ): void;
}

const PASSED = 0;
const { root, file, native } = workerData as Job;

function load(path: string): void {
  runInThisContext(readFileSync(path, "utf8"), { filename: path });
}

/** `// META: script=/wasm/jsapi/NAME` and relative ones. */
function scriptsOf(path: string): string[] {
  const source = readFileSync(path, "utf8");
  return [...source.matchAll(/^\/\/ META: script=(.+)$/gm)].map(([, name]) => {
    const text = (name as string).trim();
    return text.startsWith("/wasm/jsapi/")
      ? join(root, "js-api", text.slice("/wasm/jsapi/".length))
      : join(path, "..", text);
  });
}

if (!native) {
  // Node's own loader may use the host's namespace until everything is imported.
  const { install } = await import("wasmeter/webassembly");
  // A million types, which the JS API's limits allow, take more on the host's heap than is the default.
  install({ force: true, moduleLimits: { heapBytes: 2 ** 30 } });
}
// What the harness and some tests call the global object by.
Object.defineProperty(globalThis, "self", { value: globalThis, writable: true, configurable: true });
load(join(root, "harness/testharness.js"));
const harness = globalThis as unknown as Harness;
harness.setup({ explicit_done: true });
harness.add_completion_callback((tests, status) => {
  const subtests: Subtest[] = tests.map((test) => ({
    name: test.name,
    passed: test.status === PASSED,
    message: test.message ?? "",
  }));
  if (status.status !== PASSED)
    subtests.push({ name: "(the file)", passed: false, message: status.message ?? "" });
  parentPort?.postMessage(subtests);
});
const path = join(root, "js-api", file);
for (const script of scriptsOf(path)) load(script);
load(path);
harness.done();
