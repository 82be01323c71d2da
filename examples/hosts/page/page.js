// Draws what a user writes, with @resvg/resvg-wasm and its own glue, in a page whose policy forbids compiling WebAssembly.
// `install` comes first: it puts a namespace in place of the page's own where that does not work, and leaves it where it does.

import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { install } from "wasmeter/webassembly";

const isInterpreted = install({ limits: { totalBytes: 64 << 20 } });
const ready = initWasm(fetch("resvg.wasm"));
const element = (id) => document.getElementById(id);

async function draw() {
  await ready;
  const image = new Resvg(element("source").value).render();
  element("drawing").src = URL.createObjectURL(new Blob([image.asPng()], { type: "image/png" }));
  element("outcome").textContent =
    `${image.width} × ${image.height}, ${isInterpreted ? "interpreted" : "compiled"}`;
}

element("draw").addEventListener("click", draw);
draw().catch((error) => {
  element("outcome").textContent = String(error);
});
