// What one guest was granted, whatever version of WASI it speaks: options, streams, clock, random numbers, directories, and who waits
// and pays. Nothing here is global: every WASI has its own.

import type { Read } from "../checks/options.ts";
import { quotedName } from "../printable.ts";
import { HostHeapAccount } from "./budget.ts";
import { type ClockSource, systemClock, VirtualClock } from "./clock-source.ts";
import { deterministicInput } from "./deterministic-input.ts";
import { DeterministicFileSystem } from "./fs/deterministic.ts";
import type { FileSystem, FileSystemDirectory } from "./fs/file-system.ts";
import { inputStream } from "./input-streams.ts";
import type { WASI_OPTIONS } from "./options.ts";
import { outputStream } from "./output-streams.ts";
import { type RandomSource, seededRandom, systemRandom } from "./random-source.ts";
import type { SocketListener } from "./sockets.ts";
import type { InputSource, InputStream, OutputStream, OutputTarget } from "./streams.ts";
import { allOver, Parking } from "./waiting.ts";
import { GuestMeter } from "./work.ts";

/** What the machine around can do that JavaScript alone cannot. `wasmeter/node` makes one. */
export interface WasiHost {
  /** The process's own streams, for `"inherit"`. */
  readonly stdin?: () => InputStream;
  readonly stdout?: () => OutputStream;
  readonly stderr?: () => OutputStream;
  readonly clock?: ClockSource;
  readonly random?: RandomSource;
  /** If given, waiting in a synchronous call blocks the thread; also in `memory.atomic.wait`, unless the store has its own. */
  readonly blocking?: {
    /** Blocks for `ms` milliseconds (finite, at least 0), or a little less. */
    sleep(ms: number): void;
  };
}

/** What a guest gets. Everything not given is not granted. */
export interface WasiOptions {
  /** Command line arguments; the first is by custom the program's name. Default none. */
  readonly args?: readonly string[];
  /** Environment variables. Default none. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default `"null"`: at its end at once. */
  readonly stdin?: InputSource;
  /** Default `"null"`: thrown away. */
  readonly stdout?: OutputTarget;
  readonly stderr?: OutputTarget;
  /**
   * Bytes of output that are kept for a callback, Web or Node stream that takes its time; then the guest waits. Default 1 MiB.
   */
  readonly outputBufferBytes?: number;
  /** Directories by the path under which the guest sees them. They get descriptors 3, 4, … in this order. */
  readonly preopens?: Readonly<Record<string, FileSystem>>;
  /** Listening sockets. They get the descriptors after the directories. */
  readonly listeners?: readonly SocketListener[];
  /** Default: the system's clocks. */
  readonly clock?: ClockSource;
  /** Default: `crypto.getRandomValues`. */
  readonly random?: RandomSource;
  /**
   * Makes runs repeatable: a virtual clock that starts at 2020-01-01 and advances by 1 ns per unit of fuel, seeded
   * random numbers, sorted directories, stable inodes and times. Default false.
   */
  readonly deterministic?: boolean | { readonly seed?: bigint | number };
  /** Most descriptors open at once. Default 1,024. One more is `mfile`. */
  readonly maxDescriptors?: number;
  readonly host?: WasiHost;
}

const DEFAULT_OUTPUT_BUFFER_BYTES = 2 ** 20;

export class Grants {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: ClockSource;
  /** The same as `clock` in deterministic mode. */
  readonly virtualClock: VirtualClock | undefined;
  readonly random: RandomSource;
  /** The seed in deterministic mode. */
  readonly seed: bigint | undefined;
  readonly blocking: WasiHost["blocking"];
  readonly parking = new Parking();
  /** Charges the guest for what its file systems do. */
  readonly meter = new GuestMeter();
  /** Of descriptors, listings and the like. */
  readonly hostHeap = new HostHeapAccount();
  /** What the guest ended with. */
  exitCode: number | undefined;
  readonly #input: InputStream;
  readonly #outputs: ReadonlySet<OutputStream>;
  #closed = false;
  readonly #deterministic = new Map<FileSystem, FileSystem>();

  /** The store's fuel consumption when the guest began. */
  readonly start: bigint;

  /**
   * @param start what the store's fuel consumption is when the guest begins, for the virtual clock
   * @throws TypeError for streams that cannot be had
   */
  constructor(options: Read<Omit<typeof WASI_OPTIONS, "listeners">>, start = 0n) {
    this.start = start;
    const { host, deterministic = false } = options;
    this.virtualClock = deterministic === false ? undefined : new VirtualClock(start);
    this.clock = options.clock ?? this.virtualClock ?? host?.clock ?? systemClock();
    const seed = typeof deterministic === "object" ? (deterministic.seed ?? 0) : 0;
    this.seed = deterministic === false ? undefined : BigInt(seed);
    this.random =
      options.random ?? (deterministic === false ? (host?.random ?? systemRandom()) : seededRandom(seed));
    this.blocking = host?.blocking;
    const { stdout = "null", stderr = "null", outputBufferBytes = DEFAULT_OUTPUT_BUFFER_BYTES } = options;
    this.#input = inputStream(options.stdin ?? "null", host?.stdin);
    this.stdin = this.virtualClock === undefined ? this.#input : deterministicInput(this.#input);
    this.stdout = outputStream(stdout, "stdout", host?.stdout, outputBufferBytes);
    // One stream for both keeps their order; a Web stream has only one writer anyway.
    const shared = stdout === stderr && stdout !== "inherit";
    this.stderr = shared ? this.stdout : outputStream(stderr, "stderr", host?.stderr, outputBufferBytes);
    this.#outputs = new Set([this.stdout, this.stderr]);
  }

  /** Whether a stream must not show when its bytes arrive: in deterministic mode, unless it is a terminal. */
  isRepeatable(input: { readonly isTerminal?: boolean } | undefined): boolean {
    return this.virtualClock !== undefined && input !== undefined && input.isTerminal !== true;
  }

  /** Opens a granted directory. @throws TypeError for a name that is none; WasiError if it cannot be opened */
  openPreopen(name: string, fileSystem: FileSystem): FileSystemDirectory {
    if (name === "" || name.includes("\0"))
      throw new TypeError(`bad name of a preopened directory: ${quotedName(name)}`);
    return this.#grant(fileSystem).root(this.meter);
  }

  /** Resolves when the output has arrived where it goes. Rejects with the first failure that no write has told the guest. */
  async flush(): Promise<void> {
    await allOver([...this.#outputs].map((output) => output.flush?.()));
  }

  /** Ends what waits and lets go of the streams. Can be repeated. */
  close(): void {
    this.parking.close();
    if (this.#closed) return;
    this.#closed = true;
    this.#input.close?.();
    for (const output of this.#outputs) output.close?.();
  }

  /** The file system as the guest sees it. One that is granted twice is the same both times. */
  #grant(fileSystem: FileSystem): FileSystem {
    const { virtualClock } = this;
    if (virtualClock === undefined) return fileSystem;
    let granted = this.#deterministic.get(fileSystem);
    if (granted === undefined) {
      const device = BigInt(this.#deterministic.size + 1);
      granted = new DeterministicFileSystem(fileSystem, () => virtualClock.realtime(), device);
      this.#deterministic.set(fileSystem, granted);
    }
    return granted;
  }
}

/** Environment variables as the guest gets them, by their names. @throws TypeError for a name that is none */
export function environmentEntries(
  env: Readonly<Record<string, string>> | undefined,
): [name: string, value: string][] {
  const entries = Object.entries(env ?? {});
  for (const [name] of entries) {
    if (name === "" || name.includes("="))
      throw new TypeError(`bad name of an environment variable: ${quotedName(name)}`);
  }
  return entries;
}
