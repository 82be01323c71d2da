// The errors with which the command itself turns something down, before any guest runs.
// Owns the classes only; report-error.ts says how they are printed and with which status.

/** The command line cannot be understood: exit status 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A file cannot be used (missing, a directory, not a module …): exit status 1. The message is one clear line. */
export class InputError extends Error {
  override name = "InputError";
}

/** There is no such file; it may have been meant for a command. */
export class MissingFileError extends InputError {
  /** As it was given. */
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** Whoever reads our standard output has gone away: the command ends without another word. */
export class ClosedOutputError extends Error {
  override name = "ClosedOutputError";

  constructor() {
    super("standard output is closed");
  }
}
