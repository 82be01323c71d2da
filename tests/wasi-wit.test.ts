// The hosts against the interfaces' own texts: every function of every version of WASI 0.2 and of 0.3 is there, and nothing that no
// version has.
// The texts are looked for in $WASM_COMPONENTS/wit.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hostsOf } from "../src/testing/component-hosts.ts";
import { projectRoot } from "./built-code.ts";
import { guestFile } from "./guest-cases.ts";

const folder = join(process.env.WASM_COMPONENTS ?? "", "wit");
const isThere = process.env.WASM_COMPONENTS !== undefined && existsSync(folder);
if (!isThere) console.warn("the texts of WASI's interfaces are not here ($WASM_COMPONENTS): not compared");

const camel = (name: string): string =>
  name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const pascal = (name: string): string => camel(`-${name}`);

/** What the interfaces of a version declare: `io/poll poll`, `io/poll Pollable.ready`. */
function declared(version: string): string[] {
  const found: string[] = [];
  for (const packageName of readdirSync(join(folder, version), { withFileTypes: true })) {
    if (!packageName.isDirectory()) continue;
    for (const file of readdirSync(join(folder, version, packageName.name)).filter((name) =>
      name.endsWith(".wit"),
    )) {
      const text = readFileSync(join(folder, version, packageName.name, file), "utf8").replace(
        /\/\/.*$/gm,
        "",
      );
      for (const [, name = "", body = ""] of text.matchAll(/^\s*interface ([a-z-]+) \{([\s\S]*?)^\}/gm)) {
        if (name === "run" || name === "incoming-handler" || name === "handler") continue;
        found.push(...functionsOf(`${packageName.name}/${name}`, body));
      }
    }
  }
  return found;
}

function functionsOf(interfaceName: string, body: string): string[] {
  const found: string[] = [];
  let rest = body;
  for (const [whole, name = "", methods = ""] of body.matchAll(
    /resource ([a-z-]+)\s*(?:;|\{([\s\S]*?)\n\s*\})/g,
  )) {
    rest = rest.replace(whole, "");
    found.push(`${interfaceName} ${pascal(name)}`);
    for (const [, method = ""] of methods.matchAll(/%?([a-z0-9-]+):\s*(?:static\s+)?(?:async\s+)?func/g))
      found.push(`${interfaceName} ${pascal(name)}.${camel(method)}`);
  }
  for (const [, name = ""] of rest.matchAll(/%?([a-z0-9-]+):\s*(?:async\s+)?func/g))
    found.push(`${interfaceName} ${camel(name)}`);
  return found;
}

/** What the hosts have of 0.2, or of 0.3, in the same words. */
function implemented(version: 2 | 3): string[] {
  const hosts = hostsOf();
  const [names, get] = version === 2 ? [hosts.names, hosts.get] : [hosts.names3, hosts.get3];
  return names.flatMap((name) =>
    Object.entries(get(name)).flatMap(([key, value]) => {
      if (!/^[A-Z]/.test(key)) return [`${name} ${key}`];
      const methods = [value.prototype, value].flatMap((holder: object) =>
        Object.entries(Object.getOwnPropertyDescriptors(holder))
          .filter(([each, { value: method }]) => each !== "constructor" && typeof method === "function")
          .map(([each]) => `${name} ${key}.${each}`),
      );
      return [`${name} ${key}`, ...methods];
    }),
  );
}

/** What the rows of guests/wasi-0.2 say that was called, in the same words. */
function called(): Set<string> {
  const { commands, requests } = JSON.parse(readFileSync(guestFile("wasi-0.2/wasmtime.json"), "utf8")) as {
    readonly commands: Readonly<Record<string, { readonly rows: readonly string[] }>>;
    readonly requests: readonly { readonly rows?: readonly string[] }[];
  };
  const names = new Set<string>();
  for (const { rows = [] } of [...Object.values(commands), ...requests]) {
    for (const row of rows) {
      const [, path = "", word = "", method] =
        /^(\S+\/\S+) ([a-z0-9-]+)(?:\.([a-z0-9-]+))? \(/.exec(row) ?? [];
      names.add(`${path} ${method === undefined ? camel(word) : `${pascal(word)}.${camel(method)}`}`);
    }
  }
  return names;
}

/** What the recorded runtime lacks or has behind a switch, and what has no answer to print: it ends the guest, or takes it in. */
const NO_ROW = [
  "cli/exit exit",
  "cli/exit exitWithCode",
  "clocks/timezone display",
  "clocks/timezone utcOffset",
  "http/types ResponseOutparam.sendInformational",
  "http/types ResponseOutparam.set",
  "sockets/network networkErrorCode",
];

describe.skipIf(!isThere)("the hosts of WASI", () => {
  it.each([
    ["wasi-v0.2.0", 2],
    ["wasi-v0.2.3", 2],
    ["wasi-v0.2.6", 2],
    ["wasi-v0.2.12", 2],
    ["wasi-v0.3.0", 3],
  ] as const)("have every function of %s", (folderOfVersion, version) => {
    const names = declared(folderOfVersion);
    expect(names.length).toBeGreaterThan(version === 2 ? 190 : 130);
    const own = new Set(implemented(version));
    expect(names.filter((name) => !own.has(name))).toEqual([]);
  });

  it("are all called by the guest whose rows are compared", () => {
    const rows = called();
    const functions = declared("wasi-v0.2.12").filter((name) => !/ [A-Z][A-Za-z]*$/.test(name));
    expect(functions.filter((name) => !rows.has(name)).sort()).toEqual(NO_ROW);
  });

  it("have nothing that no version has", () => {
    const known2 = new Set(["wasi-v0.2.0", "wasi-v0.2.12"].flatMap(declared));
    expect(implemented(2).filter((name) => !known2.has(name))).toEqual([]);
    const known3 = new Set(declared("wasi-v0.3.0"));
    expect(implemented(3).filter((name) => !known3.has(name))).toEqual([]);
  });
});

it.each([
  ["wasi-components.md", 2],
  ["wasi-0.3.md", 3],
] as const)("docs/%s has a row for every function of the hosts", (file, version) => {
  const page = readFileSync(join(projectRoot, "docs", file), "utf8");
  const rows = [...page.matchAll(/^\| ([a-z, -]+) \| (.+?) \|/gm)].flatMap(
    ([, interfaces = "", functions = ""]) =>
      interfaces
        .split(", ")
        .map((name) => ({ name, words: new Set(functions.split(/[^a-z0-9-]+/).map(camel)) })),
  );
  const missing = implemented(version).filter((each) => {
    const [path = "", member = ""] = each.split(" ");
    const name = path.slice(path.indexOf("/") + 1);
    const [resource = "", method] = member.split(".");
    const word = method ?? resource.charAt(0).toLowerCase() + resource.slice(1);
    return !rows.some((row) => row.name === name && row.words.has(word));
  });
  expect(missing).toEqual([]);
});
