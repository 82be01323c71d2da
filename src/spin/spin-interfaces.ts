// What components may import besides WASI: Spin's own interfaces, and WASI's drafts that Spin has.
// Owns their names, and which of them only say that they are not supported; what they do is in other files.

import { type Component, ComponentError, type HostInterface } from "../component/index.ts";
import type { HostCall } from "./host-call.ts";
import { type GrantedStores, spinKeyValue, wasiKeyValue } from "./stores/key-value.ts";
import { type SqlGrants, spinSqlite } from "./stores/sqlite-interfaces.ts";

/** What one component was granted. */
export interface SpinGrants {
  /** Filled in. */
  readonly variables: ReadonlyMap<string, string>;
  readonly stores: GrantedStores;
  readonly databases: SqlGrants;
}

export function spinInterfaces(
  { variables, stores, databases }: SpinGrants,
  call: HostCall,
): Readonly<Record<string, HostInterface>> {
  const get = (name: string): string => {
    call.charge(name.length);
    const value = variables.get(name);
    if (value === undefined) throw new ComponentError({ tag: "undefined", val: `no variable "${name}"` });
    return value;
  };
  return {
    "fermyon:spin/variables@2.0.0": { get },
    "spin:variables/variables@3.0.0": { get },
    ...spinKeyValue(stores, call),
    ...wasiKeyValue(stores, call),
    ...spinSqlite(databases, call),
    "wasi:config/store@0.2.0-draft-2024-09-27": {
      get: (name: string) => variables.get(name),
      getAll: () => [...variables],
    },
    ...Object.fromEntries(ABSENT.map(([name, tag]) => [name, absent(tag)])),
  };
}

const TEXT = "not supported here";

/** Interfaces whose calls fail, and the case of their error that bears a text. */
const ABSENT: readonly (readonly [name: string, tag: string])[] = [
  ["fermyon:spin/llm@2.0.0", "runtime-error"],
  ["fermyon:spin/redis@2.0.0", "other"],
  ["fermyon:spin/mqtt@2.0.0", "other"],
  ["fermyon:spin/mysql@2.0.0", "other"],
  ["fermyon:spin/postgres@2.0.0", "other"],
  ["spin:redis/redis@3.0.0", "other"],
  ["spin:mqtt/mqtt@3.0.0", "other"],
  ["spin:mysql/mysql@3.0.0", "other"],
  ["spin:postgres/postgres@3.0.0", "other"],
  ["spin:postgres/postgres@4.0.0", "other"],
];

/** An interface with whatever functions and classes are asked for: all of them fail, so that no list of them is needed. */
function absent(tag: string): HostInterface {
  const fail = (): never => {
    throw new ComponentError({ tag, val: TEXT });
  };
  const members = { get: () => fail };
  class Absent {}
  Object.setPrototypeOf(Absent, new Proxy({}, members));
  Object.setPrototypeOf(Absent.prototype, new Proxy({}, members));
  return new Proxy({}, { get: (_, name) => (/^[A-Z]/.test(String(name)) ? Absent : fail) });
}

/** The imports of a component whose calls fail. */
export function absentImports(component: Component): string[] {
  const names = ABSENT.map(([name]) => withoutVersion(name));
  return component.imports.map(({ name }) => name).filter((name) => names.includes(withoutVersion(name)));
}

function withoutVersion(name: string): string {
  return name.replace(/@.*/, "");
}
