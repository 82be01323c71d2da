// What is wrong with a manifest, with file, line and key. All of it is told at once.
// Owns the collection and its texts; what is a problem is decided elsewhere.

import { printable, shownName } from "../printable.ts";

export interface Problem {
  /** From 1; `undefined` for the file as a whole. */
  readonly line: number | undefined;
  /** E.g. `component.hello.source`. */
  readonly key: string | undefined;
  readonly message: string;
}

/** The manifest, or something else of the application, cannot be used. */
export class ManifestError extends Error {
  override name = "ManifestError";
  readonly file: string;
  /** In the order of the lines; at least one. */
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super(problems.map((problem) => problemText(file, problem)).join("\n"));
    this.file = file;
    this.problems = problems;
  }
}

/** `spin.toml:12: component.hello.source: …` */
export function problemText(file: string, { line, key, message }: Problem): string {
  // An application that was made of one file has no manifest to point at.
  if (file === "") return message.split("\n").map(printable).join("\n");
  const place = line === undefined ? printable(file) : `${printable(file)}:${line}`;
  const text = message.split("\n").map(printable).join("\n");
  return `${place}: ${key === undefined ? "" : `${shownName(key)}: `}${text}`;
}

/** A manifest can hold any number of mistakes; nobody reads more at once. */
const MOST_PROBLEMS = 50;

export class Problems {
  readonly file: string;
  readonly #errors: Problem[] = [];
  readonly #warnings: Problem[] = [];

  constructor(file: string) {
    this.file = file;
  }

  error(line: number | undefined, key: string | undefined, message: string): void {
    this.#errors.push({ line, key, message });
  }

  /** Something that is left out, or means something else here. */
  warn(line: number | undefined, key: string | undefined, message: string): void {
    this.#warnings.push({ line, key, message });
  }

  get warnings(): readonly Problem[] {
    return inOrder(this.#warnings);
  }

  /** @throws ManifestError if there was an error */
  throwIfAny(): void {
    if (this.#errors.length === 0) return;
    const problems = inOrder(this.#errors);
    const rest = problems.length - MOST_PROBLEMS;
    const shown = problems.slice(0, MOST_PROBLEMS);
    if (rest > 0) shown.push({ line: undefined, key: undefined, message: `and ${rest} more problems` });
    throw new ManifestError(this.file, shown);
  }
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
