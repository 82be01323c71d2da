// Entry point `wasmeter/component/wasi`: WASI 0.2 for components, with what needs no host.

export { type Errno, WasiError } from "../wasi/abi.ts";
export { type ClockSource, systemClock } from "../wasi/clock-source.ts";
export { MemoryFileSystem, type MemoryFileSystemOptions } from "../wasi/fs/memory.ts";
export { OverlayFileSystem } from "../wasi/fs/overlay.ts";
export { ReadOnlyFileSystem } from "../wasi/fs/read-only.ts";
export { CapturedOutput } from "../wasi/output-streams.ts";
export { type RandomSource, seededRandom, systemRandom } from "../wasi/random-source.ts";
export type { ComponentInstanceLike, ComponentLinkerLike, HostCaller } from "./engine.ts";
export type { HttpErrorCode } from "./http/error-code.ts";
export { fetchTransport } from "./http/fetch-transport.ts";
export {
  type Handling,
  type HandlingOptions,
  handleRequest,
  type ResponseHead,
  startHandling,
} from "./http/handle-request.ts";
export type { IncomingHttp } from "./http/incoming.ts";
export {
  type Field,
  HttpError,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
} from "./http/transport.ts";
export type { IpAddress } from "./network/ip-address.ts";
export type { NetworkDenial, NetworkOptions } from "./network/network-grants.ts";
export { RuleSyntaxError } from "./network/rule-syntax.ts";
export type { ComponentWasiHost, ComponentWasiOptions } from "./options.ts";
export type {
  BoundTcp,
  BoundUdp,
  Datagram,
  Endpoint,
  SocketHost,
  TcpAcceptor,
  TcpConnection,
} from "./sockets/socket-host.ts";
export { Wasi } from "./wasi.ts";
