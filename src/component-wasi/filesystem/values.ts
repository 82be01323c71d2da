// Values of wasi:filesystem/types: what the guest sees of files, and what it asks for.

import { asUint64 } from "../../host.ts";
import { type FileType, WasiError } from "../../wasi/abi.ts";
import type { FileStat, TimeUpdate } from "../../wasi/fs/file-system.ts";
import { type Datetime, datetime, type Instant, instant, nanosecondsOf } from "../clocks.ts";

export type DescriptorType =
  | "unknown"
  | "block-device"
  | "character-device"
  | "directory"
  | "fifo"
  | "symbolic-link"
  | "regular-file"
  | "socket";

export interface DescriptorFlags {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly fileIntegritySync?: boolean;
  readonly dataIntegritySync?: boolean;
  readonly requestedWriteSync?: boolean;
  readonly mutateDirectory?: boolean;
}

export interface OpenFlags {
  readonly create?: boolean;
  readonly directory?: boolean;
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
}

export interface PathFlags {
  readonly symlinkFollow?: boolean;
}

export type NewTimestamp =
  | { readonly tag: "no-change" }
  | { readonly tag: "now" }
  | { readonly tag: "timestamp"; readonly val: Datetime };

interface DescriptorStat {
  readonly type: DescriptorType;
  readonly linkCount: bigint;
  readonly size: bigint;
  readonly dataAccessTimestamp: Datetime;
  readonly dataModificationTimestamp: Datetime;
  readonly statusChangeTimestamp: Datetime;
}

export function descriptorType(type: FileType): DescriptorType {
  return type === "socket-dgram" || type === "socket-stream" ? "socket" : type;
}

export function descriptorStat(stat: FileStat): DescriptorStat {
  return {
    type: descriptorType(stat.type),
    linkCount: stat.links,
    size: stat.size,
    dataAccessTimestamp: datetime(stat.accessTime),
    dataModificationTimestamp: datetime(stat.modifyTime),
    statusChangeTimestamp: datetime(stat.changeTime),
  };
}

/** `descriptor-type` of 0.3. */
export type DescriptorType3 =
  | { readonly tag: Exclude<DescriptorType, "unknown"> }
  | { readonly tag: "other"; readonly val: undefined };

export function descriptorType3(type: FileType): DescriptorType3 {
  const tag = descriptorType(type);
  return tag === "unknown" ? { tag: "other", val: undefined } : { tag };
}

interface DescriptorStat3 {
  readonly type: DescriptorType3;
  readonly linkCount: bigint;
  readonly size: bigint;
  readonly dataAccessTimestamp: Instant;
  readonly dataModificationTimestamp: Instant;
  readonly statusChangeTimestamp: Instant;
}

export function descriptorStat3(stat: FileStat): DescriptorStat3 {
  return {
    type: descriptorType3(stat.type),
    linkCount: stat.links,
    size: stat.size,
    dataAccessTimestamp: instant(stat.accessTime),
    dataModificationTimestamp: instant(stat.modifyTime),
    statusChangeTimestamp: instant(stat.changeTime),
  };
}

/** @throws WasiError `inval` for a time that is none, and for one before 1970 */
export function timeUpdate(timestamp: NewTimestamp): TimeUpdate {
  if (timestamp.tag === "no-change") return undefined;
  if (timestamp.tag === "now") return "now";
  const nanoseconds = nanosecondsOf(timestamp.val);
  if (nanoseconds === undefined) throw new WasiError("inval", "timestamp");
  return nanoseconds;
}

/** Two words that are the same for the same object as long as the file system lives, and differ for others. */
export function metadataHash({ device, inode }: FileStat): {
  readonly lower: bigint;
  readonly upper: bigint;
} {
  return { lower: mixed(device ^ mixed(inode)), upper: mixed(inode ^ mixed(~device)) };
}

/** The finisher of SplitMix64, which is a bijection of 64-bit words. */
function mixed(word: bigint): bigint {
  let z = asUint64(word + 0x9e3779b97f4a7c15n);
  z = asUint64((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = asUint64((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}
