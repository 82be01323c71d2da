// Carries out calls in this thread, each in an instance of its own.
// Owns the idle instances.

import type { Backend, Job, Outcome } from "./backend.ts";
import { type PluginObserver, tell } from "./events.ts";
import type { Runner } from "./runner.ts";
import { Sandbox, SetupFailure } from "./sandbox.ts";
import type { Template } from "./template.ts";

export class LocalBackend implements Backend {
  readonly capacity: number;
  readonly runner: Runner;
  readonly #template: Template;
  readonly #observer: PluginObserver | undefined;
  readonly #idle: Sandbox[] = [];
  readonly #running = new Set<Sandbox>();
  #instances = 0;
  #isClosed = false;

  constructor(template: Template, runner: Runner, capacity: number, observer: PluginObserver | undefined) {
    this.#template = template;
    this.runner = runner;
    this.capacity = capacity;
    this.#observer = observer;
  }

  async run(job: Job): Promise<Outcome> {
    let sandbox = this.#idle.pop();
    if (sandbox === undefined) {
      sandbox = new Sandbox(this.#template, this.runner);
      this.#running.add(sandbox);
      try {
        await sandbox.make(job);
      } catch (error) {
        this.#running.delete(sandbox);
        if (!(error instanceof SetupFailure)) throw error;
        const { failure, logs } = error;
        return { failure, logs, output: undefined, fuelConsumed: 0n, memoryBytes: 0 };
      }
      this.#instances++;
      this.#tell("made");
    }
    this.#running.add(sandbox);
    const outcome = await sandbox.run(job);
    this.#running.delete(sandbox);
    if (!this.#isClosed && sandbox.renew(outcome.failure)) this.#idle.push(sandbox);
    else this.#discard(sandbox);
    return outcome;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const sandbox of this.#running) sandbox.cancel();
    for (const sandbox of this.#idle.splice(0)) this.#discard(sandbox);
  }

  #discard(sandbox: Sandbox): void {
    sandbox.close();
    this.#instances--;
    this.#tell("discarded");
  }

  #tell(change: "made" | "discarded"): void {
    tell(this.#observer, { type: "instance", change, instances: this.#instances });
  }
}
