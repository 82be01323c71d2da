// `wasmeter run image.tar`: the module in an image archive, with what the image says of its arguments and variables.
// Owns taking the archive for what it holds; its format is said in src/oci.

import { createHash } from "node:crypto";
import { ImageError, type ImageProgram, readImage } from "../../oci/image.ts";
import { TarError } from "../../oci/tar.ts";
import { printable } from "../../printable.ts";
import { InputError } from "../usage-error.ts";

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The program of an archive. Throws InputError for one that cannot be run. */
export function programOfImage(bytes: Uint8Array, file: string): ImageProgram {
  try {
    const program = readImage(bytes, sha256);
    if (program.path.endsWith(".toml")) {
      throw new ImageError("the image holds an application, which run does not start");
    }
    return program;
  } catch (error) {
    if (!(error instanceof ImageError || error instanceof TarError)) throw error;
    throw new InputError(`${printable(file)}: ${printable(error.message)}`);
  }
}
