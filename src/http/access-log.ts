// One line for each request, and one for each failure: as text for people or JSON for programs.
// Owns their forms; where lines go is decided elsewhere.

import { type Shape, shape } from "../checks/options.ts";
import { printable, shortened } from "../printable.ts";
import type { Failure } from "./failure.ts";

/** What is known of a request when it is over. */
export interface RequestRecord {
  readonly id: string;
  /** When it arrived, in milliseconds since 1970. */
  readonly time: number;
  readonly client: string;
  readonly method: string;
  /** Path and query, as they were received. */
  readonly target: string;
  /** `undefined` for a request that was answered without a guest. */
  readonly component: string | undefined;
  /** What the client got; 499 if it left before that. */
  readonly status: number;
  /** Of the body. */
  readonly bytes: number;
  /** From arrival to the end of the answer. */
  readonly durationMs: number;
  /** Of it, waiting for a place. */
  readonly queueMs: number;
  readonly fuel: bigint;
  /** Bytes of memories and tables at the guest's end. */
  readonly memory: number;
  readonly cold: boolean;
  /** Connections, requests and lookups that the guest asked for and was not granted. */
  readonly denied: number;
  readonly failure: Failure | undefined;
}

export type LogFormat = "text" | "json";

/** UTF-16 units of a target that are logged. */
const LONGEST_TARGET = 2_000;

const FORMAT: Shape<LogFormat> = /* @__PURE__ */ shape(
  '"text" or "json"',
  (value) => value === "text" || value === "json",
);

/** By what every record has. */
const RECORD: Shape<RequestRecord> = /* @__PURE__ */ shape(
  "a RequestRecord, as onRecord gets it",
  (value) => {
    if (typeof value !== "object" || value === null) return false;
    const { id, target, method, time } = value as Partial<RequestRecord>;
    return (
      typeof id === "string" &&
      typeof target === "string" &&
      typeof method === "string" &&
      typeof time === "number"
    );
  },
);

/** The access log's line. @throws TypeError for what is no record or format */
export function accessLine(record: RequestRecord, format: LogFormat): string {
  RECORD.read(record, "accessLine: record");
  FORMAT.read(format, "accessLine: format");
  const { failure, fuel, time, durationMs, queueMs, ...rest } = record;
  const target = printable(shortened(record.target, LONGEST_TARGET));
  if (format === "json") {
    return `${JSON.stringify({
      ...{ time: new Date(time).toISOString(), ...rest, target, durationMs: rounded(durationMs) },
      ...{ queueMs: rounded(queueMs), fuel: Number(fuel) },
      ...(failure !== undefined && { failure: failure.kind }),
    })}\n`;
  }
  const { client, method, component, status, bytes, memory, id, cold, denied } = record;
  const words = [
    ...[
      new Date(time).toISOString(),
      client,
      `"${printable(shortened(method, 40))} ${target}"`,
      String(status),
      `${bytes}B`,
    ],
    ...[`${rounded(durationMs)}ms`, component ?? "-", `fuel=${fuel}`, `memory=${memory}`],
    ...(queueMs >= 1 ? [`queued=${rounded(queueMs)}ms`] : []),
    ...(cold ? ["cold"] : []),
    ...(denied > 0 ? [`denied=${denied}`] : []),
    ...(failure !== undefined ? [`failure=${failure.kind}`] : []),
    `id=${id}`,
  ];
  return `${words.join(" ")}\n`;
}

/** What the operator is told of a failure. @throws TypeError for what is no record or format */
export function failureLines(record: RequestRecord, format: LogFormat): string {
  const { id, component, failure, fuel } = RECORD.read(record, "failureLines: record");
  FORMAT.read(format, "failureLines: format");
  if (failure === undefined) return "";
  const { kind, message, backtrace } = failure;
  if (format === "json") {
    return `${JSON.stringify({ id, component, failure: kind, message, fuel: Number(fuel), backtrace })}\n`;
  }
  const frames = backtrace.map((frame) => `    at ${frame}\n`).join("");
  return `wasmeter: ${component ?? "server"}: ${kind}: ${message} (fuel ${fuel}, id ${id})\n${frames}`;
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
