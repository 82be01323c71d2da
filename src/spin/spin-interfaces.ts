// Spin's own interfaces for components: variables, and a clear answer for those that are not here.

import { ComponentError, type HostInterface } from "../component/index.ts";

/** @param variables of the component, filled in */
export function spinInterfaces(
  variables: ReadonlyMap<string, string>,
): Readonly<Record<string, HostInterface>> {
  const get = (name: string): string => {
    const value = variables.get(name);
    if (value === undefined) throw new ComponentError({ tag: "undefined", val: `no variable "${name}"` });
    return value;
  };
  return { "fermyon:spin/variables@2.0.0": { get } };
}
