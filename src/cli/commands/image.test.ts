import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readImage } from "../../oci/image.ts";
import { fakeIo } from "../../testing/fake-io.ts";
import { main } from "../dispatch.ts";
import { sha256 } from "../image/open-image.ts";

const HELLO = join(import.meta.dirname, "../../../guests/wasm/c-hello.wasm");
let directory = "";

const wasmeter = async (...argv: string[]): Promise<{ status: number; out: string; err: string }> => {
  const io = fakeIo();
  const status = await main(argv, io);
  return { status, out: io.out(), err: io.err() };
};
const path = (name: string): string => join(directory, name);

function manifest(component: string): string {
  return `spin_manifest_version = 2
[application]
name = "My Shop"
[[trigger.http]]
route = "/..."
component = "shop"
[component.shop]
${component}
`;
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "wasmeter-image-"));
  mkdirSync(path("app/assets/img"), { recursive: true });
  mkdirSync(path("app/www"));
  writeFileSync(path("app/shop.wasm"), readFileSync(HELLO));
  for (const name of ["assets/a.txt", "assets/b.css", "assets/img/c.txt", "www/index.html", "secret.env"]) {
    writeFileSync(path(`app/${name}`), name);
  }
  symlinkSync("../www/index.html", path("app/assets/link.txt"));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe("image", () => {
  it("makes an archive that run runs, with the image's arguments before its own", async () => {
    expect(await wasmeter("image", HELLO, "-o", path("hello.tar"))).toEqual({ status: 0, out: "", err: "" });
    const { status, out } = await wasmeter("run", "--env", "A=b", path("hello.tar"), "x");
    expect(out).toBe("Hello from C!\nargument 0: app.wasm\nargument 1: x\nenvironment: A=b\n");
    expect(status).toBe(0);
    expect((await wasmeter("image", "--artifact", HELLO, "-o", path("artifact.tar"))).status).toBe(0);
    expect((await wasmeter(path("artifact.tar"))).out).toContain("Hello from C!");
  });

  it("names it, and says for which platform it is", async () => {
    const options = ["--name", "registry.example:5000/team/app", "--platform", "linux/arm/v7"];
    await wasmeter("image", HELLO, "-o", path("named.tar"), ...options);
    const archive = readFileSync(path("named.tar"), "latin1");
    expect(archive).toContain('"org.opencontainers.image.ref.name":"registry.example:5000/team/app:latest"');
    expect(archive).toContain('"platform":{"os":"linux","architecture":"arm","variant":"v7"}');
  });

  it.each([
    [["image", HELLO], 2, "no output given"],
    [["image", HELLO, "-o", "x.tar", "--name", "Not A Name"], 2, "--name"],
    [["image", HELLO, "-o", "x.tar", "--platform", "arm64"], 2, "linux/arm64"],
    [["image", HELLO, "-o", "x.tar", "--artifact", "--platform", "linux/arm64"], 2, "wasm everywhere"],
    [["image", "/no/such.wasm", "-o", "x.tar"], 1, "no such file"],
    [["image", HELLO, "-o", "/no/such/x.tar"], 1, "cannot write"],
    [["image", import.meta.filename, "-o", "x.tar"], 1, "is not WebAssembly"],
  ])("%j ends with %i", async (argv, expected, message) => {
    const { status, err } = await wasmeter(...argv);
    expect(err).toContain(message);
    expect(status).toBe(expected);
  });

  it("takes components: the artifact says what they need and give", async () => {
    // (component (import "a" (func)) (export "b" (func 0)))
    const bytes = [0, 0x61, 0x73, 0x6d, 13, 0, 1, 0, 7, 5, 1, 0x40, 0, 1, 0];
    bytes.push(...[10, 6, 1, 0, 1, 0x61, 1, 0], ...[11, 7, 1, 0, 1, 0x62, 1, 0, 0]);
    writeFileSync(path("component.wasm"), Uint8Array.from(bytes));
    const made = await wasmeter("image", "--artifact", path("component.wasm"), "-o", path("component.tar"));
    expect(made).toEqual({ status: 0, out: "", err: "" });
    expect(readFileSync(path("component.tar"), "latin1")).toContain('"os":"wasip2"');
    expect(readFileSync(path("component.tar"), "latin1")).toContain(
      '"component":{"imports":["a"],"exports":["b"]}',
    );
    expect((await wasmeter("image", path("component.wasm"), "-o", path("component.tar"))).status).toBe(0);
  });

  it("refuses a module that is not whole, or not valid", async () => {
    writeFileSync(path("cut.wasm"), readFileSync(HELLO).subarray(0, 500));
    expect((await wasmeter("image", path("cut.wasm"), "-o", path("x.tar"))).err).toContain("ends too early");
    // One function whose body leaves nothing for its result.
    const invalid = [
      0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0, 10, 4, 1, 2, 0, 0x0b,
    ];
    writeFileSync(path("invalid.wasm"), Uint8Array.from(invalid));
    expect((await wasmeter("image", path("invalid.wasm"), "-o", path("x.tar"))).err).toContain(
      "invalid: type mismatch",
    );
  });

  it("says what is wrong with an archive that it is to run", async () => {
    const archive = readFileSync(path("hello.tar"));
    const at = archive.indexOf("Hello from C!");
    archive[at] = 0x4a;
    writeFileSync(path("damaged.tar"), archive);
    expect(await wasmeter(path("damaged.tar"))).toMatchObject({
      status: 1,
      err: expect.stringContaining("is damaged"),
    });
  });
});

describe("an application's image", () => {
  const files = async (component: string): Promise<string[]> => {
    writeFileSync(path("app/spin.toml"), manifest(component));
    const { status, err } = await wasmeter("image", path("app/spin.toml"), "-o", path("shop.tar"));
    expect({ status, err }).toEqual({ status: 0, err: "" });
    return [...readImage(readFileSync(path("shop.tar")), sha256).files.keys()];
  };

  it("holds the manifest, its modules and the files that they mount", async () => {
    expect(await files('source = "shop.wasm"')).toEqual(["shop.wasm", "spin.toml"]);
    expect(
      await files('source = "shop.wasm"\nfiles = ["assets/**/*.txt", { source = "www", destination = "/" }]'),
    ).toEqual([
      "assets/a.txt",
      "assets/img/c.txt",
      "assets/link.txt",
      "shop.wasm",
      "spin.toml",
      "www/index.html",
    ]);
    expect(await files('source = "shop.wasm"\nfiles = ["assets/*"]\nexclude_files = ["**/*.css"]')).toEqual([
      "assets/a.txt",
      "assets/link.txt",
      "shop.wasm",
      "spin.toml",
    ]);
    expect(readFileSync(path("shop.tar"), "latin1")).toContain("localhost/my-shop:latest");
    expect((await wasmeter("run", path("shop.tar"))).err).toContain("holds an application");
  });

  it.each([
    ['source = "../shop.wasm"', "outside the application's directory"],
    ['source = "none.wasm"', "no such file"],
    [
      'source = "shop.wasm"\nfiles = [{ source = "/etc", destination = "/" }]',
      "outside the application's directory",
    ],
    [
      'source = "shop.wasm"\nfiles = [{ source = "none", destination = "/" }]',
      "there is no none in the application",
    ],
    ['sauce = "shop.wasm"', "source"],
  ])("is refused for %j", async (component, message) => {
    writeFileSync(path("app/spin.toml"), manifest(component));
    const { status, err } = await wasmeter("image", path("app/spin.toml"), "-o", path("shop.tar"));
    expect(err).toContain(message);
    expect(status).toBe(1);
  });
});
