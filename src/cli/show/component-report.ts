// What `inspect` and `validate` say of a component: its tree of core modules, instances and canonical definitions, and its WIT.
// Loaded when a file turns out to be a component, so that nothing else pays for it.

import { Engine } from "../../api/index.ts";
import { Component, type ComponentExternDescriptor } from "../../component/api/component.ts";
import type { CheckedComponent } from "../../component/model/checked-component.ts";
import type { Feature } from "../../isa/features.ts";
import { printable, shownName } from "../../printable.ts";
import { formatSize } from "../args/units.ts";

export interface CoreModuleReport {
  readonly index: number;
  readonly name: string | undefined;
  readonly bytes: number;
  readonly functions: number;
  readonly imports: number;
  readonly exports: number;
}

export interface ComponentTree {
  readonly name: string | undefined;
  readonly coreModules: readonly CoreModuleReport[];
  readonly coreInstances: number;
  readonly instances: number;
  readonly resources: number;
  /** By kind, such as `lift` and `resource.drop`. */
  readonly canonicals: Readonly<Record<string, number>>;
  readonly components: readonly ComponentTree[];
}

export interface ComponentReport {
  readonly file: string;
  readonly kind: "component";
  readonly bytes: number;
  readonly imports: readonly ComponentExternDescriptor[];
  readonly exports: readonly ComponentExternDescriptor[];
  readonly tree: ComponentTree;
  readonly wit: string;
}

/** @throws what the constructor of Component throws */
export function checkComponent(bytes: Uint8Array, features: Iterable<Feature> | undefined): Component {
  const engine = new Engine(features === undefined ? {} : { features });
  return new Component(engine, bytes);
}

export function buildComponentReport(file: string, component: Component): ComponentReport {
  return {
    file,
    kind: "component",
    bytes: component.bytes.length,
    imports: component.imports,
    exports: component.exports,
    tree: treeOf(component.checked),
    wit: component.wit(),
  };
}

function treeOf({ name, steps, resources }: CheckedComponent): ComponentTree {
  const coreModules: CoreModuleReport[] = [];
  const components: ComponentTree[] = [];
  const canonicals: Record<string, number> = {};
  let [coreInstances, instances, modules] = [0, 0, 0];
  for (const step of steps) {
    switch (step.kind) {
      case "core-module": {
        const { module } = step.module.checked;
        coreModules.push({
          index: modules++,
          name: step.module.name,
          bytes: module.bytes.length,
          functions: module.functions.length,
          imports: module.imports.length,
          exports: module.exports.length,
        });
        break;
      }
      case "component":
        components.push(treeOf(step.component));
        break;
      case "core-instantiate":
      case "core-exports":
        coreInstances++;
        break;
      case "instantiate":
      case "exports":
        instances++;
        break;
      case "canon":
        canonicals[step.canon] = (canonicals[step.canon] ?? 0) + 1;
        break;
      default:
    }
  }
  return { name, coreModules, coreInstances, instances, resources: resources.length, canonicals, components };
}

export function* componentReportLines({ file, bytes, tree, wit }: ComponentReport): Generator<string, void> {
  yield `${printable(file)}: component, ${formatSize(bytes)}`;
  yield "";
  yield* treeLines(tree, "component", "");
  yield "";
  for (const line of wit.trimEnd().split("\n")) yield printable(line);
}

function* treeLines(tree: ComponentTree, title: string, indent: string): Generator<string, void> {
  yield `${indent}${title}${tree.name === undefined ? "" : ` ${shownName(tree.name)}`}`;
  const inner = `${indent}  `;
  for (const module of tree.coreModules) {
    const name = module.name === undefined ? "" : ` ${shownName(module.name)}`;
    yield `${inner}core module ${module.index}${name}: ${formatSize(module.bytes)}, ${module.functions} functions, ${module.imports} imports, ${module.exports} exports`;
  }
  const counts = [
    [tree.coreInstances, "core instances"],
    [tree.instances, "instances"],
    [tree.resources, "resource types"],
  ]
    .filter(([count]) => count !== 0)
    .map(([count, what]) => `${count} ${what}`);
  if (counts.length > 0) yield `${inner}${counts.join(", ")}`;
  const canonicals = Object.entries(tree.canonicals).map(([kind, count]) => `${kind} ${count}`);
  if (canonicals.length > 0) yield `${inner}canonicals: ${canonicals.join(", ")}`;
  for (const [index, component] of tree.components.entries()) {
    yield* treeLines(component, `component ${index}`, inner);
  }
}
