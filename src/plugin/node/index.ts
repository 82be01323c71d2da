// Entry point `wasmeter/plugin` under Node: host directories by path, worker threads, manifests from files.

import type { FileSystem } from "../../wasi/index.ts";
import type { PluginOptions, PoolOptions } from "../options.ts";
import { Plugin as AnyPlugin, type PluginModule } from "../plugin.ts";
import { PluginPool as AnyPool } from "../pool.ts";
import { openPaths } from "./paths.ts";
import { ThreadBackend } from "./threads.ts";

export * from "../index.ts";
export { type ManifestOptions, type ReadManifest, readManifest } from "./manifest.ts";

/** Directories by the path under which the plugin sees them: a host path (`ro:` before it for reading only), or any file system. */
export type AllowedPaths = Readonly<Record<string, string | FileSystem>>;

export type NodePluginOptions = Omit<PluginOptions, "allowedPaths"> & {
  readonly allowedPaths?: AllowedPaths | undefined;
};
export type NodePoolOptions = Omit<PoolOptions, "allowedPaths"> & {
  readonly allowedPaths?: AllowedPaths | undefined;
};

/** As everywhere; `allowedPaths` may be paths of the host. */
export class Plugin extends AnyPlugin {
  /** @throws as everywhere; Error (Node's) if an allowed directory does not exist */
  constructor(module: PluginModule, options?: NodePluginOptions) {
    super(module, opened(options));
  }
}

/** As everywhere; `allowedPaths` may be paths of the host, and `workers` are threads. */
export class PluginPool extends AnyPool {
  /** @throws as everywhere; Error (Node's) if an allowed directory does not exist */
  constructor(module: PluginModule, options?: NodePoolOptions) {
    const paths = pathsToSend(options);
    super(
      module,
      paths === undefined ? opened(options) : { ...options, allowedPaths: undefined },
      (source, settings) => {
        return new ThreadBackend(source, settings, paths);
      },
    );
  }
}

/** An array's indices are no paths of a guest. */
function isRecord(paths: AllowedPaths | undefined): paths is AllowedPaths {
  return typeof paths === "object" && paths !== null && !Array.isArray(paths);
}

function opened<O extends { readonly allowedPaths?: AllowedPaths | undefined }>(
  options: O | undefined,
): (Omit<O, "allowedPaths"> & { readonly allowedPaths?: Readonly<Record<string, FileSystem>> }) | undefined {
  // What else they are, the portable class says.
  if (typeof options !== "object" || options === null || !isRecord(options.allowedPaths)) {
    return options as undefined;
  }
  return { ...options, allowedPaths: openPaths(options.allowedPaths) };
}

/** Host paths that workers open by themselves; `undefined` where some are no paths, or there are no workers. */
function pathsToSend(options: NodePoolOptions | undefined): Readonly<Record<string, string>> | undefined {
  const { workers = 0, allowedPaths } = options ?? {};
  if (workers === 0 || !isRecord(allowedPaths)) return undefined;
  const isAllPaths = Object.values(allowedPaths).every((path) => typeof path === "string");
  return isAllPaths ? (allowedPaths as Readonly<Record<string, string>>) : undefined;
}
