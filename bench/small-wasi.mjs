// As much of WASI preview1 as the measured programs use, over the JS API of any engine: arguments, standard streams, clock, exit.
// Owns nothing else; what a program asks for besides is answered with `nosys`.

import { randomFillSync } from "node:crypto";

const SUCCESS = 0;
const BADF = 8;
const NOSYS = 52;

class Exit extends Error {
  constructor(status) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** Runs a command, a module of the namespace `engine`; returns what it wrote to its standard output. */
export function runCommand(engine, module, args, stdin) {
  const output = [];
  let memory;
  let read = 0;
  const view = () => new DataView(memory.buffer);
  const bytesAt = (at, length) => new Uint8Array(memory.buffer, at, length);
  const list = args.map((arg) => Buffer.from(`${arg}\0`));
  const vectors = (at, count) =>
    Array.from({ length: count }, (_, k) =>
      bytesAt(view().getUint32(at + 8 * k, true), view().getUint32(at + 8 * k + 4, true)),
    );
  const functions = {
    args_sizes_get(count, size) {
      view().setUint32(count, list.length, true);
      view().setUint32(size, Buffer.concat(list).length, true);
      return SUCCESS;
    },
    args_get(pointers, at) {
      let place = at;
      list.forEach((arg, k) => {
        view().setUint32(pointers + 4 * k, place, true);
        bytesAt(place, arg.length).set(arg);
        place += arg.length;
      });
      return SUCCESS;
    },
    environ_sizes_get(count, size) {
      view().setUint32(count, 0, true);
      view().setUint32(size, 0, true);
      return SUCCESS;
    },
    environ_get: () => SUCCESS,
    fd_write(fd, at, count, written) {
      let sum = 0;
      for (const piece of vectors(at, count)) {
        if (fd === 1) output.push(Buffer.from(piece));
        sum += piece.length;
      }
      view().setUint32(written, sum, true);
      return SUCCESS;
    },
    fd_read(_fd, at, count, sizeAt) {
      let sum = 0;
      for (const piece of vectors(at, count)) {
        const part = stdin.subarray(read, read + piece.length);
        piece.set(part);
        read += part.length;
        sum += part.length;
      }
      view().setUint32(sizeAt, sum, true);
      return SUCCESS;
    },
    fd_fdstat_get(fd, at) {
      if (fd > 2) return BADF;
      bytesAt(at, 24).fill(0);
      view().setUint8(at, 2);
      view().setBigUint64(at + 8, 0x4an, true);
      return SUCCESS;
    },
    fd_prestat_get: () => BADF,
    fd_prestat_dir_name: () => BADF,
    fd_close: () => SUCCESS,
    clock_time_get(_id, _precision, at) {
      view().setBigUint64(at, BigInt(Date.now()) * 1_000_000n, true);
      return SUCCESS;
    },
    random_get(at, length) {
      randomFillSync(bytesAt(at, length));
      return SUCCESS;
    },
    proc_exit(status) {
      throw new Exit(status);
    },
  };
  const system = new Proxy(functions, { get: (known, name) => known[name] ?? (() => NOSYS) });
  const instance = new engine.Instance(module, { wasi_snapshot_preview1: system });
  memory = instance.exports.memory;
  try {
    instance.exports._start();
  } catch (error) {
    if (!(error instanceof Exit) || error.status !== 0) throw error;
  }
  return Buffer.concat(output);
}
