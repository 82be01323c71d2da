// What a guest's failure is for the client, and what it is called in logs and metrics.
// Owns both. Clients learn a status and the request's number, and nothing of the guest.

import { STATUS_CODES } from "node:http";
import { WasmException } from "../api/index.ts";
import { InterruptedError, LimitError, OutOfFuelError, RuntimeError, Trap } from "../errors.ts";
import { printable, shortened } from "../printable.ts";
import { GuestExitError, InvalidAnswerError, type StopReason } from "./handler.ts";
import { BadRequestError, type HeaderList } from "./request.ts";

/** Why a request was not answered by its guest. */
export type FailureKind =
  | "trap"
  | "exception"
  | "out-of-fuel"
  | "limit"
  | "timeout"
  | "client-left"
  | "shutdown"
  | "exit"
  | "bad-answer"
  /** The client's mistake, found while its body was read. */
  | "bad-request"
  | "internal";

export interface Failure {
  readonly kind: FailureKind;
  readonly status: number;
  /** For the log. */
  readonly message: string;
  /** Frames of the guest, innermost first. */
  readonly backtrace: readonly string[];
}

/** UTF-16 units of a message, and frames, that are logged: both may be the guest's. */
const LONGEST_MESSAGE = 1_000;
const MOST_FRAMES = 50;

/** @param stopped why the guest was stopped from outside, if it was */
export function failureOf(error: unknown, stopped: StopReason | undefined): Failure {
  const kind = kindOf(error, stopped);
  const message = error instanceof Error ? error.message : String(error);
  const frames = error instanceof RuntimeError ? error.backtrace : [];
  return {
    kind,
    status: statusOf(kind, error),
    message: printable(
      shortened(stopped === "timeout" ? "the guest took longer than its timeout" : message, LONGEST_MESSAGE),
    ),
    backtrace: frames.slice(0, MOST_FRAMES).map(({ functionName, funcIdx, offset }) => {
      const name = functionName === undefined ? `function ${funcIdx}` : shortened(functionName, 200);
      return printable(offset === undefined ? name : `${name} at 0x${offset.toString(16)}`);
    }),
  };
}

function statusOf(kind: FailureKind, error: unknown): number {
  if (error instanceof BadRequestError) return error.status;
  return kind === "timeout" ? 504 : kind === "shutdown" ? 503 : 500;
}

function kindOf(error: unknown, stopped: StopReason | undefined): FailureKind {
  if (stopped !== undefined) return stopped;
  if (error instanceof BadRequestError) return "bad-request";
  if (error instanceof InvalidAnswerError) return "bad-answer";
  if (error instanceof Trap) return "trap";
  if (error instanceof WasmException) return "exception";
  if (error instanceof OutOfFuelError) return "out-of-fuel";
  if (error instanceof LimitError) return "limit";
  if (error instanceof InterruptedError) return "timeout";
  if (error instanceof RuntimeError) return "limit";
  return error instanceof GuestExitError ? "exit" : "internal";
}

/** What the client gets in place of an answer. */
export interface Page {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/** Plain text: the status, and the request's number for whoever asks the operator. */
export function statusPage(status: number, id: string, headers: HeaderList = []): Page {
  const text = `${status} ${STATUS_CODES[status] ?? ""}\nRequest ${id}\n`;
  return {
    status,
    headers: [["content-type", "text/plain; charset=utf-8"], ["cache-control", "no-store"], ...headers],
    body: Buffer.from(text),
  };
}
