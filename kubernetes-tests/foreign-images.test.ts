// Images that others make: by buildah, by skopeo, and layouts written by hand in every form that registries know. They run, under
// containerd and podman, or what cannot is refused with a message that says so.

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { Cluster, projectRoot, type Run } from "./support/cluster.ts";

const started = await Cluster.start();
if (typeof started === "string") console.error(`\n*** SKIPPED: images that others make: ${started} ***\n`);
const cluster = started as Cluster;
const HELLO = join(projectRoot, "guests/wasm/c-hello.wasm");
const ARCHITECTURE = process.arch === "x64" ? "amd64" : process.arch;

const OCI = "application/vnd.oci.image";
const DOCKER = "application/vnd.docker";

function sh(program: string, ...args: readonly string[]): string {
  // In a folder of its own kind: overlays do not stack everywhere.
  const env = { ...process.env, STORAGE_DRIVER: "vfs", BUILDAH_ISOLATION: "chroot" };
  return execFileSync(program, args, { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
}

/** A layer: these files, as the system's tar writes them. */
function layer(name: string, fill: (directory: string) => void): Buffer {
  const directory = cluster.path(`layer-${name}`);
  mkdirSync(directory);
  fill(directory);
  return execFileSync("tar", ["--create", "--directory", directory, "--owner=0", "--group=0", "."]);
}

interface Layout {
  readonly manifestType: string;
  readonly configType: string;
  readonly config: object;
  readonly layers: readonly (readonly [type: string, bytes: Buffer])[];
}

/** podman asks for more than a container's root may set. */
const LIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"];

const digestOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** An OCI layout, written by hand, as an archive. */
function layoutArchive(name: string, { manifestType, configType, config, layers }: Layout): string {
  const directory = cluster.path(`layout-${name}`);
  const blobs = join(directory, "blobs/sha256");
  mkdirSync(blobs, { recursive: true });
  const blob = (mediaType: string, bytes: Buffer): object => {
    writeFileSync(join(blobs, digestOf(bytes)), bytes);
    return { mediaType, digest: `sha256:${digestOf(bytes)}`, size: bytes.length };
  };
  const written = layers.map(([type, bytes]) => blob(type, bytes));
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: blob(configType, Buffer.from(JSON.stringify(config))),
    layers: written,
  };
  const described = blob(manifestType, Buffer.from(JSON.stringify(manifest)));
  const annotations = {
    "org.opencontainers.image.ref.name": "1",
    "io.containerd.image.name": `localhost/${name}:1`,
  };
  writeFileSync(
    join(directory, "index.json"),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...described, annotations }] }),
  );
  writeFileSync(join(directory, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  const archive = `${directory}.tar`;
  sh("tar", "--create", "--file", archive, "--directory", directory, "blobs", "index.json", "oci-layout");
  return archive;
}

const run = (name: string): Promise<Run> =>
  cluster.run({ name, image: `localhost/${name}:1`, memory: 64, env: { FROM: "pod" } });

function podman(): string[] {
  return ["--root", cluster.path("podman"), "--runroot", cluster.path("podman-run")];
}

function runByPodman(archive: string): { status: number | null; out: string; err: string } {
  const loaded = sh("podman", ...podman(), "load", "--quiet", "--input", archive);
  const image = loaded.trim().split(" ").at(-1) ?? "";
  const runtime = ["--runtime", join(projectRoot, "bin/wasmeter-runtime")];
  const options = [...podman(), ...runtime, "run", "--rm", "--network", "none", ...LIMITS, image];
  const env = { ...process.env, STORAGE_DRIVER: "vfs", WASMETER_NODE: process.execPath };
  const { status, stdout, stderr } = spawnSync("podman", options, { encoding: "utf8", env });
  return { status, out: stdout, err: stderr };
}

describe.skipIf(typeof started === "string")("images", () => {
  afterAll(() => cluster.stop());

  it("of buildah run, in Docker's format and in OCI's", async () => {
    const storage = ["--root", cluster.path("buildah"), "--runroot", cluster.path("buildah-run")];
    const container = sh("buildah", ...storage, "from", "scratch").trim();
    sh("buildah", ...storage, "copy", container, HELLO, "/srv/app.wasm");
    const settings = ["--workingdir", "/srv", "--entrypoint", '["./app.wasm","one"]', "--cmd", "two"];
    sh("buildah", ...storage, "config", ...settings, container);
    for (const format of ["docker", "oci"]) {
      const name = `localhost/buildah-${format}:1`;
      sh("buildah", ...storage, "commit", "--quiet", "--format", format, container, name);
      const archive = cluster.path(`buildah-${format}.tar`);
      sh("buildah", ...storage, "push", "--quiet", name, `${format}-archive:${archive}:${name}`);
      cluster.import(archive);
      const { exitCode, output } = await run(`buildah-${format}`);
      expect([exitCode, output]).toEqual([0, expect.stringContaining("argument 2: two\n")]);
    }
  });

  const settings = { Entrypoint: ["/bin/start", "first"], Env: ["FROM=image"] };

  it.each([
    ["plain", `${OCI}.manifest.v1+json`, `${OCI}.config.v1+json`, `${OCI}.layer.v1.tar`],
    ["gzip", `${OCI}.manifest.v1+json`, `${OCI}.config.v1+json`, `${OCI}.layer.v1.tar+gzip`],
    [
      "schema-2",
      `${DOCKER}.distribution.manifest.v2+json`,
      `${DOCKER}.container.image.v1+json`,
      `${DOCKER}.image.rootfs.diff.tar.gzip`,
    ],
  ])(
    "written by hand run, with links and layers over layers: %s",
    async (name, manifestType, configType, type) => {
      const below = layer(`${name}-below`, (directory) => {
        mkdirSync(join(directory, "srv"));
        copyFileSync(HELLO, join(directory, "srv/real.wasm"));
        writeFileSync(join(directory, "srv/gone.txt"), "");
      });
      const above = layer(`${name}-above`, (directory) => {
        mkdirSync(join(directory, "bin"));
        mkdirSync(join(directory, "srv"));
        symlinkSync("/srv/real.wasm", join(directory, "bin/start"));
        writeFileSync(join(directory, "srv/.wh.gone.txt"), "");
      });
      const layers = [below, above];
      const config = {
        architecture: ARCHITECTURE,
        os: "linux",
        config: settings,
        rootfs: { type: "layers", diff_ids: layers.map((bytes) => `sha256:${digestOf(bytes)}`) },
      };
      const packed = layers.map((bytes) => [type, /gzip$/.test(type) ? gzipSync(bytes) : bytes] as const);
      const archive = layoutArchive(name, { manifestType, configType, config, layers: packed });
      cluster.import(archive);
      const { exitCode, output } = await run(name);
      expect([exitCode, output]).toEqual([0, expect.stringContaining("argument 1: first\n")]);
      expect(output).toContain("environment: FROM=pod\n");
      if (name !== "plain") return;
      // The same with layers of another compression, as skopeo copies it.
      const copy = cluster.path("zstd");
      sh(
        "skopeo",
        "copy",
        "--quiet",
        "--dest-compress-format",
        "zstd",
        `oci-archive:${archive}`,
        `oci:${copy}:1`,
      );
      expect(sh("skopeo", "inspect", "--raw", `oci:${copy}:1`)).toContain("tar+zstd");
      sh("tar", "--create", "--file", `${copy}.tar`, "--directory", copy, ".");
      cluster.ctr("--namespace", "k8s.io", "image", "import", "--base-name", "localhost/zstd", `${copy}.tar`);
      expect(await run("zstd")).toMatchObject({
        exitCode: 0,
        output: expect.stringContaining("Hello from C!"),
      });
    },
  );

  it("that podman has loaded run under it, whoever wrote them", () => {
    for (const archive of ["layout-schema-2.tar", "zstd.tar", "buildah-docker.tar"]) {
      const { status, out, err } = runByPodman(cluster.path(archive));
      expect([status, out], err).toEqual([0, expect.stringContaining("Hello from C!")]);
    }
  });

  it("that are built for Docker's platform wasi/wasm run where they are taken", async () => {
    const bytes = layer("wasi", (directory) => copyFileSync(HELLO, join(directory, "app.wasm")));
    const archive = layoutArchive("wasi", {
      manifestType: `${OCI}.manifest.v1+json`,
      configType: `${OCI}.config.v1+json`,
      config: {
        architecture: "wasm",
        os: "wasi",
        config: { Entrypoint: ["/app.wasm"] },
        rootfs: { type: "layers", diff_ids: [`sha256:${digestOf(bytes)}`] },
      },
      layers: [[`${OCI}.layer.v1.tar`, bytes]],
    });
    cluster.import(archive);
    expect(await run("wasi")).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("Hello from C!"),
    });
    expect(runByPodman(archive)).toMatchObject({ status: 0, out: expect.stringContaining("Hello from C!") });
  });

  it.each([
    ["the CNCF's", "vnd.wasm.config.v0+json", "wasm", { architecture: "wasm", os: "wasip1" }],
    ["an older one", "vnd.wasm.config.v1+json", "vnd.wasm.content.layer.v1+wasm", {}],
  ])("that are none are refused by whoever unpacks them: an artifact, %s", (name, config, type, contents) => {
    const archive = layoutArchive(`artifact-${name.length}`, {
      manifestType: `${OCI}.manifest.v1+json`,
      configType: `application/${config}`,
      config: contents,
      layers: [[`application/${type}`, readFileSync(HELLO)]],
    });
    expect(() => cluster.import(archive)).toThrow(/mismatched image rootfs and manifest layers/);
    expect(() => sh("podman", ...podman(), "load", "--input", archive)).toThrow(/wasm/);
  });
});
