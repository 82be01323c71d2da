// What is asked of the JavaScript engine that this one runs in, and what older ones lack.
// The sources are ES2022 in syntax; of its library they use what every engine since ES2015 has, or what stands here.

/** `Object.hasOwn`, which engines before ES2022 do not have. */
export function hasOwn(object: object, key: PropertyKey): boolean {
  // biome-ignore lint/suspicious/noPrototypeBuiltins: this is what stands in for it
  return Object.prototype.hasOwnProperty.call(object, key);
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
