// The commands that there are, in the order in which help lists them. The first one is what is meant when none is named.

import type { Command } from "../command.ts";
import { completions } from "./completions.ts";
import { disassemble } from "./disassemble.ts";
import { help } from "./help.ts";
import { image } from "./image.ts";
import { inspect } from "./inspect.ts";
import { kubernetes } from "./kubernetes.ts";
import { run } from "./run.ts";
import { serve } from "./serve.ts";
import { types } from "./types.ts";
import { up, watch } from "./up.ts";
import { validate } from "./validate.ts";

export const COMMANDS: readonly Command[] = [
  run,
  serve,
  up,
  watch,
  validate,
  inspect,
  disassemble,
  types,
  image,
  kubernetes,
  completions,
  help,
];
