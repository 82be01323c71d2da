// Why a container is not started: one code, exit status and sentence each, told where the pod's owner looks.
// Owns the codes and their statuses (docs/kubernetes.md has the same table); whoever finds a fault owns its sentence.

/** Exit statuses of `wasmeter-runtime create`. None is one of runc's (1), crun's (1), a shell's or of `wasmeter run`. */
export const REFUSALS = {
  /** `config.json` cannot be read as the runtime specification has it. */
  config: 80,
  /** The container names no program. */
  "no-args": 81,
  /** The program is not in the image. */
  "no-file": 82,
  /** The program is there, and no WebAssembly. */
  "not-wasm": 83,
  /** The module ends too early, or is otherwise broken in its outline. */
  broken: 84,
  /** An annotation has a wrong name or value. */
  annotation: 85,
  /** The container's memory limit is below what Node takes. */
  limit: 86,
  /** The module declares more memory than it may have. */
  memory: 87,
  /** Environment and arguments are larger than the kernel passes on. */
  env: 88,
  /** A mount cannot be granted. */
  mount: 89,
  /** The node lacks what a container needs of it. */
  node: 90,
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** The container is refused. The message is one line that names what to change. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }

  /** Of the process that was to create the container. */
  get status(): number {
    return REFUSALS[this.code];
  }
}
