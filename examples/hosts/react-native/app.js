// The entry of an app in Hermes, where there is no WebAssembly: whoever needs it finds this one. A library that runs away ends with an
// error, and the app goes on: 200,000,000 instructions and 64 MiB are all that there is.
// What this prints, a screen would show.

import { blake3 } from "hash-wasm";
import { install } from "wasmeter/script/wasmeter.es5.cjs";
import { isGenuine } from "./update.js";

const show = typeof print === "function" ? print : console.log;
show(`installed: ${install({ fuel: 200_000_000, limits: { totalBytes: 64 * 1024 * 1024 } })}`);

async function main() {
  const update = new Uint8Array(10_000).map((_, k) => k * 7);
  const announced = await blake3(update);
  show(`announced: ${announced}`);
  show(`what came is genuine: ${await isGenuine(update, announced)}`);
  update[5000] ^= 1;
  show(`with one bit changed: ${await isGenuine(update, announced)}`);
}

main().catch((error) => show(String(error)));
