// The system calls that Node never makes and an escape would: refused on top of what the pod's profile refuses.
// Owns the list and how it goes into a profile; which profile a pod has is the cluster's choice.

import { type JsonObject, member, objectsAt, stringAt, stringsAt } from "./json.ts";
import { Refusal } from "./refusal.ts";

/** Other processes, other namespaces, mounts, the kernel itself; and the two doors through which most exploits came. */
const REFUSED: readonly string[] = [
  ...["ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise"],
  ...["setns", "unshare", "pivot_root", "chroot", "mount", "umount", "umount2", "open_by_handle_at"],
  ...["mount_setattr", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick"],
  ...["init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot"],
  ...["bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register"],
  ...["keyctl", "add_key", "request_key", "swapon", "swapoff", "acct", "quotactl", "settimeofday"],
  ...["clock_settime", "sethostname", "setdomainname", "iopl", "ioperm", "vhangup", "syslog"],
];

const EPERM = { action: "SCMP_ACT_ERRNO", errnoRet: 1 };

function isAllowing(action: string | undefined): boolean {
  return action === "SCMP_ACT_ALLOW" || action === "SCMP_ACT_LOG";
}

/**
 * The profile with {@link REFUSED} refused; without a profile, one that refuses only that. A profile that allows by list loses
 * them from its lists; one that allows everything else gains a rule for those of which it says nothing.
 * @throws Refusal for a profile that is none
 */
export function tightened(profile: JsonObject | undefined): JsonObject {
  if (profile === undefined) {
    return { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: REFUSED, ...EPERM }] };
  }
  const path = "linux.seccomp";
  const defaultAction = stringAt(profile, "defaultAction", `${path}.defaultAction`);
  if (defaultAction === undefined) {
    throw new Refusal("config", `config.json: ${path}.defaultAction is missing`);
  }
  const refused = new Set(REFUSED);
  const named = new Set<string>();
  const kept: JsonObject[] = [];
  for (const [index, rule] of objectsAt(profile, "syscalls", `${path}.syscalls`).entries()) {
    const where = `${path}.syscalls[${index}]`;
    const names = stringsAt(rule, "names", `${where}.names`);
    const left = isAllowing(stringAt(rule, "action", `${where}.action`))
      ? names.filter((name) => !refused.has(name))
      : names;
    for (const name of left) named.add(name);
    // A rule without names is none, and runc refuses it.
    if (left.length === names.length) kept.push(rule);
    else if (left.length > 0) kept.push({ ...rule, names: left });
  }
  const missing = REFUSED.filter((name) => !named.has(name));
  if (isAllowing(defaultAction) && missing.length > 0) kept.push({ names: missing, ...EPERM });
  // A profile without rules stays one: runc refuses an empty list no more than none.
  return kept.length === 0 && member(profile, "syscalls") === undefined
    ? profile
    : { ...profile, syscalls: kept };
}
