// What an in-memory file system charges is what it takes, within a half: measured in a process of its own.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const WASI = fileURLToPath(new URL("../dist/wasi.js", import.meta.url));

/** Ways to fill a file system, each with some megabytes. */
const FILLINGS: Readonly<Record<string, string>> = {
  directories: 'for (let i = 0; i < 60_000; i++) root.createDirectory("d" + i);',
  "directories in each other":
    'for (let i = 0, at = root; i < 60_000; i++) { at.createDirectory("x"); at = at.openDirectory("x"); }',
  "directories of one entry":
    'for (let i = 0; i < 30_000; i++) { root.createDirectory("d" + i); root.openDirectory("d" + i).createDirectory("e"); }',
  "empty files": 'for (let i = 0; i < 60_000; i++) root.openFile("f" + i, NEW).close();',
  "files of a byte": 'for (let i = 0; i < 30_000; i++) files.writeFile("f" + i, "x");',
  "files of a kilobyte": 'for (let i = 0; i < 20_000; i++) files.writeFile("f" + i, new Uint8Array(1000));',
  "large files": 'for (let i = 0; i < 300; i++) files.writeFile("f" + i, new Uint8Array(100_000));',
  "small pieces":
    'const file = root.openFile("f", NEW); for (let i = 0; i < 60_000; i++) file.write(new Uint8Array(1), BigInt(i) * 65_536n);',
  links: 'for (let i = 0; i < 60_000; i++) files.symlink("t" + i, "l" + i);',
  "links with long contents":
    'for (let i = 0; i < 20_000; i++) files.symlink(flat(("t" + i).padEnd(1000, "x")), "l" + i);',
  "links with contents beyond Latin-1":
    'for (let i = 0; i < 20_000; i++) files.symlink(flat(("t" + i).padEnd(1000, "é€")), "l" + i);',
  "long names": 'for (let i = 0; i < 20_000; i++) root.createDirectory(flat(("n" + i).padEnd(250, "x")));',
  "names of one file":
    'files.writeFile("f", "x"); for (let i = 0; i < 100_000; i++) root.link("f", root, "h" + i);',
};

const PROGRAM = `
  const { MemoryFileSystem } = await import(process.argv[1]);
  const NEW = { read: true, write: true, create: true, exclusive: true, truncate: false };
  const flat = (text) => JSON.parse(JSON.stringify(text));
  const used = () => {
    for (let i = 0; i < 4; i++) gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const fill = new Function("files", "root", "NEW", "flat", process.argv[2]);
  const make = () => new MemoryFileSystem({ maxBytes: 2 ** 40, maxInodes: 1e9 });
  make().writeFile("warm", "up");
  const before = used();
  const files = make();
  fill(files, files.root(), NEW, flat);
  const taken = used() - before;
  console.log(files.usedBytes / taken);
`;

it.each(Object.entries(FILLINGS))("%s are charged what they take", (_, filling) => {
  const args = ["--expose-gc", "--input-type=module", "--eval", PROGRAM, WASI, filling];
  const ratio = Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
  expect(ratio).toBeGreaterThan(1 / 1.5);
  expect(ratio).toBeLessThan(1.5);
});
