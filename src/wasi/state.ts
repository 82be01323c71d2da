// The state of one guest's preview1, shared by all functions: what it was granted, its arguments as bytes, and its descriptors.

import { readOptions } from "../checks/options.ts";
import { encodeUtf8 } from "../utf8.ts";
import { Descriptors, listenerDescriptor, preopenDescriptor, streamDescriptor } from "./descriptors.ts";
import { environmentEntries, Grants, type WasiOptions } from "./grants.ts";
import { encodeStrings, sizeOfStrings } from "./guest-memory.ts";
import { WASI_OPTIONS } from "./options.ts";
import { allOver } from "./waiting.ts";

/** Descriptors open at once, unless the option says otherwise. */
export const DEFAULT_MAX_DESCRIPTORS = 1024;

export class WasiState extends Grants {
  readonly args: readonly Uint8Array[];
  /** With their NULs. */
  readonly argsBytes: number;
  readonly env: readonly Uint8Array[];
  readonly envBytes: number;
  readonly descriptors: Descriptors;
  /** Changes of the descriptors before the guest's first. */
  readonly #firstChanges: number;

  /**
   * @param start what the store's fuel consumption is when the guest begins, for the virtual clock
   * @throws TypeError, RangeError for options that make no sense
   */
  constructor(given: WasiOptions | undefined, start = 0n) {
    const options = readOptions("new WasiPreview1", given, WASI_OPTIONS);
    const args = encodeStrings(options.args ?? [], "an argument");
    const env = encodeStrings(
      environmentEntries(options.env).map(([name, value]) => `${name}=${value}`),
      "an environment variable",
    );
    super(options, start);
    this.args = args;
    this.env = env;
    this.argsBytes = sizeOfStrings(args);
    this.envBytes = sizeOfStrings(env);
    this.descriptors = new Descriptors(options.maxDescriptors ?? DEFAULT_MAX_DESCRIPTORS, this.hostHeap);
    const { descriptors } = this;
    descriptors.add(streamDescriptor(this.stdin, undefined));
    descriptors.add(streamDescriptor(undefined, this.stdout));
    descriptors.add(streamDescriptor(undefined, this.stderr));
    try {
      for (const [name, fileSystem] of Object.entries(options.preopens ?? {})) {
        descriptors.reserve();
        descriptors.add(preopenDescriptor(this.openPreopen(name, fileSystem), encodeUtf8(name)));
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

  /** Resolves when the output has arrived where it goes, and closed connections have sent theirs. Rejects with the first failure that no write has told the guest. */
  override async flush(): Promise<void> {
    await allOver([super.flush(), this.descriptors.released()]);
  }

  /** Ends what waits, closes all descriptors and lets go of the streams. Can be repeated. @throws what closing gives, when all are closed */
  override close(): void {
    this.parking.close();
    try {
      this.descriptors.closeAll();
    } finally {
      super.close();
    }
  }
}
