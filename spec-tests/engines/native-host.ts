// The host's own `WebAssembly`, typed as far as the native adapter needs it.
// The project compiles without the DOM's declarations, so that nothing else can name it by accident.

/** Opaque instances of the host's classes. */
export interface NativeInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}
export interface NativeGlobal {
  readonly value: unknown;
}

type Constructor<A extends readonly unknown[], T> = new (...args: A) => T;

/** The part of the `WebAssembly` namespace that is used. */
export interface NativeHost {
  readonly Module: Constructor<[bytes: Uint8Array], object>;
  readonly Instance: Constructor<[module: object, imports: object], NativeInstance>;
  readonly Memory: Constructor<
    [{ initial: number; maximum?: number; shared?: boolean }],
    { readonly buffer: ArrayBuffer }
  >;
  readonly Table: Constructor<[{ element: string; initial: number; maximum: number }], object>;
  readonly Global: Constructor<[{ value: string; mutable: boolean }, unknown], NativeGlobal>;
  readonly CompileError: Constructor<[string], Error>;
  readonly LinkError: Constructor<[string], Error>;
  readonly RuntimeError: Constructor<[string], Error>;
  /** Absent where exceptions are not supported. */
  readonly Exception?: Constructor<[], object>;
}

/** The host's `WebAssembly`. Throws when there is none. */
export function nativeHost(): NativeHost {
  const host: unknown = Reflect.get(globalThis, "WebAssembly");
  if (host === undefined) throw new Error("this host has no WebAssembly of its own");
  return host as NativeHost;
}
