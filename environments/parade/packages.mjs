// The packages of the parade: what each is, and a piece of work that it does through its own glue.
// A piece of work gives what can be compared as JSON, the same in every run; it knows nothing of who executes the WebAssembly.

import { createHash } from "node:crypto";

const digest = (data) => createHash("sha256").update(data).digest("hex");
const TEXT = "The quick brown fox jumps over the lazy dog; ".repeat(200);
/** Bytes that do not repeat, from a linear congruential generator. */
const noise = (length) => {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
};
const SOURCE = `export const sum = (list) => list.reduce((a, b) => a + b, 0);
export function unused() { return "never"; }
class Point { #x = 1; get x() { return this.#x ?? 0; } }
export default async function* points(n) { for (let i = 0; i < n; i++) yield new Point(); }
`;

/**
 * `work` is given the package's `load(path)` (a module of it), `read(path)` (bytes of a file), and `url(path)`.
 * `isCheap`: continuous integration runs it, in a second or two.
 * `beside`: packages that are installed with it.
 */
export const PACKAGES = [
  {
    name: "hash-wasm",
    version: "4.13.0",
    isCheap: true,
    async work({ load }) {
      const { argon2id, blake3, sha3, xxhash128 } = await load("dist/index.umd.js");
      const bytes = noise(10_000);
      const salt = noise(16);
      return Promise.all([
        blake3(bytes),
        sha3(bytes),
        xxhash128(bytes),
        argon2id({
          password: "secret",
          salt,
          parallelism: 1,
          iterations: 1,
          memorySize: 32,
          hashLength: 32,
          outputType: "hex",
        }),
      ]);
    },
  },
  {
    name: "brotli-wasm",
    version: "3.0.1",
    async work({ load }) {
      const { default: brotli } = await load("index.node.js");
      const packed = brotli.compress(Buffer.from(TEXT), { quality: 9 });
      return [packed.length, digest(packed), digest(brotli.decompress(packed)) === digest(TEXT)];
    },
  },
  {
    name: "yoga-layout",
    version: "3.2.1",
    isCheap: true,
    async work({ load }) {
      const { default: Yoga } = await load("dist/src/index.js");
      const root = Yoga.Node.create();
      root.setWidth(997);
      root.setFlexWrap(Yoga.WRAP_WRAP);
      root.setFlexDirection(Yoga.FLEX_DIRECTION_ROW);
      const children = Array.from({ length: 80 }, (_, k) => {
        const child = Yoga.Node.create();
        child.setWidth(20 + ((k * 37) % 90));
        child.setMinHeight(10 + (k % 7));
        child.setFlexGrow(k % 3);
        child.setMargin(Yoga.EDGE_ALL, k % 5);
        root.insertChild(child, k);
        return child;
      });
      root.calculateLayout(undefined, undefined, Yoga.DIRECTION_LTR);
      return digest(JSON.stringify(children.map((child) => child.getComputedLayout())));
    },
  },
  {
    name: "vscode-oniguruma",
    version: "2.0.1",
    isCheap: true,
    async work({ load, read }) {
      const { default: oniguruma } = await load("release/main.js");
      await oniguruma.loadWASM(read("release/onig.wasm"));
      const scanner = new oniguruma.OnigScanner([
        "(?<word>fo+x)\\b",
        "(?<=the )l.zy",
        "\\p{Lu}\\w+",
        "(d)(o)(g);",
      ]);
      const text = new oniguruma.OnigString(TEXT);
      const found = [];
      for (let at = 0; ; ) {
        const match = scanner.findNextMatchSync(text, at);
        if (match === null) break;
        found.push([match.index, ...match.captureIndices.flatMap(({ start, end }) => [start, end])]);
        at = match.captureIndices[0].end;
      }
      return [found.length, digest(JSON.stringify(found))];
    },
  },
  {
    name: "libsodium-wrappers",
    version: "0.8.4",
    isCheap: true,
    async work({ load }) {
      const { default: sodium } = await load("dist/modules/libsodium-wrappers.js");
      await sodium.ready;
      const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(noise(32));
      const signature = sodium.crypto_sign_detached(TEXT, privateKey);
      const box = sodium.crypto_secretbox_easy(TEXT, noise(24), noise(32));
      return [
        digest(signature),
        sodium.crypto_sign_verify_detached(signature, TEXT, publicKey),
        digest(box),
        sodium.crypto_generichash(32, TEXT, null, "hex"),
      ];
    },
  },
  {
    name: "sql.js",
    version: "1.16.0",
    isCheap: true,
    async work({ load }) {
      const { default: initSqlJs } = await load("dist/sql-wasm.js");
      const database = new (await initSqlJs()).Database();
      database.run("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c REAL)");
      const insert = database.prepare("INSERT INTO t VALUES (?, ?, ?)");
      for (let k = 0; k < 60; k++) insert.run([k, `row ${(k * 7919) % 60}`, k / 7]);
      const rows = database.exec(
        "SELECT substr(b, 5, 1) AS digit, count(*), round(sum(c), 6) FROM t GROUP BY digit ORDER BY 2, 1",
      );
      return [rows, digest(database.export())];
    },
  },
  {
    name: "@sqlite.org/sqlite-wasm",
    version: "3.54.1-build1",
    async work({ load }) {
      const { default: initSqlite } = await load("dist/node.mjs");
      const sqlite = await initSqlite({ print: () => {}, printErr: () => {} });
      const database = new sqlite.oo1.DB(":memory:");
      database.exec("CREATE TABLE t (a INTEGER PRIMARY KEY, b JSON)");
      for (let k = 0; k < 100; k++)
        database.exec({ sql: "INSERT INTO t VALUES (?, ?)", bind: [k, `{"k":[${k},${k * k}]}`] });
      return database.exec({
        sql: "SELECT sum(b->>'$.k[1]'), max(a), group_concat(a % 10, '') FROM t WHERE a % 3 = 1",
        returnValue: "resultRows",
      });
    },
  },
  {
    name: "@resvg/resvg-wasm",
    version: "2.6.2",
    async work({ load, read }) {
      const { initWasm, Resvg } = await load("index.mjs");
      await initWasm(read("index_bg.wasm"));
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80">
        <defs><linearGradient id="g"><stop stop-color="gold"/><stop offset="1" stop-color="navy"/></linearGradient></defs>
        <rect width="120" height="80" fill="url(#g)"/><circle cx="60" cy="40" r="31.4" fill="#c03" opacity=".6"/>
        <path d="M10 70 C 20 0, 90 0, 110 70" stroke="white" stroke-width="3.5" fill="none"/></svg>`;
      const image = new Resvg(svg).render();
      return [image.width, image.height, digest(image.pixels), digest(image.asPng())];
    },
  },
  {
    name: "lightningcss-wasm",
    version: "1.33.0",
    async work({ load }) {
      const { transform } = await load("wasm-node.mjs");
      const rules = Array.from(
        { length: 100 },
        (_, k) => `.a${k} { & .b { color: rgb(${k} 20 30 / 50%); margin: 0 0 0 0; inset: ${k}px } }`,
      );
      const { code } = transform({
        filename: "a.css",
        code: Buffer.from(rules.join("\n")),
        minify: true,
        targets: { safari: 13 << 16 },
      });
      return [code.length, digest(code)];
    },
  },
  {
    name: "web-tree-sitter",
    version: "0.25.10",
    beside: ["tree-sitter-wasms@0.1.13"],
    async work({ load, path }) {
      const { Language, Parser } = await load("tree-sitter.js");
      await Parser.init();
      const parser = new Parser();
      // A library that is linked into the running module.
      parser.setLanguage(await Language.load(path("../tree-sitter-wasms/out/tree-sitter-javascript.wasm")));
      const tree = parser.parse(SOURCE.repeat(10));
      return [tree.rootNode.hasError, tree.rootNode.descendantCount, digest(tree.rootNode.toString())];
    },
  },
  {
    name: "@rollup/wasm-node",
    version: "4.68.4",
    async work({ load }) {
      const { rollup } = await load("dist/es/rollup.js");
      const modules = { main: 'import { sum } from "lib"; console.log(sum([1, 2]));', lib: SOURCE };
      const bundle = await rollup({
        input: "main",
        plugins: [{ name: "modules", resolveId: (id) => id, load: (id) => modules[id] }],
      });
      const { output } = await bundle.generate({ format: "esm" });
      return output.map(({ code }) => code);
    },
  },
  {
    name: "@biomejs/wasm-nodejs",
    version: "2.5.14",
    async work({ load }) {
      const { MemoryFileSystem, Workspace } = (await load("biome_wasm.js")).default;
      const workspace = Workspace.withFileSystem?.(new MemoryFileSystem()) ?? new Workspace();
      const { projectKey } = workspace.openProject({ path: "/", openUninitialized: true });
      const path = "/a.js";
      workspace.openFile({ projectKey, path, content: { type: "fromClient", version: 0, content: SOURCE } });
      return workspace.formatFile({ projectKey, path });
    },
  },
  {
    name: "esbuild-wasm",
    version: "0.28.2",
    async work({ load, read }) {
      globalThis.self = globalThis;
      const esbuild = await load("esm/browser.js");
      const wasmModule = await WebAssembly.compile(read("esbuild.wasm"));
      await esbuild.initialize({ wasmModule, worker: false });
      const { code } = await esbuild.transform(SOURCE, { minify: true, target: "es2017" });
      return code;
    },
  },
  {
    name: "@php-wasm/node",
    version: "3.1.54",
    async work({ load }) {
      const { loadNodeRuntime } = await load("index.js");
      const { PHP } = await load("../universal/index.js");
      const php = new PHP(await loadNodeRuntime("8.3", { emscriptenOptions: { processId: 1 } }));
      const { text } = await php.run({
        code: '<?php $a = range(1, 300); shuffle($a); sort($a); echo array_sum($a), " ", md5(implode(",", $a));',
      });
      return text;
    },
  },
  {
    name: "pyodide",
    version: "314.0.7",
    async work({ load }) {
      const { loadPyodide } = await load("pyodide.mjs");
      const python = await loadPyodide();
      return python.runPython(
        "import hashlib, json\njson.dumps([sum(k * k for k in range(500)), hashlib.sha256(b'x' * 999).hexdigest()])",
      );
    },
  },
];
