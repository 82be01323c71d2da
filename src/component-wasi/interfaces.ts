// Every interface of WASI 0.2, and those of 0.3 that there are, by its name, and how they are defined in a linker.

import { cliDefinitions } from "./cli.ts";
import { monotonicClockDefinitions, timezoneDefinitions, wallClockDefinitions } from "./clocks.ts";
import type { ComponentLinkerLike } from "./engine.ts";
import { filesystemDefinitions } from "./filesystem/descriptor.ts";
import { httpDefinitions } from "./http/definitions.ts";
import { IoError } from "./io/error.ts";
import { pollDefinitions } from "./io/poll.ts";
import { streamsDefinitions } from "./io/streams.ts";
import { cliDefinitions3 } from "./p3/cli.ts";
import { clocksDefinitions3 } from "./p3/clocks.ts";
import { filesystemDefinitions3 } from "./p3/filesystem.ts";
import { httpDefinitions3 } from "./p3/http.ts";
import { socketsDefinitions3 } from "./p3/sockets.ts";
import { randomDefinitions } from "./random.ts";
import { socketsDefinitions } from "./sockets/network.ts";
import type { WasiState } from "./state.ts";

/** Satisfies imports of each 0.2 version: they differ by what was added, and all of it is there. */
export const VERSION = "0.2.12";

export const VERSION_3 = "0.3.0";

type Definitions = Readonly<Record<string, unknown>>;

/** The functions and classes of each interface of 0.2, by package and interface: `io/streams`. */
export function interfaces(stateOf: () => WasiState): ReadonlyMap<string, Definitions> {
  return byName({
    io: {
      error: { Error: IoError },
      poll: pollDefinitions(stateOf),
      streams: streamsDefinitions(),
    },
    cli: cliDefinitions(stateOf),
    clocks: {
      "monotonic-clock": monotonicClockDefinitions(stateOf),
      "wall-clock": wallClockDefinitions(stateOf),
      timezone: timezoneDefinitions(stateOf),
    },
    random: randomDefinitions(stateOf, "0.2"),
    filesystem: filesystemDefinitions(stateOf),
    sockets: socketsDefinitions(stateOf),
    http: httpDefinitions(stateOf),
  });
}

/** The same of 0.3. */
export function interfaces3(stateOf: () => WasiState): ReadonlyMap<string, Definitions> {
  return byName({
    cli: cliDefinitions3(stateOf),
    clocks: clocksDefinitions3(stateOf),
    random: randomDefinitions(stateOf, "0.3"),
    filesystem: filesystemDefinitions3(stateOf),
    sockets: socketsDefinitions3(stateOf),
    http: httpDefinitions3(stateOf),
  });
}

function byName(
  packages: Readonly<Record<string, Readonly<Record<string, Definitions>>>>,
): ReadonlyMap<string, Definitions> {
  const table = new Map<string, Definitions>();
  for (const [packageName, definitions] of Object.entries(packages)) {
    for (const [name, functions] of Object.entries(definitions))
      table.set(`${packageName}/${name}`, functions);
  }
  return table;
}

/** Defines all interfaces in a linker. */
export function defineInterfaces(linker: ComponentLinkerLike, stateOf: () => WasiState): void {
  for (const [name, definitions] of interfaces(stateOf))
    linker.instance(`wasi:${name}@${VERSION}`, definitions);
  for (const [name, definitions] of interfaces3(stateOf))
    linker.instance(`wasi:${name}@${VERSION_3}`, definitions);
}
