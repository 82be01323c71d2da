// File systems whose files are no data but the kernel's own state: which there are, and what is on one of them.
// Writing such a file acts on the host, and reading one tells of it: memory and environment of processes, above all.

import * as fs from "node:fs";
import { WasiError } from "../abi.ts";
import { system } from "./errno.ts";

/** By the number with which Linux's `statfs` tells them, as in its `magic.h`. Elsewhere there are none whose files are regular. */
const NAMES = {
  40864: "procfs",
  1650812274: "sysfs",
  1684170528: "debugfs",
  1953653091: "tracefs",
  1935894131: "securityfs",
  2613483: "cgroup",
  1667723888: "cgroup2",
  1650812272: "configfs",
  3405662737: "bpf",
  1634035564: "pstore",
  3730735588: "efivarfs",
  4185718668: "selinuxfs",
  1128357203: "smackfs",
  1112100429: "binfmt_misc",
  1702057283: "fusectl",
  1733912937: "rpc_pipefs",
  1852207972: "nfsd",
  1853056627: "nsfs",
  427819522: "mqueue",
  7377: "devpts",
  40866: "usbdevfs",
  2881100148: "xenfs",
  124082209: "resctrl",
} as const;

/** The name of a file system that is no store of data. */
export type PseudoFileSystem = (typeof NAMES)[keyof typeof NAMES];

export const PSEUDO_FILE_SYSTEMS: readonly PseudoFileSystem[] = Object.values(NAMES);

/** Which of them `path` lies on, if any; symbolic links are followed. Throws Node's own error. */
export function pseudoFileSystemAt(path: string): PseudoFileSystem | undefined {
  if (process.platform !== "linux" && process.platform !== "android") return undefined;
  // On 32-bit platforms the number comes signed.
  const type = Number(fs.statfsSync(path).type) >>> 0;
  return (NAMES as Readonly<Record<number, PseudoFileSystem>>)[type];
}

/** Keeps a guest from files of pseudo file systems that lie below a directory granted to it, mounted there or by mistake. */
export class PseudoGuard {
  /** Of the granted directory, which is on none of them, or on one that may be used. */
  readonly #device: bigint;
  readonly #allowed: PseudoFileSystem | undefined;

  constructor(device: bigint, allowed: PseudoFileSystem | undefined) {
    this.#device = device;
    this.#allowed = allowed;
  }

  /**
   * @param device of what is at `path`: nearly always the granted directory's, which has been looked at
   * @throws WasiError `nxio`, as for devices
   */
  check(device: bigint, path: string): void {
    if (device === this.#device) return;
    const found = system(() => pseudoFileSystemAt(path));
    if (found !== undefined && found !== this.#allowed) {
      throw new WasiError("nxio", `on ${found}, which was not granted by its name`);
    }
  }
}
