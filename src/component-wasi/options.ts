// What the options of WASI for components have to be: preview1's, the network, and how HTTP leaves.
// Owns the shapes; what is made of the options is in state.ts.

import { type OptionTable, objectWith, optionsOf } from "../checks/options.ts";
import type { WasiHost, WasiOptions } from "../wasi/grants.ts";
import { HOST_OPTIONS, WASI_OPTIONS } from "../wasi/options.ts";
import type { HttpTransport } from "./http/transport.ts";
import { NETWORK, type NetworkOptions } from "./network/network-grants.ts";
import type { SocketHost } from "./sockets/socket-host.ts";

/** What the machine around can do that JavaScript alone cannot. `wasmeter/node` has one. */
export interface ComponentWasiHost extends WasiHost {
  /** Opens sockets and resolves names. Without it there are none, whatever is granted. */
  readonly sockets?: SocketHost;
  /** How outgoing HTTP leaves, unless the option `transport` says otherwise. */
  readonly transport?: HttpTransport;
}

/**
 * What a guest gets: the options of preview1, with the same meaning, but for `listeners`, as guests open sockets themselves. Everything
 * not given is not granted.
 */
export interface ComponentWasiOptions extends Omit<WasiOptions, "listeners" | "host"> {
  /** What of the network the guest may use. Default nothing. See docs/network.md. */
  readonly network?: NetworkOptions | "all";
  /** How outgoing HTTP leaves, e.g. `fetchTransport()`. Without it requests are denied, whatever is granted. */
  readonly transport?: HttpTransport;
  readonly host?: ComponentWasiHost;
}

export const TRANSPORT = /* @__PURE__ */ objectWith<HttpTransport>(
  "an HttpTransport, e.g. fetchTransport()",
  "send",
);

const { listeners: _preview1s, host: _preview1sHost, ...SHARED } = WASI_OPTIONS;

export const WASI_COMPONENT_OPTIONS = {
  ...SHARED,
  network: NETWORK,
  transport: TRANSPORT,
  host: /* @__PURE__ */ optionsOf("a ComponentWasiHost, e.g. nodeComponentHost()", {
    ...HOST_OPTIONS,
    sockets: /* @__PURE__ */ objectWith<SocketHost>("a SocketHost", "bindTcp", "bindUdp", "lookup"),
    transport: TRANSPORT,
  }),
} satisfies OptionTable<ComponentWasiOptions>;
