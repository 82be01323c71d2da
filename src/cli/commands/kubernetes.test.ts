import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseToml, type TomlTable } from "../../spin/toml.ts";
import { fakeIo } from "../../testing/fake-io.ts";
import { main } from "../dispatch.ts";
import { toYaml, type YamlValue } from "../kubernetes/yaml.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "wasmeter-node-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const wasmeter = async (...argv: string[]): Promise<{ status: number; out: string; err: string }> => {
  const io = fakeIo();
  const status = await main(["kubernetes", ...argv], io);
  return { status, out: io.out(), err: io.err() };
};
const install = (...more: string[]) =>
  wasmeter("install", "--root", root, "--runtime-binary", "/usr/sbin/runc", ...more);

function put(path: string, text: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Everything below the root, with what is in it. */
function tree(): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    const entry = join(root, name);
    all[name] = statSync(entry).isDirectory() ? "directory" : readFileSync(entry, "utf8");
  }
  return all;
}

const DEFAULT = `version = 2
# The cluster's own.
[plugins."io.containerd.grpc.v1.cri".containerd]
  default_runtime_name = "runc"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true
`;

function runtimes(text: string, plugin = "io.containerd.grpc.v1.cri"): TomlTable {
  let value = parseToml(text);
  for (const key of ["plugins", plugin, "containerd", "runtimes"]) value = value.get(key)!.value as TomlTable;
  return value;
}

describe("install and uninstall", () => {
  it("only show what they would do", async () => {
    put("etc/containerd/config.toml", DEFAULT);
    const before = tree();
    const { status, out } = await install();
    expect(status).toBe(0);
    expect(out).toContain("write /usr/local/bin/wasmeter-runtime");
    expect(out).toContain("change /etc/containerd/config.toml");
    expect(out).toContain('BinaryName = "/usr/local/bin/wasmeter-runtime"');
    expect(out).toContain("Nothing was changed: --apply does it.");
    expect(tree()).toEqual(before);
  });

  it.each([
    ["a configuration", { "etc/containerd/config.toml": DEFAULT }],
    ["one without runtimes", { "etc/containerd/config.toml": "version = 3" }],
    ["none yet", { "etc/containerd/x": "" }],
    ["CRI-O", { "etc/crio/crio.conf": "" }],
    ["both", { "etc/containerd/config.toml": DEFAULT, "etc/crio/crio.conf": "", "usr/local/bin/other": "x" }],
  ])("leave nothing behind, and may be repeated: %s", async (_, files) => {
    for (const [path, text] of Object.entries(files)) put(path, text);
    const before = tree();
    expect((await install("--apply")).status).toBe(0);
    const installed = tree();
    expect(Object.keys(installed).length).toBeGreaterThan(Object.keys(before).length);
    expect((await install("--apply")).out).toBe("nothing to change\n");
    expect(tree()).toEqual(installed);
    expect((await wasmeter("uninstall", "--root", root)).out).toContain(
      "remove /usr/local/bin/wasmeter-runtime",
    );
    expect(tree()).toEqual(installed);
    expect((await wasmeter("uninstall", "--root", root, "--apply")).status).toBe(0);
    expect(tree()).toEqual(before);
    expect((await wasmeter("uninstall", "--root", root, "--apply")).out).toBe("nothing to change\n");
  });

  it("write a wrapper that is run with what was said, whatever is in it", async () => {
    put("etc/crio/x", "");
    await install("--apply", "--node", "/opt/it's here/node", "--package", "/opt/wasmeter");
    const wrapper = join(root, "usr/local/bin/wasmeter-runtime");
    expect(statSync(wrapper).mode & 0o777).toBe(0o755);
    expect(readFileSync(wrapper, "utf8").split("\n").at(-2)).toBe(
      `WASMETER_RUNTIME='/usr/sbin/runc' WASMETER_NODE='/opt/it'\\''s here/node' exec '/opt/wasmeter/bin/wasmeter-runtime' "$@"`,
    );
  });

  it("have containerd's runtimes as they were, with ours beside them", async () => {
    put("etc/containerd/config.toml", DEFAULT);
    await install("--apply");
    const text = readFileSync(join(root, "etc/containerd/config.toml"), "utf8");
    expect(text.startsWith(DEFAULT)).toBe(true);
    expect([...runtimes(text).keys()]).toEqual(["runc", "wasmeter"]);
    const ours = runtimes(text).get("wasmeter")!.value as TomlTable;
    expect((ours.get("options")!.value as TomlTable).get("SystemdCgroup")?.value).toBe(true);
    // Without a table of runtimes, containerd has runc by itself; with one, only what that names.
    writeFileSync(join(root, "etc/containerd/config.toml"), "version = 3\n");
    await install("--apply");
    const bare = readFileSync(join(root, "etc/containerd/config.toml"), "utf8");
    expect([...runtimes(bare, "io.containerd.cri.v1.runtime").keys()]).toEqual(["runc", "wasmeter"]);
  });

  it("follow links inside the root alone", async () => {
    put("real/config.toml", DEFAULT);
    mkdirSync(join(root, "etc/containerd"), { recursive: true });
    symlinkSync("/real/config.toml", join(root, "etc/containerd/config.toml"));
    expect((await install("--apply")).status).toBe(0);
    expect(readFileSync(join(root, "real/config.toml"), "utf8")).toContain("runtimes.wasmeter");
    expect(readlinkSync(join(root, "etc/containerd/config.toml"))).toBe("/real/config.toml");
  });

  it.each([
    ["etc/x", "", "there is neither /etc/containerd nor /etc/crio"],
    ["etc/containerd/config.toml", "version = 1\n", "version 2 or 3 is needed"],
    ["etc/containerd/config.toml", "disabled_plugins = []\n", "version 2 or 3 is needed"],
    ["etc/containerd/config.toml", "version = \n", "config.toml:1:"],
    [
      "etc/containerd/config.toml",
      `${DEFAULT}[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.wasmeter]\n`,
      "another runtime called wasmeter",
    ],
    ["etc/containerd/config.toml", "version = 2\nplugins = {}\n", "config.toml:"],
  ])("refuse what they cannot change: %s with %j", async (path, text, message) => {
    put(path, text);
    const before = tree();
    const { status, err } = await install("--apply");
    expect(err).toContain(message);
    expect(status).toBe(1);
    expect(tree()).toEqual(before);
  });

  it("leave somebody else's wrapper alone", async () => {
    put("etc/crio/x", "");
    put("usr/local/bin/wasmeter-runtime", "#!/bin/sh\n");
    expect((await install("--apply")).err).toContain("is there and not ours");
    expect((await wasmeter("uninstall", "--root", root, "--apply")).out).toBe("nothing to change\n");
  });

  it.each([
    [[], "one of install, uninstall, manifest"],
    [["instal"], "one of install"],
    [["install", "uninstall"], "one of install"],
    [["install", "--replicas", "2"], "--replicas means nothing to install"],
    [["manifest", "--apply"], "--apply means nothing to manifest"],
    [["install", "--node", "node"], "no absolute path"],
    [["manifest", "--name", "My App"], "no name of Kubernetes'"],
    [["manifest", "--memory", "64 MB"], "no quantity"],
    [["manifest", "--image", "a\nb"], "no image's name"],
    [["manifest", "--port", "0"], "--port"],
  ])("say what is wrong with %j", async (argv, message) => {
    const { status, err } = await wasmeter(...argv);
    expect(err).toContain(message);
    expect(status).toBe(2);
  });
});

describe("manifest", () => {
  it("prints a runtime class, a deployment and its service", async () => {
    const { status, out } = await wasmeter(
      "manifest",
      "--name",
      "shop",
      "--image",
      "r.example/shop:1",
      "--replicas",
      "2",
    );
    expect(status).toBe(0);
    expect(out.match(/^kind: .*$/gm)).toEqual(["kind: RuntimeClass", "kind: Deployment", "kind: Service"]);
    expect(out).toContain("\n      runtimeClassName: wasmeter\n");
    expect(out).toContain('\n            limits:\n              memory: "64Mi"\n              cpu: "100m"\n');
    expect(out).toContain("\n  replicas: 2\n");
  });

  it("quotes what would not be read as text", () => {
    const value: YamlValue = {
      a: ["true", "no", "1", "", "x: y", "a#b", "- a", "\u2028", "plain", "a/b:1"],
      b: { c: [], d: {} },
      e: [{ f: 1, g: [true] }],
    };
    expect(toYaml(value)).toBe(
      'a:\n  - "true"\n  - "no"\n  - "1"\n  - ""\n  - "x: y"\n  - "a#b"\n  - "- a"\n  - "\u2028"\n  - plain\n  - a/b:1\nb:\n  c: []\n  d: {}\ne:\n  - f: 1\n    g:\n      - true\n',
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(toYaml([text]).split("\n")).toHaveLength(2);
      }),
    );
  });
});
