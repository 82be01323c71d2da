// Runs every code sample of the documentation and holds its tables and links against the sources.
//
// - `js`: the blocks under one `##` heading are one program; those of the next heading go on with it unless they begin with
//   an import. `// → text`, behind a statement or on a line of its own, is
//   what the program prints next, or the statement's value; a program prints nothing that is not announced so.
// - `wat` that begins with `;; NAME.wat` is assembled; the programs find it as NAME.wasm.
// - `ts`: in README.md, checked against the package's types by package.test.ts.
// - `console`: lines that begin with `$` are run by sh, and print the lines behind them. `…` stands for anything.
// `examples/*.mjs` are such programs too. A js or console block that cannot be run says why in its first line: `// not run: …` or `# not run: …`.

import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type AnyNode, type Comment, parse } from "acorn";
import { afterAll, describe, expect, it } from "vitest";
import * as wasmeter from "wasmeter";
import { BOUNDED_MODEL, DEFAULT_LIMITS, DEFAULT_MODULE_LIMITS, INSTRUCTIONS_MODEL } from "wasmeter";
import { DEFAULT_COMPONENT_LIMITS } from "wasmeter/component";
import * as wasi from "wasmeter/wasi";
import { projectRoot, walk } from "./built-code.ts";
import { wat } from "./wat.ts";

interface Block {
  /** Relative to the project. */
  readonly file: string;
  readonly line: number;
  /** The `##` section that it is in. */
  readonly section: string;
  readonly language: string;
  readonly text: string;
}

interface Page {
  readonly file: string;
  readonly text: string;
  readonly headings: readonly string[];
  readonly blocks: readonly Block[];
}

function readPage(file: string): Page {
  const text = readFileSync(join(projectRoot, file), "utf8");
  const headings: string[] = [];
  const blocks: Block[] = [];
  let section = "";
  let open: { line: number; language: string; lines: string[] } | undefined;
  text.split("\n").forEach((content, index) => {
    if (open !== undefined) {
      if (content !== "```") {
        open.lines.push(content);
        return;
      }
      const { line, language, lines } = open;
      blocks.push({ file, line, section, language, text: lines.join("\n") });
      open = undefined;
      return;
    }
    const fence = /^```(\S*)$/.exec(content);
    if (fence !== null) open = { line: index + 2, language: fence[1] ?? "", lines: [] };
    const heading = /^(#+) (.*)$/.exec(content);
    if (heading?.[2] === undefined) return;
    headings.push(heading[2]);
    if ((heading[1] ?? "").length <= 2) section = heading[2];
  });
  return { file, text, headings, blocks };
}

const FILES = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "guests/README.md"],
  ...readdirSync(join(projectRoot, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const pages = FILES.map(readPage);
const blocks = pages.flatMap((page) => page.blocks);

// ------------------------------------------------------------------ a place to run in

const place = mkdtempSync(join(tmpdir(), "wasmeter-docs-"));
afterAll(() => rmSync(place, { recursive: true }));
mkdirSync(join(place, "node_modules"));
mkdirSync(join(place, "bin"));
// A package of its own: whatever stands in the directories above has no say.
writeFileSync(join(place, "package.json"), `{ "type": "module" }`);
symlinkSync(projectRoot, join(place, "node_modules/wasmeter"));
// For the example of telemetry.
symlinkSync(join(projectRoot, "node_modules/@opentelemetry"), join(place, "node_modules/@opentelemetry"));
for (const name of ["guests", "examples"]) symlinkSync(join(projectRoot, name), join(place, name));
const examples = readdirSync(join(projectRoot, "examples"));
for (const name of examples) {
  if (name.endsWith(".wasm")) copyFileSync(join(projectRoot, "examples", name), join(place, name));
}
writeFileSync(
  join(place, "bin/wasmeter"),
  `#!/bin/sh\nexec "${process.execPath}" "${join(projectRoot, "dist/cli.cjs")}" "$@"\n`,
  { mode: 0o755 },
);
for (const { language, text } of blocks) {
  const name = /^;; (\w+)\.wat\n/.exec(text)?.[1];
  if (language === "wat" && name !== undefined) writeFileSync(join(place, `${name}.wasm`), wat(text));
}
const env = { ...process.env, PATH: `${join(place, "bin")}:${process.env.PATH}` };

const NOT_RUN = /^(\/\/|#) not run: \S/;

// ------------------------------------------------------------------ JavaScript

const ARROW = /^ → ?(.*)$/;

/** A sample as a program that prints the values it announces, and the lines that it should print. */
function instrument(source: string): { readonly program: string; readonly expected: readonly string[] } {
  const comments: Comment[] = [];
  const tree = parse(source, { ecmaVersion: 2022, sourceType: "module", onComment: comments });
  const statements: AnyNode[] = [];
  walk(tree, (node) => {
    if (/Statement$|Declaration$/.test(node.type)) statements.push(node);
  });
  const expected: string[] = [];
  const edits: { readonly at: number; readonly text: string }[] = [];
  for (const { value, start } of comments) {
    const text = ARROW.exec(value)?.[1];
    if (text === undefined) continue;
    expected.push(text);
    const lineStart = source.lastIndexOf("\n", start) + 1;
    // On a line of its own it speaks of what has been printed; behind a statement, of the statement.
    if (source.slice(lineStart, start).trim() === "") continue;
    const statement = statements.filter(({ end }) => end > lineStart && end <= start).at(-1);
    if (statement === undefined) throw new Error(`no statement before "→ ${text}"`);
    edits.push(...show(statement, source));
  }
  let program = source;
  for (const { at, text } of edits.sort((a, b) => b.at - a.at)) {
    program = program.slice(0, at) + text + program.slice(at);
  }
  return { program: `import { inspect as $show } from "node:util";\n${program}`, expected };
}

/** Edits that make a statement print its value; none for one that prints by itself. */
function show(statement: AnyNode, source: string): { at: number; text: string }[] {
  const options = "{ breakLength: Infinity, depth: 4 }";
  if (statement.type === "VariableDeclaration") {
    const name = statement.declarations[0]?.id;
    if (name?.type !== "Identifier") throw new Error("only a single name can be shown");
    return [{ at: statement.end, text: ` console.log($show(${name.name}, ${options}));` }];
  }
  if (statement.type !== "ExpressionStatement") throw new Error(`a ${statement.type} has no value`);
  const { start, end } = statement.expression;
  if (source.startsWith("console.log(", start)) return [];
  return [
    { at: start, text: "console.log($show((" },
    { at: end, text: `), ${options}))` },
  ];
}

interface Program {
  readonly name: string;
  readonly source: string;
}

function programs(): Program[] {
  const found: { readonly name: string; source: string }[] = [];
  let last: Block | undefined;
  for (const block of blocks) {
    const { file, section, language, text } = block;
    if (language !== "js" || NOT_RUN.test(text)) continue;
    const goesOn = last?.file === file && (last.section === section || !text.startsWith("import "));
    const program = goesOn ? found.at(-1) : undefined;
    if (program === undefined) found.push({ name: `${file}: ${section}`, source: `${text}\n` });
    else program.source += `${text}\n`;
    last = block;
  }
  return found;
}

function run(program: string): string {
  const file = join(place, "sample.mjs");
  writeFileSync(file, program);
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], {
    cwd: place,
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`exit status ${status}\n${stdout}${stderr}`);
  return stdout;
}

describe("JavaScript samples", () => {
  it.each(programs())("$name", ({ source }) => {
    const { program, expected } = instrument(source);
    expect(run(program).split("\n").slice(0, -1)).toEqual(expected);
  });

  it.each(examples.filter((name) => name.endsWith(".mjs")))("examples/%s", (name) => {
    const { program, expected } = instrument(readFileSync(join(projectRoot, "examples", name), "utf8"));
    expect(expected.length).toBeGreaterThan(0);
    expect(run(program).split("\n").slice(0, -1)).toEqual(expected);
  });

  it("would fail with a wrong value", () => {
    const { program, expected } = instrument(
      "const x = 1 + 1; // → 3\nx * 2; // → 4\nconsole.log('a'); // → a",
    );
    expect(expected).toEqual(["3", "4", "a"]);
    expect(run(program)).toBe("2\n4\na\n");
  });
});

// ------------------------------------------------------------------ commands

interface Command {
  readonly command: string;
  readonly output: readonly string[];
}

function commandsOf(text: string): Command[] {
  const commands: { command: string; output: string[] }[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("$ ")) commands.push({ command: line.slice(2), output: [] });
    else commands.at(-1)?.output.push(line);
  }
  return commands;
}

function pattern(lines: readonly string[]): RegExp {
  const text = lines.join("\n").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${text.replaceAll("…", "[^]*")}$`);
}

const consoles = blocks.filter(({ language, text }) => language === "console" && !NOT_RUN.test(text));

describe("commands", () => {
  const cases = consoles.flatMap((block) =>
    commandsOf(block.text).map((command) => ({ ...command, where: `${block.file}:${block.line}` })),
  );
  it.each(cases)("$where $command", ({ command, output }) => {
    const { stdout } = spawnSync("sh", ["-c", `exec 2>&1; ${command}`], {
      cwd: place,
      env,
      encoding: "utf8",
    });
    expect(stdout.trimEnd()).toMatch(pattern(output));
  });

  it("are npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = pages.flatMap(({ text }) =>
      [...text.matchAll(/\bnpm run ([\w:]+)/g)].map((match) => match[1]),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([]);
  });
});

// ------------------------------------------------------------------ tables

/** The rows of a page's tables: the name in the first cell, and the second cell. */
function rowsOf(file: string): Map<string, string> {
  const { text } = readPage(file);
  return new Map(
    [...text.matchAll(/^\| `(\w+)` \| ([^|]*) \|/gm)].map(([, name = "", cell = ""]) => [name, cell]),
  );
}

/** `8 MiB` and `10,000` as numbers. */
function amount(text: string): number {
  const units: Record<string, number> = { MiB: 2 ** 20, GiB: 2 ** 30 };
  const [number = "", unit] = text.split(" ");
  return Number(number.replaceAll(",", "")) * (unit === undefined ? 1 : (units[unit] ?? Number.NaN));
}

describe("tables", () => {
  it("of limits have every limit with its default", () => {
    const rows = [...rowsOf("docs/limits.md")].map(([name, cell]) => [name, amount(cell)]);
    expect(Object.fromEntries(rows)).toEqual({
      ...DEFAULT_LIMITS,
      ...DEFAULT_MODULE_LIMITS,
      ...DEFAULT_COMPONENT_LIMITS,
    });
  });

  it("of cost models have every field with its value in each preset", () => {
    const source = readFileSync(join(projectRoot, "src/interp/code/cost-model.ts"), "utf8");
    const [, body = ""] = /export interface CostModel {(.*?)\n}/s.exec(source) ?? [];
    const fields = [...body.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name);
    const { text } = readPage("docs/fuel.md");
    const rows = [...text.matchAll(/^\| (`[^|]*`) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)];
    const documented = rows.flatMap(([, names = ""]) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(documented).toEqual(fields);
    for (const [, names = "", ...cells] of rows) {
      const name = names.replaceAll("`", "") as keyof typeof BOUNDED_MODEL;
      [INSTRUCTIONS_MODEL, BOUNDED_MODEL].forEach((model, k) => {
        if (/^[\d,]+$/.test(cells[k] ?? "")) expect(model[name] ?? 0, name).toBe(amount(cells[k] as string));
        else if (!names.includes("version")) expect(model[name], name).toBeUndefined();
      });
    }
  });

  it("of errors have every class and code", () => {
    const { text } = readPage("docs/errors.md");
    const classes = Object.entries({ ...wasmeter, ...wasi })
      .filter(([, value]) => typeof value === "function" && value.prototype instanceof Error)
      .map(([name]) => name);
    expect(classes.length).toBeGreaterThan(10);
    const rows = [...text.matchAll(/^\| `(\w+)` \| `([\w-]+)` \|/gm)].map(([, name = "", kind = ""]) => [
      kind,
      name,
    ]);
    expect(Object.fromEntries(rows)).toEqual(wasmeter.ERROR_NAMES);
    expect(rows.map(([, name]) => name).sort()).toEqual(classes.sort());
    const source = readFileSync(join(projectRoot, "src/errors.ts"), "utf8");
    const [, table = ""] = /TRAP_MESSAGES = {(.*?)\n}/s.exec(source) ?? [];
    const codes = [...table.matchAll(/^ {2}"?([\w-]+)"?:/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });
});

// ------------------------------------------------------------------ links

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

describe("links", () => {
  it.each(pages)("of $file lead somewhere", ({ file, text }) => {
    const broken: string[] = [];
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const page = path === "" ? file : join(dirname(file), path);
      if (!existsSync(join(projectRoot, page))) broken.push(target);
      else if (anchor !== undefined && !readPage(page).headings.some((h) => anchorOf(h) === anchor)) {
        broken.push(target);
      }
    }
    expect(broken).toEqual([]);
  });

  it("of prose to files of the project name files that exist", () => {
    const missing = pages.flatMap(({ file, text }) =>
      [
        ...text.matchAll(
          /`((?:src|tests|scripts|spec-tests|bench|fuzz|examples|guests|docs)\/[\w./-]+\.\w+)`/g,
        ),
      ]
        .map((match) => match[1] as string)
        .filter((path) => !existsSync(join(projectRoot, path)))
        .map((path) => `${file}: ${path}`),
    );
    expect(missing).toEqual([]);
  });
});

it("gives a reason for every file of more than 400 lines", () => {
  const rationale = readPage("docs/RATIONALE.md").text;
  const long = ["src", "scripts", "bench", "fuzz", "spec-tests"]
    .flatMap((folder) =>
      readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter((path) => /\.(ts|mjs)$/.test(path) && !/\.test\.ts$|\/\.|\/testsuite\//.test(path))
    .filter((path) => readFileSync(join(projectRoot, path), "utf8").split("\n").length > 401);
  expect(long.length).toBeGreaterThan(0);
  expect(long.filter((path) => !rationale.includes(`\`${path}\``))).toEqual([]);
});
