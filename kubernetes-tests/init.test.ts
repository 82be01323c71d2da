// What process 1 of a container says when the kernel has ended its child, under version 2 of control groups as under version 1: the
// machine has but one of them, so the files that the script reads are put where it looks, in a mount namespace of its own.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "./support/cluster.ts";

const unshare = (script: string, ...args: readonly string[]) =>
  spawnSync("unshare", ["--mount", "sh", "-c", script, "sh", ...args], { encoding: "utf8" });
const isPossible =
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  unshare("mount -t tmpfs none /sys/fs/cgroup").status === 0;
if (!isPossible)
  console.error("\n*** SKIPPED: what process 1 says: it needs root and mount namespaces ***\n");

const SCRIPT = `mount -t tmpfs none /sys/fs/cgroup
if [ -n "$1" ]; then mkdir -p "/sys/fs/cgroup/$(dirname "$1")"; printf "$2" >"/sys/fs/cgroup/$1"; fi
exec sh "$3" sh -c "$4"`;

const V2 = "memory.events";
const V1 = "memory/memory.oom_control";
const KILLED = "kill -9 $$";

it.skipIf(!isPossible).each([
  [
    "version 2, killed",
    V2,
    "low 0\\nhigh 0\\nmax 9\\noom 1\\noom_kill 1\\noom_group_kill 0\\n",
    KILLED,
    137,
    true,
  ],
  ["version 2, by somebody else", V2, "low 0\\nhigh 0\\nmax 9\\noom 1\\noom_kill 0\\n", KILLED, 137, false],
  ["version 1, killed", V1, "oom_kill_disable 0\\nunder_oom 0\\noom_kill 2\\n", KILLED, 137, true],
  ["version 1, by somebody else", V1, "oom_kill_disable 0\\nunder_oom 0\\noom_kill 0\\n", KILLED, 137, false],
  ["neither", "", "", KILLED, 137, false],
  ["version 2, an end of its own", V2, "oom_kill 1\\n", "exit 7", 7, false],
])("says it where the kernel did it: %s", (_, file, contents, program, expected, isSaid) => {
  const { status, stderr } = unshare(SCRIPT, file, contents, join(projectRoot, "bin/wasmeter-init"), program);
  expect(status).toBe(expected);
  expect(stderr.includes("ended by the kernel: the container's memory limit is too low")).toBe(isSaid);
});
