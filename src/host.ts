// What is asked of the JavaScript engine that this one runs in, and what older ones lack.
// The sources are ES2022 in syntax; of its library they use what every engine since ES2015 has, or what stands here.

/** `Object.hasOwn`, which engines before ES2022 do not have. */
export function hasOwn(object: object, key: PropertyKey): boolean {
  // biome-ignore lint/suspicious/noPrototypeBuiltins: this is what stands in for it
  return Object.prototype.hasOwnProperty.call(object, key);
}

/** What is used of Node's `process`, and of its module `v8`. */
interface NodeProcess {
  readonly getBuiltinModule?: (
    name: "node:v8",
  ) => { getHeapStatistics(): { readonly heap_size_limit?: unknown } } | undefined;
}

/** How large the heap of the JavaScript engine can become, in bytes; `undefined` where the host does not say. */
export function hostHeapLimit(): number | undefined {
  const { process } = globalThis as { readonly process?: NodeProcess };
  try {
    const limit = process?.getBuiltinModule?.("node:v8")?.getHeapStatistics().heap_size_limit;
    return typeof limit === "number" && limit > 0 ? limit : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Typed arrays here are memories, whose bytes are little-endian; on a host of the other order scalar code would compute
 * wrong results without a word.
 * @throws Error there
 */
export function requireLittleEndian(): void {
  const [first] = new Uint8Array(new Uint16Array([1]).buffer);
  if (first === 1) return;
  throw new Error(
    "this host's typed arrays are big-endian; WebAssembly's memories are little-endian, and this engine does not convert",
  );
}
