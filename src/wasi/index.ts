// Entry point `wasmeter/wasi`: preview1 and the file systems that need no host.

export { type Errno, type FileType, WasiError } from "./abi.ts";
export type { ChargedBudget } from "./budget.ts";
export { type ClockSource, systemClock } from "./clock-source.ts";
export type { AbiType, CallerLike, GuestMemoryLike, InstanceLike, LinkerLike } from "./engine.ts";
export type {
  DirectoryEntry,
  FileStat,
  FileSystem,
  FileSystemDirectory,
  FileSystemFile,
  LazyDirectoryEntry,
  OpenFlags,
  TimeUpdate,
} from "./fs/file-system.ts";
export { MemoryFileSystem, type MemoryFileSystemOptions } from "./fs/memory.ts";
export { OverlayFileSystem } from "./fs/overlay.ts";
export { ReadOnlyFileSystem } from "./fs/read-only.ts";
export type { WasiHost, WasiOptions } from "./grants.ts";
export { CapturedOutput } from "./output-streams.ts";
export { WasiPreview1 } from "./preview1.ts";
export { type RandomSource, seededRandom, systemRandom } from "./random-source.ts";
export type { SocketConnection, SocketListener, Waitable } from "./sockets.ts";
export type {
  InputSource,
  InputStream,
  NodeReadableLike,
  NodeWritableLike,
  OutputStream,
  OutputTarget,
  ReadableStreamLike,
  WritableStreamLike,
} from "./streams.ts";
export type { HostPrices, WorkMeter, WorkUnit } from "./work.ts";
