// Standard output of a WAGI guest: its head, then its body, into an Answer. What is no answer ends the guest.

import { type OutputStream, WasiError } from "../../wasi/index.ts";
import type { Answer } from "../answer.ts";
import { HeadReader } from "./head.ts";

export class WagiOutput implements OutputStream {
  readonly #answer: Answer;
  /** Until the head is whole. */
  #head: HeadReader | undefined = new HeadReader();

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  /** Bytes of a head that has not ended; `undefined` once it has. */
  get bytesOfHead(): number | undefined {
    return this.#head?.length;
  }

  get ready(): boolean {
    return this.#head !== undefined || this.#answer.ready;
  }

  whenReady(): Promise<void> {
    return this.ready ? Promise.resolve() : this.#answer.whenReady();
  }

  /** @throws WasiError `pipe` when the client has left; InvalidAnswerError, which no guest can catch */
  write(bytes: Uint8Array): number {
    if (this.#answer.isOver) throw new WasiError("pipe");
    if (!this.ready) return 0;
    if (this.#head === undefined) this.#answer.write(bytes);
    else {
      const end = this.#head.take(bytes);
      if (end !== undefined) {
        const { status, headers } = this.#head.head();
        this.#head = undefined;
        this.#answer.start(status, headers);
        this.#answer.write(bytes.subarray(end));
      }
    }
    return bytes.length;
  }
}
