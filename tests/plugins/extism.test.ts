// Extism plugins in four languages, built from our own sources, give what they give under the SDK of Extism on native WebAssembly.

import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import createPlugin, { type CallContext } from "@extism/extism";
import { describe, expect, it } from "vitest";
import { Plugin, type PluginOptions, PluginPool } from "wasmeter/plugin";

const FOLDER = new URL("../../guests/extism/wasm/", import.meta.url);

function guest(name: string): Uint8Array {
  const bytes = readFileSync(new URL(name, FOLDER));
  return name.endsWith(".br") ? brotliDecompressSync(bytes) : bytes;
}

interface Case {
  readonly module: string;
  readonly config?: Record<string, string>;
  /** Calls of one instance, in this order. */
  readonly calls: readonly (readonly [name: string, input: string])[];
}

const TEXT = "the quick brown fox\njumps over\nthe lazy dog — größer als je zuvor 🦊\n".repeat(20);

const ASCII = "the quick brown fox jumps over ".repeat(50);

const CASES: readonly Case[] = [
  {
    module: "c-vowels.wasm",
    calls: [
      ["count_vowels", "Hello, World!"],
      ["count_vowels", TEXT],
      ["forget", ""],
      ["count_vowels", ""],
    ],
  },
  { module: "c-vowels.wasm", config: { vowels: "lo" }, calls: [["count_vowels", "Hello, World!"]] },
  {
    module: "c-reverse.wasm",
    calls: [
      ["reverse", "0123456789abcdef"],
      ["reverse", "x"],
      ["reverse", TEXT],
      ["refuse", "anything"],
      ["shouted", "quiet"],
      ["reverse", ""],
    ],
  },
  {
    module: "as-words.wasm",
    calls: [
      ["words", "one two  three"],
      ["words", ASCII],
      ["words", "a b"],
    ],
  },
  { module: "as-words.wasm", config: { label: "count" }, calls: [["words", "one two"]] },
  {
    module: "rust-statistics.wasm",
    config: { unit: "letters" },
    calls: [
      ["statistics", TEXT],
      ["statistics", ""],
      ["shouted", "quiet"],
      ["parse", " 21 "],
      ["parse", "no number"],
    ],
  },
  { module: "rust-statistics.wasm", calls: [["panics", "short"]] },
  { module: "rust-caesar.wasm", calls: [["caesar", TEXT]] },
  { module: "rust-caesar.wasm", config: { shift: "3" }, calls: [["caesar", "xyz ABC"]] },
  { module: "rust-caesar.wasm", config: { shift: "three" }, calls: [["caesar", "xyz ABC"]] },
  {
    module: "go-sort.wasm.br",
    calls: [
      ["sort_lines", "pear\napple\nfig"],
      ["sort_lines", TEXT],
      ["sort_lines", ""],
      ["count_words", JSON.stringify({ text: TEXT })],
      ["count_words", '{"text": 1}'],
      ["count_words", '{"text":'],
    ],
  },
];

type Answer = { readonly output: string } | { readonly failed: true; readonly message: string | undefined };

/** What a plugin says of its own failure; what an engine says of a trap differs. */
function saidBy(error: unknown): string | undefined {
  const { message } = error as Error;
  const [, said] = /^Plugin-originated error: (.*)$/s.exec(message) ?? [];
  return said;
}

async function underExtism({ module, config = {}, calls }: Case): Promise<Answer[]> {
  const quiet = () => undefined;
  const plugin = await createPlugin(
    { wasm: [{ data: guest(module) }] },
    {
      useWasi: true,
      config,
      logger: { ...console, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
      functions: {
        "extism:host/user": {
          shout: (context: CallContext, at: bigint) =>
            context.store(`${context.read(at)?.text().toUpperCase() ?? ""}!`),
        },
      },
    },
  );
  const answers: Answer[] = [];
  for (const [name, input] of calls) {
    try {
      const output = await plugin.call(name, input);
      answers.push({ output: Buffer.from(output?.bytes() ?? []).toString("latin1") });
    } catch (error) {
      answers.push({ failed: true, message: saidBy(error) });
    }
  }
  await plugin.close();
  return answers;
}

const SHOUT: PluginOptions["hostFunctions"] = {
  "extism:host/user": {
    shout: {
      params: ["i64"],
      results: ["i64"],
      run: (plugin, at) => plugin.write(`${plugin.readString(at as bigint).toUpperCase()}!`),
    },
  },
};

async function underWasmeter({ module, config = {}, calls }: Case): Promise<Answer[]> {
  const plugin = new Plugin(guest(module), { config, state: "kept", hostFunctions: SHOUT });
  const answers: Answer[] = [];
  for (const [name, input] of calls) {
    try {
      answers.push({ output: Buffer.from((await plugin.call(name, input)).output).toString("latin1") });
    } catch (error) {
      const { kind, message } = error as { readonly kind: string; readonly message: string };
      answers.push({ failed: true, message: kind === "guest-error" ? message : undefined });
    }
  }
  await plugin.close();
  return answers;
}

describe("plugins of Extism", () => {
  // An output's length in UTF-16 units is AssemblyScript's PDK's own mistake: its cases are of ASCII.
  it.each(CASES)("$module with $config", async (each) => {
    expect(await underWasmeter(each)).toEqual(await underExtism(each));
  });

  it("are six in four languages at least", () => {
    const modules = new Set(CASES.map(({ module }) => module));
    expect(modules.size).toBeGreaterThanOrEqual(6);
    expect(new Set([...modules].map((name) => name.split("-")[0])).size).toBe(4);
  });

  it("forget their variables with their instance, unless it is kept", async () => {
    const totals = async (plugin: Plugin | PluginPool): Promise<string[]> => {
      const results = [];
      for (let k = 0; k < 3; k++) results.push((await plugin.call("count_vowels", "aei")).text);
      await plugin.close();
      return results.map((text) => /"total":(\d+)/.exec(text)?.[1] ?? "");
    };
    expect(await totals(new Plugin(guest("c-vowels.wasm"), { state: "kept" }))).toEqual(["3", "6", "9"]);
    expect(await totals(new Plugin(guest("c-vowels.wasm")))).toEqual(["3", "3", "3"]);
    expect(await totals(new Plugin(guest("c-vowels.wasm"), { state: "fresh" }))).toEqual(["3", "3", "3"]);
    expect(await totals(new PluginPool(guest("c-vowels.wasm"), { size: 2 }))).toEqual(["3", "3", "3"]);
    expect(await totals(new PluginPool(guest("c-vowels.wasm"), { workers: 2 }))).toEqual(["3", "3", "3"]);
  });

  it("fail by their status too, as under Extism's native runtime", async () => {
    const failing = new Plugin(guest("as-words.wasm")).call("fails");
    await expect(failing).rejects.toMatchObject({
      kind: "guest-error",
      message: expect.stringContaining("gave 1"),
      logs: [{ level: "warn", message: "about to fail" }],
    });
  });

  it("ask for config, and the hosts that they may, by Go's PDK", async () => {
    const plugin = new Plugin(guest("go-sort.wasm.br"), {
      config: { order: "down" },
      allowedHosts: ["example.test"],
      http: async ({ url, method, headers, body }) => ({
        status: 201,
        headers: { "content-type": headers.accept ?? "" },
        body: `${method} ${url} ${new TextDecoder().decode(body)}`,
      }),
    });
    expect((await plugin.call("sort_lines", "a\nc\nb")).text).toBe("c\nb\na\nbefore: ");
    const { text } = await plugin.call("ask", "http://example.test/path");
    expect(text).toBe("201 text/plain POST http://example.test/path from Go");
    await expect(plugin.call("ask", "http://elsewhere.test/")).rejects.toMatchObject({ kind: "guest-error" });
    await plugin.close();
  });

  it("log at levels", async () => {
    const plugin = new Plugin(guest("rust-statistics.wasm"), { hostFunctions: SHOUT });
    const { logs } = await plugin.call("statistics", "x");
    expect(logs).toEqual([{ level: "info", source: "log", message: "call 1" }]);
    const quiet = new Plugin(guest("rust-statistics.wasm"), { hostFunctions: SHOUT, logLevel: "error" });
    expect((await quiet.call("statistics", "x")).logs).toEqual([]);
    await expect(
      new Plugin(guest("c-reverse.wasm"), { hostFunctions: SHOUT }).call("refuse"),
    ).rejects.toMatchObject({
      kind: "guest-error",
      message: "I would rather not",
      logs: [{ level: "warn", source: "log", message: "about to refuse" }],
    });
  });
});
