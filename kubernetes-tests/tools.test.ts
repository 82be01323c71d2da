// Other ways into the same runtime: ctr and podman, crun behind it, skopeo for archives; and what is left alone.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wat } from "../tests/wat.ts";
import { Cluster, projectRoot } from "./support/cluster.ts";

const started = await Cluster.start();
if (typeof started === "string")
  console.error(`\n*** SKIPPED: containers by ctr, podman and crun: ${started} ***\n`);
const cluster = started as Cluster;
const HELLO = join(projectRoot, "guests/wasm/c-hello.wasm");
const RUNTIME = join(projectRoot, "bin/wasmeter-runtime");

const VOLUME = { type: "bind", source: "/usr", options: ["rbind"] };

interface Result {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function run(program: string, ...args: readonly string[]): Result {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", input: "" });
  return { status, out: stdout, err: stderr };
}

/** A bundle of runc's own making, with `file` as its program. */
function bundle(
  name: string,
  file: string,
  change: (config: Record<string, never>) => void = () => {},
): string {
  const path = cluster.path(name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(join(path, "rootfs"), { recursive: true });
  writeFileSync(join(path, "rootfs/app"), readFileSync(file), { mode: 0o755 });
  execFileSync("runc", ["spec"], { cwd: path });
  const config = JSON.parse(readFileSync(join(path, "config.json"), "utf8"));
  config.process.terminal = false;
  config.process.args = ["/app"];
  change(config);
  writeFileSync(join(path, "config.json"), JSON.stringify(config, null, 3));
  return path;
}

describe.skipIf(typeof started === "string")("the runtime", () => {
  let archive = "";
  beforeAll(() => {
    archive = cluster.addImage("localhost/hello:1", HELLO);
    cluster.ctr("image", "import", archive);
    process.env.WASMETER_NODE = process.execPath;
  });
  afterAll(() => {
    delete process.env.WASMETER_NODE;
    return cluster.stop();
  });

  it.each(["runc", "crun"])("runs a module before %s", (behind) => {
    const path = bundle(`bundle-${behind}`, HELLO);
    // crun refuses where version 2 of cgroups is mounted beside version 1; in a mount namespace of its own it is not.
    const unmount = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"';
    const runtime = [RUNTIME, "--runtime-binary", behind, "--root", cluster.path(`state-${behind}`)];
    const command = [...runtime, "run", "--bundle", path, `by-${behind}`];
    const { status, out } = run("unshare", "--mount", "sh", "-c", unmount, "sh", ...command);
    expect(out).toContain("argument 0: app\n");
    expect(status).toBe(0);
  });

  it("runs it for ctr", () => {
    const options = ["--rm", "--runc-binary", cluster.wrapper, "--memory-limit", String(64 * 2 ** 20)];
    expect(cluster.ctr("run", ...options, "localhost/hello:1", "by-ctr")).toContain("Hello from C!");
  });

  it("runs it for podman, whose own archive loader takes the image", () => {
    const storage = [
      "--root",
      cluster.path("podman"),
      "--runroot",
      cluster.path("podman-run"),
      "--runtime",
      RUNTIME,
    ];
    expect(run("podman", ...storage, "load", "-i", archive).out).toContain("localhost/hello:1");
    const limits = [
      "--ulimit",
      "nofile=1024:1024",
      "--ulimit",
      "nproc=1000:1000",
      "--network",
      "none",
      "--memory",
      "64m",
    ];
    const { status, out, err } = run(
      "podman",
      ...storage,
      "run",
      "--rm",
      ...limits,
      "--env",
      "A=b",
      "localhost/hello:1",
      "x",
    );
    expect(err.replace("2 arguments\n", "")).toBe("");
    expect(out).toContain("argument 1: x\n");
    expect(out).toContain("environment: A=b\n");
    expect(status).toBe(0);
    const refused = run(
      "podman",
      ...storage,
      "run",
      "--rm",
      ...limits,
      "--annotation",
      "wasmeter.dev/fuel=x",
      "localhost/hello:1",
    );
    expect(refused.err).toContain("annotation wasmeter.dev/fuel: 'x' is not a whole number");
    expect(refused.status).not.toBe(0);
  });

  it("runs images that podman has built, by their bytes and by annotations, with whatever else is in them", async () => {
    const context = cluster.path("context");
    mkdirSync(context);
    writeFileSync(join(context, "main"), readFileSync(HELLO));
    writeFileSync(join(context, "notes.txt"), "not granted\n");
    writeFileSync(
      join(context, "Containerfile"),
      'FROM scratch\nCOPY main notes.txt /srv/\nWORKDIR /srv\nENV FROM=image\nENTRYPOINT ["/srv/main", "first"]\nCMD ["second"]\n',
    );
    const storage = ["--root", cluster.path("podman"), "--runroot", cluster.path("podman-run")];
    const name = "localhost/foreign:1";
    const built = run("podman", ...storage, "build", "--network", "none", "--tag", name, context);
    expect(built.status, built.err).toBe(0);
    const saved = cluster.path("foreign.tar");
    run("podman", ...storage, "save", "--format", "oci-archive", "--output", saved, name);
    cluster.import(saved);
    const spec = { name: "foreign", image: name, memory: 64 };
    for (const annotations of [{}, { "module.wasm.image/variant": "compat" }]) {
      const { exitCode, output } = await cluster.run(spec, annotations);
      expect([exitCode, output]).toEqual([0, expect.stringContaining("argument 2: second\n")]);
      expect(output).toContain("environment: FROM=image\n");
    }
    // By its name it is none, and to runc it is no program: it may not even be executed.
    const smart = await cluster.refusal(spec, { "module.wasm.image/variant": "compat-smart" });
    expect(smart).toContain('exec: "/srv/main": permission denied');
  });

  it("makes archives that skopeo reads", () => {
    const { out } = run("skopeo", "inspect", `oci-archive:${archive}`);
    expect(JSON.parse(out)).toMatchObject({ Os: "linux", Created: "1970-01-01T00:00:00Z" });
    const artifact = cluster.path("artifact.tar");
    execFileSync(process.execPath, [
      join(projectRoot, "dist/cli.cjs"),
      "image",
      "--artifact",
      HELLO,
      "-o",
      artifact,
    ]);
    const manifest = JSON.parse(run("skopeo", "inspect", "--raw", `oci-archive:${artifact}`).out) as {
      config: object;
      layers: object[];
    };
    expect(manifest.config).toMatchObject({ mediaType: "application/vnd.wasm.config.v0+json" });
    expect(manifest.layers).toMatchObject([{ mediaType: "application/wasm" }]);
  });

  it("makes archives for one processor, which containerd on another does not take", () => {
    const [name, platform] = ["localhost/foreign:1", "linux/s390x"];
    const foreign = cluster.path("foreign.tar");
    const command = [join(projectRoot, "dist/cli.cjs"), "image", HELLO, "-o", foreign];
    execFileSync(process.execPath, [...command, "--name", name, "--platform", platform]);
    expect(JSON.parse(run("skopeo", "inspect", `oci-archive:${foreign}`).out)).toMatchObject({
      Architecture: "s390x",
    });
    expect(() => cluster.import(foreign)).toThrow(/image might be filtered out/);
  });

  it("leaves an ordinary container's config.json as it is, to the byte", () => {
    const path = bundle("ordinary", "/bin/true");
    const before = readFileSync(join(path, "config.json"));
    expect(run(RUNTIME, "--runtime-binary", "/bin/true", "create", "--bundle", path, "x").status).toBe(0);
    expect(readFileSync(join(path, "config.json"))).toEqual(before);
  });

  it("hands every other verb on as it came", () => {
    const echo = cluster.path("echo");
    writeFileSync(echo, '#!/bin/sh\nprintf "<%s>" "$@"\n', { mode: 0o755 });
    const words = ["--root", "/a b", "--log", "create", "--log-format=json", "state", "create", "", "it's"];
    expect(run(RUNTIME, "--runtime-binary", echo, ...words).out).toBe(
      words.map((word) => `<${word}>`).join(""),
    );
    expect(run(RUNTIME, "--runtime-binary", echo, "--version").out).toBe("<--version>");
  });

  it("refuses with a status and a line in the runtime's log", () => {
    const log = cluster.path("runtime.log");
    const change = (config: Record<string, unknown>): void => {
      config.annotations = { "run.oci.handler": "wasm" };
    };
    const refuse = (file: string, ...options: string[]): Result => {
      const path = bundle("refused", file, change);
      return run(
        RUNTIME,
        "--runtime-binary",
        "/bin/false",
        "--log",
        log,
        ...options,
        "create",
        "--bundle",
        path,
        "x",
      );
    };
    expect(refuse("/bin/true", "--log-format", "json")).toMatchObject({
      status: 83,
      err: "wasmeter: /app is not WebAssembly\n",
    });
    expect(JSON.parse(readFileSync(log, "utf8"))).toMatchObject({
      level: "error",
      msg: "wasmeter: /app is not WebAssembly",
    });
    const cut = cluster.path("cut.wasm");
    writeFileSync(cut, readFileSync(HELLO).subarray(0, 700));
    expect(refuse(cut)).toMatchObject({
      status: 84,
      err: expect.stringContaining("/app ends too early: it has 700 bytes"),
    });
    expect(readFileSync(log, "utf8")).toMatch(/level=error msg="wasmeter: \/app ends too early/);
    expect(run(RUNTIME, "create", "--bundle", cluster.path("none"), "x").status).toBe(80);
  });

  it("has a status and a sentence for each reason to refuse", () => {
    const large = cluster.path("large.wasm");
    writeFileSync(large, wat('(module (memory (export "memory") 2048) (func (export "_start")))'));
    interface Config {
      process: { args: string[]; env: string[] };
      mounts: object[];
      linux: { resources: object };
      annotations: Record<string, string>;
    }
    const limit = (config: Config, mebibytes: number): void => {
      config.linux.resources = { memory: { limit: mebibytes * 2 ** 20 } };
    };
    const cases: [number, string, (config: Config) => void, string?][] = [
      [81, "the container names no program", ({ process }) => process.args.splice(0)],
      [82, "the image has no /none.wasm", ({ process }) => process.args.splice(0, 1, "/none.wasm")],
      [
        85,
        "annotation wasmeter.dev/fuel: 'x' is",
        (config) => (config.annotations["wasmeter.dev/fuel"] = "x"),
      ],
      [86, "memory limit of 32Mi is too low", (config) => limit(config, 32)],
      [87, "the module declares 128Mi of memory and may have 16Mi", (config) => limit(config, 64), large],
      [88, "the variable BIG has 1400", ({ process }) => process.env.push(`BIG=${"x".repeat(140_000)}`)],
      [89, "whole root file system", ({ mounts }) => mounts.push({ ...VOLUME, destination: "/" })],
    ];
    for (const [status, message, change, file = HELLO] of cases) {
      const path = bundle("refused-each", file, (config: Record<string, unknown>) => {
        config.annotations = { "run.oci.handler": "wasm" };
        change(config as unknown as Config);
      });
      const refused = run(RUNTIME, "--runtime-binary", "/bin/false", "create", "--bundle", path, "x");
      expect(refused).toMatchObject({ status, out: "", err: expect.stringContaining(message) });
      expect(refused.err).toMatch(/^wasmeter: .+\n$/);
    }
  });

  it("needs no /dev of the container's own", () => {
    const path = bundle("no-dev", HELLO, (config: Record<string, unknown>) => {
      const mounts = config.mounts as { destination: string }[];
      config.mounts = mounts.filter(({ destination }) => !destination.startsWith("/dev"));
    });
    const { status, out } = run(
      RUNTIME,
      "--root",
      cluster.path("state-no-dev"),
      "run",
      "--bundle",
      path,
      "no-dev",
    );
    expect(out).toContain("Hello from C!");
    expect(status).toBe(0);
  });
});
