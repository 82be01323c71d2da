// What the command understands, for whoever checks annotations: asked of the commands' own tables, so that an annotation
// and an option cannot differ.
// Owns that bridge. Loaded only where there is something to check.

import { optionText } from "../../oci/annotations.ts";
import type { CommandFacts } from "../../oci/rewrite.ts";
import { parseCommandLine } from "../args/options.ts";
import { readRunOptions } from "../args/run-options.ts";
import { parseMemoryLimit } from "../args/units.ts";
import { readUpOptions } from "../args/up-options.ts";
import { allOptions, type Command } from "../command.ts";
import { COMMANDS } from "../commands/index.ts";
import { readServeSettings } from "../commands/serve.ts";
import { UsageError } from "../usage-error.ts";

function named(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name);
}

export const commandFacts: CommandFacts = {
  has: (command) => named(command) !== undefined,
  hasOption: (name, option) => {
    const command = named(name);
    return command !== undefined && Object.hasOwn(allOptions(command), option);
  },
  faultOf: (name, option) => {
    const command = named(name);
    try {
      if (command === undefined) return undefined;
      const line = parseCommandLine(allOptions(command), [optionText(option), "--", "program"], true);
      if (name === "run") readRunOptions(line);
      else if (name === "serve") readServeSettings(line, {});
      else readUpOptions(line, {});
      return undefined;
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
  },
  parseSize: parseMemoryLimit,
};
