// A config.json as containerd writes it, shortened, and a node on which /app.wasm is a small module. For tests alone.

import type { Program } from "../oci/decision.ts";
import type { ModuleOutline } from "../oci/module-outline.ts";
import type { NodeProgram, Surroundings } from "../oci/rewrite.ts";

/** A part of a config.json, as tests change it. */
export interface TestConfig {
  annotations: Record<string, unknown>;
  process: Record<string, unknown>;
  root: Record<string, unknown>;
  mounts: unknown;
  linux: Record<string, unknown>;
  [key: string]: unknown;
}

export function testConfig(changes: Partial<TestConfig> = {}): TestConfig {
  return {
    ociVersion: "1.0.2-dev",
    process: {
      user: { uid: 0, gid: 0 },
      args: ["/app.wasm"],
      env: ["PATH=/usr/bin:/bin", "NAME=value"],
      cwd: "/",
      capabilities: { bounding: ["CAP_CHOWN"], effective: ["CAP_CHOWN"], permitted: ["CAP_CHOWN"] },
    },
    root: { path: "rootfs" },
    hostname: "pod",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"] },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
      { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "ro"] },
      { destination: "/etc/hosts", type: "bind", source: "/pods/1/hosts", options: ["rbind", "rw"] },
    ],
    annotations: { "io.kubernetes.cri.container-type": "container" },
    linux: { resources: { memory: { limit: 64 * 2 ** 20 }, cpu: { quota: 10_000, period: 100_000 } } },
    ...changes,
  };
}

const MODULE_BYTES = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const LOADER = "/lib64/ld-linux-x86-64.so.2";

function program(path: string, ...libraries: readonly string[]): NodeProgram {
  return { path, loader: LOADER, libraries: new Map(libraries.map((name) => [name, `/lib/${name}`])) };
}

/** What is seen on the node, with some of it changed. */
export function testNode(
  changes: Partial<Omit<Surroundings, "look" | "outline">> & {
    readonly program?: Program;
    readonly module?: ModuleOutline;
  } = {},
): Surroundings {
  const { program: found = { kind: "file", path: "/app.wasm", beginning: MODULE_BYTES }, ...rest } = changes;
  return {
    look: () => found,
    outline: () => changes.module ?? { kind: "module", memoryBytes: 65_536, isHttpHandler: false },
    isDirectory: () => true,
    nodeFiles: () => ({
      node: program("/usr/bin/node", "libc.so.6", "libm.so.6"),
      shell: program("/usr/bin/dash", "libc.so.6"),
      package: "/usr/lib/node_modules/wasmeter",
    }),
    command: {
      has: (name) => name === "run",
      hasOption: (_, name) => ["fuel", "timeout", "max-memory", "deterministic", "tcplisten"].includes(name),
      faultOf: (_, { name, value }) =>
        name === "fuel" && !/^\d+$/.test(value ?? "")
          ? `--fuel: '${value}' is not a whole number`
          : undefined,
      parseSize: (_, text) => Number.parseInt(text, 10) * 2 ** 20,
    },
    ...rest,
  };
}
