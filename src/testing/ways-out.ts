// A granted directory with every way out of it, beside one that must stay as it is: for tests of what guests can reach.
// Owns the layout, the paths that lead out, and the look at the outside.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** Paths in the grant that lead out before their last component, or with it as `..`. */
export const THROUGH = [
  "..",
  "../outside/secret.txt",
  "sub/../../outside/secret.txt",
  "/",
  "/etc/passwd",
  "up/outside/secret.txt",
  "up/new",
  "out/secret.txt",
  "out/link",
  "out/dir",
  "out/new",
  "out/.",
  "out/..",
  "absolute/secret.txt",
  "absolute/new",
  "chain/secret.txt",
  "via-sub/new",
  "proc/secret.txt",
  "to-file/x",
  "dangling/x",
];

/** Links in the grant that lead out by themselves. */
export const LINKS_OUT = [
  "out",
  "absolute",
  "to-file",
  "to-file-absolute",
  "chain",
  "dangling",
  "dangling-absolute",
];

/** All names below a directory. Not by `recursive`, which follows links. */
export function namesBelow(directory: string, prefix = ""): string[] {
  return fs
    .readdirSync(path.join(directory, prefix), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const name = `${prefix}${entry.name}`;
      return entry.isDirectory() ? [name, ...namesBelow(directory, `${name}/`)] : [name];
    });
}

/** Everything below a directory, with contents and metadata. */
function describeTree(directory: string): string {
  return namesBelow(directory)
    .map((name) => {
      const stat = fs.lstatSync(path.join(directory, name), { bigint: true });
      const text = stat.isFile() ? fs.readFileSync(path.join(directory, name), "utf8") : "";
      return `${name} ${stat.ino} ${stat.mode} ${stat.size} ${stat.nlink} ${stat.mtimeNs} ${text}`;
    })
    .join("\n");
}

/** `grant` and `outside`, side by side in a folder of their own. */
export class Ground {
  readonly #home: string;
  readonly #outside: string;

  constructor(prefix: string) {
    this.#home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), prefix)));
    const host = this.host.bind(this);
    fs.mkdirSync(host("outside", "dir"), { recursive: true });
    fs.writeFileSync(host("outside", "secret.txt"), "secret");
    fs.symlinkSync("secret.txt", host("outside", "link"));
    fs.mkdirSync(host("grant", "sub", "deep"), { recursive: true });
    fs.writeFileSync(host("grant", "inside.txt"), "inside");
    const links: Record<string, string> = {
      up: "..",
      out: "../outside",
      absolute: host("outside"),
      "to-file": "../outside/secret.txt",
      "to-file-absolute": host("outside", "secret.txt"),
      dangling: "../outside/made",
      "dangling-absolute": host("outside", "made"),
      chain: "chain2",
      chain2: "sub/chain3",
      "sub/chain3": "../out",
      "via-sub": "sub/../../outside",
      proc: `/proc/self/root${host("outside")}`,
    };
    for (const [name, target] of Object.entries(links)) fs.symlinkSync(target, host("grant", name));
    this.#outside = describeTree(host("outside"));
  }

  /** The path of a file below what holds both. */
  host(...parts: string[]): string {
    return path.join(this.#home, ...parts);
  }

  /** Removes all; tells what was outside in the beginning, what is there now, and what stands beside it. */
  end(): { readonly before: string; readonly after: string; readonly around: readonly string[] } {
    const after = describeTree(this.host("outside"));
    const around = fs.readdirSync(this.#home).sort();
    fs.rmSync(this.#home, { recursive: true, force: true });
    return { before: this.#outside, after, around };
  }
}
