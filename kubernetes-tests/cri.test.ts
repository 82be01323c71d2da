import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wat } from "../tests/wat.ts";
import { Cluster, projectRoot } from "./support/cluster.ts";
import type { ContainerSpec } from "./support/cri.ts";
import { compileC } from "./support/machine.ts";

const started = await Cluster.start();
if (typeof started === "string") console.error(`\n*** SKIPPED: the tests under containerd: ${started} ***\n`);
const cluster = started as Cluster;
const guest = (name: string): string => join(projectRoot, "guests/wasm", `${name}.wasm`);
const HELLO: ContainerSpec = { name: "hello", image: "localhost/hello:1", memory: 64, cpu: 500 };

/** Grows and touches memory until it is refused, then traps. */
const HOG = `(module (memory (export "memory") 1) (func (export "_start")
  (loop $more
    (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (unreachable)))
    (memory.fill (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 1048576)) (i32.const 1) (i32.const 1048576))
    (br $more))))`;
/** Prints those of its arguments that can be opened below any descriptor from 3 to 9. */
const PROBE = `(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start") (local $i i32) (local $fd i32) (local $path i32) (local $length i32)
    (drop (call $sizes (i32.const 0) (i32.const 4)))
    (drop (call $args (i32.const 1024) (i32.const 8192)))
    (loop $next
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (if (i32.ge_u (local.get $i) (i32.load (i32.const 0))) (then (return)))
      (local.set $path (i32.load offset=1024 (i32.shl (local.get $i) (i32.const 2))))
      (local.set $length (i32.const 0))
      (loop $more
        (local.set $length (i32.add (local.get $length) (i32.const 1)))
        (br_if $more (i32.load8_u (i32.add (local.get $path) (local.get $length)))))
      (local.set $fd (i32.const 3))
      (loop $descriptor
        (if (i32.eqz (call $open (local.get $fd) (i32.const 1) (local.get $path) (local.get $length)
            (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 8)))
          (then
            (i32.store8 (i32.add (local.get $path) (local.get $length)) (i32.const 10))
            (i32.store (i32.const 16) (local.get $path))
            (i32.store (i32.const 20) (i32.add (local.get $length) (i32.const 1)))
            (drop (call $write (i32.const 1) (i32.const 16) (i32.const 1) (i32.const 24)))
            (br $next)))
        (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
        (br_if $descriptor (i32.lt_u (local.get $fd) (i32.const 10))))
      (br $next))))`;
const SPIN = '(module (memory (export "memory") 1) (func (export "_start") (loop $l (br $l))))';
const TRAP =
  '(module (memory (export "memory") 1) (func $deep unreachable) (func (export "_start") (call $deep)))';
const LARGE = '(module (memory (export "memory") 2048) (func (export "_start")))';
const LACKING = '(module (import "host" "secret" (func)) (func (export "_start")))';

const WAGI = `(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\25\\00\\00\\00") (data (i32.const 16) "content-type: text/plain\\n\\nfrom a pod\\n")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`;
const APPLICATION = `spin_manifest_version = 2
[application]
name = "shop"
[[trigger.http]]
route = "/..."
component = "shop"
executor = { type = "wagi" }
[component.shop]
source = "shop.wasm"
`;

describe.skipIf(typeof started === "string")("pods under containerd", () => {
  beforeAll(() => {
    cluster.addImage("localhost/hello:1", guest("c-hello"));
    cluster.addImage("localhost/cat:1", guest("rust-cat"));
    for (const [name, text] of Object.entries({
      hog: HOG,
      probe: PROBE,
      spin: SPIN,
      trap: TRAP,
      large: LARGE,
      lacking: LACKING,
    })) {
      const file = cluster.path(`${name}.wasm`);
      writeFileSync(file, wat(text));
      cluster.addImage(`localhost/${name}:1`, file);
    }
    compileC('#include <stdio.h>\nint main(){puts("native");return 3;}', cluster.path("native"));
    cluster.addNativeImage("localhost/native:1", { native: cluster.path("native") });
    writeFileSync(cluster.path("volume/text"), "from the volume\n");
  });
  afterAll(() => cluster.stop());

  it("run a program with its arguments and variables", async () => {
    const run = await cluster.run({
      ...HELLO,
      args: ["one", "two words"],
      env: { NODE_OPTIONS: "--no-such", LD_PRELOAD: "/x", "my.var-1": "dotted" },
    });
    const lines = run.output.split("\n");
    const expected = ["Hello from C!", "argument 0: app.wasm", "argument 1: one", "argument 2: two words"];
    expect(lines.filter((line) => /^(Hello|argument \d)/.test(line))).toEqual(expected);
    expect(run.output).toContain("environment: NODE_OPTIONS=--no-such\n");
    expect(run.output).toContain("environment: my.var-1=dotted\n");
    expect(run.output).not.toContain("WASMETER");
    expect(run).toMatchObject({ exitCode: 0, reason: "Completed" });
  });

  it("give it their volumes and nothing else", async () => {
    const volume = cluster.path("volume");
    mkdirSync(join(volume, "below"), { recursive: true });
    for (const [name, target] of [
      ["root", "/"],
      ["passwd", "/etc/passwd"],
      ["proc", "/proc/self/environ"],
      ["up", "../../etc/hosts"],
    ]) {
      symlinkSync(target!, join(volume, name!));
    }
    const mounts = [{ host: volume, container: "/data", readonly: true }];
    const cat = (path: string) =>
      cluster.run({ name: "cat", image: "localhost/cat:1", args: [path], memory: 64, mounts });
    expect(await cat("/data/text")).toMatchObject({ exitCode: 0, output: "from the volume\n" });
    expect(await cat("/data/passwd")).toMatchObject({
      exitCode: 1,
      output: expect.not.stringMatching("root:"),
    });
    const files = [
      ...["etc/hosts", "etc/passwd", "proc/self/environ", "proc/1/root/etc/passwd", "app.wasm", "dev/null"],
      ...["sys/kernel/version", ".wasmeter/package/package.json", ".wasmeter/bin/node"],
    ];
    const inVolume = ["root/etc/hosts", "passwd", "proc", "up", "text/../passwd", "below/../../etc/hosts"];
    const probes = [
      ...inVolume.flatMap((path) => [path, `/data/${path}`]),
      ...files.flatMap((path) => [path, `/${path}`, `../${path}`, `below/../../${path}`, `root/${path}`]),
      ...["/", "..", "/..", "root", "root/", "/data"],
    ];
    const opened = await cluster.run({
      name: "probe",
      image: "localhost/probe:1",
      args: ["text", ...probes, "below"],
      memory: 64,
      mounts,
    });
    expect(opened).toMatchObject({ exitCode: 0, output: "text\nbelow\n" });
  });

  it("end with a status for each kind of end, and say why in their log", async () => {
    const trap = await cluster.run({ name: "trap", image: "localhost/trap:1", memory: 64 });
    expect(trap.exitCode).toBe(134);
    expect(trap.output).toMatch(/trap: unreachable\n.*deep/s);
    const fuel = await cluster.run(
      { name: "spin", image: "localhost/spin:1", memory: 64 },
      { "wasmeter.dev/fuel": "1000000" },
    );
    expect(fuel).toMatchObject({ exitCode: 137, output: expect.stringContaining("out of fuel") });
    const timeout = await cluster.run(
      { name: "spin", image: "localhost/spin:1", memory: 64 },
      { "wasmeter.dev/timeout": "200ms" },
    );
    expect(timeout).toMatchObject({ exitCode: 124, output: expect.stringContaining("longer than 200 ms") });
    const link = await cluster.run({ name: "lacking", image: "localhost/lacking:1", memory: 64 });
    expect(link).toMatchObject({ exitCode: 69, output: expect.stringContaining("host.secret: needs") });
  });

  it("give a guest its share of the memory limit, and say so before the kernel does", async () => {
    const hog = await cluster.run({ name: "hog", image: "localhost/hog:1", memory: 64 });
    expect(hog).toMatchObject({
      exitCode: 137,
      output: expect.stringContaining(
        "out of memory: the guest failed with status 134 after it was refused more than 16 MiB",
      ),
    });
    const most = await cluster.run(
      { name: "hog", image: "localhost/hog:1", memory: 64 },
      { "wasmeter.dev/max-memory": "24MiB" },
    );
    expect(most).toMatchObject({
      exitCode: 137,
      output: expect.stringContaining("refused more than 24 MiB"),
    });
  });

  it("end by SIGTERM, and start again after a trap", async () => {
    const pod = await cluster.cri.runPod();
    const spin: ContainerSpec = { name: "spin", image: "localhost/spin:1", memory: 64, cpu: 500 };
    const id = await cluster.cri.create(pod, spin);
    await cluster.cri.start(id);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await cluster.cri.status(id)).state).toBe("CONTAINER_RUNNING");
    // Before the ten seconds are over, after which it would be killed: 137.
    await cluster.cri.stop(id, 10);
    expect((await cluster.cri.status(id)).exitCode).toBe(143);
    for (const attempt of [0, 1]) {
      const trap: ContainerSpec = { name: "trap", image: "localhost/trap:1", memory: 64 };
      const again = await cluster.cri.create(pod, trap, attempt);
      await cluster.cri.start(again);
      expect((await cluster.cri.ended(again)).exitCode).toBe(134);
    }
    await cluster.cri.removePod(pod);
  });

  it("have a sidecar, an init container and a volume that all share", async () => {
    const shared = cluster.path("shared");
    mkdirSync(shared);
    const mounts = [{ host: shared, container: "/shared" }];
    const pod = await cluster.cri.runPod();
    const run = async (spec: ContainerSpec): Promise<number> => {
      const id = await cluster.cri.create(pod, spec);
      await cluster.cri.start(id);
      return (await cluster.cri.ended(id)).exitCode;
    };
    writeFileSync(join(shared, "given"), "shared text\n");
    expect(await run({ name: "init", image: "localhost/native:1", mounts })).toBe(3);
    expect(
      await run({ name: "main", image: "localhost/cat:1", args: ["/shared/given"], mounts, memory: 64 }),
    ).toBe(0);
    expect(cluster.log(pod, { name: "main", image: "" })).toBe("shared text\n");
    expect(cluster.log(pod, { name: "init", image: "" })).toBe("native\n");
    await cluster.cri.removePod(pod);
  });

  it("run as any user, with a read-only root, from any working directory", async () => {
    const { exitCode, output } = await cluster.run({
      ...HELLO,
      user: 65_534,
      readOnlyRoot: true,
      workingDir: "/tmp",
    });
    expect({ exitCode, output }).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("Hello from C!"),
    });
    expect((await cluster.run({ ...HELLO, command: ["app.wasm"] })).exitCode).toBe(0);
  });

  it("have exec answered by the runtime: an image of a module has nothing to execute", async () => {
    const pod = await cluster.cri.runPod();
    const id = await cluster.cri.create(pod, { name: "spin", image: "localhost/spin:1", memory: 64 });
    await cluster.cri.start(id);
    const exec = cluster.cri.call("ExecSync", { container_id: id, cmd: ["sh"], timeout: 5 });
    await expect(exec).rejects.toThrow(/"sh": executable file not found/);
    await cluster.cri.removePod(pod);
  });

  it("run side by side under a CPU limit of a tenth", async () => {
    const spin: ContainerSpec = { name: "spin", image: "localhost/spin:1", memory: 64, cpu: 100 };
    const pods = await Promise.all([1, 2, 3].map(() => cluster.cri.runPod()));
    const ids = await Promise.all(pods.map((pod) => cluster.cri.create(pod, spin)));
    await Promise.all(ids.map((id) => cluster.cri.start(id)));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const usage = async (id: string): Promise<{ cpu: number; memory: number; at: number }> => {
      const { stats } = (await cluster.cri.call("ContainerStats", { container_id: id })) as {
        stats: {
          cpu: { timestamp: number; usage_core_nano_seconds: { value: number } };
          memory: { working_set_bytes: { value: number } };
        };
      };
      return {
        cpu: stats.cpu.usage_core_nano_seconds.value,
        memory: stats.memory.working_set_bytes.value,
        at: stats.cpu.timestamp,
      };
    };
    const before = await Promise.all(ids.map(usage));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const after = await Promise.all(ids.map(usage));
    for (const [index, { cpu, at, memory }] of after.entries()) {
      const share = (cpu - before[index]!.cpu) / (at - before[index]!.at);
      expect(share).toBeGreaterThan(0.02);
      expect(share).toBeLessThan(0.13);
      expect(memory).toBeLessThan(64 * 2 ** 20);
    }
    await Promise.all(pods.map((pod) => cluster.cri.removePod(pod)));
  });

  it("serve an application, answer probes, and end in peace", async () => {
    const folder = cluster.path("shop");
    mkdirSync(folder);
    writeFileSync(join(folder, "shop.wasm"), wat(WAGI));
    writeFileSync(join(folder, "spin.toml"), APPLICATION);
    cluster.addImage("localhost/shop:1", join(folder, "spin.toml"));
    const address = "127.0.0.1:30217";
    const pod = await cluster.cri.runPod({ "wasmeter.dev/listen": address });
    const shop: ContainerSpec = {
      name: "shop",
      image: "localhost/shop:1",
      memory: 128,
      cpu: 1000,
      user: 65_532,
      readOnlyRoot: true,
    };
    const id = await cluster.cri.create(pod, shop);
    await cluster.cri.start(id);
    const get = async (path: string): Promise<string> => {
      const response = await fetch(`http://${address}${path}`);
      return `${response.status} ${await response.text()}`;
    };
    for (const deadline = Date.now() + 20_000; ; ) {
      const probe = await get("/.well-known/spin/health").catch(() => undefined);
      if (probe?.startsWith("200") === true) break;
      if (Date.now() > deadline) throw new Error(`no answer: ${cluster.log(pod, shop)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await get("/")).toBe("200 from a pod\n");
    // Before the ten seconds are over, after which it would be killed: 137.
    await cluster.cri.stop(id, 10);
    expect(await cluster.cri.status(id)).toMatchObject({ exitCode: 0, reason: "Completed" });
    await cluster.cri.removePod(pod);
  });

  it("have a network of their own where the pod has one", async () => {
    const pod = await cluster.cri.runPod({}, "wasmeter", "POD");
    const id = await cluster.cri.create(pod, HELLO);
    await cluster.cri.start(id);
    expect((await cluster.cri.ended(id)).exitCode).toBe(0);
    await cluster.cri.removePod(pod);
  });

  describe("are refused with the reason in the container's status", () => {
    const large: ContainerSpec = { name: "large", image: "localhost/large:1", memory: 64 };

    it.each([
      [
        "no module",
        { ...HELLO, command: ["/other.wasm"] },
        { "run.oci.handler": "wasm" },
        "the image has no /other.wasm",
      ],
      [
        "a native program, forced",
        { name: "n", image: "localhost/native:1" },
        { "run.oci.handler": "wasm" },
        "/native is not WebAssembly",
      ],
      ["too little memory", { ...HELLO, memory: 32 }, {}, "the container's memory limit of 32Mi is too low"],
      [
        "a module that wants more",
        large,
        {},
        "the module declares 128Mi of memory and may have 16Mi of the container's 64Mi; write limits.memory: 176Mi",
      ],
      [
        "a wrong value",
        HELLO,
        { "wasmeter.dev/fuel": "many" },
        "annotation wasmeter.dev/fuel: 'many' is not a whole number",
      ],
      ["a wrong name", HELLO, { "wasmeter.dev/feul": "1" }, "did you mean 'wasmeter.dev/fuel'?"],
      ["a huge variable", { ...HELLO, env: { BIG: "x".repeat(140_000) } }, {}, "the variable BIG has 1400"],
    ] as [string, ContainerSpec, Record<string, string>, string][])(
      "%s",
      async (_, spec, annotations, message) => {
        const refused = await cluster.refusal(spec, annotations);
        expect(refused).toContain("CONTAINER_EXITED");
        expect(refused).toContain(message);
      },
    );
  });
});
