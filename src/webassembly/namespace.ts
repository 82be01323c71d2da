// The namespace object: operations, classes, and their property attributes.

import { defineOwn } from "../host.ts";
import { makeClasses } from "./classes.ts";
import type { Callable } from "./functions.ts";
import { makeInstanceClass, readImports } from "./instance.ts";
import { copyBytes } from "./interface.ts";
import { compile, toBuiltins } from "./module.ts";
import { Realm, type WebAssemblyOptions } from "./realm.ts";
import { hasResponse, responseBytes } from "./streaming.ts";
import { promising } from "./suspending.ts";
import type { WebAssemblyNamespace } from "./types-of-namespace.ts";

/**
 * Makes a `WebAssembly` namespace that this engine executes, with a store of its own: objects of two namespaces do not
 * mix. It behaves as the JS API says; what bounds it stands in `options`.
 * @throws TypeError and RangeError for options that are none, as `Engine` and `Store` do
 */
export function createWebAssembly(options: WebAssemblyOptions = {}): WebAssemblyNamespace {
  const realm = new Realm(options);
  const classes = makeClasses(realm);
  const { Instance, instanceObject } = makeInstanceClass(realm, classes);
  const { modules, moduleObject } = classes;

  const compileAsync = async (bytes: Uint8Array, compileOptions: unknown) => {
    const builtins = toBuiltins(compileOptions);
    await undefined;
    return compile(realm, bytes, builtins);
  };

  const operations = {
    validate(bytes: unknown, compileOptions?: unknown): boolean {
      const copy = copyBytes(bytes);
      const builtins = toBuiltins(compileOptions);
      try {
        compile(realm, copy, builtins);
        return true;
      } catch (error) {
        if (error instanceof realm.errors.CompileError) return false;
        throw error;
      }
    },

    async compile(bytes: unknown, compileOptions?: unknown): Promise<object> {
      return moduleObject(await compileAsync(copyBytes(bytes), compileOptions));
    },

    async instantiate(source: unknown, imports?: unknown, compileOptions?: unknown): Promise<object> {
      const given = modules.find(source);
      if (given !== undefined) {
        const read = readImports(realm, classes, given, imports);
        await undefined;
        return instanceObject(given, read);
      }
      const compiled = await compileAsync(copyBytes(source), compileOptions);
      const instance = instanceObject(compiled, readImports(realm, classes, compiled, imports));
      return { module: moduleObject(compiled), instance };
    },

    async compileStreaming(source: unknown, compileOptions?: unknown): Promise<object> {
      return moduleObject(await compileAsync(await responseBytes(source), compileOptions));
    },

    async instantiateStreaming(
      source: unknown,
      imports?: unknown,
      compileOptions?: unknown,
    ): Promise<object> {
      const compiled = await compileAsync(await responseBytes(source), compileOptions);
      const instance = instanceObject(compiled, readImports(realm, classes, compiled, imports));
      return { module: moduleObject(compiled), instance };
    },

    promising(callable: unknown): Callable {
      return promising(realm, callable);
    },
  };

  const namespace: object = {};
  for (const [name, operation] of Object.entries(operations)) {
    if (name.endsWith("Streaming") && !hasResponse()) continue;
    defineOwn(operation, "length", { value: 1, configurable: true });
    defineOwn(namespace, name, {
      value: operation,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  const { Module, Memory, Table, Global, Tag, Exception, Suspending } = classes;
  const { CompileError, LinkError, RuntimeError, SuspendError } = realm.errors;
  const interfaces = {
    ...{ Module, Instance, Memory, Table, Global, Tag, Exception, Suspending },
    ...{ CompileError, LinkError, RuntimeError, SuspendError },
  };
  for (const [name, value] of Object.entries(interfaces)) {
    defineOwn(namespace, name, { value, writable: true, enumerable: false, configurable: true });
  }
  defineOwn(namespace, "JSTag", { value: classes.tagObject(realm.jsTag), enumerable: true });
  defineOwn(namespace, Symbol.toStringTag, { value: "WebAssembly", configurable: true });
  return namespace as WebAssemblyNamespace;
}
