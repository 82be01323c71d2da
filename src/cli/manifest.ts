// The package's own manifest: version and where to report bugs.
// Owns finding it, which differs between the sources and the built package.

import { createRequire } from "node:module";

/** What the command says about itself. */
export interface Manifest {
  readonly version: string;
  readonly bugsUrl: string | undefined;
}

/** Reads the manifest through the package's reference to itself. */
export function readManifest(): Manifest {
  const manifest: unknown = createRequire(import.meta.url)("wasmeter/package.json");
  const { version, bugs } = manifest as { version: string; bugs?: string | { url?: string } };
  return { version, bugsUrl: typeof bugs === "object" ? bugs.url : bugs };
}
