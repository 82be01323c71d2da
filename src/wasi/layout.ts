// The memory layouts in which wasi_snapshot_preview1 and wasi_unstable differ.
// Owns offsets and sizes; everything else is the same in both.

import { EVENT_TYPE, fileTypeNumber, SUBSCRIPTION_CLOCK_ABSTIME, WasiError } from "./abi.ts";
import type { FileStat } from "./fs/file-system.ts";
import type { GuestMemory } from "./guest-memory.ts";

export type Whence = "set" | "cur" | "end";

/** What a guest waits for. */
export type Subscription =
  | {
      readonly type: "clock";
      readonly userdata: bigint;
      readonly clock: number;
      /** Nanoseconds. */
      readonly timeout: bigint;
      readonly absolute: boolean;
    }
  | { readonly type: "read" | "write"; readonly userdata: bigint; readonly fd: number };

/** One version of the interface. */
export interface Layout {
  /** The import module's name. */
  readonly moduleName: string;
  /** `whence` by number. */
  readonly whences: readonly [Whence, Whence, Whence];
  readonly fileStatBytes: number;
  /** Writes a `filestat` at an address that was checked, 8-aligned. */
  writeFileStat(memory: GuestMemory, address: number, stat: FileStat): void;
  readonly subscriptionBytes: number;
  /** Reads a `subscription` at an address that was checked, 8-aligned. @throws WasiError `inval` on an unknown type */
  readSubscription(memory: GuestMemory, address: number): Subscription;
}

/**
 * `filestat` of preview1, 64 bytes:
 *
 *     0: dev u64 | 8: ino u64 | 16: filetype u8 | 24: nlink u64 | 32: size u64 | 40: atim | 48: mtim | 56: ctim
 *
 * `subscription` of preview1, 48 bytes:
 *
 *     0: userdata u64 | 8: type u8 | clock:  16: id u32 | 24: timeout u64 | 32: precision u64 | 40: flags u16
 *                                  | fd:     16: fd u32
 */
export const PREVIEW1: Layout = {
  moduleName: "wasi_snapshot_preview1",
  whences: ["set", "cur", "end"],
  fileStatBytes: 64,
  writeFileStat(memory, address, stat) {
    memory.setU64(address, stat.device);
    memory.setU64(address + 8, stat.inode);
    memory.setU64(address + 16, BigInt(fileTypeNumber(stat.type)));
    memory.setU64(address + 24, stat.links);
    memory.setU64(address + 32, stat.size);
    memory.setU64(address + 40, stat.accessTime);
    memory.setU64(address + 48, stat.modifyTime);
    memory.setU64(address + 56, stat.changeTime);
  },
  subscriptionBytes: 48,
  readSubscription: (memory, address) =>
    readSubscription(memory, address, { clock: 16, timeout: 24, flags: 40 }),
};

/**
 * `filestat` of preview0, 56 bytes:
 *
 *     0: dev u64 | 8: ino u64 | 16: filetype u8 | 20: nlink u32 | 24: size u64 | 32: atim | 40: mtim | 48: ctim
 *
 * `subscription` of preview0, 56 bytes:
 *
 *     0: userdata u64 | 8: type u8 | clock:  16: identifier u64 | 24: id u32 | 32: timeout u64
 *                                          | 40: precision u64  | 48: flags u16
 *                                  | fd:     16: fd u32
 */
export const UNSTABLE: Layout = {
  moduleName: "wasi_unstable",
  whences: ["cur", "end", "set"],
  fileStatBytes: 56,
  writeFileStat(memory, address, stat) {
    memory.setU64(address, stat.device);
    memory.setU64(address + 8, stat.inode);
    memory.setU32(address + 16, fileTypeNumber(stat.type));
    memory.setU32(address + 20, Number(stat.links > 0xffffffffn ? 0xffffffffn : stat.links));
    memory.setU64(address + 24, stat.size);
    memory.setU64(address + 32, stat.accessTime);
    memory.setU64(address + 40, stat.modifyTime);
    memory.setU64(address + 48, stat.changeTime);
  },
  subscriptionBytes: 56,
  readSubscription: (memory, address) =>
    readSubscription(memory, address, { clock: 24, timeout: 32, flags: 48 }),
};

function readSubscription(
  memory: GuestMemory,
  address: number,
  at: { readonly clock: number; readonly timeout: number; readonly flags: number },
): Subscription {
  const userdata = memory.u64(address);
  switch (memory.u8(address + 8)) {
    case EVENT_TYPE.clock:
      return {
        type: "clock",
        userdata,
        clock: memory.u32(address + at.clock),
        timeout: memory.u64(address + at.timeout),
        absolute: (memory.u16(address + at.flags) & SUBSCRIPTION_CLOCK_ABSTIME) !== 0,
      };
    case EVENT_TYPE.fdRead:
      return { type: "read", userdata, fd: memory.u32(address + 16) };
    case EVENT_TYPE.fdWrite:
      return { type: "write", userdata, fd: memory.u32(address + 16) };
    default:
      throw new WasiError("inval", "unknown subscription type");
  }
}
