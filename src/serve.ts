export { accessLine, failureLines, type LogFormat, type RequestRecord } from "./http/access-log.ts";
export type { Answer } from "./http/answer.ts";
export type { Application, Destination, FetchInside, ServedComponent } from "./http/application.ts";
export type { Failure, FailureKind, Page } from "./http/failure.ts";
export type { GuestRequest, MatchedRoute, RequestHandler, StopReason, Usage } from "./http/handler.ts";
export type { GuestLimits } from "./http/limits.ts";
export type { Listening } from "./http/listening.ts";
export type { HistogramSnapshot, MetricsSnapshot } from "./http/metrics.ts";
export type { HeaderList, IncomingRequest, RequestBody } from "./http/request.ts";
export {
  type CloseOptions,
  createServer,
  HttpServer,
  type ListenOptions,
  type ServerOptions,
} from "./http/server.ts";
export { type ApplicationOptions, loadApplication } from "./spin/application.ts";
export { ManifestError, type Problem } from "./spin/problems.ts";
export type { LoadedApplication, LoadedRoute } from "./spin/spin-application.ts";
export { environmentProvider, staticProvider, type VariableProvider } from "./spin/variables.ts";
