// The namespace's types, for those who do not have a library's declaration of `WebAssembly`.

import type { ErrorClass } from "./errors.ts";

/** Bytes of a module. */
export type BufferSource = ArrayBuffer | ArrayBufferView;

export interface CompileOptions {
  /** Sets of builtins that the module may import; there is `"js-string"`. */
  readonly builtins?: readonly string[];
  /** The module name of whose imports the names are string constants. */
  readonly importedStringConstants?: string | null;
}

/** What modules import, by module and name. */
export type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface NamespaceInstance {
  // biome-ignore lint/suspicious/noExplicitAny: types of exports are known at run time only; `any` lets them be called
  readonly exports: Readonly<Record<string, any>>;
}

export interface InstantiatedSource {
  readonly module: object;
  readonly instance: NamespaceInstance;
}

export interface NamespaceMemory {
  readonly buffer: ArrayBufferLike;
  grow(delta: number | bigint): number | bigint;
  type(): Record<string, unknown>;
}

export interface NamespaceTable {
  readonly length: number | bigint;
  get(index: number | bigint): unknown;
  set(index: number | bigint, value?: unknown): void;
  grow(delta: number | bigint, value?: unknown): number | bigint;
  type(): Record<string, unknown>;
}

export interface NamespaceGlobal {
  value: unknown;
  valueOf(): unknown;
  type(): { value: string; mutable: boolean };
}

export interface NamespaceException {
  readonly stack: string | undefined;
  is(tag: object): boolean;
  getArg(tag: object, index: number): unknown;
}

/** `WebAssembly`, as the JS API (WebAssembly/spec, document/js-api) has it. */
export interface WebAssemblyNamespace {
  validate(bytes: BufferSource, options?: CompileOptions): boolean;
  compile(bytes: BufferSource, options?: CompileOptions): Promise<object>;
  instantiate(bytes: BufferSource, imports?: Imports, options?: CompileOptions): Promise<InstantiatedSource>;
  instantiate(module: object, imports?: Imports): Promise<NamespaceInstance>;
  /** Where the host has `Response`. */
  compileStreaming?(source: unknown, options?: CompileOptions): Promise<object>;
  instantiateStreaming?(
    source: unknown,
    imports?: Imports,
    options?: CompileOptions,
  ): Promise<InstantiatedSource>;
  // biome-ignore lint/suspicious/noExplicitAny: what a guest function takes is known by its type only
  promising(exported: unknown): (...args: any[]) => Promise<unknown>;
  readonly Module: {
    new (bytes: BufferSource, options?: CompileOptions): object;
    exports(module: object): { name: string; kind: string }[];
    imports(module: object): { module: string; name: string; kind: string }[];
    customSections(module: object, name: string): ArrayBuffer[];
  };
  readonly Instance: new (module: object, imports?: Imports) => NamespaceInstance;
  readonly Memory: new (descriptor: object) => NamespaceMemory;
  readonly Table: new (descriptor: object, value?: unknown) => NamespaceTable;
  readonly Global: new (descriptor: object, value?: unknown) => NamespaceGlobal;
  readonly Tag: new (descriptor: {
    readonly parameters: readonly string[];
  }) => { type(): { parameters: string[] } };
  readonly Exception: new (
    tag: object,
    payload: readonly unknown[],
    options?: { readonly traceStack?: boolean },
  ) => NamespaceException;
  readonly Suspending: new (host: (...args: never[]) => unknown) => object;
  readonly JSTag: object;
  readonly CompileError: ErrorClass;
  readonly LinkError: ErrorClass;
  readonly RuntimeError: ErrorClass;
  readonly SuspendError: ErrorClass;
}
