/** By name: how many make a large module, and what makes a module of so many. */
export const DEFINITIONS: Readonly<
  Record<string, readonly [count: number, make: (count: number) => Uint8Array]>
>;
/** Instructions, by what they are. */
export const CODE: Readonly<Record<string, readonly number[]>>;
export function codeModule(name: string, bytes: number): Uint8Array;
export function namesModule(count: number): Uint8Array;
