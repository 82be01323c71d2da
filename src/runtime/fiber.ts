// A fiber: frames of a guest that stand by themselves, beside those of whoever has made it.
// Owns the name by which hosts speak of one. What its frames are is the interpreter's affair.

/**
 * A raw host function makes one (`HostMachine.startFiber`), and a host frame asks to change to one: the frame goes on when
 * another fiber changes back. An execution runs one fiber at a time, and one that stands belongs to its store: any execution
 * there can go on in it.
 */
export class Fiber {
  /** The interpreter's: its frames, while those of another fiber run. */
  frames: unknown;
  /** Its host frame has asked for its last change: it is given up by that. */
  isOver = false;
  /** Gives it up where it stands, by `error`, which its host frames are told; not while it runs. */
  drop: ((error: unknown) => void) | undefined;
  /**
   * An error has ended it where it ran, and its host frames have been told: where its execution goes on, and whether what stands there
   * ends by that too. `undefined`: the execution ends.
   */
  failed: ((error: unknown) => Failure) | undefined;
}

export interface Failure {
  readonly fiber: Fiber;
  readonly isBroken: boolean;
}
