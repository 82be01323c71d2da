// Whether a container is ours, or runs as it always did. The rule is crun's, so that annotations mean the same on nodes
// with either; where nothing is annotated, the program's own bytes decide.
// Owns the rule; who looks at the bytes is told by `look`.

import { beginsAsWasm } from "../decoder/foreign-bytes.ts";
import { type JsonObject, member } from "./json.ts";

/** What stands at the path of `args[0]`, and where that is in the container. */
export type Program =
  | { readonly kind: "absent"; readonly path: string }
  /** A volume holds it: what is there may change until the container runs, so nobody looks. */
  | { readonly kind: "in-volume"; readonly path: string }
  /** A directory, a device, a pipe. */
  | { readonly kind: "no-file"; readonly path: string }
  | { readonly kind: "file"; readonly path: string; readonly beginning: Uint8Array };

/** The pause container of a pod: containerd's annotation, then CRI-O's and podman's. */
const SANDBOX = ["io.kubernetes.cri.container-type", "io.kubernetes.cri-o.ContainerType"];

/** crun compares without regard to case. */
function namesWasm(program: string): boolean {
  return /\.wa(sm|t)$/i.test(program);
}

/** An application's manifest, in place of a module. */
export function isApplication(program: string): boolean {
  return /(^|\/)spin\.toml$/.test(program);
}

/**
 * Whether the container is to run Wasm.
 * @param program `args[0]`
 * @param look called only where no annotation decides
 */
export function isForUs(annotations: JsonObject, program: string | undefined, look: () => Program): boolean {
  if (SANDBOX.some((key) => member(annotations, key) === "sandbox")) return false;
  const handler = member(annotations, "run.oci.handler");
  if (handler !== undefined) return chosen(handler, "wasm", program);
  const variant = member(annotations, "module.wasm.image/variant");
  if (variant !== undefined) return chosen(variant, "compat", program);
  if (program === undefined) return false;
  const found = look();
  if (found.kind === "in-volume") return namesWasm(found.path) || isApplication(found.path);
  return found.kind === "file" && (beginsAsWasm(found.beginning) || isApplication(found.path));
}

function chosen(value: unknown, always: string, program: string | undefined): boolean {
  if (value === always) return true;
  return (
    value === `${always}-smart` && program !== undefined && (namesWasm(program) || isApplication(program))
  );
}
