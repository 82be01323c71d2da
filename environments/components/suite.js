// Real components in one host: calls of every type of value, commands and requests, on files in memory and without sockets.
// `given` stands before it: `kind`, the component's bytes as hexadecimal digits, and the cases. It prints what each came to, and its fuel.

import {
  CapturedOutput,
  Component,
  ComponentError,
  ComponentLinker,
  ComponentWasi,
  Engine,
  HttpError,
  MemoryFileSystem,
  Store,
  seededRandom,
  startHandling,
} from "wasmeter-script";

const TYPES = "wasmeter:types";

/** Bytes as text that every host can read: not all have `atob`. */
function bytesOf(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let k = 0; k < bytes.length; k++) bytes[k] = parseInt(text.substr(2 * k, 2), 16);
  return bytes;
}

function textOf(bytes) {
  let text = "";
  for (let k = 0; k < bytes.length; k++) text += (bytes[k] < 16 ? "0" : "") + bytes[k].toString(16);
  return text;
}

/** UTF-8, of hosts without TextEncoder too. */
function utf8(text) {
  const bytes = unescape(encodeURIComponent(text));
  const list = new Uint8Array(bytes.length);
  for (let k = 0; k < bytes.length; k++) list[k] = bytes.charCodeAt(k);
  return list;
}

const NUMBERS = { Uint8Array, Uint16Array, Int32Array };

/** A value of the cases: what JSON cannot say is said by a key. */
function decode(value) {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  if ("$bigint" in value) return BigInt(value.$bigint);
  if ("$number" in value) return value.$number === "-0" ? -0 : Number(value.$number);
  if ("$undefined" in value) return undefined;
  if ("$typed" in value) return NUMBERS[value.$typed].from(value.values);
  const decoded = {};
  for (const key of Object.keys(value)) decoded[key] = decode(value[key]);
  return decoded;
}

/** The same way back; an option that is not there is missing. */
function encode(value) {
  if (value === undefined) return { $undefined: true };
  if (typeof value === "bigint") return { $bigint: String(value) };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return { $number: Object.is(value, -0) ? "-0" : String(value) };
  if (ArrayBuffer.isView(value)) {
    const values = [];
    for (let k = 0; k < value.length; k++) values.push(value[k]);
    const kind = Object.keys(NUMBERS).find((name) => value instanceof NUMBERS[name]);
    return { $typed: kind, values };
  }
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== "object" || value === null) return value;
  const encoded = {};
  for (const key of Object.keys(value)) if (value[key] !== undefined) encoded[key] = encode(value[key]);
  return encoded;
}

/** What a call comes to: its result, the error of its type, or another error's name. */
function outcomeOf(call) {
  try {
    return { result: encode(call()) };
  } catch (error) {
    return error instanceof ComponentError
      ? { throws: "ComponentError", payload: encode(error.payload) }
      : { throws: error.name };
  }
}

const fuelOf = (store) => String(store.fuelConsumed);

/** Calls of functions, a resource of the guest, and functions of the host that the guest calls. */
function callAll(component, { cases, useHost }) {
  const log = [];
  class Sink {
    constructor(name) {
      this.name = name;
      this.written = 0;
    }
    write(bytes) {
      this.written += bytes.length;
      if (this.name === "full") throw new ComponentError("sink is full");
      return BigInt(this.written);
    }
    static finish(sink) {
      return `${sink.name}:${sink.written}`;
    }
  }
  Sink.prototype[Symbol.dispose || Symbol.for("Symbol.dispose")] = () => {
    log.push("sink dropped");
  };
  const store = new Store(component.engine);
  const linker = new ComponentLinker(component.engine).instance(`${TYPES}/host@1.0.0`, {
    Sink,
    log: (level, message) => {
      log.push([level, message]);
    },
    lookUp: (name) =>
      name === "nobody"
        ? undefined
        : { firstName: name, age: name.length, tags: [], nick: undefined, home: undefined },
    slow: (ms) => ms * 2,
    fail: (how) => {
      if (how === 3) throw new ComponentError("no three");
      return how === 4 ? { tag: "circle", val: 1.5 } : { tag: "polygon", val: [{ x: 1, y: 2 }] };
    },
  });
  new ComponentWasi().addTo(linker);
  const instance = linker.instantiate(store, component);
  const ops = instance.exports[`${TYPES}/ops@1.0.0`];
  const calls = cases.map(({ func, args }) => outcomeOf(() => ops[func].apply(undefined, args.map(decode))));
  const hostCalls = useHost.map(({ name }) => {
    log.length = 0;
    const outcome = outcomeOf(() => instance.call("useHost", [name]));
    return { outcome, log: encode(log.slice()) };
  });
  return {
    calls,
    counters: countAll(instance.exports[`${TYPES}/counters@1.0.0`]),
    hostCalls,
    fuel: fuelOf(store),
  };
}

function countAll({ Counter, alive, make }) {
  const dispose = Symbol.dispose || Symbol.for("Symbol.dispose");
  let a;
  let b;
  const steps = [
    () => {
      a = new Counter(5);
      return a.add(3);
    },
    () => {
      b = a.clone();
      return b.add(1);
    },
    alive,
    () => Counter.total([a, b]),
    () => {
      a.absorb(b);
      return a.add(0);
    },
    () => b.add(1),
    alive,
    () => a[dispose](),
    alive,
    () => a.add(1),
    () => a[dispose](),
    () => make(3).map((counter) => counter.add(10)),
    alive,
    () => Counter.total([{}]),
  ];
  return steps.map(outcomeOf);
}

function greeting(text) {
  const files = new MemoryFileSystem();
  files.writeFile("greeting.txt", text);
  return files;
}

/** The deterministic clock begins with 2020. */
const AFTER_2020 = {
  clock: { resolution: 1n, realtime: () => 1_700_000_000_000_000_000n, monotonic: () => 0n },
  random: seededRandom(1),
};

/** Commands, one after the other. */
async function runAll(component, { commands }) {
  const outcomes = [];
  for (const { name, args, env, stdin } of commands) {
    const files = greeting("hello from a file\n");
    const [stdout, stderr] = [new CapturedOutput(), new CapturedOutput()];
    const wasi = new ComponentWasi({
      args: [name].concat(args),
      env: env || {},
      stdin: { text: stdin || "" },
      stdout,
      stderr,
      preopens: { "/d": files },
      ...(args[0] === "time" ? AFTER_2020 : { deterministic: true }),
    });
    const linker = new ComponentLinker(component.engine);
    wasi.addTo(linker);
    const store = new Store(component.engine);
    let status;
    try {
      status = await wasi.run(linker.instantiate(store, component));
    } catch (error) {
      status = error.name;
    }
    const names = files
      .root()
      .entries()
      .map((entry) => entry.name);
    outcomes.push({
      status,
      stdout: stdout.text(),
      stderr: stderr.text(),
      files: names.sort(),
      fuel: fuelOf(store),
    });
  }
  return outcomes;
}

/** Who a guest may ask is there or not; nothing leaves the host. */
const transport = {
  send: async ({ authority }) => {
    if (authority !== given.upstream) throw new HttpError({ tag: "connection-refused" });
    return { status: 200, headers: [], body: { text: "upstream\n" } };
  },
};

async function bodyOf(body) {
  const chunks = [];
  if (body !== undefined) {
    if ("getReader" in body) {
      const reader = body.getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read())
        chunks.push(textOf(next.value));
    } else {
      const reader = body[Symbol.asyncIterator]();
      for (let next = await reader.next(); !next.done; next = await reader.next())
        chunks.push(textOf(next.value));
    }
  }
  return chunks.join("");
}

/** Requests, an instance for each. */
async function serveAll(component, { requests, headers }) {
  const linker = new ComponentLinker(component.engine);
  ComponentWasi.addTo(linker);
  const prepared = linker.prepare(component);
  const fields = headers.map(([name, value]) => [name, utf8(value)]);
  const outcomes = [];
  for (const { method, path, body } of requests) {
    const wasi = new ComponentWasi({
      env: { A: "1" },
      preopens: { "/assets": greeting("hello from a mounted file\n") },
      network: { http: ["http://127.0.0.1:*"] },
      transport,
      deterministic: true,
    });
    const store = new Store(component.engine, { wasi });
    const instance = await prepared.instantiateAsync(store);
    const request = { method, scheme: "http", authority: given.authority, path, headers: fields };
    const { head, done } = startHandling(
      instance,
      Object.assign(request, { body: body === undefined ? "null" : { text: body } }),
      // How fast the host is decides nowhere when the guest sees what has come meanwhile.
      { wasi, call: { quantumMs: 1e9 } },
    );
    let outcome;
    try {
      const response = await head;
      const list = response.headers.map(([name, value]) => [name, textOf(value)]);
      outcome = { status: response.status, headers: list, body: await bodyOf(response.body) };
    } catch (error) {
      outcome = { failure: error.name };
    }
    // The guest goes on for a while after its answer.
    await done.catch(() => undefined);
    wasi.close();
    outcomes.push(Object.assign(outcome, { fuel: fuelOf(store) }));
  }
  return outcomes;
}

const KINDS = { types: callAll, commands: runAll, requests: serveAll };

/** Gives a promise of the outcome as JSON. */
export async function smoke() {
  const component = new Component(new Engine(), bytesOf(given.bytes));
  const results = await KINDS[given.kind](component, given);
  return JSON.stringify({ results });
}
