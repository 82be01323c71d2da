// Runs a command's `wasi:cli/run`, of 0.2 or 0.3, to its end, and says with which exit status.
// Owns neither the life of the WASI nor what is thrown for components that are no commands.

import { ComponentError } from "../component/api/component-error.ts";
import { ExitError } from "../errors.ts";
import type { ComponentInstanceLike } from "./engine.ts";
import type { WasiState } from "./state.ts";

/** The path of an exported function `run`. */
export type RunPath = readonly [interfaceName: string, name: "run"];

const RUN = /^wasi:cli\/run@0\.[23]\./;
const RUN_3 = "wasi:cli/run@0.3.";

/** Where a component's `run` is, if it is a command; of 0.3, if it has both. */
export function pathOfRun(exports: object): RunPath | undefined {
  const names = Object.keys(exports).filter((each) => RUN.test(each));
  const name = names.find((each) => each.startsWith(RUN_3)) ?? names[0];
  return name === undefined ? undefined : [name, "run"];
}

/**
 * Runs it. A command of 0.3 has ended when all that it has started has.
 *
 * @param options the engine's for asynchronous calls
 * @returns the exit status: 0 or 1, or what the guest gave to `exit-with-code`
 * @throws what ends the guest otherwise
 */
export async function callRun(
  state: WasiState,
  instance: ComponentInstanceLike,
  path: RunPath,
  options?: object,
): Promise<number> {
  let status = 0;
  const returned = (result: unknown): void => {
    status = (result as { readonly tag: "ok" | "err" }).tag === "ok" ? 0 : 1;
  };
  try {
    if (instance.callToEnd !== undefined && path[0].startsWith(RUN_3))
      await instance.callToEnd(path, [], returned, options);
    else await instance.callAsync(path, [], options);
  } catch (error) {
    if (ExitError.isMade(error)) status = error.exitCode;
    else if (ComponentError.isMade(error)) status = 1;
    else throw error;
  }
  await state.endFlows();
  return status;
}
