// A worker that runs programs which its users upload: `PUT /name` keeps a module of WASI, `POST /name?arg=a&arg=b` runs it on the
// request's body and answers with what it printed. Workers may not compile WebAssembly; this one interprets it, under limits.
//
// While a worker computes, its clock stands still: a timeout would never come. Fuel is what ends a program that does not end.

import { Engine, errorKind, Linker, Module, Store } from "wasmeter";
import { CapturedOutput, WasiPreview1 } from "wasmeter/wasi";

const MODULE_BYTES = 1 << 20;
const OUTPUT_BYTES = 1 << 16;
const FUEL = 20_000_000;
const LIMITS = { totalBytes: 16 << 20 };

/** `bounded` also charges by the byte and the page, so that fuel bounds time. */
const engine = new Engine({ costModel: "bounded" });
const linker = new Linker(engine);
WasiPreview1.addTo(linker);

const stored = (name, options) => new Request(`http://programs/${name}`, options);

/** The body, unless it is too large: a reader that stops, as the length that a client announces may be a lie. */
async function bodyOf(request, limit) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

async function upload(name, request, env) {
  const bytes = await bodyOf(request, MODULE_BYTES);
  if (bytes === undefined) return new Response("the module is too large\n", { status: 413 });
  try {
    new Module(engine, bytes);
  } catch (error) {
    if (errorKind(error) === undefined) throw error;
    return new Response(`${error.message}\n`, { status: 400 });
  }
  await env.programs.fetch(stored(name, { method: "PUT", body: bytes }));
  return new Response(null, { status: 201 });
}

async function run(name, request, env) {
  const kept = await env.programs.fetch(stored(name));
  if (!kept.ok) return new Response(`no program ${name}\n`, { status: 404 });
  const stdin = await bodyOf(request, MODULE_BYTES);
  if (stdin === undefined) return new Response("the input is too large\n", { status: 413 });
  const module = new Module(engine, new Uint8Array(await kept.arrayBuffer()));
  const stdout = new CapturedOutput({ limit: OUTPUT_BYTES });
  const args = [name, ...new URL(request.url).searchParams.getAll("arg")];
  const wasi = new WasiPreview1({ args, stdin, stdout });
  const store = new Store(engine, { fuel: FUEL, limits: LIMITS, wasi });
  let end = "exit";
  try {
    const status = await wasi.startAsync(linker.instantiate(store, module));
    if (status !== 0) end = `exit ${status}`;
  } catch (error) {
    if (errorKind(error) === undefined) throw error;
    end = errorKind(error);
  }
  const headers = { "Program-End": end, "Fuel-Consumed": String(store.fuelConsumed) };
  return new Response(stdout.bytes(), { status: end === "exit" ? 200 : 422, headers });
}

export default {
  fetch(request, env) {
    const [, name] = /^\/([a-z0-9-]{1,64})$/.exec(new URL(request.url).pathname) ?? [];
    if (name === undefined) return new Response("a program's name is expected\n", { status: 404 });
    if (request.method === "PUT") return upload(name, request, env);
    if (request.method === "POST") return run(name, request, env);
    return new Response("PUT a program, or POST its input\n", { status: 405 });
  },
};
