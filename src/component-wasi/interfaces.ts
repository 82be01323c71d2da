// Every interface of WASI 0.2, and those of 0.3 that there are, by its name, and how they are defined in a linker.

import { cliDefinitions } from "./cli.ts";
import { monotonicClockDefinitions, timezoneDefinitions, wallClockDefinitions } from "./clocks.ts";
import type { ComponentLinkerLike } from "./engine.ts";
import { filesystemDefinitions } from "./filesystem/descriptor.ts";
import { httpDefinitions, httpDefinitions3 } from "./http/definitions.ts";
import { IoError } from "./io/error.ts";
import { pollDefinitions } from "./io/poll.ts";
import { streamsDefinitions } from "./io/streams.ts";
import { insecureDefinitions, insecureSeedDefinitions, randomDefinitions } from "./random.ts";
import { socketsDefinitions } from "./sockets/network.ts";
import type { WasiState } from "./state.ts";

/** Satisfies imports of each 0.2 version: they differ by what was added, and all of it is there. */
export const VERSION = "0.2.12";

/** Of WASI 0.3, of which there is what handlers of requests need. */
export const VERSION_3 = "0.3.0";

type Definitions = Readonly<Record<string, unknown>>;

/** The functions and classes of each interface, by package and interface: `io/streams`. */
export function interfaces(stateOf: () => WasiState): ReadonlyMap<string, Definitions> {
  const table = new Map<string, Definitions>();
  const add = (packageName: string, definitions: Readonly<Record<string, Definitions>>): void => {
    for (const [name, functions] of Object.entries(definitions))
      table.set(`${packageName}/${name}`, functions);
  };
  add("io", {
    error: { Error: IoError },
    poll: pollDefinitions(stateOf),
    streams: streamsDefinitions(),
  });
  add("cli", cliDefinitions(stateOf));
  add("clocks", {
    "monotonic-clock": monotonicClockDefinitions(stateOf),
    "wall-clock": wallClockDefinitions(stateOf),
    timezone: timezoneDefinitions(stateOf),
  });
  add("random", {
    random: randomDefinitions(stateOf),
    insecure: insecureDefinitions(stateOf),
    "insecure-seed": insecureSeedDefinitions(stateOf),
  });
  add("filesystem", filesystemDefinitions(stateOf));
  add("sockets", socketsDefinitions(stateOf));
  add("http", httpDefinitions(stateOf));
  return table;
}

/** Defines all interfaces in a linker. */
export function defineInterfaces(linker: ComponentLinkerLike, stateOf: () => WasiState): void {
  for (const [name, definitions] of interfaces(stateOf))
    linker.instance(`wasi:${name}@${VERSION}`, definitions);
  for (const [name, definitions] of Object.entries(httpDefinitions3(stateOf)))
    linker.instance(`wasi:http/${name}@${VERSION_3}`, definitions);
}
