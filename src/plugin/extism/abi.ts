// The ABI of Extism plugins: functions without parameters, input and output by the functions that they import.

import type { Caller, Linker, Module, Store } from "../../api/index.ts";
import { quotedName } from "../../printable.ts";
import { type Abi, exportsFunction, functionNames } from "../abi.ts";
import { CallFailure } from "../failure.ts";
import type { CallLogs } from "../logs.ts";
import { defineFunctions } from "./functions.ts";
import { type ExtismConfig, ExtismSession } from "./session.ts";

const PROCEDURE = /^\(func(?: \(result i32\))?\)$/;

export class ExtismAbi implements Abi {
  readonly name = "extism";
  readonly #config: ExtismConfig;
  readonly #sessions = new WeakMap<Store, ExtismSession>();

  constructor(config: ExtismConfig) {
    this.#config = config;
  }

  define(linker: Linker): void {
    const sessionOf = ({ store }: Caller): ExtismSession => {
      const session = this.#sessions.get(store);
      if (session === undefined) throw new Error("the store is of no Extism plugin");
      return session;
    };
    defineFunctions(linker, sessionOf);
  }

  check(module: Module, name: string): void {
    if (exportsFunction(module, name, PROCEDURE)) return;
    throw new CallFailure(
      "missing-export",
      `the plugin exports no function ${quotedName(name)} without parameters; ${functionNames(module)}`,
    );
  }

  open(store: Store, logs: CallLogs): ExtismSession {
    const session = new ExtismSession(store, logs, this.#config);
    this.#sessions.set(store, session);
    return session;
  }
}
