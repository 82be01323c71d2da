// The frames of a guest that was stopped, as people read them: names demangled and cut, repetitions folded.

import type { BacktraceFrame } from "../../errors.ts";
import { MAX_FRAMES } from "../../interp/run/backtrace.ts";
import { shownName } from "../../printable.ts";
import { demangle } from "./demangle/index.ts";

/** Lines that are shown. */
const MOST_LINES = 40;

/** Recursion goes round in cycles of so many frames at most, as far as it is looked for. */
const LONGEST_CYCLE = 8;

/** A cycle is folded when it would be shown more often. */
const SHOWN_TURNS = 2;

function frameLine({ moduleName, funcIdx, functionName, offset }: BacktraceFrame): string {
  const name = functionName === undefined ? `func[${funcIdx}]` : shownName(demangle(functionName));
  const module = moduleName === undefined ? "" : `${shownName(moduleName)}!`;
  const index = functionName === undefined || offset === undefined ? "" : ` (func[${funcIdx}])`;
  const place = offset === undefined ? " (host)" : ` @ 0x${offset.toString(16)}`;
  return `    at ${module}${name}${index}${place}`;
}

/** How often the `period` lines at `start` stand there one after the other. */
function turns(lines: readonly string[], start: number, period: number): number {
  let same = 0;
  while (start + period + same < lines.length && lines[start + period + same] === lines[start + same]) same++;
  return 1 + Math.floor(same / period);
}

/** The lines with what repeats itself told once. */
function* folded(lines: readonly string[]): Generator<string, void> {
  for (let i = 0; i < lines.length; ) {
    let period = 1;
    while (period < LONGEST_CYCLE && turns(lines, i, period) <= SHOWN_TURNS) period++;
    const times = turns(lines, i, period);
    if (times <= SHOWN_TURNS) {
      yield lines[i++] ?? "";
      continue;
    }
    yield* lines.slice(i, i + period);
    yield `    … ${period === 1 ? "this frame" : `these ${period} frames`} ${times - 1} more times`;
    i += period * times;
  }
}

/** The frames, innermost first, one per line, each with its line end. */
export function formatBacktrace(frames: readonly BacktraceFrame[]): string {
  const lines = [...folded(frames.map(frameLine))];
  const shown = lines.slice(0, MOST_LINES);
  // Of a deep recursion the engine keeps the innermost frames only: how many there are more is not known.
  if (lines.length > MOST_LINES || frames.length >= MAX_FRAMES) shown.push("    … more frames");
  return shown.map((line) => `${line}\n`).join("");
}
