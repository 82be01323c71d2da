// The functions that Extism plugins import from `extism:host/env`: names, types, and what each does.
// Owns the calling convention. The state is the session's.

import type { Caller, FuncTypeDescriptor, Linker } from "../../api/index.ts";
import { asUint64 } from "../../host.ts";
import { encodeUtf8 } from "../../utf8.ts";
import { CallFailure } from "../failure.ts";
import { LOG_LEVELS, textOfBytes } from "../logs.ts";
import { bodyOf, isAllowedHost, parseRequest } from "./http.ts";
import type { ExtismSession } from "./session.ts";

const NAMESPACE = "extism:host/env";

/** A function, with addresses as numbers. One too large for a number is in no block either way. */
interface KernelFunction {
  readonly type: FuncTypeDescriptor;
  readonly run: (session: ExtismSession, caller: Caller, ...args: (number | bigint)[]) => unknown;
}

const type = (params: FuncTypeDescriptor["params"], ...results: FuncTypeDescriptor["results"]) => ({
  params,
  results,
});

/** An unsigned number of 64 bits as a number: exact where it can be an address. */
function at(value: number | bigint | undefined): number {
  return typeof value === "bigint" ? Number(asUint64(value)) : (value ?? 0);
}

/** Charges for bytes that the host moves, by the engine's cost model. */
function charge(caller: Caller, bytes: number): void {
  const price = (caller.store.engine.costModel.perHostByte ?? 0) * bytes;
  if (price > 0) caller.chargeFuel(price);
}

const EMPTY = new Uint8Array(0);
/** Of a name of a config value or variable. Nothing has a longer one. */
const MOST_NAME_BYTES = 64 * 1024;
/** Of a request's method, URL and headers, as JSON: its objects take the host twenty times as much. */
const MOST_REQUEST_BYTES = 256 * 1024;

/** The bytes of a block; the address 0 stands for none. @throws CallFailure if no block begins there */
function bytesAt({ memory }: ExtismSession, caller: Caller, address: number, what: string): Uint8Array {
  const bytes = address === 0 ? EMPTY : memory.block(address);
  if (bytes === undefined) throw new CallFailure("guest-error", `${what}: there is no block at ${address}`);
  charge(caller, bytes.length);
  return bytes;
}

/**
 * The text of a block that is the function's from now on; `undefined` where it is longer than `most` bytes: text of tens of
 * megabytes would take the host long to read, and more memory than the guest's.
 * @throws as {@link bytesAt}
 */
function takeText(
  session: ExtismSession,
  caller: Caller,
  address: number,
  what: string,
  most: number,
): string | undefined {
  const bytes = bytesAt(session, caller, address, what);
  const text = bytes.length > most ? undefined : textOfBytes(bytes);
  session.memory.free(address);
  return text;
}

/** A new block for the plugin with bytes of the host's; 0 if they do not fit. */
function give(session: ExtismSession, caller: Caller, bytes: Uint8Array): bigint {
  charge(caller, bytes.length);
  return BigInt(session.memory.store(bytes));
}

const LOAD_8 = type(["i64"], "i32");
const LOAD_64 = type(["i64"], "i64");

const FUNCTIONS: Readonly<Record<string, KernelFunction>> = {
  alloc: {
    type: LOAD_64,
    run: ({ memory }, caller, length) => {
      const bytes = at(length);
      charge(caller, Math.min(bytes, caller.store.limits.totalBytes));
      return BigInt(memory.allocate(bytes));
    },
  },
  free: { type: type(["i64"]), run: ({ memory }, _, address) => memory.free(at(address)) },
  length: { type: LOAD_64, run: ({ memory }, _, address) => BigInt(memory.lengthOf(at(address))) },
  length_unsafe: { type: LOAD_64, run: ({ memory }, _, address) => BigInt(memory.lengthOf(at(address))) },
  load_u8: { type: LOAD_8, run: ({ memory }, _, address) => memory.loadU8(at(address)) },
  load_u64: { type: LOAD_64, run: ({ memory }, _, address) => memory.loadU64(at(address)) },
  store_u8: {
    type: type(["i64", "i32"]),
    run: ({ memory }, _, address, value) => memory.storeU8(at(address), Number(value) & 0xff),
  },
  store_u64: {
    type: type(["i64", "i64"]),
    run: ({ memory }, _, address, value) => memory.storeU64(at(address), BigInt(value ?? 0)),
  },
  input_length: { type: type([], "i64"), run: ({ inputLength }) => BigInt(inputLength) },
  input_offset: { type: type([], "i64"), run: ({ input }) => BigInt(input) },
  input_load_u8: {
    type: LOAD_8,
    run: ({ memory, input, inputLength }, _, offset) =>
      at(offset) < inputLength ? memory.loadU8(input + at(offset)) : 0,
  },
  input_load_u64: {
    type: LOAD_64,
    run: ({ memory, input, inputLength }, _, offset) =>
      at(offset) + 8 <= inputLength ? memory.loadU64(input + at(offset)) : 0n,
  },
  output_set: {
    type: type(["i64", "i64"]),
    run: (session, _, address, length) => {
      const output = { address: at(address), length: at(length) };
      if (output.length > 0 && session.memory.read(output.address, output.length) === undefined) {
        throw new CallFailure(
          "guest-error",
          `output_set: no block has ${output.length} bytes at ${output.address}`,
        );
      }
      session.output = output;
    },
  },
  error_set: {
    type: type(["i64"]),
    run: (session, _, address) => {
      if (at(address) !== 0 && session.memory.lengthOf(at(address)) === 0) {
        throw new CallFailure("guest-error", `error_set: there is no block at ${at(address)}`);
      }
      session.error = at(address);
    },
  },
  error_get: { type: type([], "i64"), run: ({ error }) => BigInt(error) },
  config_get: {
    type: LOAD_64,
    run: (session, caller, address) => {
      const name = takeText(session, caller, at(address), "config_get", MOST_NAME_BYTES);
      const value = name === undefined ? undefined : session.config.config.get(name);
      return value === undefined ? 0n : give(session, caller, value);
    },
  },
  var_get: {
    type: LOAD_64,
    run: (session, caller, address) => {
      const name = takeText(session, caller, at(address), "var_get", MOST_NAME_BYTES);
      const value = name === undefined ? undefined : session.variables.get(name);
      return value === undefined ? 0n : give(session, caller, value);
    },
  },
  var_set: {
    type: type(["i64", "i64"]),
    run: (session, caller, key, address) => {
      // Both are the function's from now on, and may be one.
      const nameBytes = bytesAt(session, caller, at(key), "var_set");
      if (nameBytes.length > MOST_NAME_BYTES) {
        throw new CallFailure("memory", `var_set: a name of more than ${MOST_NAME_BYTES} bytes`);
      }
      const name = textOfBytes(nameBytes);
      if (at(address) === 0) {
        session.removeVariable(name);
      } else {
        const value = bytesAt(session, caller, at(address), "var_set");
        if (!session.setVariable(name, value.slice())) {
          const most = session.config.variableBytes;
          throw new CallFailure("memory", `var_set: more than ${most} bytes of variables`);
        }
        session.memory.free(at(address));
      }
      session.memory.free(at(key));
    },
  },
  http_request: { type: type(["i64", "i64"], "i64"), run: httpRequest },
  http_status_code: { type: type([], "i32"), run: ({ status }) => status },
  http_headers: {
    type: type([], "i64"),
    run: (session, caller) =>
      session.headers === undefined ? 0n : give(session, caller, encodeUtf8(session.headers)),
  },
  get_log_level: { type: type([], "i32"), run: ({ logs }) => logs.leastLevel },
  reset: {
    type: type([]),
    run: (session) => {
      session.memory.reset();
      session.input = 0;
      session.inputLength = 0;
      session.output = undefined;
      session.error = 0;
    },
  },
  memory_bytes: { type: type([], "i64"), run: ({ memory }) => BigInt(memory.byteLength) },
  ...Object.fromEntries(
    LOG_LEVELS.map((level) => [
      `log_${level}`,
      {
        type: type(["i64"]),
        run: (session: ExtismSession, caller: Caller, address: number | bigint) => {
          const bytes = bytesAt(session, caller, at(address), `log_${level}`);
          session.logs.add(level, "log", bytes);
          session.memory.free(at(address));
        },
      },
    ]),
  ),
};

/** @throws CallFailure for what is not allowed, or not to be understood; whatever the embedder's callback throws */
async function httpRequest(
  session: ExtismSession,
  caller: Caller,
  request: number | bigint,
  body: number | bigint,
): Promise<bigint> {
  const { config, call } = session;
  session.status = 0;
  session.headers = undefined;
  const json = takeText(session, caller, at(request), "http_request", MOST_REQUEST_BYTES);
  if (json === undefined) {
    throw new CallFailure("guest-error", `http_request: a request of more than ${MOST_REQUEST_BYTES} bytes`);
  }
  const bodyBytes = at(body) === 0 ? undefined : session.memory.block(at(body));
  charge(caller, bodyBytes?.length ?? 0);
  let parsed: ReturnType<typeof parseRequest>;
  try {
    parsed = parseRequest(json, bodyBytes);
  } catch (error) {
    throw new CallFailure(
      "guest-error",
      `http_request: ${error instanceof Error ? error.message : "no request"}`,
    );
  }
  if (at(body) !== 0) session.memory.free(at(body));
  const { host, ...sent } = parsed;
  if (!isAllowedHost(host, config.allowedHosts)) {
    throw new CallFailure("guest-error", `http_request: the host ${JSON.stringify(host)} is not allowed`);
  }
  if (++session.requests > config.httpRequests) {
    throw new CallFailure(
      "guest-error",
      `http_request: more than ${config.httpRequests} requests in one call`,
    );
  }
  const maxBytes = config.httpResponseBytes;
  const response = await config.http(sent, {
    ...{ signal: session.signal, maxBytes },
    isAllowed: (other) => isAllowedHost(other, config.allowedHosts),
  });
  // The plugin may have been stopped meanwhile, and its state be another call's.
  if (session.call !== call) return 0n;
  const bytes = bodyOf(response);
  if (bytes.length > maxBytes) {
    throw new CallFailure("guest-error", `http_request: a response of more than ${maxBytes} bytes`);
  }
  const address = session.memory.store(bytes);
  if (address === 0 && bytes.length > 0) {
    throw new CallFailure("memory", `http_request: no room for a response of ${bytes.length} bytes`);
  }
  session.status = response.status;
  session.headers = JSON.stringify(response.headers ?? {});
  return BigInt(address);
}

/** Defines all of them in a linker. `sessionOf` finds whose state they work on. */
export function defineFunctions(linker: Linker, sessionOf: (caller: Caller) => ExtismSession): void {
  for (const [name, { type: signature, run }] of Object.entries(FUNCTIONS)) {
    linker.func(NAMESPACE, name, signature, (caller, ...args) => run(sessionOf(caller), caller, ...args));
  }
}
