// Two guests talk through a queue of the host's with room for three numbers. Each waits where it must.
//
//   npm run build && node examples/async-queue.mjs

import { readFile } from "node:fs/promises";
import { Engine, Linker, Module, Store } from "wasmeter";

/** Holds at most `capacity` values; sending waits for room, receiving for a value. */
class Queue {
  #values = [];
  #capacity;
  #wake = [];

  constructor(capacity) {
    this.#capacity = capacity;
  }

  async send(value) {
    while (this.#values.length === this.#capacity) await this.#change();
    this.#values.push(value);
    this.#changed();
  }

  async receive() {
    while (this.#values.length === 0) await this.#change();
    const value = this.#values.shift();
    this.#changed();
    return value;
  }

  #change() {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #changed() {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

const engine = new Engine();
const module = new Module(engine, await readFile(new URL("async-queue.wasm", import.meta.url)));
const queue = new Queue(3);
const linker = new Linker(engine)
  .func("queue", "send", { params: ["i32"], results: [] }, (_, value) => queue.send(value))
  .func("queue", "receive", { params: [], results: ["i32"] }, () => queue.receive());

const store = new Store(engine);
const [producer, consumer] = [linker.instantiate(store, module), linker.instantiate(store, module)];
const [, sum] = await Promise.all([producer.callAsync("produce", [1000]), consumer.callAsync("consume")]);

console.log("sum:", sum);
// → sum: 500500
