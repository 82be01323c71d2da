// `wasmeter kubernetes install` for the machine itself, which sees nothing of it: a mount namespace of its own, with empty folders where
// something is written, and a copy of the package.

import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { projectRoot } from "./support/cluster.ts";

const place = mkdtempSync(join(tmpdir(), "wasmeter-install-"));
afterAll(() => rmSync(place, { recursive: true }));

const CONFIG = "/etc/containerd/config.toml";
const isPossible =
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/usr/local/bin"]).status === 0;
if (!isPossible)
  console.error("\n*** SKIPPED: installing on the machine: it needs root and mount namespaces ***\n");

/** Everything that installing could change, by name, mode, owner and contents. */
const LOOK = `for folder in /etc/containerd /usr/local/bin "$PACKAGE"; do
  find "$folder" -type d -printf '%p %m %u\\n' -o -printf '%p %m %u ' -exec sha256sum {} ';'
done | sort`;

const SCRIPT = `set -e
mkdir -p /etc/containerd
mount -t tmpfs -o mode=755 none /etc/containerd
mount -t tmpfs -o mode=755 none /usr/local/bin
printf 'version = 2\\n' >${CONFIG}
umask 077
look() { ${LOOK}; }
wasmeter() { "$NODE" "$PACKAGE/dist/cli.cjs" kubernetes "$@" --root /; }
look >"$PLACE/before"
wasmeter install >"$PLACE/dry"
look >"$PLACE/after-dry"
wasmeter install --apply >"$PLACE/applied"
wasmeter install --apply >"$PLACE/again"
look >"$PLACE/installed"
cat ${CONFIG} >"$PLACE/config"
# The wrapper is the one that containerd would start; what runs in a container finds the kept code, whoever it is.
/usr/local/bin/wasmeter-runtime --version >"$PLACE/version"
chmod 711 "$PLACE"
setpriv --reuid=65534 --regid=65534 --clear-groups "$NODE" -e '
  const fs = require("node:fs");
  const folder = process.argv[1] + "/dist/command.cjs.code";
  for (const name of fs.readdirSync(folder)) console.log(fs.readFileSync(folder + "/" + name).length > 500_000);
' "$PACKAGE" >"$PLACE/readable"
WASMETER_CODE_CACHE="$PLACE/own" "$NODE" "$PACKAGE/dist/cli.cjs" "$PACKAGE/hello.wasm" >"$PLACE/hello" 2>&1
wasmeter uninstall --apply >"$PLACE/removed"
look >"$PLACE/after"
wasmeter uninstall --apply >"$PLACE/nothing"
`;

it.skipIf(!isPossible)(
  "installs for the machine itself, with code that all pods can read, and leaves nothing",
  () => {
    const folder = join(place, "package");
    mkdirSync(join(folder, "dist"), { recursive: true });
    for (const name of ["cli", "command", "command-rest", "container", "create"]) {
      copyFileSync(join(projectRoot, `dist/${name}.cjs`), join(folder, `dist/${name}.cjs`));
    }
    cpSync(join(projectRoot, "bin"), join(folder, "bin"), { recursive: true });
    copyFileSync(join(projectRoot, "package.json"), join(folder, "package.json"));
    copyFileSync(join(projectRoot, "guests/wasm/c-hello.wasm"), join(folder, "hello.wasm"));
    writeFileSync(join(place, "script"), SCRIPT);
    const env = { PATH: process.env.PATH, NODE: process.execPath, PACKAGE: folder, PLACE: place };
    execFileSync("unshare", ["--mount", "sh", join(place, "script")], {
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const said = (name: string): string => execFileSync("cat", [join(place, name)], { encoding: "utf8" });

    expect(said("after-dry")).toBe(said("before"));
    expect(said("dry")).toContain(`write ${folder}/dist/command.cjs.code\nNothing was changed`);
    expect(said("applied")).toContain("write /usr/local/bin/wasmeter-runtime\n");
    expect(said("again")).toBe("nothing to change\n");
    expect(said("config")).toContain('BinaryName = "/usr/local/bin/wasmeter-runtime"');
    expect(said("version")).toMatch(/^(runc|crun) version /);
    expect(said("installed")).toContain(`${folder}/dist/command.cjs.code 755 root\n`);
    expect(said("readable")).toBe("true\ntrue\n");
    // Whoever finds code beside the package keeps none of their own.
    expect(said("hello")).toContain("Hello from C!");
    expect(spawnSync("test", ["-e", join(place, "own")]).status).toBe(1);
    expect(said("removed")).toContain(`remove ${folder}/dist/command.cjs.code\n`);
    expect(said("after")).toBe(said("before"));
    expect(said("nothing")).toBe("nothing to change\n");
  },
);
