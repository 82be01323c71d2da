// The command inside a container: the pod's variables under their own names, what is to be noted first, and an exit status
// for each kind of failure, as all that Kubernetes keeps of an ended container is its status and its log.
// Owns that much; the rest is the command's.

import { guestVariables } from "../../oci/grants.ts";
import { printable } from "../../printable.ts";
import type { Reason } from "../classify-error.ts";
import { main } from "../dispatch.ts";
import { processIo } from "../io.ts";
import { splitNotes } from "./notes.ts";

/** Instead of 1 and 2, which are the guest's most of the time. Numbers of sysexits.h where it has one. */
const STATUSES: Partial<Record<Reason, number>> = {
  usage: 64,
  malformed: 65,
  input: 66,
  invalid: 67,
  link: 69,
};

/** Runs what stands behind the notes, and gives the exit status. */
export function runInContainer(words: readonly string[]): Promise<number> {
  const { notes, command } = splitNotes(words);
  const own = processIo();
  const io = { ...own, env: guestVariables(own.env) };
  for (const note of notes) io.stderr.write(`wasmeter: note: ${printable(note)}\n`);
  return main(command, io, STATUSES);
}
