// Fuel bounds the host's work: guests that abuse each WASI function end, on each kind of file system, within a budget. Asserted by
// counts of what the host has done. `CPU_TIMES=1` prints what each took.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine, Linker, Module, OutOfFuelError, Store } from "wasmeter";
import { HostFileSystem } from "wasmeter/node";
import {
  type FileSystem,
  MemoryFileSystem,
  OverlayFileSystem,
  type SocketListener,
  WasiPreview1,
} from "wasmeter/wasi";
import { ABUSIVE_GUESTS, ATTACKED, FUNCTIONS } from "./abusive-guests.ts";
import { wat } from "./wat.ts";

const FUEL = 1_000_000;
/** Entries of the directory `many`. */
const ENTRIES = 400;

/** What the host has done. */
interface Work {
  operations: number;
  entries: number;
  bytes: number;
}

/** A file system whose operations are counted. */
function counting(inner: FileSystem, work: Work): FileSystem {
  const wrapped = new WeakMap<object, object>();
  const wrap = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || !("close" in value)) return value;
    let proxy = wrapped.get(value);
    if (proxy === undefined) {
      proxy = new Proxy(value, {
        get: (target, key) => {
          const found: unknown = Reflect.get(target, key);
          if (typeof found !== "function") return found;
          return (...args: unknown[]) => {
            work.operations++;
            const result: unknown = found.apply(target, args.map(unwrap));
            if (key === "entries") work.entries += (result as unknown[]).length;
            if (key === "read" || key === "write") work.bytes += result as number;
            return wrap(result);
          };
        },
      });
      wrapped.set(value, proxy);
      originals.set(proxy, value);
    }
    return proxy;
  };
  return { root: (meter) => wrap(inner.root(meter)) as ReturnType<FileSystem["root"]> };
}

const originals = new WeakMap<object, object>();
const unwrap = (value: unknown): unknown =>
  typeof value === "object" && value !== null ? (originals.get(value) ?? value) : value;

let scratch: string;
let count = 0;
const times: string[] = [];

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "wasi-abuse-"));
});

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
  if (process.env.CPU_TIMES !== undefined) process.stderr.write(`${times.join("\n")}\n`);
});

/** A directory with the file `f` and the directory `many`. */
function hostDirectory(): string {
  const directory = join(scratch, `${count++}`);
  mkdirSync(join(directory, "many"), { recursive: true });
  for (let i = 0; i < ENTRIES; i++) writeFileSync(join(directory, "many", `entry-${i}`), "");
  writeFileSync(join(directory, "f"), "x".repeat(100_000));
  return directory;
}

function memory(): MemoryFileSystem {
  const files = new MemoryFileSystem();
  files.makeDirectory("many");
  for (let i = 0; i < ENTRIES; i++) files.writeFile(`many/entry-${i}`, "");
  files.writeFile("f", "x".repeat(100_000));
  return files;
}

const FILE_SYSTEMS: Readonly<Record<string, () => FileSystem>> = {
  memory,
  "a host directory": () => new HostFileSystem(hostDirectory()),
  "an overlay": () => new OverlayFileSystem(memory(), new MemoryFileSystem()),
};

/** A socket on which one connection after another arrives, which give and take as much as is asked for. */
function listener(work: Work): SocketListener {
  const always = { whenReady: () => Promise.resolve() };
  return {
    ...always,
    ready: true,
    accept() {
      work.operations++;
      return {
        readable: always,
        writable: always,
        available: 1,
        ended: false,
        canWrite: true,
        read(length) {
          work.bytes += length;
          return new Uint8Array(length);
        },
        write(bytes) {
          work.bytes += bytes.length;
          return bytes.length;
        },
        shutdown() {},
        close() {},
      };
    },
    close() {},
  };
}

it("every function is among those that are abused, but for proc_exit, which ends the guest", () => {
  expect([...FUNCTIONS].filter((name) => !ATTACKED.has(name))).toEqual(["proc_exit"]);
});

describe.each(Object.entries(FILE_SYSTEMS))("on %s", (kind, make) => {
  const engine = new Engine({ costModel: "bounded" });

  const guests = ABUSIVE_GUESTS.filter(({ isAboutFiles }) => isAboutFiles || kind === "memory");
  it.each(guests.map(({ name, wat: text }) => [name, text] as const))(
    "%s is bounded by fuel",
    (name, text) => {
      const module = new Module(engine, wat(text));
      const work: Work = { operations: 0, entries: 0, bytes: 0 };
      const files = counting(make(), work);
      const many = Array.from({ length: 10_000 }, (_, i) => `variable ${i}`);
      const wasi = new WasiPreview1({
        args: many,
        env: Object.fromEntries(many.map((each) => [each, "x"])),
        stdin: () => new Uint8Array(65_536),
        stdout: (bytes) => {
          work.bytes += bytes.length;
        },
        random: {
          fill: (bytes) => {
            work.bytes += bytes.length;
            crypto.getRandomValues(bytes);
          },
        },
        preopens: { "/": files },
        listeners: [listener(work)],
      });
      const linker = new Linker(engine);
      wasi.addTo(linker);
      const store = new Store(engine, { fuel: FUEL });
      const instance = linker.instantiate(store, module);
      const before = process.cpuUsage();
      expect(() => wasi.start(instance)).toThrow(OutOfFuelError);
      const { user, system } = process.cpuUsage(before);
      times.push(`${((user + system) / 1000).toFixed(0).padStart(6)} ms  ${kind}: ${name}`);
      expect(store.fuelConsumed).toBeLessThanOrEqual(BigInt(FUEL));
      // A component is the cheapest thing that is an operation of the file system, often two.
      expect(work.operations, "operations").toBeLessThan(FUEL / 4);
      expect(work.bytes, "bytes").toBeLessThanOrEqual(FUEL);
      expect(work.entries, "entries").toBeLessThan(FUEL / 10 + ENTRIES);
    },
  );
});
