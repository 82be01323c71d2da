// The programs of docs/spin-programs.md. With SPIN_PROGRAMS=build (or the first words of a section, `SPIN_PROGRAMS="Rust with Spin's SDK 5"`)
// they are built as the page says and served by the command: that takes toolchains, the network and minutes. Without it the same
// programs, built before, are looked for in $WASM_COMPONENTS.

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseManifest } from "../src/spin/manifest.ts";
import { projectRoot } from "./built-code.ts";
import { directoryWith, eventually, serve } from "./http-support.ts";
import { componentBytes, hasComponents, RECORDED } from "./real-components.ts";

const wanted = process.env.SPIN_PROGRAMS ?? "";
const cli = join(projectRoot, "dist", "cli.cjs");

/** The same program in the folder of components. */
const BUILT: Readonly<Record<string, string>> = {
  "Rust with Spin's SDK 5": "rust-spin-api",
  "Rust with Spin's SDK 7": "rust-spin-p3",
  TypeScript: "ts-spin",
};

interface Program {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly path: string;
  readonly answer: string;
}

/** Blocks whose first line names a file are files; the console's says what is asked, and the answer. */
function programs(): Program[] {
  const page = readFileSync(join(projectRoot, "docs", "spin-programs.md"), "utf8");
  return page
    .split(/^## /m)
    .slice(1)
    .map((section): Program => {
      const files: Record<string, string> = {};
      let request: [path: string, answer: string] | undefined;
      for (const [, language, text = ""] of section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
        const [, name] = /^(?:#|\/\/) (\S+\.\w+)\n/.exec(text) ?? [];
        if (name !== undefined) files[name] = text;
        if (language !== "console") continue;
        const [, path = "", answer = ""] = /\$ curl http:\/\/127\.0\.0\.1:3000(\S+)\n(.*)\n/.exec(text) ?? [];
        request = [path, answer];
      }
      if (request === undefined) throw new Error(`no request in ${section.slice(0, 40)}`);
      return { title: section.split("\n", 1)[0] ?? "", files, path: request[0], answer: request[1] };
    });
}

const PROGRAMS = programs();

it("are three, each with sources and a manifest", () => {
  expect(PROGRAMS.map(({ title }) => title)).toEqual(Object.keys(BUILT));
  for (const { files } of PROGRAMS) {
    expect(Object.keys(files).some((name) => name.startsWith("src/"))).toBe(true);
    const { warnings, components } = parseManifest(files["spin.toml"] ?? "", "spin.toml");
    expect(warnings).toEqual([]);
    expect([...components.values()].every(({ build }) => build !== undefined)).toBe(true);
  }
});

const isThere =
  wanted === "" && hasComponents(RECORDED, "the programs of docs/spin-programs.md, built before");

describe.skipIf(!isThere)("built before", () => {
  it.each(PROGRAMS)("answer: $title", async ({ title, files, path, answer }) => {
    const manifest = files["spin.toml"] ?? "";
    const [, source = ""] = /^source = "(.*)"$/m.exec(manifest) ?? [];
    const { url } = await serve(manifest, { files: { [source]: componentBytes(BUILT[title] ?? "") } });
    expect(await (await fetch(url + path)).text()).toBe(answer);
  });
});

describe.skipIf(wanted === "")("built now", () => {
  it.each(PROGRAMS.filter(({ title }) => wanted === "build" || title.startsWith(wanted)))(
    "answer: $title",
    async ({ files, path, answer }) => {
      const cwd = directoryWith({});
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(cwd, name)), { recursive: true });
        writeFileSync(join(cwd, name), text);
      }
      const options = ["up", "--build", "--listen", ":0", "--workers", "1"];
      const child = spawn(process.execPath, [cli, ...options], { cwd, stdio: ["ignore", "pipe", "inherit"] });
      try {
        let output = "";
        child.stdout.on("data", (chunk) => {
          output += chunk;
        });
        await eventually(() => /^Serving .*\n/.test(output) || child.exitCode !== null, 900_000);
        const url = /^Serving (\S+)/.exec(output)?.[1] ?? "";
        expect(await (await fetch(url + path)).text()).toBe(answer);
      } finally {
        child.kill("SIGKILL");
      }
    },
    1_000_000,
  );
});
