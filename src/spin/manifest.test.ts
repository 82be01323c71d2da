import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseManifest } from "./manifest.ts";
import type { Manifest } from "./model.ts";
import { ManifestError, Problems, problemText } from "./problems.ts";
import { environmentProvider, staticProvider, Variables } from "./variables.ts";

const WHOLE = `spin_manifest_version = 2

[application]
name = "shop"
version = "1.2.3"
description = "d"
authors = ["A <a@example.com>"]
targets = ["spin-up:3.2"]
[application.trigger.http]
base = "/api"
[application.tool.other]
x = 1

[variables]
word = { default = "hi" }
secret_word = { required = true, secret = true, description = "s" }

[[trigger.http]]
id = "first"
route = "/..."
component = "cart"

[[trigger.http]]
route = "/wagi"
component = { source = "inline.wasm", files = ["a/*.txt"] }
executor = { type = "wagi", argv = "x \${ARGS}", entrypoint = "main" }

[[trigger.http]]
route = "/robots.txt"
static_response = { status_code = 404, headers = { Content-Type = "text/plain" }, body = "none" }

[[trigger.http]]
route = { private = true }
component = "inner"

[component.cart]
source = "cart.wasm"
description = "c"
files = ["assets/**/*", { source = "static", destination = "/static" }]
exclude_files = ["**/*.bak"]
environment = { A = "1" }
allowed_outbound_hosts = ["https://*.example.com", "http://{{ word }}.example.org"]
key_value_stores = ["default", "my_store"]
sqlite_databases = ["default"]
[component.cart.variables]
greeting = "{{ word }}, {{ secret_word }}"
[component.cart.build]
command = ["make", "make install"]
workdir = "cart"
watch = ["src/**/*.c"]
[component.cart.tool.wasmeter]
fuel = 1_000_000
timeout = "5s"
max_memory = "64MiB"
max_concurrency = 3
cost_model = "bounded"
deterministic = 7
[component.cart.tool.cargo]
anything = [1]

[component.inner]
source = "inner.wasm"
`;

function problemsOf(text: string): string[] {
  try {
    parseManifest(text, "spin.toml");
  } catch (error) {
    if (error instanceof ManifestError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("parseManifest", () => {
  it("reads every key of version 2", () => {
    const manifest = parseManifest(WHOLE, "spin.toml");
    expect(manifest).toMatchObject({
      name: "shop",
      version: "1.2.3",
      description: "d",
      base: "/api",
      warnings: [],
    });
    expect([...manifest.variables.values()]).toEqual([
      { name: "word", line: 15, default: "hi", required: false, secret: false },
      { name: "secret_word", line: 16, default: undefined, required: true, secret: true },
    ]);
    expect(manifest.triggers.map(({ id, line, route, target }) => [id, line, route?.value, target])).toEqual([
      ["first", 18, "/...", { kind: "component", id: "cart", executor: { type: "http" } }],
      [
        ...["trigger-http-2", 23, "/wagi"],
        {
          kind: "component",
          id: "inline-component1",
          executor: { type: "wagi", argv: `x ${"$"}{ARGS}`, entrypoint: "main" },
        },
      ],
      [
        ...["trigger-http-3", 28, "/robots.txt"],
        {
          kind: "static",
          response: { status: 404, headers: [["content-type", "text/plain"]], body: "none" },
        },
      ],
      ["trigger-http-4", 32, undefined, { kind: "component", id: "inner", executor: { type: "http" } }],
    ]);
    const cart = manifest.components.get("cart");
    expect(cart).toMatchObject({
      source: { line: 37, value: "cart.wasm" },
      files: [
        { kind: "pattern", pattern: "assets/**/*" },
        { kind: "placement", source: "static", destination: "/static" },
      ],
      excludeFiles: [{ value: "**/*.bak" }],
      keyValueStores: [{ value: "default" }, { value: "my_store" }],
      sqliteDatabases: [{ value: "default" }],
      build: { commands: ["make", "make install"], workdir: "cart", watch: [{ value: "src/**/*.c" }] },
      limits: {
        ...{ fuel: 1_000_000n, timeoutMs: 5_000, maxMemory: 64 * 2 ** 20, maxConcurrency: 3 },
        ...{ costModel: "bounded", deterministic: { seed: 7n } },
      },
    });
    expect([...(cart?.environment ?? [])]).toEqual([["A", "1"]]);
    expect(cart?.allowedOutboundHosts.map(({ value }) => value)).toEqual([
      "https://*.example.com",
      "http://{{ word }}.example.org",
    ]);
    expect(manifest.components.get("inline-component1")?.source.value).toBe("inline.wasm");
  });

  /** One line of the whole manifest replaced. */
  const withLine = (from: string, to: string): string => {
    expect(WHOLE).toContain(from);
    return WHOLE.replace(from, to);
  };

  it.each<[string, string, string]>([
    ['name = "shop"', "", 'spin.toml:3: application: name is missing; write name = "my-app"'],
    ['name = "shop"', "name = 5", "spin.toml:4: application.name: expected text in quotes, got 5"],
    [
      'version = "1.2.3"',
      'versoin = "1"',
      "spin.toml:5: application.versoin: there is no such key; did you mean 'version'?",
    ],
    [
      'base = "/api"',
      'base = "api"',
      "spin.toml:10: application.trigger.http.base: expected a path that begins with '/'",
    ],
    [
      'word = { default = "hi" }',
      "word = {}",
      'spin.toml:15: variables.word: it has no value; write default = "…"',
    ],
    [
      'word = { default = "hi" }',
      "word = { default = 1 }",
      "spin.toml:15: variables.word.default: expected text in quotes, got 1",
    ],
    [
      'word = { default = "hi" }',
      'Word = { default = "hi" }',
      "spin.toml:15: variables.Word: it is written in lower case: word",
    ],
    [
      'word = { default = "hi" }',
      'word = { default = "hi", required = true }',
      "spin.toml:15: variables.word.default: a variable is required or has a default",
    ],
    [
      'word = { default = "hi" }',
      'word = "hi"',
      'spin.toml:15: variables.word: expected a table, got the text "hi"',
    ],
    ['route = "/..."', "", 'spin.toml:18: trigger.http[0]: route is missing; write route = "/..."'],
    [
      'route = "/..."',
      'route = "/.../x"',
      "spin.toml:20: trigger.http[0].route: '...' stands only at the end of a route",
    ],
    [
      'route = "/..."',
      "route = { private = false }",
      "spin.toml:20: trigger.http[0].route: a route is a path or { private = true }",
    ],
    [
      'route = "/..."',
      "route = 1",
      "spin.toml:20: trigger.http[0].route: expected a path or { private = true }, got 1",
    ],
    [
      'component = "cart"',
      'component = "crat"',
      "spin.toml:18: trigger.http[0].component: there is no component 'crat'; did you mean 'cart'?",
    ],
    [
      'component = "cart"',
      "",
      "spin.toml:18: trigger.http[0]: a trigger has a component or a static response; it has neither",
    ],
    [
      'type = "wagi"',
      'type = "cgi"',
      'spin.toml:26: trigger.http[1].executor.type: expected "http" or "wagi", got the text "cgi"',
    ],
    [
      "status_code = 404",
      "status_code = 99",
      "spin.toml:30: trigger.http[2].static_response.status_code: expected a whole number from 200 to 599, got 99",
    ],
    ["Content-Type =", '"Content Type" =', "this is no name of a header"],
    ['source = "cart.wasm"', "", "spin.toml:36: component.cart: source is missing"],
    [
      'source = "cart.wasm"',
      'source = { url = "https://x", digest = "sha256:1" }',
      "spin.toml:37: component.cart.source: nothing is downloaded here",
    ],
    [
      'source = "cart.wasm"',
      'source = { registry = "x", package = "a:b", version = "1" }',
      "nothing is taken from registries here",
    ],
    [
      'source = "cart.wasm"',
      "source = true",
      "spin.toml:37: component.cart.source: expected the path of a .wasm file, got true",
    ],
    [
      '"assets/**/*"',
      '"../x"',
      "spin.toml:39: component.cart.files[0]: a pattern stays below the manifest's directory",
    ],
    [
      'destination = "/static"',
      'destination = "static"',
      "spin.toml:39: component.cart.files[1].destination: a path from the guest's root is expected",
    ],
    [
      'environment = { A = "1" }',
      "environment = { A = 1 }",
      "spin.toml:41: component.cart.environment.A: expected text in quotes, got 1",
    ],
    ['environment = { A = "1" }', 'environment = { "A=B" = "1" }', "has no '='"],
    ['"my_store"', '"my store"', "spin.toml:43: component.cart.key_value_stores: words have letters"],
    ['command = ["make", "make install"]', "", "spin.toml:47: component.cart.build: command is missing"],
    [
      'timeout = "5s"',
      'timeout = "5"',
      'spin.toml:53: component.cart.tool.wasmeter.timeout: expected a duration, got the text "5"; write "500ms", "30s" or "2m"',
    ],
    [
      'max_memory = "64MiB"',
      'max_memory = "much"',
      "spin.toml:54: component.cart.tool.wasmeter.max_memory: expected a size",
    ],
    [
      "max_concurrency = 3",
      "max_concurrency = 0",
      "spin.toml:55: component.cart.tool.wasmeter.max_concurrency: expected a whole number from 1",
    ],
    [
      "fuel = 1_000_000",
      "feul = 1",
      "spin.toml:52: component.cart.tool.wasmeter.feul: there is no such key; did you mean 'fuel'?",
    ],
    [
      "[component.inner]",
      "[component.in_ner]",
      "spin.toml:61: component.in_ner: words are parted by '-', not '_': in-ner",
    ],
    [
      "[component.inner]",
      "[compnent.inner]",
      "spin.toml:61: compnent: there is no such key; did you mean 'component'?",
    ],
    [
      "[[trigger.http]]\nid",
      "[[trigger.http]]\ncomponents = { x = 1 }\nid",
      "components in front of others (middleware) are not supported",
    ],
    [
      "spin_manifest_version = 2",
      "spin_manifest_version = 3",
      "spin.toml:1: spin_manifest_version: expected 2, got 3",
    ],
    [
      "spin_manifest_version = 2",
      "spin_manifst_version = 2",
      "spin.toml:1: spin_manifest_version is missing (there is spin_manifst_version)",
    ],
    [
      "[application]",
      "[application",
      "spin.toml:3: The key, equals sign, and value must be on the same line: [application",
    ],
  ])("says what is wrong with %j → %j", (from, to, message) => {
    expect(problemsOf(withLine(from, to)).join("\n")).toContain(message);
  });

  it("tells all mistakes at once, by line", () => {
    const text = WHOLE.replace('"cart.wasm"', "1").replace('"shop"', "2").replace('"5s"', '"x"');
    expect(problemsOf(text).map((line) => Number(line.split(":")[1]))).toEqual([4, 37, 53]);
  });

  it("says at once that there is no trigger, and that [trigger.http] is no list", () => {
    const head = 'spin_manifest_version = 2\n[application]\nname = "x"\n';
    expect(problemsOf(head)[0]).toContain("there is no [[trigger.http]]");
    expect(problemsOf(`${head}[trigger.http]\nroute = "/"`)[0]).toContain(
      "spin.toml:4: trigger.http: triggers stand in double brackets",
    );
  });

  it("names with its line what is not supported, and goes on", () => {
    const text = `${WHOLE}ai_models = ["llama2-chat"]
allowed_http_hosts = ["api.example.com"]
[component.inner.dependencies]
"a:b/c" = "1.0"
[component.inner.profile.debug]
source = "d.wasm"
[[trigger.redis]]
channel = "x"
[component.lonely]
source = "l.wasm"
`;
    const manifest = parseManifest(text, "spin.toml");
    expect(manifest.warnings.map((each) => problemText("spin.toml", each).split(";")[0])).toEqual([
      "spin.toml:63: component.inner.ai_models: there are no AI models here",
      "spin.toml:64: component.inner.allowed_http_hosts: it is the older form",
      'spin.toml:66: component.inner.dependencies."a:b/c": components are not composed here',
      "spin.toml:67: component.inner.profile.debug: profiles are not chosen here",
      "spin.toml:69: trigger.redis: the redis trigger is not started here",
      "spin.toml:71: component.lonely: no trigger names it, and it is not started",
    ]);
    expect(manifest.components.get("inner")?.allowedOutboundHosts.map(({ value }) => value)).toEqual([
      "http://api.example.com",
      "https://api.example.com",
    ]);
  });

  it("shows a manifest of version 1 as version 2", () => {
    const old = `spin_version = "1"
name = "old"
trigger = { type = "http", base = "/b" }
[[component]]
id = "my_app"
source = "a.wasm"
[component.trigger]
route = "/x/..."
executor = { type = "wagi" }
[component.build]
command = "make"`;
    const [first, ...rest] = problemsOf(old);
    expect(first).toContain("spin.toml:1: spin_manifest_version: this is a manifest of version 1");
    // What is shown is a manifest that can be read.
    const manifest = parseManifest(rest.join("\n"), "new.toml");
    expect([manifest.name, manifest.base, manifest.triggers[0]?.route?.value]).toEqual([
      "old",
      "/b",
      "/x/...",
    ]);
    expect(manifest.triggers[0]?.target).toMatchObject({ id: "my-app", executor: { type: "wagi" } });
  });
});

/** Pieces of which manifests are made, to be put where they do not belong. */
const PIECES = [
  ...WHOLE.split("\n"),
  ...["[", "]", "[[", "]]", "{", "}", "=", ",", '"', "'", "#", "\\", "\n", "\0", "\u2028", "{{", "}}", "..."],
  ...["true", "1e9999", "9223372036854775808", "1979-05-27", "[[[[", 'x = """', "a.b.c = 1", "__proto__ = 1"],
  ...["[__proto__]", "[component.__proto__]", "[component.constructor]", '[variables.""]', "route = 'x'"],
];

it("answers any text by a manifest, or by an error that names the file and each line once", () => {
  const edit = fc.tuple(fc.nat(WHOLE.length), fc.nat(40), fc.constantFrom(...PIECES, ""));
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      let text = WHOLE;
      for (const [at, removed, piece] of edits) text = text.slice(0, at) + piece + text.slice(at + removed);
      try {
        const manifest = parseManifest(text, "spin.toml");
        expect(manifest.triggers.length).toBeGreaterThan(0);
        for (const { target } of manifest.triggers) {
          if (target?.kind === "component") expect(manifest.components.has(target.id)).toBe(true);
        }
      } catch (error) {
        if (!(error instanceof ManifestError)) throw error;
        const lines = text.split("\n").length;
        for (const { line, message } of error.problems) {
          expect(message).not.toBe("");
          if (line !== undefined) expect(line >= 1 && line <= lines).toBe(true);
        }
        for (const each of error.message.split("\n")) expect(each).not.toContain("\0");
        expect(error.message.startsWith("spin.toml")).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

describe("variables", () => {
  const manifest: Manifest = parseManifest(WHOLE, "spin.toml");
  const fill = (template: string, env: Record<string, string>, given: [string, string][] = []) => {
    const problems = new Problems("spin.toml");
    const providers = [staticProvider("--variable", new Map(given)), environmentProvider(env)];
    const text = new Variables(manifest, providers, problems).fill(template, 9, "component.cart.variables.x");
    let message = "";
    try {
      problems.throwIfAny();
    } catch (error) {
      message = (error as Error).message;
    }
    return { text, message };
  };

  it.each<[string, Record<string, string>, [string, string][], string]>([
    ["plain", { SPIN_VARIABLE_SECRET_WORD: "s" }, [], "plain"],
    ["{{ word }}, {{secret_word}}!", { SPIN_VARIABLE_SECRET_WORD: "s" }, [], "hi, s!"],
    ["{{ word }}{{ word }}", { SPIN_VARIABLE_SECRET_WORD: "s", SPIN_VARIABLE_WORD: "ho" }, [], "hoho"],
    [
      "{{ word }}",
      { SPIN_VARIABLE_WORD: "ho" },
      [
        ["word", "he"],
        ["secret_word", ""],
      ],
      "he",
    ],
    ["{{ word }}", { SPIN_VARIABLE_SECRET_WORD: "s" }, [["word", "{{ secret_word }}"]], "{{ secret_word }}"],
    ["a } b { c }}", { SPIN_VARIABLE_SECRET_WORD: "s" }, [], "a } b { c }}"],
  ])("fills %j", (template, env, given, expected) => {
    expect(fill(template, env, given)).toEqual({ text: expected, message: "" });
  });

  it.each([
    ["{{ word", "spin.toml:9: component.cart.variables.x: '{{' has no '}}' behind it"],
    [
      "{{ wrod }}",
      "spin.toml:9: component.cart.variables.x: there is no variable 'wrod'; did you mean 'word'?",
    ],
    ["{{ }}", "names no variable"],
    ["{{ other }}", "declare it: [variables] other"],
  ])("refuses %j", (template, message) => {
    expect(fill(template, { SPIN_VARIABLE_SECRET_WORD: "s" }).message).toContain(message);
  });

  it("says which required variable has no value", () => {
    expect(fill("{{ word }}", {}).message).toBe(
      "spin.toml:16: variables.secret_word: it is required and has no value; give --variable secret_word=… or set SPIN_VARIABLE_SECRET_WORD",
    );
  });
});
