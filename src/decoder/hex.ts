// Bytes in messages.

/** `0x0b` and the like. */
export function hexByte(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}
