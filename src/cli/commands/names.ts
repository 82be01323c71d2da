// What the commands are called, in the order of index.ts: known without loading them.

export const COMMAND_NAMES: readonly string[] = [
  ...["run", "serve", "up", "watch", "validate", "inspect", "disassemble", "types", "image", "kubernetes"],
  ...["completions", "help"],
];
