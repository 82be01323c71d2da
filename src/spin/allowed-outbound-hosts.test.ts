import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { outboundRules } from "./allowed-outbound-hosts.ts";
import { parseManifest } from "./manifest.ts";
import { ManifestError, Problems } from "./problems.ts";
import { Variables } from "./variables.ts";

/** Each rule of the documentation's table, and whether it is refused. */
function documented(): [rule: string, isRefused: boolean, advice: string][] {
  const page = readFileSync(new URL("../../docs/serving.md", import.meta.url), "utf8");
  const [, section = ""] = /^### Outgoing requests$(.*?)^### /ms.exec(page) ?? [];
  return [...section.matchAll(/^\| (`.*?`) \| (\w+) \| (.*) \|$/gm)].flatMap(
    ([, rules = "", verdict = "", advice = ""]) =>
      [...rules.matchAll(/`([^`]*)`/g)].map(([, rule = ""]): [string, boolean, string] => {
        expect(["supported", "read", "refused"]).toContain(verdict);
        return [rule, verdict === "refused", advice];
      }),
  );
}

it.each(documented())("reads %s as the documentation says", (rule, isRefused) => {
  const manifest = parseManifest(
    `spin_manifest_version = 2
[application]
name = "rules"
[variables]
host = { default = "api" }
[[trigger.http]]
route = "/..."
component = "guest"
[component.guest]
source = "guest.wasm"
allowed_outbound_hosts = ["https://before.example", ${JSON.stringify(rule)}]
`,
    "spin.toml",
  );
  const problems = new Problems("spin.toml");
  const guest = manifest.components.get("guest");
  if (guest === undefined) throw new Error("no component");
  const rules = outboundRules(guest, new Variables(manifest, [], problems), problems);
  expect(rules).toHaveLength(isRefused ? 1 : 2);
  const place = "spin.toml:11: component.guest.allowed_outbound_hosts[1]: ";
  if (!isRefused) problems.throwIfAny();
  else {
    expect(() => problems.throwIfAny()).toThrow(ManifestError);
    expect(() => problems.throwIfAny()).toThrow(place);
  }
});

it("covers every form that the documentation names", () => {
  expect(documented().length).toBeGreaterThan(20);
});
