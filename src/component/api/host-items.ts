// What a host gives, as the items that a component imports: by the imported types, from plain functions and classes.
// Owns finding every function and class, and what is said of those that are missing.

import { describe } from "../../checks/describe.ts";
import type { LinkProblem } from "../../errors.ts";
import { lowerCamelCase, pascalCase, readFunctionName } from "../abi/js-names.ts";
import { funcTypeText } from "../abi/type-text.ts";
import type { Extern, FuncType, InstanceType } from "../model/types.ts";
import type { CallStack } from "../runtime/call-stack.ts";
import type { HostFunc, RuntimeInstance, RuntimeItem } from "../runtime/items.ts";
import { HostResource } from "../runtime/resources.ts";
import type { HostClass, HostFunction, HostInterface } from "./types.ts";

/** Resource types of the host's classes: one for each class, however many interfaces name it. */
export class HostResources {
  readonly #made = new WeakMap<HostClass, HostResource>();

  of(Class: HostClass, name: string): HostResource {
    let resource = this.#made.get(Class);
    if (resource === undefined) {
      resource = new HostResource(Class.name === "" ? name : Class.name, Class);
      this.#made.set(Class, resource);
    }
    return resource;
  }
}

type Items = Readonly<Record<string, unknown>>;

/** The members of an interface that a component imports as `module`. Adds to `problems` what is missing. */
export function hostInstance(
  module: string,
  host: HostInterface,
  type: InstanceType,
  resources: HostResources,
  stack: CallStack,
  problems: LinkProblem[],
): RuntimeInstance {
  const exports = new Map<string, RuntimeItem>();
  for (const [name, { type: extern }] of type.exports) {
    switch (extern.kind) {
      case "func": {
        const call = hostFunction(host, name);
        if (call === undefined) {
          problems.push({ module, name, expected: expectedOf(name, extern), found: undefined });
        } else {
          exports.set(name, { sort: "func", func: { kind: "host", name: `${module}#${name}`, call, stack } });
        }
        break;
      }
      case "type":
        if (extern.type.kind === "resource") {
          const Class = classOf(host, name);
          if (Class === undefined && extern.bound === "sub") {
            problems.push({ module, name, expected: `class ${pascalCase(name)}`, found: undefined });
          }
          const resource = Class === undefined ? undefined : resources.of(Class, pascalCase(name));
          exports.set(name, { sort: "type", resource });
        } else {
          exports.set(name, { sort: "type", resource: undefined });
        }
        break;
      default:
        problems.push({ module, name, expected: `a ${extern.kind}`, found: undefined });
    }
  }
  return { exports };
}

function classOf(host: HostInterface, name: string): HostClass | undefined {
  const found = (host as Items)[pascalCase(name)];
  return typeof found === "function" && typeof found.prototype === "object"
    ? (found as unknown as HostClass)
    : undefined;
}

function functionIn(owner: object, name: string): HostFunction | undefined {
  const found = (owner as Items)[lowerCamelCase(name)];
  return typeof found === "function" ? (found as HostFunction) : undefined;
}

/** The function by its name in WIT; `undefined` if the host does not have it. */
export function hostFunction(host: HostInterface, wit: string): HostFunc["call"] | undefined {
  const { kind, resource, name } = readFunctionName(wit);
  if (resource === undefined) {
    const call = functionIn(host, name);
    return call === undefined ? undefined : (...args) => Reflect.apply(call, host, args);
  }
  const Class = classOf(host, resource);
  if (Class === undefined) return undefined;
  switch (kind) {
    case "constructor":
      return (...args) => Reflect.construct(Class, args);
    case "static": {
      const call = functionIn(Class, name);
      return call === undefined ? undefined : (...args) => Reflect.apply(call, Class, args);
    }
    default: {
      if (functionIn(Class.prototype as object, name) === undefined) return undefined;
      // Looked up in the object: a subclass may have its own.
      const key = lowerCamelCase(name);
      return (self, ...args) => {
        const method = (self as Items | null | undefined)?.[key];
        if (typeof method !== "function")
          throw new TypeError(
            `${pascalCase(resource)}.${key} is ${describe(method)}, and no method any more`,
          );
        return Reflect.apply(method as HostFunction, self, args);
      };
    }
  }
}

function expectedOf(wit: string, type: FuncType): string {
  const { kind, resource = "", name } = readFunctionName(wit);
  const text = funcTypeText(type);
  switch (kind) {
    case "constructor":
      return `class ${pascalCase(resource)} with constructor: ${text}`;
    case "method":
      return `method ${lowerCamelCase(name)} of class ${pascalCase(resource)}: ${text}`;
    case "static":
      return `static method ${lowerCamelCase(name)} of class ${pascalCase(resource)}: ${text}`;
    default:
      return `function ${lowerCamelCase(name)}: ${text}`;
  }
}

/** The text of one import's type, for messages. */
export function externText({ type }: Extern): string {
  return type.kind === "func" ? funcTypeText(type) : type.kind;
}
