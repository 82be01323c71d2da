// A containerd of the tests' own: root, state and socket in one directory, and images made by `wasmeter image`.
// Owns starting and stopping it, and what goes into its configuration, which `wasmeter kubernetes install` wrote.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../src/cli/image/open-image.ts";
import { buildImage } from "../../src/oci/image.ts";
import { type ContainerSpec, Cri, type Ended, type Pod } from "./cri.ts";
import { compileC, type Machine, prepareMachine } from "./machine.ts";

export const projectRoot = fileURLToPath(new URL("../..", import.meta.url));

const PAUSE = `#include <signal.h>
#include <unistd.h>
static void end(int signal) { _exit(0); }
int main() { signal(SIGTERM, end); signal(SIGINT, end); for (;;) pause(); }`;

export interface Run extends Ended {
  readonly output: string;
  readonly id: string;
}

export class Cluster {
  readonly directory: string;
  readonly socket: string;
  readonly cri: Cri;
  readonly wrapper: string;
  readonly #containerd: ChildProcess;

  private constructor(
    { directory, apiProto }: Machine,
    socket: string,
    wrapper: string,
    containerd: ChildProcess,
  ) {
    this.directory = directory;
    this.socket = socket;
    this.wrapper = wrapper;
    this.#containerd = containerd;
    this.cri = new Cri(socket, apiProto, join(directory, "logs"));
  }

  /** A running one, or why there can be none. Throws where there could be one, and containerd does not start. */
  static async start(): Promise<Cluster | string> {
    const machine = prepareMachine();
    if (typeof machine === "string") return machine;
    const { directory } = machine;
    const socket = join(directory, "c.sock");
    for (const name of ["logs", "net.d", "volume"]) mkdirSync(join(directory, name));
    writeFileSync(join(directory, "net.d/10-test.conflist"), JSON.stringify(NETWORK));
    const wrapper = join(directory, WRAPPER);
    writeFileSync(join(directory, "config.toml"), configuration(directory, socket));
    install(directory);
    const output = openSync(join(directory, "containerd.log"), "w");
    const containerd = spawn("containerd", ["--config", join(directory, "config.toml")], {
      stdio: ["ignore", output, output],
    });
    const cluster = new Cluster(machine, socket, wrapper, containerd);
    try {
      await cluster.#ready();
      cluster.#addPause();
    } catch (error) {
      const log = readFileSync(join(directory, "containerd.log"), "utf8").slice(-2_000);
      await cluster.stop();
      throw new Error(`containerd does not start: ${String(error)}\n${log}`);
    }
    return cluster;
  }

  async #ready(): Promise<void> {
    for (const deadline = Date.now() + 20_000; ; ) {
      try {
        await this.cri.call("Version", {});
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  #addPause(): void {
    const program = join(this.directory, "pause");
    compileC(PAUSE, program);
    this.addNativeImage("localhost/pause:1", { pause: program });
  }

  /** An image of static programs; the first is its entry point. */
  addNativeImage(name: string, programs: Readonly<Record<string, string>>, entrypoint?: string): void {
    const files = Object.entries(programs).map(([path, file]) => ({
      path,
      bytes: readFileSync(file),
      executable: true,
    }));
    const archive = buildImage(
      {
        name,
        platform: { os: "linux", architecture: process.arch === "x64" ? "amd64" : process.arch },
        entrypoint: entrypoint ?? `/${files[0]?.path}`,
        files,
      },
      sha256,
    );
    const path = this.path(`${sha256(archive).slice(0, 12)}.tar`);
    writeFileSync(path, archive);
    this.import(path);
  }

  /** An image that the command makes. */
  addImage(name: string, file: string): string {
    const archive = this.path(`${name.replace(/\W/g, "-")}.tar`);
    execFileSync(process.execPath, [
      join(projectRoot, "dist/cli.cjs"),
      "image",
      file,
      "-o",
      archive,
      "--name",
      name,
    ]);
    this.import(archive);
    return archive;
  }

  import(archive: string): void {
    this.ctr("--namespace", "k8s.io", "image", "import", archive);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  ctr(...args: readonly string[]): string {
    return execFileSync("ctr", ["--address", this.socket, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** What containers have written, without what the kubelet needs in front of each line. */
  log(pod: Pod, spec: ContainerSpec, attempt = 0): string {
    const text = readFileSync(this.path(`logs/${pod.id}-${spec.name}-${attempt}.log`), "utf8");
    return text.replace(/^\S+ (?:stdout|stderr) [FP] /gm, "");
  }

  /** One container in a pod of its own, from its beginning to its end. */
  async run(
    spec: ContainerSpec,
    annotations: Record<string, string> = {},
    handler = "wasmeter",
  ): Promise<Run> {
    const pod = await this.cri.runPod(annotations, handler);
    try {
      const id = await this.cri.create(pod, spec);
      await this.cri.start(id);
      const ended = await this.cri.ended(id);
      return { ...ended, id, output: this.log(pod, spec) };
    } finally {
      await this.cri.removePod(pod);
    }
  }

  /** Why a container does not start. */
  async refusal(spec: ContainerSpec, annotations: Record<string, string> = {}): Promise<string> {
    const pod = await this.cri.runPod(annotations);
    try {
      const id = await this.cri.create(pod, spec);
      await this.cri.start(id).catch(() => undefined);
      const { reason, message, state } = await this.cri.status(id);
      return `${state} ${reason}: ${message}`;
    } finally {
      await this.cri.removePod(pod);
    }
  }

  async stop(): Promise<void> {
    // Where containerd has not come up there are none.
    await this.cri.removeAllPods().catch(() => undefined);
    this.cri.close();
    const { pid } = this.#containerd;
    if (pid !== undefined && this.#containerd.exitCode === null) {
      const ended = new Promise((resolve) => this.#containerd.once("exit", resolve));
      process.kill(pid, "SIGTERM");
      await ended;
    }
    // What a failed test left mounted would make removing it fail.
    const mounts = readFileSync("/proc/mounts", "utf8")
      .split("\n")
      .map((line) => line.split(" ")[1] ?? "");
    for (const mount of mounts.filter((each) => each.startsWith(`${this.directory}/`)).reverse()) {
      spawnSync("umount", ["--lazy", mount]);
    }
    spawnSync("ip", ["link", "delete", BRIDGE]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const BRIDGE = "wasmeter-test0";

const NETWORK = {
  cniVersion: "0.4.0",
  name: "wasmeter-test",
  plugins: [
    {
      type: "bridge",
      bridge: BRIDGE,
      isGateway: true,
      ipam: { type: "host-local", ranges: [[{ subnet: "10.217.0.0/24" }]], routes: [] },
    },
  ],
};

function configuration(directory: string, socket: string): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${directory}/root"
state = "${directory}/state"
[grpc]
  address = "${socket}"
[${cri}]
  sandbox_image = "localhost/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [${cri}.cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${directory}/net.d"
`;
}

const WRAPPER = "/usr/local/bin/wasmeter-runtime";

/** As on a node whose root is the directory; only that containerd sees the whole machine. */
function install(directory: string): void {
  const node = [
    "--root",
    directory,
    "--containerd-config",
    "/config.toml",
    "--runtime-binary",
    "/usr/sbin/runc",
  ];
  const command = [join(projectRoot, "dist/cli.cjs"), "kubernetes", "install", ...node, "--apply"];
  execFileSync(process.execPath, command, { stdio: ["ignore", "pipe", "inherit"] });
  const config = join(directory, "config.toml");
  const text = readFileSync(config, "utf8");
  writeFileSync(config, text.replaceAll(WRAPPER, join(directory, WRAPPER)));
}
