// Images as OCI layout archives (image-spec 1.0), without a builder and the same to the byte wherever they are made: an
// ordinary image with a module or an application, and the CNCF's artifact for registries that know WebAssembly.
// Owns the layout and its documents. Files are read, and hashes taken, by the caller.

import { decodeUtf8 } from "../utf8.ts";
import { isObject, type JsonObject, member } from "./json.ts";
import { readTar, type TarEntry, writeTar } from "./tar.ts";

/** The lower-case hexadecimal SHA-256 of bytes. */
export type Hash = (bytes: Uint8Array) => string;

/** `linux/amd64`, `linux/arm/v7`, as Go names them. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export interface ImageContents {
  /** Reference under which tools list it, e.g. `localhost/app:latest`. */
  readonly name: string;
  readonly platform: Platform;
  /** Absolute path in the image of what it runs. */
  readonly entrypoint: string;
  /** By relative paths. */
  readonly files: readonly TarEntry[];
}

/** What the artifact says of its module. */
export interface ArtifactContents {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of a component, what it needs and gives; a core module has neither in this format. */
  readonly component:
    | { readonly imports: readonly string[]; readonly exports: readonly string[] }
    | undefined;
}

/** The archive does not hold what is looked for. The message is one line. */
export class ImageError extends Error {
  override name = "ImageError";
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";
const WASM_CONFIG = "application/vnd.wasm.config.v0+json";
const WASM_LAYER = "application/wasm";
/** Images have a date; the same input must have the same. */
const CREATED = "1970-01-01T00:00:00Z";

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array;
}

function descriptor({ mediaType, digest, bytes }: Blob): JsonObject {
  return { mediaType, digest, size: bytes.length };
}

class Layout {
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #hash: Hash;

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  blob(mediaType: string, content: Uint8Array | object): Blob {
    const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content));
    const hex = this.#hash(bytes);
    this.#blobs.set(hex, bytes);
    return { mediaType, digest: `sha256:${hex}`, bytes };
  }

  archive(manifest: Blob, name: string, platform: Platform | undefined): Uint8Array {
    const index = {
      schemaVersion: 2,
      manifests: [
        {
          ...descriptor(manifest),
          // containerd reads the first, skopeo and podman the second.
          annotations: { "io.containerd.image.name": name, "org.opencontainers.image.ref.name": name },
          ...(platform !== undefined && { platform }),
        },
      ],
    };
    const text = (path: string, value: object): TarEntry => ({
      path,
      bytes: new TextEncoder().encode(JSON.stringify(value)),
    });
    const blobs = [...this.#blobs].sort(([a], [b]) => (a < b ? -1 : 1));
    return writeTar([
      text("oci-layout", { imageLayoutVersion: "1.0.0" }),
      text("index.json", index),
      { path: "blobs", bytes: undefined },
      { path: "blobs/sha256", bytes: undefined },
      ...blobs.map(([hex, bytes]): TarEntry => ({ path: `blobs/sha256/${hex}`, bytes })),
    ]);
  }
}

/** The files with the directories that hold them, in the order of their paths. */
function withDirectories(files: readonly TarEntry[]): TarEntry[] {
  const entries = new Map<string, TarEntry>();
  for (const file of files) {
    const parts = file.path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const path = parts.slice(0, depth).join("/");
      entries.set(path, { path, bytes: undefined });
    }
    entries.set(file.path, file);
  }
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** An ordinary image that runs where the runtime's handler runs WebAssembly. Throws TarError for a path that is too long. */
export function buildImage(contents: ImageContents, hash: Hash): Uint8Array {
  const layout = new Layout(hash);
  const layer = layout.blob(LAYER, writeTar(withDirectories(contents.files)));
  const { os, architecture, variant } = contents.platform;
  const config = layout.blob(CONFIG, {
    created: CREATED,
    architecture,
    os,
    ...(variant !== undefined && { variant }),
    config: { Entrypoint: [contents.entrypoint], WorkingDir: "/" },
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  });
  const manifest = layout.blob(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor(config),
    layers: [descriptor(layer)],
    // podman hands an image's annotations to its runtime; under others the pod says it, or the program's bytes do.
    annotations: { "module.wasm.image/variant": "compat" },
  });
  return layout.archive(manifest, contents.name, contents.platform);
}

/** The artifact of the CNCF's layout: one layer, which is the module itself. */
export function buildArtifact({ name, bytes, component }: ArtifactContents, hash: Hash): Uint8Array {
  const layout = new Layout(hash);
  const layer = layout.blob(WASM_LAYER, bytes);
  const config = layout.blob(WASM_CONFIG, {
    created: CREATED,
    architecture: "wasm",
    os: component === undefined ? "wasip1" : "wasip2",
    layerDigests: [layer.digest],
    ...(component !== undefined && { component }),
  });
  const manifest = layout.blob(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor(config),
    layers: [descriptor(layer)],
  });
  return layout.archive(manifest, name, undefined);
}

/** What an image archive runs. */
export interface ImageProgram {
  /** Without the slash in front; `app.wasm` for an artifact. */
  readonly path: string;
  /** What the image's entry point and command have behind the program. */
  readonly args: readonly string[];
  /** `NAME=VALUE`. */
  readonly env: readonly string[];
  readonly bytes: Uint8Array;
  /** All of the image's files, the program among them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The program of an archive that {@link buildImage} or {@link buildArtifact} made, or a like one. Throws ImageError or TarError. */
export function readImage(archive: Uint8Array, hash: Hash): ImageProgram {
  const blobs = readTar(archive);
  const index = json(blobs.get("index.json"), "index.json");
  const manifests = objects(index, "manifests");
  if (manifests.length !== 1) {
    throw new ImageError(`the archive holds ${manifests.length} images, and one is needed`);
  }
  const manifest = json(blobOf(blobs, manifests[0]!, hash), "the manifest");
  const layers = objects(manifest, "layers");
  const config = member(manifest, "config");
  if (!isObject(config)) throw new ImageError("the archive's manifest names no config");
  if (config.mediaType === WASM_CONFIG) {
    if (layers.length !== 1)
      throw new ImageError(`the artifact has ${layers.length} layers, and one is needed`);
    const bytes = blobOf(blobs, layers[0]!, hash);
    return { path: "app.wasm", args: [], env: [], bytes, files: new Map([["app.wasm", bytes]]) };
  }
  const files = new Map<string, Uint8Array>();
  for (const layer of layers) {
    if (member(layer, "mediaType") !== LAYER) {
      throw new ImageError(
        `a layer is of type ${String(member(layer, "mediaType"))}; only ${LAYER} is read here`,
      );
    }
    for (const [path, bytes] of readTar(blobOf(blobs, layer, hash))) files.set(path, bytes);
  }
  const settings = member(json(blobOf(blobs, config, hash), "the config"), "config");
  if (!isObject(settings)) throw new ImageError("the image has no settings");
  const words = [...strings(settings, "Entrypoint"), ...strings(settings, "Cmd")];
  const [program, ...args] = words;
  if (program === undefined) throw new ImageError("the image names no program: it has no ENTRYPOINT");
  const path = program.replace(/^\/+/, "");
  const bytes = files.get(path);
  if (bytes === undefined) throw new ImageError(`the image has no ${program}, which is what it is to run`);
  return { path, args, env: strings(settings, "Env"), bytes, files };
}

function json(bytes: Uint8Array | undefined, what: string): JsonObject {
  if (bytes === undefined) throw new ImageError(`the archive is no OCI image layout: it has no ${what}`);
  const text = decodeUtf8(bytes, 0, bytes.length);
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new ImageError(`${what} is not a JSON object`);
}

function list<T>(of: JsonObject, key: string, isItem: (item: unknown) => item is T): readonly T[] {
  const value = member(of, key) ?? [];
  if (Array.isArray(value) && value.every(isItem)) return value;
  throw new ImageError(`the archive is damaged: ${key} is not the list that it should be`);
}

function objects(of: JsonObject, key: string): readonly JsonObject[] {
  return list(of, key, isObject);
}

function strings(of: JsonObject, key: string): readonly string[] {
  return list(of, key, (item) => typeof item === "string");
}

function blobOf(blobs: ReadonlyMap<string, Uint8Array>, of: JsonObject, hash: Hash): Uint8Array {
  const digest = member(of, "digest");
  const hex = typeof digest === "string" ? /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1] : undefined;
  if (hex === undefined)
    throw new ImageError(`the archive names a digest that is no sha256: ${String(digest)}`);
  const bytes = blobs.get(`blobs/sha256/${hex}`);
  if (bytes === undefined) throw new ImageError(`the archive lacks the blob ${hex}`);
  if (hash(bytes) !== hex) throw new ImageError(`the blob ${hex} is damaged`);
  return bytes;
}
