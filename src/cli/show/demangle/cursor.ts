// A cursor over a mangled name, with bounds on what a name that was made to hurt can cost.
// Owns those bounds and the pieces that both schemes share: numbers and identifiers.

/** What a name cannot be read for; the mangled name is shown then. */
export class NotMangledError extends Error {
  override name = "NotMangledError";
}

/** Names refer to parts of themselves, and so can stand for text of exponential length. */
const MOST_STEPS = 5_000;
/** Nesting, on the JavaScript stack. */
const MOST_NESTING = 100;
const LONGEST_TEXT = 10_000;

/** Reads a mangled name forward. Every failure is a {@link NotMangledError}. */
export class Cursor {
  readonly text: string;
  at: number;
  #steps = 0;
  #nesting = 0;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  fail(): never {
    throw new NotMangledError("not a mangled name");
  }

  /** The next character, or `""` at the end. */
  peek(): string {
    return this.text.charAt(this.at);
  }

  take(): string {
    const char = this.peek();
    if (char === "") this.fail();
    this.at++;
    return char;
  }

  /** Moves past `prefix` if it comes next. */
  skip(prefix: string): boolean {
    if (!this.text.startsWith(prefix, this.at)) return false;
    this.at += prefix.length;
    return true;
  }

  expect(prefix: string): void {
    if (!this.skip(prefix)) this.fail();
  }

  isDigit(): boolean {
    const next = this.peek();
    return next >= "0" && next <= "9" && next !== "";
  }

  /** A decimal number. No number begins with 0 but 0 itself, so that two may stand side by side. */
  decimal(): number {
    if (!this.isDigit()) this.fail();
    if (this.skip("0")) return 0;
    let value = 0;
    while (this.isDigit()) {
      value = 10 * value + Number(this.take());
      if (value > LONGEST_TEXT) this.fail();
    }
    return value;
  }

  /** So many characters. */
  chars(count: number): string {
    const start = this.at;
    this.at += count;
    if (this.at > this.text.length) this.fail();
    return this.text.slice(start, this.at);
  }

  /** Runs `read` one level deeper. */
  nested<T>(read: () => T): T {
    if (++this.#steps > MOST_STEPS || ++this.#nesting > MOST_NESTING) this.fail();
    const result = read();
    this.#nesting--;
    return result;
  }

  /** The text, if it has not grown too long. */
  bounded(text: string): string {
    if (text.length > LONGEST_TEXT) this.fail();
    return text;
  }
}
