// The state of one guest's WASI, shared by all functions; and the options from which it is made.
// Nothing here is global: every WasiPreview1 has its own.

import { readOptions } from "../checks/options.ts";
import { quotedName } from "../printable.ts";
import { encodeUtf8 } from "../utf8.ts";
import { type ClockSource, systemClock, VirtualClock } from "./clock-source.ts";
import { Descriptors, listenerDescriptor, preopenDescriptor, streamDescriptor } from "./descriptors.ts";
import { deterministicInput } from "./deterministic-input.ts";
import { DeterministicFileSystem } from "./fs/deterministic.ts";
import type { FileSystem } from "./fs/file-system.ts";
import { encodeStrings, sizeOfStrings } from "./guest-memory.ts";
import { inputStream } from "./input-streams.ts";
import { WASI_OPTIONS } from "./options.ts";
import { outputStream } from "./output-streams.ts";
import { type RandomSource, seededRandom, systemRandom } from "./random-source.ts";
import type { SocketListener } from "./sockets.ts";
import type { InputSource, InputStream, OutputStream, OutputTarget } from "./streams.ts";
import { Parking } from "./waiting.ts";
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

const DEFAULT_MAX_DESCRIPTORS = 1024;
const DEFAULT_OUTPUT_BUFFER_BYTES = 2 ** 20;

export class WasiState {
  readonly args: readonly Uint8Array[];
  /** With their NULs. */
  readonly argsBytes: number;
  readonly env: readonly Uint8Array[];
  readonly envBytes: number;
  readonly descriptors: Descriptors;
  readonly clock: ClockSource;
  /** The same as `clock` in deterministic mode. */
  readonly virtualClock: VirtualClock | undefined;
  readonly random: RandomSource;
  readonly blocking: WasiHost["blocking"];
  readonly parking = new Parking();
  /** Charges the guest for what its file systems do. */
  readonly meter = new GuestMeter();
  /** What the guest ended with. */
  exitCode: number | undefined;
  readonly #input: InputStream;
  readonly #outputs: ReadonlySet<OutputStream>;
  #closed = false;
  readonly #deterministic = new Map<FileSystem, FileSystem>();

  /** The store's fuel consumption when the guest began. */
  readonly start: bigint;
  /** Changes of the descriptors before the guest's first. */
  readonly #firstChanges: number;

  /**
   * @param start what the store's fuel consumption is when the guest begins, for the virtual clock
   * @throws TypeError, RangeError for options that make no sense
   */
  constructor(given: WasiOptions | undefined, start = 0n) {
    const options = readOptions("new WasiPreview1", given, WASI_OPTIONS);
    this.start = start;
    const { host, deterministic = false } = options;
    this.args = encodeStrings(options.args ?? [], "an argument");
    this.env = encodeStrings(
      Object.entries(options.env ?? {}).map(([key, value]) => {
        if (key === "" || key.includes("="))
          throw new TypeError(`bad name of an environment variable: ${quotedName(key)}`);
        return `${key}=${value}`;
      }),
      "an environment variable",
    );
    this.argsBytes = sizeOfStrings(this.args);
    this.envBytes = sizeOfStrings(this.env);
    this.virtualClock = deterministic === false ? undefined : new VirtualClock(start);
    this.clock = options.clock ?? this.virtualClock ?? host?.clock ?? systemClock();
    const seed = typeof deterministic === "object" ? (deterministic.seed ?? 0) : 0;
    this.random =
      options.random ?? (deterministic === false ? (host?.random ?? systemRandom()) : seededRandom(seed));
    this.blocking = host?.blocking;

    this.descriptors = new Descriptors(options.maxDescriptors ?? DEFAULT_MAX_DESCRIPTORS);
    const { descriptors } = this;
    const { stdout = "null", stderr = "null", outputBufferBytes = DEFAULT_OUTPUT_BUFFER_BYTES } = options;
    this.#input = inputStream(options.stdin ?? "null", host?.stdin);
    const out = outputStream(stdout, "stdout", host?.stdout, outputBufferBytes);
    // One stream for both keeps their order; a Web stream has only one writer anyway.
    const shared = stdout === stderr && stdout !== "inherit";
    const err = shared ? out : outputStream(stderr, "stderr", host?.stderr, outputBufferBytes);
    this.#outputs = new Set([out, err]);
    const input = this.virtualClock === undefined ? this.#input : deterministicInput(this.#input);
    descriptors.add(streamDescriptor(input, undefined));
    descriptors.add(streamDescriptor(undefined, out));
    descriptors.add(streamDescriptor(undefined, err));
    try {
      for (const [name, fileSystem] of Object.entries(options.preopens ?? {})) {
        if (name === "" || name.includes("\0"))
          throw new TypeError(`bad name of a preopened directory: ${quotedName(name)}`);
        descriptors.reserve();
        descriptors.add(preopenDescriptor(this.#grant(fileSystem).root(this.meter), encodeUtf8(name)));
      }
      for (const listener of options.listeners ?? []) descriptors.add(listenerDescriptor(listener));
    } catch (error) {
      this.close();
      throw error;
    }
    this.#firstChanges = descriptors.changes;
  }

  /** Whether the descriptors are those that the options name. */
  get hasFirstDescriptors(): boolean {
    return this.descriptors.changes === this.#firstChanges;
  }

  /** Whether a stream must not show when its bytes arrive: in deterministic mode, unless it is a terminal. */
  isRepeatable(input: InputStream | undefined): boolean {
    return this.virtualClock !== undefined && input !== undefined && input.isTerminal !== true;
  }

  /** Resolves when the output has arrived where it goes, and closed connections have sent theirs. Rejects with the first failure that no write has told the guest. */
  async flush(): Promise<void> {
    const outputs = [...this.#outputs].map((output) => output.flush?.());
    const results = await Promise.allSettled([...outputs, this.descriptors.released()]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  /** Ends what waits, closes all descriptors and lets go of the streams. Can be repeated. @throws what closing gives, when all are closed */
  close(): void {
    this.parking.close();
    try {
      this.descriptors.closeAll();
    } finally {
      if (!this.#closed) {
        this.#closed = true;
        this.#input.close?.();
        for (const output of this.#outputs) output.close?.();
      }
    }
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
