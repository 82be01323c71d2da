import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildArtifact, buildImage, type ImageContents, ImageError, readImage } from "./image.ts";
import { readTar, type TarEntry, TarError, writeTar } from "./tar.ts";

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const json = (bytes: Uint8Array | undefined): unknown => JSON.parse(new TextDecoder().decode(bytes));

const MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const CONTENTS: ImageContents = {
  name: "localhost/app:latest",
  platform: { os: "linux", architecture: "amd64" },
  entrypoint: "/app.wasm",
  files: [{ path: "app.wasm", bytes: MODULE, executable: true }],
};

describe("archives", () => {
  it("give back what went in", () => {
    const path = fc
      .array(fc.stringMatching(/^[a-zä.]{1,12}$/), { minLength: 1, maxLength: 5 })
      .map((parts) => `x${parts.join("/")}`);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ path, bytes: fc.uint8Array({ maxLength: 1500 }) }), {
          selector: ({ path }) => path,
        }),
        (files) => {
          const read = readTar(writeTar(files));
          expect([...read].map(([name, bytes]) => ({ path: name, bytes: Uint8Array.from(bytes) }))).toEqual(
            files,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it("part long paths, and refuse what cannot be parted", () => {
    const long = `${"d".repeat(90)}/${"e".repeat(60)}/${"f".repeat(100)}`;
    expect([...readTar(writeTar([{ path: long, bytes: MODULE }])).keys()]).toEqual([long]);
    expect(() => writeTar([{ path: "x".repeat(101), bytes: MODULE }])).toThrow(TarError);
  });

  it("are read or refused, whatever they hold", () => {
    const archive = writeTar([
      { path: "a", bytes: text("one") },
      { path: "b", bytes: undefined },
      { path: "c", bytes: text("two") },
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(archive.length),
        (changes, length) => {
          const bytes = archive.slice(0, length);
          for (const [at, byte] of changes) if (at < length) bytes[at] = byte;
          try {
            readTar(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(TarError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("an image", () => {
  it("is the same to the byte wherever it is made", () => {
    // Changes only with the format, which then is another image for every registry.
    expect(hash(buildImage(CONTENTS, hash))).toBe(
      "99fdee5012ec8303ccf6ea8ac79d9aec7191c2eeefa6685c5779175845619c17",
    );
    expect(hash(buildArtifact({ name: "a", bytes: MODULE, component: undefined }, hash))).toBe(
      "8851c8a396800e36ea045fc5b2c683b5a2f2399bdfe9dc2e601fa861a86bade9",
    );
  });

  it("does not depend on the order of its files", () => {
    const files: TarEntry[] = [
      { path: "b/x", bytes: text("1") },
      { path: "a", bytes: text("2") },
      { path: "b/c/d", bytes: text("3") },
    ];
    const [one, other] = [files, files.toReversed()].map((each) =>
      buildImage({ ...CONTENTS, files: each }, hash),
    );
    expect(one).toEqual(other);
  });

  it("runs what it holds", () => {
    const program = readImage(buildImage(CONTENTS, hash), hash);
    expect(program).toMatchObject({ path: "app.wasm", args: [], env: [] });
    expect(Uint8Array.from(program.bytes)).toEqual(MODULE);
  });

  it("is refused with a reason", () => {
    const parts = readTar(buildImage(CONTENTS, hash));
    const changed = (path: RegExp, bytes: Uint8Array | undefined): Uint8Array =>
      writeTar([...parts].map(([name, old]) => ({ path: name, bytes: path.test(name) ? bytes : old })));
    const reason = (archive: Uint8Array): string => {
      try {
        readImage(archive, hash);
      } catch (error) {
        if (error instanceof ImageError || error instanceof TarError) return error.message;
        throw error;
      }
      throw new Error("not refused");
    };
    expect(reason(changed(/index/, undefined))).toContain("no OCI image layout");
    expect(reason(changed(/index/, text("[]")))).toContain("not a JSON object");
    expect(reason(changed(/index/, text("{}")))).toContain("holds 0 images");
    expect(reason(changed(/index/, text('{"manifests":1}')))).toContain("damaged");
    expect(reason(changed(/index/, text('{"manifests":[{"digest":"md5:1"}]}')))).toContain("no sha256");
    expect(reason(changed(/blobs/, undefined))).toContain("lacks the blob");
    expect(reason(changed(/blobs/, MODULE))).toContain("is damaged");
    expect(reason(buildImage({ ...CONTENTS, entrypoint: "/other.wasm" }, hash))).toContain(
      "has no /other.wasm",
    );
  });
});

describe("the artifact", () => {
  it("is laid out as the CNCF has it", () => {
    const archive = readTar(
      buildArtifact({ name: "localhost/a:1", bytes: MODULE, component: undefined }, hash),
    );
    const index = json(archive.get("index.json")) as { manifests: { digest: string }[] };
    const blob = (digest: string): unknown => json(archive.get(`blobs/sha256/${digest.slice(7)}`));
    const manifest = blob(index.manifests[0]!.digest) as {
      config: { digest: string; size: number };
      layers: { digest: string }[];
    };
    const layer = `sha256:${hash(MODULE)}`;
    expect(manifest).toEqual({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: {
        mediaType: "application/vnd.wasm.config.v0+json",
        digest: manifest.config.digest,
        size: manifest.config.size,
      },
      layers: [{ mediaType: "application/wasm", digest: layer, size: 8 }],
    });
    expect(blob(manifest.config.digest)).toEqual({
      created: "1970-01-01T00:00:00Z",
      architecture: "wasm",
      os: "wasip1",
      layerDigests: [layer],
    });
  });

  it("says of a component what it needs and gives", () => {
    const component = {
      imports: ["wasi:filesystem/types@0.2.0"],
      exports: ["wasi:http/incoming-handler@0.2.0"],
    };
    const archive = readTar(buildArtifact({ name: "a", bytes: MODULE, component }, hash));
    const config = [...archive.values()]
      .map((bytes) => new TextDecoder().decode(bytes))
      .find((each) => each.includes("layerDigests"));
    expect(JSON.parse(config!)).toMatchObject({ os: "wasip2", component });
    expect(
      Uint8Array.from(readImage(buildArtifact({ name: "a", bytes: MODULE, component }, hash), hash).bytes),
    ).toEqual(MODULE);
  });
});
