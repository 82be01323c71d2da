// Runs other people's code: bytes in, bytes out, under 1,000,000 units of fuel, 10 MB of memory and 5 seconds, without files and
// network. Whatever a plugin does, the host learns what it was, and the next call is answered.
//
//   npm run build && node examples/plugins.mjs

import { readFile } from "node:fs/promises";
import { Plugin, PluginError } from "wasmeter/plugin";

const bytes = await readFile(new URL("misbehaving.wasm", import.meta.url));
const plugin = new Plugin(bytes, {
  fuel: 1_000_000,
  memoryBytes: 10_000_000,
  timeoutMs: 5000,
  hostFunctions: { env: { answer: { params: [], results: ["i32"], run: () => new Promise(() => {}) } } },
});

async function attempt(name, options) {
  try {
    const { text } = await plugin.call(name, "some input", options);
    console.log(`${name}: ${text}`);
  } catch (error) {
    if (!(error instanceof PluginError)) throw error;
    console.log(`${name}: ${error.kind}`);
  }
}

await attempt("transform");
// → transform: SOME INPUT
await attempt("missing");
// → missing: missing-export
await attempt("loop");
// → loop: out-of-fuel
await attempt("loop", { fuel: 10n ** 15n, timeoutMs: 50 });
// → loop: timeout
await attempt("allocate");
// → allocate: out-of-fuel
await attempt("allocate", { fuel: 100_000_000 });
// → allocate: memory
await attempt("recurse");
// → recurse: trap
await attempt("boast");
// → boast: output-too-large
await attempt("wild");
// → wild: guest-error
await attempt("trap");
// → trap: trap
await attempt("ask", { timeoutMs: 50 });
// → ask: timeout
await attempt("transform");
// → transform: SOME INPUT
await plugin.close();
