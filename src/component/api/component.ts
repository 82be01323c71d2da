// A compiled component: decoded, validated, its core modules compiled, ready to be instantiated any number of times.

import { Engine, Module, type ModuleSource } from "../../api/index.ts";
import {
  limitTable,
  type OptionTable,
  optionsOf,
  readOptions,
  unexpected,
  wrongArgument,
} from "../../checks/options.ts";
import { LimitError, MalformedError, ValidationError } from "../../errors.ts";
import { decodeComponent } from "../binary/decode.ts";
import { componentName } from "../binary/name-section.ts";
import type { CheckedComponent } from "../model/checked-component.ts";
import { componentError, relocateError } from "../model/component-error.ts";
import type { Component as Decoded } from "../model/definitions.ts";
import { type ComponentLimits, DEFAULT_COMPONENT_LIMITS } from "../model/limits.ts";
import type { Extern, ExternAttributes, ExternSort } from "../model/types.ts";
import { validateComponent } from "../validator/validate.ts";
import { externText, worldText } from "./wit-text.ts";

export interface ComponentOptions {
  /** Limits that differ from `DEFAULT_COMPONENT_LIMITS`. Core modules inside have the engine's `moduleLimits`. */
  readonly limits?: Partial<ComponentLimits>;
}

const COMPONENT_OPTIONS = {
  limits: /* @__PURE__ */ optionsOf(
    "an object of limits",
    /* @__PURE__ */ limitTable(DEFAULT_COMPONENT_LIMITS),
  ),
} satisfies OptionTable<ComponentOptions>;

/** What a component imports or exports. */
export interface ComponentExternDescriptor {
  readonly name: string;
  readonly kind: ExternSort;
  /** In WIT text: of a function its signature, of an instance its interface's items, one a line. */
  readonly type: string;
  readonly attributes: ExternAttributes | undefined;
}

/** Immutable and shareable between the stores of its engine. */
export class Component {
  readonly engine: Engine;
  /** @internal */
  readonly checked: CheckedComponent;
  /** @internal */
  readonly bytes: Uint8Array;
  #imports: readonly ComponentExternDescriptor[] | undefined;
  #exports: readonly ComponentExternDescriptor[] | undefined;

  /**
   * Decodes and validates, core modules included. The bytes are read in place, and must not change afterwards.
   * @throws MalformedError for bytes that are no component; ValidationError for one that is not valid; both with `offset` in
   * the whole and, if it is not at the top, `path`; LimitError past a limit; TypeError for what is not bytes, for unknown options
   * and for an engine without the feature `component-model`
   */
  constructor(engine: Engine, source: ModuleSource, options?: ComponentOptions) {
    const signature = "new Component(engine, bytes, options)";
    if (!(engine instanceof Engine)) throw wrongArgument(signature, "engine", "an Engine", engine);
    const { limits } = readOptions("new Component", options, COMPONENT_OPTIONS);
    if (!engine.features.has("component-model")) {
      throw new TypeError("new Component: the engine's feature component-model is off");
    }
    this.engine = engine;
    this.bytes = bytesOf(source);
    this.checked = check(engine, this.bytes, { ...DEFAULT_COMPONENT_LIMITS, ...limits });
  }

  /** Described when first asked for, in the component's order. */
  get imports(): readonly ComponentExternDescriptor[] {
    this.#imports ??= describeAll(this.checked.type.imports);
    return this.#imports;
  }

  /** Described when first asked for, in the component's order. */
  get exports(): readonly ComponentExternDescriptor[] {
    this.#exports ??= describeAll(this.checked.type.exports);
    return this.#exports;
  }

  /** From its `component-name` section. */
  get name(): string | undefined {
    return this.checked.name;
  }

  /** Its imports and exports as a world in WIT. */
  wit(): string {
    return worldText(this.checked.type);
  }

  /** Whether the bytes are a valid component for this engine. @throws TypeError for what is not bytes */
  static validate(engine: Engine, source: ModuleSource): boolean {
    try {
      new Component(engine, source);
      return true;
    } catch (error) {
      if (
        error instanceof MalformedError ||
        error instanceof ValidationError ||
        error instanceof LimitError
      ) {
        return false;
      }
      throw error;
    }
  }
}

function bytesOf(source: ModuleSource): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (
    source instanceof ArrayBuffer ||
    (typeof SharedArrayBuffer === "function" && (source as unknown) instanceof SharedArrayBuffer)
  ) {
    return new Uint8Array(source);
  }
  throw unexpected(
    "new Component",
    "the bytes of a component, as an ArrayBuffer, Uint8Array or Buffer",
    source,
  );
}

function check(engine: Engine, bytes: Uint8Array, componentLimits: ComponentLimits): CheckedComponent {
  const { features, moduleLimits: limits, registry } = engine;
  if (bytes.length > limits.moduleBytes) {
    throw new LimitError("moduleBytes", bytes.length, limits.moduleBytes, "component size in bytes");
  }
  const component = decodeComponent(bytes, { features, limits, componentLimits });
  const modules = new Map<number, Module>();
  let invalid: ValidationError | undefined;
  for (const { start, end, path } of coreModules(component, [])) {
    try {
      modules.set(start, new Module(engine, bytes.subarray(start, end)));
    } catch (error) {
      if (error instanceof MalformedError) throw relocateError(error, start, path);
      if (!(error instanceof ValidationError)) throw error;
      // A malformed module further on makes the whole malformed.
      invalid ??= relocateError(error, start, path);
    }
  }
  if (invalid !== undefined) throw invalid;
  return validateComponent(component, {
    registry,
    limits,
    componentLimits,
    moduleAt: (start) => {
      const module = modules.get(start);
      // Never: every core module of the component has been compiled.
      if (module === undefined) throw componentError(MalformedError, "no core module stands here", start, "");
      return module;
    },
    nameOf: ({ customSections }) => componentName(bytes, customSections),
  });
}

interface ModuleRange {
  readonly start: number;
  readonly end: number;
  readonly path: string;
}

/** All core modules of a component and of those nested in it, which validation bounds in depth. */
function* coreModules({ definitions }: Decoded, outer: readonly string[]): Generator<ModuleRange> {
  let [modules, components] = [0, 0];
  for (const definition of definitions) {
    if (definition.kind === "core-module") {
      const { start, end } = definition;
      yield { start, end, path: [...outer, `core module ${modules++}`].join(" > ") };
    } else if (definition.kind === "component") {
      yield* coreModules(definition.component, [...outer, `component ${components++}`]);
    }
  }
}

function describeAll(externs: ReadonlyMap<string, Extern>): readonly ComponentExternDescriptor[] {
  return [...externs].map(([name, { type, attributes }]) => ({
    name,
    kind: type.kind,
    type: externText(name, type),
    attributes,
  }));
}
