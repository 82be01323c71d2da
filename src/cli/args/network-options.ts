// The options that open the network to a component: their table, and what they say together. The rules themselves are read by the hosts,
// which are not loaded for a core module.

import type { NetworkOptions } from "../../component-wasi/index.ts";
import { UsageError } from "../usage-error.ts";
import type { OptionTable } from "./options.ts";

export const NETWORK_OPTIONS = {
  "allow-connect": {
    value: "HOST:PORT",
    repeatable: true,
    help: "let a component connect by TCP: a name, *.name, address, network or *;\na port, a range a..b without b, or *",
  },
  "allow-listen": {
    value: "ADDR:PORT",
    repeatable: true,
    help: "let a component listen there (port 0: any free one)",
  },
  "allow-udp": {
    value: "HOST:PORT",
    repeatable: true,
    help: "let a component send datagrams there, and bind",
  },
  "allow-lookup": { value: "NAME", repeatable: true, help: "let a component look up a name, *.name or *" },
  "allow-http": {
    value: "SCHEME://HOST[:PORT]",
    repeatable: true,
    help: "let a component make HTTP requests there, in the syntax of\nSpin's allowed_outbound_hosts",
  },
  "block-networks": {
    value: "NETWORK|KIND",
    repeatable: true,
    help: "refuse addresses whatever else allows them: 10.0.0.0/8,\nprivate, loopback …",
  },
  network: { value: "all", help: "let a component use the whole network" },
} as const satisfies OptionTable;

type Name = keyof typeof NETWORK_OPTIONS;

/** What was given for options of these names, in order. */
interface GivenOptions {
  all(name: Name): readonly string[];
  /** How it was written: `--allow-http`, or `-S http`. */
  spelling(name: Name): string;
}

/** The grants, and the options that gave them as they were written; `undefined` if there are none. */
export interface GivenNetwork {
  readonly options: NetworkOptions | "all";
  readonly names: readonly string[];
}

/** Reads the options. Throws UsageError for what contradicts itself. */
export function readNetwork(given: GivenOptions): GivenNetwork | undefined {
  const names = (Object.keys(NETWORK_OPTIONS) as Name[]).filter((name) => given.all(name).length > 0);
  if (names.length === 0) return undefined;
  const network = given.all("network");
  const other = network.find((value) => value !== "all");
  if (other !== undefined) {
    throw new UsageError(
      `--network: '${other}' is not 'all'; --allow-connect HOST:PORT and its like grant less`,
    );
  }
  if (network.length > 0) {
    if (given.all("block-networks").length > 0)
      throw new UsageError(
        "--network=all refuses nothing; --block-networks goes with --allow-connect '*:*' and its like",
      );
    return { options: "all", names: names.map((name) => given.spelling(name)) };
  }
  return {
    names: names.map((name) => given.spelling(name)),
    options: {
      connect: given.all("allow-connect"),
      listen: given.all("allow-listen"),
      udp: given.all("allow-udp"),
      lookup: given.all("allow-lookup"),
      http: given.all("allow-http"),
      blockNetworks: given.all("block-networks"),
    },
  };
}

/** The command's name of an option of the hosts. */
export const FLAG_OF: Readonly<Record<string, Name>> = {
  connect: "allow-connect",
  listen: "allow-listen",
  udp: "allow-udp",
  lookup: "allow-lookup",
  http: "allow-http",
  blockNetworks: "block-networks",
};
