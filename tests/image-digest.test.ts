// Images have the same digest wherever they are made: by whom, when, where, from whatever copy of the same files, in whatever surroundings.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";

const cli = join(projectRoot, "dist/cli.cjs");
const hello = join(projectRoot, "guests/wasm/c-hello.wasm");
const place = mkdtempSync(join(tmpdir(), "wasmeter-digest-"));
afterAll(() => rmSync(place, { recursive: true }));

const MANIFEST = `spin_manifest_version = 2
[application]
name = "shop"
[[trigger.http]]
route = "/..."
component = "shop"
[component.shop]
source = "shop.wasm"
files = ["assets/**/*"]
`;
/** Names that locales sort differently. */
const FILES = [
  "assets/b.txt",
  "assets/B.txt",
  "assets/ä.txt",
  "assets/z/10.txt",
  "assets/z/9.txt",
  "assets/_.txt",
];

/** A copy of the application: its files in that order, with that mode, from that time. */
function copyOf(name: string, files: readonly string[], mode: number, seconds: number): string {
  const folder = join(place, name);
  const put = (path: string, write: (to: string) => void): void => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    write(file);
    chmodSync(file, mode);
    utimesSync(file, seconds, seconds);
  };
  for (const path of files) put(path, (to) => writeFileSync(to, path));
  put("shop.wasm", (to) => copyFileSync(hello, to));
  put("spin.toml", (to) => writeFileSync(to, MANIFEST));
  chmodSync(place, 0o755);
  return folder;
}

interface Surroundings {
  readonly umask: string;
  readonly env: Record<string, string>;
  readonly uid?: number;
}

/** The digests of the module's image, its artifact, and the application's image. */
function digests(folder: string, { umask, env, uid }: Surroundings): string[] {
  const out = `${folder}-out`;
  mkdirSync(out);
  chmodSync(out, 0o777);
  const images = [["shop.wasm"], ["--artifact", "shop.wasm"], ["spin.toml"]];
  return images.map((words, index) => {
    const archive = join(out, `${index}.tar`);
    const command = [
      cli,
      "image",
      ...words,
      "-o",
      archive,
      "--name",
      "registry.example/shop:1",
      "--platform",
    ];
    const platform = words.includes("--artifact") ? command.slice(0, -1) : [...command, "linux/amd64"];
    execFileSync("sh", ["-c", `umask ${umask}; exec "$0" "$@"`, process.execPath, ...platform], {
      cwd: folder,
      env: { PATH: process.env.PATH, WASMETER_CODE_CACHE: "", ...env },
      ...(uid !== undefined && { uid, gid: uid }),
    });
    return createHash("sha256").update(readFileSync(archive)).digest("hex");
  });
}

it.skipIf(process.platform === "win32")("gives images the same digest in all surroundings", () => {
  const one = digests(copyOf("here", FILES, 0o644, 1_000_000_000), {
    umask: "022",
    env: { TZ: "UTC", LC_ALL: "C", HOME: "/root", USER: "root" },
  });
  const others: Surroundings = {
    umask: "077",
    env: { TZ: "Pacific/Kiritimati", LC_ALL: "sv_SE.UTF-8", HOME: "/nowhere", SOURCE_DATE_EPOCH: "86400" },
    // Root alone can be somebody else.
    ...(process.getuid?.() === 0 && { uid: 65_534 }),
  };
  const folder = copyOf("deep/er/there", FILES.toReversed(), 0o755, 1_700_000_000);
  expect(digests(folder, others)).toEqual(one);
  expect(new Set(one).size).toBe(3);
});
