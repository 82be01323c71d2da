// What Java programs that TeaVM compiled ask of their host, over any `WebAssembly` namespace: console, clock, strings, and
// the wrapping of objects as far as calling `main` takes it. Plain JavaScript, so that any Node can run it by itself:
//
//   node tests/real-programs/teavm.mjs FILE      prints what the program prints, on Node's own WebAssembly

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Runs `main` without arguments. Gives what it printed.
 * @param {any} WebAssembly a namespace, ours or Node's
 * @param {Uint8Array} bytes
 */
export async function runJava(WebAssembly, bytes) {
  let output = "";
  const memory = new WebAssembly.Memory({ initial: 33, maximum: 32_768 });
  const imports = {
    env: { memory },
    teavmMemory: { heapOffset: 65_536, maxSize: 2 ** 31 - 1, notifyHeapResized() {} },
    teavmConsole: {
      putcharStdout(code) {
        output += String.fromCharCode(code);
      },
      putcharStderr() {},
    },
    teavmDate: { currentTimeMillis: () => 0 },
    teavm: {
      takeStackTrace: () => ({ getStack: () => [] }),
      decorateException() {},
    },
    "wasm:js-string": {
      fromCharCode: (code) => String.fromCharCode(code),
      concat: (first, second) => first + second,
      substring: (string, start, end) => string.substring(start, end),
      length: (string) => string.length,
      charCodeAt: (string, at) => string.charCodeAt(at),
      // Arrays of the guest cannot be read from outside. It does without when told so below.
      fromCharCodeArray: refuse,
      intoCharCodeArray: refuse,
    },
    teavmJso: {
      stringBuiltinsSupported: () => 0,
      isUndefined: (value) => Number(value === undefined),
      isPrimitive: (value, type) => Number(value === null || typeof value === type),
      wrapInt: (value) => value,
      unwrapInt: (value) => value,
      // The class of the exported functions: a place for them to be methods of.
      createClass: () => ({}),
      defineFunction: (call) => call,
      defineStaticMethod(owner, name, call) {
        owner[name] = call;
      },
      getProperty: (object, name) => object[name],
      // Only ever the identity, made of its parameter and its body.
      createFunction1: (parameter, body) => (body === `return ${parameter};` ? (value) => value : refuse()),
      callFunction1: (call, argument) => call(argument),
      unwrapJavaObject: refuse,
      javaObjectToJS: refuse,
      wrapObject: refuse,
    },
  };
  // Its one export that matters is a global: main as a JavaScript function, which takes an array of strings.
  const { instance } = await WebAssembly.instantiate(bytes, imports);
  instance.exports.main.value([]);
  return output;
}

function refuse() {
  throw new Error("a function that these programs do not call");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(await runJava(globalThis.WebAssembly, readFileSync(process.argv[2])));
}
