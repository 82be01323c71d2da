export { accessLine, failureLines, type LogFormat, type RequestRecord } from "./http/access-log.ts";
export type { Application, Destination, ServedComponent } from "./http/application.ts";
export type { Failure, FailureKind } from "./http/failure.ts";
export type { GuestLimits } from "./http/limits.ts";
export {
  type CloseOptions,
  createServer,
  HttpServer,
  type Listening,
  type ListenOptions,
  type ServerOptions,
} from "./http/server.ts";
export { type ApplicationOptions, loadApplication } from "./spin/application.ts";
export { ManifestError, type Problem } from "./spin/problems.ts";
export type { LoadedApplication, LoadedRoute } from "./spin/spin-application.ts";
export { environmentProvider, staticProvider, type VariableProvider } from "./spin/variables.ts";
