// Makes instances of components: goes through the steps of a checked component, one after the other.
// Owns what each step does. Start functions of core modules are left to whoever drives it, as they may wait.

import { backendOf } from "../../api/backend.ts";
import type { Module } from "../../api/module.ts";
import type { Store } from "../../api/store.ts";
import { LinkError, Trap } from "../../errors.ts";
import { makeRawCode, makeRawFunction } from "../../interp/run/host-code.ts";
import { type FunctionInstance, isRawFunction } from "../../runtime/function.ts";
import type { ExternInstance } from "../../runtime/instance.ts";
import { instantiate, startFunction } from "../../runtime/instantiate.ts";
import { matchImports } from "../../runtime/link.ts";
import { type RawHostFunction, VALUE_WORDS } from "../../runtime/raw-function.ts";
import { Signature } from "../abi/signature.ts";
import type { CanonStep, CoreItem, Item, ResourceBinding, Step } from "../model/checked-component.ts";
import type { FuncType } from "../model/types.ts";
import { asyncBuiltin } from "./async/builtins.ts";
import { AsyncHostImport } from "./async/host-call.ts";
import { crossCall } from "./cross-call.ts";
import { resolveOptions } from "./guest-options.ts";
import { HostImport } from "./host-import.ts";
import { type CoreInstance, InstanceState } from "./instance-state.ts";
import type { RuntimeComponent, RuntimeItem } from "./items.ts";
import { resourceDrop, resourceNew, resourceRep } from "./resource-builtins.ts";
import { GuestResource } from "./resources.ts";
import { backpressure, contextBuiltin, taskCancel, taskReturn } from "./task-builtins.ts";

/** A start function that is to be called before instantiation goes on. */
export type Starting = Generator<FunctionInstance, InstanceState, void>;

/** What the instances of one store have in common. */
export interface InstantiationContext {
  readonly store: Store;
  /** Ends it if time is over. */
  readonly poll: () => void;
}

const signatures = /* @__PURE__ */ new WeakMap<FuncType, Signature>();
/** Of functions that are called by the async ABI. */
const asyncSignatures = /* @__PURE__ */ new WeakMap<FuncType, Signature>();

/** The code of what a step makes, which all instances have in common: it would be half of what they take beyond core instances. */
const codes = /* @__PURE__ */ new WeakMap<
  CanonStep,
  { readonly name: string; readonly code: ReturnType<typeof makeRawCode> }
>();

function signatureOf(type: FuncType, isAsync = false): Signature {
  const known = isAsync ? asyncSignatures : signatures;
  let signature = known.get(type);
  if (signature === undefined) {
    signature = new Signature(type, isAsync);
    known.set(type, signature);
  }
  return signature;
}

/** Makes an instance of `component` from what it imports. @throws LinkError, LimitError, Trap */
export function* instantiateComponent(
  { checked, outer }: RuntimeComponent,
  imports: ReadonlyMap<string, RuntimeItem>,
  context: InstantiationContext,
): Starting {
  const { store } = context;
  store.state.count({ componentInstances: 1 });
  const state = new InstanceState(store, checked, outer);
  for (const step of checked.steps) {
    context.poll();
    switch (step.kind) {
      case "core-instantiate":
        yield* instantiateCore(state, step, context);
        break;
      case "instantiate": {
        const component = state.components[step.component] as RuntimeComponent;
        const args = new Map([...step.args].map(([name, item]) => [name, itemOf(state, item)]));
        const made = yield* instantiateComponent(component, args, context);
        state.home ??= made.home;
        state.children.push(made);
        state.instances.push(made);
        bind(state, step.resources, { sort: "instance", instance: made });
        break;
      }
      case "import": {
        const item = imports.get(step.name);
        if (item === undefined) throw new LinkError(`import ${step.name} is missing`);
        append(state, item);
        bind(state, step.resources, item);
        break;
      }
      default:
        execute(state, step);
    }
  }
  return state;
}

type SimpleStep = Exclude<Step, { readonly kind: "core-instantiate" | "instantiate" | "import" }>;

function execute(state: InstanceState, step: SimpleStep): void {
  switch (step.kind) {
    case "core-module":
      state.coreModules.push(step.module);
      return;
    case "core-exports": {
      const { exports } = step;
      state.coreInstances.push({
        export(name) {
          const item = exports.get(name);
          return item === undefined ? undefined : coreItem(state, item);
        },
      });
      return;
    }
    case "core-alias": {
      const instance = state.coreInstances[step.instance] as CoreInstance;
      appendCore(state, instance.export(step.name) as ExternInstance);
      return;
    }
    case "component":
      state.components.push({ checked: step.component, outer: state });
      return;
    case "exports":
      state.instances.push({
        exports: new Map([...step.exports].map(([name, item]) => [name, itemOf(state, item)])),
      });
      return;
    case "alias":
      append(state, state.instances[step.instance]?.exports.get(step.name) as RuntimeItem);
      return;
    case "outer-alias": {
      let from: InstanceState | undefined = state;
      for (let k = 0; k < step.count; k++) from = from?.parent;
      if (step.sort === "core-module") state.coreModules.push(from?.coreModules[step.index] as Module);
      else state.components.push(from?.components[step.index] as RuntimeComponent);
      return;
    }
    case "resource": {
      const { definition } = step.resource;
      const dtor = definition?.dtor === undefined ? undefined : state.coreFuncs[definition.dtor];
      state.bindResource(step.resource, new GuestResource(state, dtor));
      return;
    }
    case "canon":
      canon(state, step);
      return;
    case "export": {
      const item = itemOf(state, step.item);
      if (item.sort === "func" && item.func.kind === "lifted") item.func.name = step.name;
      state.exports.set(step.name, item);
      append(state, item);
      return;
    }
    case "start":
    case "value":
      throw new LinkError("values of components cannot be instantiated");
  }
}

function* instantiateCore(
  state: InstanceState,
  step: Extract<Step, { readonly kind: "core-instantiate" }>,
  { store, poll }: InstantiationContext,
): Generator<FunctionInstance, void, void> {
  const module = state.coreModules[step.module] as Module;
  const imports = matchImports(module.checked, ({ module: from, name }) => {
    const index = step.args.get(from);
    return index === undefined ? undefined : state.coreInstances[index]?.export(name);
  });
  const made = instantiate(backendOf(store.engine).compiled(module), store.state, imports, poll);
  state.home ??= made;
  for (let outer = state.parent; outer !== undefined && outer.home === undefined; outer = outer.parent) {
    outer.home = made;
  }
  state.cores.push(made);
  state.coreInstances.push(made);
  const start = startFunction(made);
  if (start === undefined) return;
  // A built-in belongs to no core instance, and something has to count as running.
  yield isRawFunction(start)
    ? makeRawFunction(store.engine.registry, start.type, start.raw, start.name ?? "", made)
    : start;
}

function coreItem(state: InstanceState, { sort, index }: CoreItem): ExternInstance | undefined {
  switch (sort) {
    case "core-func": {
      const func = state.coreFuncs[index];
      return func && { kind: "func", func };
    }
    case "core-table": {
      const table = state.coreTables[index];
      return table && { kind: "table", table };
    }
    case "core-memory": {
      const memory = state.coreMemories[index];
      return memory && { kind: "memory", memory };
    }
    case "core-global": {
      const global = state.coreGlobals[index];
      return global && { kind: "global", global };
    }
    case "core-tag": {
      const tag = state.coreTags[index];
      return tag && { kind: "tag", tag };
    }
  }
}

function appendCore(state: InstanceState, item: ExternInstance): void {
  switch (item.kind) {
    case "func":
      state.coreFuncs.push(item.func);
      return;
    case "table":
      state.coreTables.push(item.table);
      return;
    case "memory":
      state.coreMemories.push(item.memory);
      return;
    case "global":
      state.coreGlobals.push(item.global);
      return;
    case "tag":
      state.coreTags.push(item.tag);
  }
}

function itemOf(state: InstanceState, item: Item): RuntimeItem {
  switch (item.sort) {
    case "func":
      return { sort: "func", func: state.funcs[item.index] as InstanceState["funcs"][number] };
    case "core-module":
      return { sort: "core-module", module: state.coreModules[item.index] as Module };
    case "component":
      return { sort: "component", component: state.components[item.index] as RuntimeComponent };
    case "instance":
      return {
        sort: "instance",
        instance: state.instances[item.index] as InstanceState["instances"][number],
      };
    case "type":
      return { sort: "type", resource: item.resource && state.resource(item.resource) };
    case "value":
      throw new LinkError("values of components cannot be instantiated");
  }
}

function append(state: InstanceState, item: RuntimeItem): void {
  switch (item.sort) {
    case "func":
      state.funcs.push(item.func);
      return;
    case "core-module":
      state.coreModules.push(item.module);
      return;
    case "component":
      state.components.push(item.component);
      return;
    case "instance":
      state.instances.push(item.instance);
      return;
    case "type":
      return;
  }
}

/** Binds the resource types that come with an item. */
function bind(state: InstanceState, bindings: readonly ResourceBinding[], item: RuntimeItem): void {
  for (const { resource, path } of bindings) {
    let found: RuntimeItem | undefined = item;
    for (const name of path)
      found = found?.sort === "instance" ? found.instance.exports.get(name) : undefined;
    if (found?.sort !== "type" || found.resource === undefined) {
      throw new LinkError(`no resource ${path.join(" ")}`);
    }
    state.bindResource(resource, found.resource);
  }
}

function canon(state: InstanceState, step: CanonStep): void {
  if (step.canon === "lift") {
    state.funcs.push({
      kind: "lifted",
      instance: state,
      core: state.coreFuncs[step.coreFunc] as FunctionInstance,
      signature: signatureOf(step.type),
      options: resolveOptions(state, step.options),
      name: "function",
    });
    return;
  }
  const { registry } = state.store.engine;
  const { name, raw } = builtin(state, step);
  let known = codes.get(step);
  if (known?.name !== name) {
    known = { name, code: makeRawCode(step.coreType, raw.words, name) };
    codes.set(step, known);
  }
  state.coreFuncs.push(makeRawFunction(registry, step.coreType, raw, name, undefined, known.code));
}

function hostImport(made: HostImport): RawHostFunction {
  return made.signature.type.async ? new AsyncHostImport(made) : made;
}

function builtin(
  state: InstanceState,
  step: Exclude<CanonStep, { readonly canon: "lift" }>,
): { readonly name: string; readonly raw: RawHostFunction } {
  switch (step.canon) {
    case "lower": {
      const func = state.funcs[step.func] as InstanceState["funcs"][number];
      const signature = signatureOf(step.type, step.options.async);
      const options = resolveOptions(state, step.options);
      const raw =
        func.kind === "host"
          ? hostImport(new HostImport(state, func, signature, options))
          : crossCall({ instance: state, signature, options }, func);
      return { name: func.name, raw };
    }
    case "resource.new":
      return { name: step.canon, raw: resourceNew(state, step.resource) };
    case "resource.drop":
      return { name: step.canon, raw: resourceDrop(state, step.resource) };
    case "resource.rep":
      return { name: step.canon, raw: resourceRep(state, step.resource) };
    case "task.return":
      return { name: step.canon, raw: taskReturn(state, step, resolveOptions(state, step.options)) };
    case "task.cancel":
      return { name: step.canon, raw: taskCancel(state) };
    case "context.get":
    case "context.set":
      return { name: step.canon, raw: contextBuiltin(state, step) };
    case "backpressure.inc":
    case "backpressure.dec":
      return { name: step.canon, raw: backpressure(state, step.canon === "backpressure.inc" ? 1 : -1) };
    default:
      return { name: step.canon, raw: asyncBuiltin(state, step) ?? unavailable(state, step) };
  }
}

/** A built-in of a feature that is validated only. */
function unavailable(
  state: InstanceState,
  { canon: name, coreType }: Exclude<CanonStep, { readonly canon: "lift" }>,
): RawHostFunction {
  return {
    words: VALUE_WORDS * Math.max(1, coreType.params.length, coreType.results.length),
    begin() {
      state.requireMayLeave();
      throw new Trap("unsupported-builtin", name);
    },
  };
}
