// Whether a descriptor of the process is a terminal. Owns the look before Node's own answer, whose module is one of the larger ones.

import { fstatSync } from "node:fs";
import { isatty } from "node:tty";

export function isTerminal(fd: number): boolean {
  try {
    if (!fstatSync(fd).isCharacterDevice()) return false;
  } catch {
    // It is closed, or of a kind that this system does not tell.
  }
  return isatty(fd);
}
