// What a LinkError says to a programmer.

import { describe, expect, it } from "vitest";
import { Engine, LinkError, Linker, Module, Store } from "wasmeter";
import { WasiPreview1 } from "wasmeter/wasi";
import { wat } from "./wat.ts";

function linkError(text: string, prepare: (linker: Linker) => void = () => {}): LinkError {
  const engine = new Engine();
  const linker = new Linker(engine);
  prepare(linker);
  try {
    linker.instantiate(new Store(engine), new Module(engine, wat(text)));
  } catch (error) {
    if (error instanceof LinkError) return error;
    throw error;
  }
  return expect.unreachable("it links");
}

const WASI_HINT = "new WasiPreview1(…).addTo(linker)";

describe("the text of a LinkError", () => {
  it("says how WASI is added when nothing of it is there", () => {
    for (const module of ["wasi_snapshot_preview1", "wasi_unstable"]) {
      const { message } = linkError(`(module (import "${module}" "proc_exit" (func (param i32))))`);
      expect(message).toContain(`unknown import "${module}" "proc_exit": needs (func (param i32))`);
      expect(message).toContain(WASI_HINT);
    }
  });

  it("does not where it was added, or nobody asked for it", () => {
    const unknown = `(module
      (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
      (import "wasi_snapshot_preview1" "proc_vanish" (func)))`;
    const { message } = linkError(unknown, (linker) => new WasiPreview1().addTo(linker));
    expect(message).toContain('"proc_vanish"');
    expect(message).not.toContain(WASI_HINT);
    expect(linkError('(module (import "env" "f" (func)))').message).not.toContain(WASI_HINT);
  });

  it("holds no character that could disturb a terminal, nor more of a name than people read", () => {
    const name = `\\1b[2J\\e2\\80\\ae${"x".repeat(100_000)}`;
    const { message, problems } = linkError(`(module (import "env" "${name}" (func)))`);
    expect(message).toMatch(/^unknown import "env" "\\u\{1b\}\[2J\\u\{202e\}x+… \(100005 characters\)"/);
    expect(message.length).toBeLessThan(1_000);
    expect(problems[0]?.name).toHaveLength(100_005);
  });
});
