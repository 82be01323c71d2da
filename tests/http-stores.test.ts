// Components that keep something: Spin's key-value stores behind the server.
// Real components are looked for in $WASM_COMPONENTS, a folder with `bin` and `expected`.

import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ManifestError } from "wasmeter/http";
import { applicationOf, directoryWith, serve } from "./http-support.ts";
import { componentBytes, hasComponents, RECORDED } from "./real-components.ts";

const isThere = hasComponents(RECORDED, "components with stores");

const manifest = (component: string, more = ""): string => `spin_manifest_version = 2
[application]
name = "stores"
[variables]
greeting = { default = "good day" }
[[trigger.http]]
route = "/..."
component = "guest"
[component.guest]
source = "guest.wasm"
${component}
[component.guest.variables]
greeting = "{{ greeting }}, all"
${more}`;

const GRANTED = 'key_value_stores = ["default"]';

describe.skipIf(!isThere)("a component with a store", () => {
  const files = isThere ? { "guest.wasm": componentBytes("rust-spin-api-kv") } : {};

  it("finds what an earlier request has stored, also after a new start", async () => {
    const stateDir = directoryWith({});
    const count = async () => {
      const { url, server } = await serve(manifest(GRANTED), { files, application: { stateDir } });
      const counts: string[] = [];
      for (let k = 0; k < 3; k++) counts.push(await (await fetch(`${url}/count`)).text());
      await server.close({ graceMs: 0 });
      return counts;
    };
    expect(await count()).toEqual(["1", "2", "3"]);
    expect(await count()).toEqual(["4", "5", "6"]);
    const { DatabaseSync } = createRequire(import.meta.url)("@photostructure/sqlite");
    const database = new DatabaseSync(join(stateDir, "sqlite_key_value.db"));
    expect({
      ...database.prepare("SELECT store, key, CAST(value AS TEXT) AS value FROM spin_key_value").get(),
    }).toEqual({ store: "default", key: "n", value: "6" });
    database.close();
  });

  it("has its own stores only, and its variables", async () => {
    const other = `[[trigger.http]]
route = "/other/..."
component = "other"
[component.other]
source = "guest.wasm"
`;
    const { url } = await serve(manifest(GRANTED, other), { files, application: { stateDir: "" } });
    expect(await (await fetch(`${url}/count`)).text()).toBe("1");
    expect(await (await fetch(`${url}/variable`)).text()).toBe("good day, all");
    // The router of the guest sees the whole path: what it does not know it answers by name.
    expect(await (await fetch(`${url}/other/count`)).text()).toContain("Hello from Wasm!");
  });

  it("is refused what it was not granted", async () => {
    const { url } = await serve(manifest(""), { files });
    const answer = await fetch(`${url}/count`);
    expect([answer.status, await answer.text()]).toEqual([500, "Error::AccessDenied"]);
  });

  it("names a label that no configuration declares, at start", () => {
    const load = (keyValueStores = new Map<string, string | undefined>()) =>
      applicationOf(manifest('key_value_stores = ["default", "sessions"]'), files, {
        keyValueStores,
      }).close();
    expect(() => load()).toThrow(ManifestError);
    expect(() => load()).toThrow(
      "spin.toml:11: component.guest.key_value_stores: there is no store 'sessions' but 'default'; declare it in the runtime configuration: [key_value_store.sessions]",
    );
    expect(() => load(new Map([["sessions", undefined]]))).not.toThrow();
  });
});
