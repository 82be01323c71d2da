// An answer on its way: checks what a guest gives as one, gathers small pieces, and says when there is room for more.
// Owns the rules of an answer (RFC 9110); how it reaches the client is the transport's affair.

import { InvalidAnswerError } from "./handler.ts";
import { CONNECTION_HEADERS, isHeaderName, isHeaderValue } from "./header-rules.ts";
import type { HeaderList } from "./request.ts";

/** Where an answer goes: a socket, a Response. */
export interface Transport {
  /** Whether more bytes may be sent now. */
  readonly ready: boolean;
  /** Resolves when it is ready, or nothing more will arrive. */
  whenReady(): Promise<void>;
  /** @param length bytes of the body, if known: 0 and no `write` for none */
  head(status: number, headers: HeaderList, length: number | undefined): void;
  /** The bytes are the transport's from now on. */
  write(chunk: Uint8Array): void;
  end(trailers: HeaderList): void;
  /** Breaks off, so that the client sees that the answer is not whole. */
  abort(): void;
}

/** Bytes that are gathered before they are sent. */
const GATHERED = 64 * 1024;
/** UTF-16 units of all names and values of a head. Node's own parser allows clients 16 KiB by default. */
const LARGEST_HEAD = 256 * 1024;

export class Answer {
  readonly #transport: Transport;
  readonly #isHead: boolean;
  #status: number | undefined;
  #headers: HeaderList = [];
  /** What the guest has announced. */
  #length: number | undefined;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #scheduled: ReturnType<typeof setImmediate> | undefined;
  #bytes = 0;
  #state: "new" | "held" | "sent" | "over" = "new";
  #aborted = false;

  /** @param isHead whether the request was HEAD, so that no body is sent */
  constructor(transport: Transport, isHead: boolean) {
    this.#transport = transport;
    this.#isHead = isHead;
  }

  /** What was sent, or is about to be. */
  get status(): number | undefined {
    return this.#status;
  }

  /** Bytes of the body so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether another answer can still take its place. */
  get isReplaceable(): boolean {
    return this.#state === "new" || this.#state === "held";
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  /** Whether it was broken off. */
  get isAborted(): boolean {
    return this.#aborted;
  }

  /** Whether {@link write} has room. */
  get ready(): boolean {
    return this.#gatheredBytes < GATHERED && (this.#state !== "sent" || this.#transport.ready);
  }

  async whenReady(): Promise<void> {
    if (this.#gatheredBytes >= GATHERED) this.#flush();
    if (!this.ready) await this.#transport.whenReady();
  }

  /** Begins it. @throws InvalidAnswerError for what HTTP does not allow, with nothing sent */
  start(status: number, headers: HeaderList): void {
    if (this.#state !== "new") throw new InvalidAnswerError("the guest has answered twice");
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      throw new InvalidAnswerError(`the status ${status} is none of an answer; those are 200 to 599`);
    }
    const { kept, length } = checkHeaders(headers);
    this.#headers = kept;
    this.#length = hasNoBody(status) ? undefined : length;
    this.#status = status;
    this.#state = "held";
  }

  /** Bytes of the body: a copy is made. @throws InvalidAnswerError for more than were announced */
  write(bytes: Uint8Array): void {
    if (this.#state === "new") throw new InvalidAnswerError("a body without a head");
    if (this.#state === "over" || bytes.length === 0) return;
    this.#bytes += bytes.length;
    if (this.#length !== undefined && this.#bytes > this.#length) {
      throw new InvalidAnswerError(`the body is longer than its Content-Length, ${this.#length}`);
    }
    if (this.#isBodiless) return;
    this.#gathered.push(bytes.slice());
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= GATHERED) this.#flush();
    // What a guest writes before the event loop turns goes out as one.
    else this.#scheduled ??= setImmediate(() => this.#flush());
  }

  /**
   * The guest has nothing to add.
   * @throws InvalidAnswerError for fewer bytes than were announced, and for trailers that HTTP does not allow
   */
  end(given: HeaderList = []): void {
    if (this.#state === "new") throw new InvalidAnswerError("the guest has not answered");
    if (this.#state === "over") return;
    const { kept: trailers } = checkHeaders(given);
    if (this.#length !== undefined && this.#bytes < this.#length && !this.#isHead) {
      throw new InvalidAnswerError(
        `the body has ${this.#bytes} bytes, and its Content-Length says ${this.#length}`,
      );
    }
    if (this.#state === "held") {
      // All of it is there: its length is known, unless trailers need chunks.
      const announced = this.#length ?? (trailers.length > 0 ? undefined : this.#bytes);
      this.#sendHead(announced);
    }
    this.#sendGathered();
    this.#state = "over";
    this.#transport.end(this.#isBodiless ? [] : trailers);
  }

  /** Ends it as broken. Does nothing at its end. */
  abort(): void {
    if (this.#state === "over") return;
    this.#unschedule();
    this.#state = "over";
    this.#aborted = true;
    this.#transport.abort();
  }

  /** Gives up what was held, so that another answer can be started. */
  discard(): void {
    if (!this.isReplaceable) throw new Error("the answer has been sent");
    this.#unschedule();
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#bytes = 0;
    this.#length = undefined;
    this.#status = undefined;
    this.#state = "new";
  }

  get #isBodiless(): boolean {
    return this.#isHead || (this.#status !== undefined && hasNoBody(this.#status));
  }

  #flush(): void {
    this.#unschedule();
    if (this.#state === "held") this.#sendHead(this.#length);
    this.#sendGathered();
  }

  #unschedule(): void {
    if (this.#scheduled !== undefined) clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
  }

  #sendHead(length: number | undefined): void {
    this.#unschedule();
    this.#state = "sent";
    const status = this.#status ?? 500;
    this.#transport.head(status, this.#headers, hasNoBody(status) ? 0 : length);
  }

  #sendGathered(): void {
    const [first] = this.#gathered;
    if (first === undefined) return;
    const chunk = this.#gathered.length === 1 ? first : Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#transport.write(chunk);
  }
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 304;
}

/** Drops what is the connection's affair. @throws InvalidAnswerError */
function checkHeaders(headers: HeaderList): { kept: HeaderList; length: number | undefined } {
  const kept: (readonly [string, string])[] = [];
  let length: number | undefined;
  let size = 0;
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!isHeaderName(name)) throw new InvalidAnswerError(`${JSON.stringify(name)} is no name of a header`);
    if (!isHeaderValue(value)) {
      throw new InvalidAnswerError(`the header ${name} has a value with characters that HTTP does not allow`);
    }
    size += name.length + value.length;
    if (size > LARGEST_HEAD) {
      throw new InvalidAnswerError(`the headers have more than ${LARGEST_HEAD} characters together`);
    }
    if (lower === "content-length") {
      const bytes = /^\d{1,15}$/.test(value.trim()) ? Number(value) : Number.NaN;
      if (Number.isNaN(bytes) || (length !== undefined && length !== bytes)) {
        throw new InvalidAnswerError(`the Content-Length ${JSON.stringify(value)} is no length`);
      }
      length = bytes;
    } else if (!CONNECTION_HEADERS.has(lower)) kept.push([name, value]);
  }
  return { kept, length };
}
