// The debug names of a module, by index, as inert data. Where they come from is the decoder's affair.

export type NameMap = ReadonlyMap<number, string>;
/** Names inside a function or type, by its index. */
export type IndirectNameMap = ReadonlyMap<number, NameMap>;

/** Debug names by index. Maps are empty where there are none (or none that could be read). */
export interface ModuleNames {
  readonly module: string | undefined;
  readonly functions: NameMap;
  readonly locals: IndirectNameMap;
  readonly labels: IndirectNameMap;
  readonly types: NameMap;
  readonly tables: NameMap;
  readonly memories: NameMap;
  readonly globals: NameMap;
  readonly elements: NameMap;
  readonly data: NameMap;
  readonly tags: NameMap;
  /** Struct fields, by type index. */
  readonly fields: IndirectNameMap;
}
