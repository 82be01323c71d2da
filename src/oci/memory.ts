// How much of a container's memory the guest may have: what Node needs is taken off first, so that the guest meets its
// own limit, with a line that says so, before the kernel ends the whole process without a word.
// Owns the arithmetic and its messages.

import { Refusal } from "./refusal.ts";

const MIB = 2 ** 20;
/** What Node takes for itself: 39 MiB measured on Node 20 with a module of 100 KB. */
const NODE = 40 * MIB;
/** Left free unless asked for: code of larger modules, buffers, what is not collected yet. */
const MARGIN = 8 * MIB;
/**
 * A server's requests share Node's heap with the code of all components, so half of the rest is Node's: one component of 300 KB with
 * four requests at a time ended Node in a heap of 24 MiB, and fitted in one of 32.
 */
const SERVERS_SHARE = 0.5;
/** With less there is nothing left for a guest. */
const LEAST_LIMIT = NODE + MARGIN;
/** What a guest has where the rest is smaller. */
const LEAST_GUEST = MIB;

/** The guest's share, in bytes. */
export interface GuestMemory {
  readonly byDefault: number;
  readonly most: number;
  /** The container's limit. */
  readonly limit: number;
}

/** `64Mi`, as pods write it; rounded up, as it is a number to write. */
export function inMebibytes(bytes: number): string {
  return `${Math.ceil(bytes / MIB)}Mi`;
}

/**
 * The guest's share of a container's limit; `undefined` where there is no limit (absent, zero, negative, or a number beyond
 * all memory). Throws Refusal for a limit that is too low.
 * @param isServer whether there are guests for each of many requests
 */
export function guestMemory(limit: number | undefined, isServer: boolean): GuestMemory | undefined {
  if (limit === undefined || !(limit > 0) || limit >= 2 ** 50) return undefined;
  if (limit < LEAST_LIMIT) {
    throw new Refusal(
      "limit",
      `the container's memory limit of ${inMebibytes(limit)} is too low: Node itself takes about 39Mi; write ${inMebibytes(LEAST_LIMIT)} or more`,
    );
  }
  const rest = Math.floor((limit - NODE - MARGIN) * (isServer ? SERVERS_SHARE : 1));
  return { byDefault: Math.max(rest, LEAST_GUEST), most: limit - NODE, limit };
}

/**
 * What `--max-memory` is to say.
 * @param asked in bytes, by annotation
 * @param declared what the module's memories have from the start, in bytes
 * @throws Refusal when either is more than there can be
 */
export function memoryFlag(
  share: GuestMemory | undefined,
  asked: number | undefined,
  declared: number,
): number | undefined {
  const allowed = asked ?? share?.byDefault;
  if (share !== undefined && allowed !== undefined && allowed > share.most) {
    throw new Refusal(
      "annotation",
      `annotation wasmeter.dev/max-memory: a limit of ${inMebibytes(share.limit)} leaves at most ${inMebibytes(share.most)}; for more write limits.memory: ${inMebibytes(allowed + NODE)}`,
    );
  }
  if (allowed !== undefined && declared > allowed) {
    const annotated = `the annotation wasmeter.dev/max-memory: ${inMebibytes(declared)}B`;
    const enough = `limits.memory: ${inMebibytes(declared + NODE + MARGIN)}`;
    const advice =
      share === undefined
        ? `write ${annotated}`
        : asked !== undefined
          ? `write ${annotated.replace("the annotation ", "")} and ${enough}`
          : declared <= share.most
            ? `write ${enough}, or ${annotated}`
            : `write ${enough}`;
    throw new Refusal(
      "memory",
      `the module declares ${inMebibytes(declared)} of memory and may have ${Math.floor(allowed / MIB)}Mi${share === undefined ? "" : ` of the container's ${inMebibytes(share.limit)}`}; ${advice}`,
    );
  }
  return allowed;
}

/**
 * Below, what V8 compiles while it serves may take the rest: a Rust component of 300 KB was ended by the kernel after 30 requests of 64Mi
 * and of 72Mi, and not of 80Mi and 96Mi.
 */
const ENOUGH_FOR_SERVERS = 96 * MIB;

/** What is to be said of a server's share; `undefined` if nothing is. */
export function serversNote(share: GuestMemory | undefined): string | undefined {
  if (share === undefined || share.limit >= ENOUGH_FOR_SERVERS) return undefined;
  return `a server under a memory limit of ${inMebibytes(share.limit)} may be ended by the kernel while it works; write limits.memory: 128Mi`;
}

/** V8 needs so much for the engine itself; with less it gives up while it loads a module. */
const LEAST_HEAP = 24 * MIB;
/** What Node takes outside of V8's heap and the guest's memory. */
const OUTSIDE = 24 * MIB;

/**
 * Node's flags for a container. V8 judges by its heap's bound when buffers that are not used any more are worth collecting: a guest
 * that grew to 24 MiB in steps peaked at 70 MiB without one, and at 58 MiB with one of 24 MiB.
 * @param guest bytes that the guest may have
 */
export function nodeFlags(share: GuestMemory | undefined, guest: number | undefined): string[] {
  // The young generation's 16 MiB are no room that a container has to spare.
  const flags = ["--max-semi-space-size=1"];
  if (share === undefined || guest === undefined) return flags;
  const heap = Math.max(LEAST_HEAP, share.limit - guest - OUTSIDE);
  return [...flags, `--max-old-space-size=${Math.floor(heap / MIB)}`];
}
