// A process that executes SQL, from the server's side: started, asked, ended. sql-program.ts is what runs in it.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FromSql, ToSql } from "./sql-messages.ts";

/** The process has ended before it answered. */
export class SqlProcessError extends Error {
  override name = "SqlProcessError";
}

/** SQLite's memory is its own; of JavaScript there are the results alone. */
const NODE_OPTIONS = ["--max-old-space-size=128", "--max-semi-space-size=2"];

interface Waiting {
  resolve(answer: FromSql): void;
  reject(error: Error): void;
}

export class SqlProcess {
  readonly #child: ChildProcess;
  /** Answers come in the order of the messages. */
  readonly #waiting: Waiting[] = [];
  #isGone = false;

  /** @param path of the database; `undefined` for one in memory, which is gone with the process */
  constructor(path: string | undefined) {
    this.#child = fork(fileURLToPath(new URL("./sql-program.js", import.meta.url)), [path ?? ""], {
      execArgv: [...process.execArgv, ...NODE_OPTIONS],
      // Integers of 64 bits, and bytes as they are.
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#child.on("message", (answer: FromSql) => this.#waiting.shift()?.resolve(answer));
    this.#child.on("error", (error) => this.#end(error.message));
    this.#child.on("exit", (status, signal) => this.#end(signal ?? `status ${status}`));
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whether an answer is due. */
  get isBusy(): boolean {
    return this.#waiting.length > 0;
  }

  /** @throws SqlProcessError, by rejecting, when it ends before it has answered */
  ask(message: ToSql): Promise<FromSql> {
    return new Promise((resolve, reject) => {
      if (this.#isGone) return reject(new SqlProcessError("the process of the database has ended"));
      this.#waiting.push({ resolve, reject });
      // Where it cannot be sent, the process is about to be gone.
      this.#child.send(message, () => {});
    });
  }

  /** Whether the server's own process stays for it. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#child.ref();
    else this.#child.unref();
    if (isHeld) this.#child.channel?.ref();
    else this.#child.channel?.unref();
  }

  /** It ends by itself, with everything in the database's file. */
  finish(): void {
    if (this.#child.connected) this.#child.disconnect();
    this.#end("it was let go of");
  }

  kill(): void {
    this.#child.kill("SIGKILL");
    this.#end("SIGKILL");
  }

  #end(how: string): void {
    this.#isGone = true;
    const what = how === "SIGKILL" ? "it took too much memory or disk, or was stopped" : how;
    for (const { reject } of this.#waiting.splice(0))
      reject(new SqlProcessError(`the process of the database has ended: ${what}`));
  }
}
