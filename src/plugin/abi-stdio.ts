// The ABI of commands and reactors: input is what they read from standard input, output what they write to standard output.

import type { Instance, Module } from "../api/index.ts";
import { ExitError } from "../api/index.ts";
import { quotedName } from "../printable.ts";
import { CapturedOutput, type OutputStream } from "../wasi/index.ts";
import { type Abi, type AbiSession, exportsFunction, functionNames, type GuestCall } from "./abi.ts";
import { CallFailure } from "./failure.ts";

const PROCEDURE = /^\(func(?: \(result i32\))?\)$/;

export const STDIO_ABI: Abi = {
  name: "stdio",
  define: () => undefined,
  check(module: Module, name: string): void {
    if (exportsFunction(module, name, PROCEDURE)) return;
    throw new CallFailure(
      "missing-export",
      `the plugin exports no function ${quotedName(name)} without parameters; ${functionNames(module)}`,
    );
  },
  open: () => new StdioSession(),
};

const EMPTY = new Uint8Array(0);

class StdioSession implements AbiSession {
  /** What the guest has not asked for yet. */
  #input: Uint8Array | null = null;
  #limit = 0;
  #output = new CapturedOutput();

  readonly stdin = (): Uint8Array | null => {
    const input = this.#input;
    this.#input = null;
    return input;
  };

  readonly stdout: OutputStream = {
    write: (bytes) => {
      // It is ended here: who ignores errors of its writes could go on for ever.
      if (this.#output.length + bytes.length > this.#limit) {
        throw new CallFailure(
          "output-too-large",
          `the plugin writes more than ${this.#limit} bytes of output`,
        );
      }
      return this.#output.write(bytes);
    },
  };

  async run(_instance: Instance, call: GuestCall): Promise<Uint8Array> {
    this.#input = call.input.length === 0 ? null : call.input;
    this.#limit = call.outputLimit;
    this.#output = new CapturedOutput({ limit: call.outputLimit });
    let status: unknown;
    try {
      status = await call.invoke(call.name, []);
    } catch (error) {
      if (!(error instanceof ExitError) || error.exitCode !== 0) throw error;
    }
    if (status !== undefined && status !== 0) {
      throw new CallFailure(
        "guest-error",
        `${quotedName(call.name)} gave ${String(status)}, which means failure`,
      );
    }
    const output = this.#output.bytes();
    return output;
  }

  end(): void {
    this.#input = null;
    this.#limit = 0;
    if (this.#output.length > 0) this.#output = new CapturedOutput({ limit: EMPTY.length });
  }
}
