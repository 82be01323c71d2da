// What the tests need of the machine: root, Linux with cgroups, and programs, which are installed by Debian's names.
// Owns finding out, and saying loudly why not.

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The version whose api.proto is spoken: later ones only add to it, and it imports nothing. */
const CRI_API = "k8s.io/cri-api@v0.37.2";

const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  containerd: ["containerd", "ctr"],
  runc: ["runc"],
  crun: ["crun"],
  podman: ["podman"],
  buildah: ["buildah"],
  skopeo: ["skopeo"],
  "gcc libc6-dev": ["gcc"],
};
/** A package without a program. */
const CNI_PLUGINS = "/usr/lib/cni/bridge";

/** The machine as the tests need it. */
export interface Machine {
  /** Of this run alone; removed at the end. */
  readonly directory: string;
  /** Path of the CRI's api.proto. */
  readonly apiProto: string;
}

function has(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

function missing(): string[] {
  const packages = Object.entries(PACKAGES)
    .filter(([, programs]) => !programs.every(has))
    .flatMap(([names]) => names.split(" "));
  return existsSync(CNI_PLUGINS) ? packages : [...packages, "containernetworking-plugins"];
}

function install(packages: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  execFileSync("apt-get", ["update", "-q"], { env, stdio: "ignore" });
  execFileSync("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages], {
    env,
    stdio: "ignore",
  });
}

function findApiProto(directory: string): string {
  const output = execFileSync("go", ["mod", "download", "-json", CRI_API], {
    cwd: directory,
    encoding: "utf8",
  });
  const { Dir } = JSON.parse(output) as { Dir: string };
  return join(Dir, "pkg/apis/runtime/v1/api.proto");
}

/** The machine, or why there can be no containers on it. */
export function prepareMachine(): Machine | string {
  if (process.platform !== "linux") return "containers need Linux";
  if (process.getuid?.() !== 0) return "containers need root";
  if (!existsSync("/sys/fs/cgroup")) return "there are no control groups";
  if (spawnSync("unshare", ["--mount", "--pid", "--fork", "true"]).status !== 0)
    return "namespaces are forbidden";
  if (!has("go")) return "go is needed to fetch the CRI's api.proto";
  const lacking = missing();
  if (lacking.length > 0) {
    if (!has("apt-get")) return `these packages are missing: ${lacking.join(", ")}`;
    try {
      install(lacking);
    } catch (error) {
      return `these packages cannot be installed: ${lacking.join(", ")}: ${String(error)}`;
    }
  }
  // Short: a socket's path has at most 107 bytes.
  const directory = mkdtempSync(join(tmpdir(), "wk-"));
  mkdirSync(join(directory, "bin"));
  return { directory, apiProto: findApiProto(directory) };
}

/** Compiles a C program that needs no library. */
export function compileC(source: string, output: string): void {
  const file = `${output}.c`;
  writeFileSync(file, source);
  execFileSync("gcc", ["-static", "-Os", "-o", output, file]);
}
