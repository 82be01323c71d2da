// The resource `request-options` of wasi:http 0.3.

import { ComponentError } from "../../component/api/component-error.ts";
import { noFailure } from "../error-codes.ts";
import { milliseconds, type Timeouts } from "../http/outgoing.ts";
import { HostResource, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";

/** All are nanoseconds. */
interface Options {
  connect?: bigint | undefined;
  firstByte?: bigint | undefined;
  betweenBytes?: bigint | undefined;
}

/** The resource `request-options`. `immutable`: those that a request has. */
export class RequestOptions3 extends HostResource {
  static {
    resource(noFailure, RequestOptions3);
  }

  readonly #options: Options;
  readonly #isImmutable: boolean;

  constructor(state: WasiState, options: Options = {}, isImmutable = false) {
    super(state);
    this.#options = { ...options };
    this.#isImmutable = isImmutable;
  }

  getConnectTimeout(): bigint | undefined {
    return this.#options.connect;
  }

  setConnectTimeout(duration: bigint | undefined): void {
    this.#set("connect", duration);
  }

  getFirstByteTimeout(): bigint | undefined {
    return this.#options.firstByte;
  }

  setFirstByteTimeout(duration: bigint | undefined): void {
    this.#set("firstByte", duration);
  }

  getBetweenBytesTimeout(): bigint | undefined {
    return this.#options.betweenBytes;
  }

  setBetweenBytesTimeout(duration: bigint | undefined): void {
    this.#set("betweenBytes", duration);
  }

  /** A copy, which can be changed. */
  clone(): RequestOptions3 {
    return new RequestOptions3(this.state, this.#options);
  }

  /** @internal A copy that cannot. */
  get frozen(): RequestOptions3 {
    return new RequestOptions3(this.state, this.#options, true);
  }

  /** @internal In milliseconds. */
  get timeouts(): Timeouts {
    const { connect, firstByte, betweenBytes } = this.#options;
    return {
      connectTimeoutMs: milliseconds(connect),
      firstByteTimeoutMs: milliseconds(firstByte),
      betweenBytesTimeoutMs: milliseconds(betweenBytes),
    };
  }

  #set(name: keyof Options, duration: bigint | undefined): void {
    if (this.#isImmutable) throw new ComponentError({ tag: "immutable" });
    this.#options[name] = duration;
  }
}
