// The state of one guest's WASI, shared by all of its hosts: what it was granted, what it has open, and who pays.
// Nothing here is global: every Wasi has its own.

import { type Read, readOptions } from "../checks/options.ts";
import { noteWait, waitOf } from "../component/api/host-notes.ts";
import { WasiError } from "../wasi/abi.ts";
import { DESCRIPTOR_BYTES } from "../wasi/budget.ts";
import type { FileSystemDirectory } from "../wasi/fs/file-system.ts";
import { environmentEntries, Grants } from "../wasi/grants.ts";
import { Listings } from "../wasi/listings.ts";
import { seededRandom } from "../wasi/random-source.ts";
import type { Waitable } from "../wasi/sockets.ts";
import type { WorkMeter, WorkUnit } from "../wasi/work.ts";
import type { HostCaller } from "./engine.ts";
import type { HttpTransport } from "./http/transport.ts";
import { NetworkGrants } from "./network/network-grants.ts";
import { type ComponentWasiOptions, WASI_COMPONENT_OPTIONS } from "./options.ts";
import { Alarms } from "./p3/alarms.ts";
import type { SocketHost } from "./sockets/socket-host.ts";

/** A directory that the guest was granted, and its name. */
interface Preopen {
  readonly name: string;
  readonly directory: FileSystemDirectory;
}

/** Open files, directories and sockets, unless the option says otherwise; as preview1 has it. */
const DEFAULT_MAX_DESCRIPTORS = 1024;

/** Something that is open for the guest. */
export interface Open {
  close(): void | Promise<void>;
}

export class WasiState extends Grants {
  readonly args: readonly string[];
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly preopens: readonly Preopen[];
  readonly network: NetworkGrants;
  readonly sockets: SocketHost | undefined;
  readonly transport: HttpTransport | undefined;
  readonly listings = new Listings(this.hostHeap);
  readonly alarms = new Alarms(this);
  /** What a stream of the standard input has read and not given to the guest. */
  unreadInput: Uint8Array = new Uint8Array(0);
  readonly #maxDescriptors: number;
  readonly #open = new Set<Open>();
  #wantRoom: (() => void)[] = [];
  /** What is still being sent for what the guest has closed. */
  readonly #sending = new Set<Promise<unknown>>();
  /** How to end what guests' streams still flow to. */
  readonly #flows = new Set<() => void>();
  #caller: (() => HostCaller | undefined) | undefined;
  #insecureSeed: readonly [bigint, bigint] | undefined;

  /** @throws TypeError, RangeError for options that make no sense; WasiError if a preopened directory cannot be opened */
  constructor(given: ComponentWasiOptions | undefined, start = 0n) {
    const options: Read<typeof WASI_COMPONENT_OPTIONS> = readOptions(
      "new Wasi",
      given,
      WASI_COMPONENT_OPTIONS,
    );
    const env = environmentEntries(options.env);
    super(options, start);
    this.args = options.args ?? [];
    this.env = env;
    this.network = new NetworkGrants(options.network);
    this.sockets = options.host?.sockets;
    this.transport = options.transport ?? options.host?.transport;
    this.#maxDescriptors = options.maxDescriptors ?? DEFAULT_MAX_DESCRIPTORS;
    const preopens: Preopen[] = [];
    this.preopens = preopens;
    try {
      for (const [name, fileSystem] of Object.entries(options.preopens ?? {})) {
        const directory = this.openPreopen(name, fileSystem);
        this.opened(directory);
        preopens.push({ name, directory });
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Files, directories and sockets that are open now. */
  get openDescriptors(): number {
    return this.#open.size;
  }

  /** Two words that stay the same while the guest runs; with a seed, in every run. */
  get insecureSeed(): readonly [bigint, bigint] {
    if (this.#insecureSeed === undefined) {
      const bytes = new Uint8Array(16);
      // Not the guest's own generator: what it gives must not depend on whether a seed was asked for.
      (this.seed === undefined ? this.random : seededRandom(~this.seed)).fill(bytes);
      const view = new DataView(bytes.buffer);
      this.#insecureSeed = [view.getBigUint64(0), view.getBigUint64(8)];
    }
    return this.#insecureSeed;
  }

  // ------------------------------------------------------------------- calls

  /** Says how the call under way is found, for those who pay by call. */
  connect(caller: () => HostCaller | undefined): void {
    this.#caller = caller;
  }

  /**
   * Runs a host function for the guest, which pays for the call and for what the call does.
   * @param failure what is thrown for something that was thrown
   */
  call<T>(run: () => T, failure: (state: WasiState, error: unknown) => unknown): T {
    const caller = this.#caller?.();
    if (this.virtualClock !== undefined && caller?.store !== undefined)
      this.virtualClock.update(caller.store.fuelConsumed);
    const outer = this.meter.enter(caller === undefined ? undefined : new Payer(caller));
    let result: T;
    try {
      this.meter.charge("wasiCall", 1);
      this.hostHeap.connect(caller?.store?.hostHeap);
      result = run();
    } catch (error) {
      throw failure(this, error);
    } finally {
      this.meter.enter(outer);
    }
    if (!(result instanceof Promise)) return result;
    const mapped = result.catch((error: unknown) => {
      throw failure(this, error);
    });
    const wait = waitOf(result);
    return (wait === undefined ? mapped : noteWait(mapped, wait)) as T;
  }

  /** Charges for moving up to `bytes`; gives the function that takes back what was not moved. */
  chargeTransfer(bytes: number): (moved: number) => void {
    const caller = this.#caller?.();
    this.meter.charge("perHostByte", bytes);
    const price = caller?.store?.engine?.costModel.perHostByte ?? 0;
    return (moved) => {
      const back = price * (bytes - moved);
      if (back > 0) caller?.refundFuel?.(back);
    };
  }

  // ----------------------------------------------------------------- waiting

  /** Whether the guest must wait for a source rather than learn that nothing is there yet: standard input in a repeatable run. */
  isPatient(source: { readonly isStandard?: boolean; readonly isTerminal?: boolean }): boolean {
    return source.isStandard === true && this.isRepeatable(source);
  }

  /** Tries until `attempt` gives something, waiting for `waitable` in between; a value at once if there is one. */
  waitFor<T>(waitable: Waitable, attempt: () => T | undefined): T | Promise<T> {
    const found = attempt();
    return found === undefined ? this.#waitParked(waitable, attempt) : found;
  }

  async #waitParked<T>(waitable: Waitable, attempt: () => T | undefined): Promise<T> {
    for (;;) {
      await this.parking.wait([waitable]);
      const found = attempt();
      if (found !== undefined) return found;
    }
  }

  // ------------------------------------------------------------ what is open

  /** For those who must not open what cannot be counted then. @throws WasiError `mfile` when too much is open, `nomem` when the host's heap is full */
  reserve(): void {
    if (this.#open.size >= this.#maxDescriptors) throw new WasiError("mfile");
    this.hostHeap.take(DESCRIPTOR_BYTES);
    this.hostHeap.release(DESCRIPTOR_BYTES);
  }

  get hasRoom(): boolean {
    return this.#open.size < this.#maxDescriptors;
  }

  /** Until something is closed. */
  whenRoom(): Promise<void> {
    return new Promise((resolve) => {
      this.#wantRoom.push(resolve);
    });
  }

  /** Counts something as open. @throws as {@link reserve}, and closes it */
  opened(resource: Open): void {
    try {
      this.reserve();
    } catch (error) {
      void resource.close();
      throw error;
    }
    this.hostHeap.take(DESCRIPTOR_BYTES);
    this.#open.add(resource);
  }

  /** Closes something that was {@link opened}. */
  closeOne(resource: Open): void {
    if (!this.#open.delete(resource)) return;
    this.hostHeap.release(DESCRIPTOR_BYTES);
    this.send(resource.close());
    const waiting = this.#wantRoom;
    this.#wantRoom = [];
    for (const wake of waiting) wake();
  }

  /** Lets something go on after the guest has closed it; {@link flush} waits for it. */
  send(sending: unknown): void {
    if (!(sending instanceof Promise)) return;
    const settled = sending.then(undefined, () => {});
    this.#sending.add(settled);
    void settled.then(() => this.#sending.delete(settled));
  }

  /** Lets a guest's stream flow to where it goes. It is ended by `end` when the guest is; {@link flush} waits for what has come by then. */
  flow(end: () => void, done: Promise<unknown>): void {
    this.#flows.add(end);
    this.send(done.finally(() => this.#flows.delete(end)));
  }

  /** Ends what guests' streams flow to, behind what has come. */
  async endFlows(): Promise<void> {
    for (const end of this.#flows) end();
    await Promise.all(this.#sending);
  }

  /** Resolves when the output has arrived where it goes, and what was closed has been sent. */
  override async flush(): Promise<void> {
    await Promise.all(this.#sending);
    await super.flush();
  }

  /** Ends what waits, closes everything that is open and lets go of the streams. Can be repeated. @throws the first failure */
  override close(): void {
    for (const end of this.#flows) end();
    this.parking.close();
    const failures: unknown[] = [];
    for (const resource of [...this.#open]) {
      try {
        this.closeOne(resource);
      } catch (error) {
        failures.push(error);
      }
    }
    super.close();
    if (failures.length > 0) throw failures[0];
  }
}

/** The caller of a host function as who pays. */
class Payer implements WorkMeter {
  readonly #caller: HostCaller;

  constructor(caller: HostCaller) {
    this.#caller = caller;
  }

  charge(unit: WorkUnit, count: number): void {
    const amount = (this.#caller.store?.engine?.costModel[unit] ?? 0) * count;
    if (amount > 0) this.#caller.chargeFuel?.(amount);
  }
}
