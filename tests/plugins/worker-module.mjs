// The host functions of hostile.ts, for this thread and others.

/** @type {import("wasmeter/plugin").PluginHostFunctions} */
export const hostFunctions = {
  env: {
    throws: {
      params: [],
      results: [],
      run: () => {
        throw new TypeError("the host's own");
      },
    },
    waits: { params: [], results: [], run: () => new Promise(() => undefined) },
    slow: {
      params: ["i32"],
      results: [],
      run: (_, ms) => new Promise((resolve) => setTimeout(resolve, Number(ms))),
    },
    // Without using the processor.
    blocks: {
      params: [],
      results: [],
      run: () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
    },
    kills: {
      params: [],
      results: [],
      run: () => setImmediate(() => process.exit(7)) && new Promise(() => undefined),
    },
  },
};

export default { hostFunctions };
