// Every limit of the engine: its name, unit, default and what meets it.
// Owns the numbers; enforcement is where the thing grows.

/** Limits of one store. Sizes are in bytes unless the name says otherwise. */
export interface Limits {
  /** Bytes of each memory. A `memory.grow` past it gives -1. Default 4 GiB. */
  readonly memoryBytes: number;
  /** Bytes of all memories, tables (8 per element) and the GC heap of the store together. Default 4 GiB. */
  readonly totalBytes: number;
  /** Bytes of live GC objects in the store. Default 1 GiB. */
  readonly gcHeapBytes: number;
  /**
   * Bytes that the store's guests take on the heap of the JavaScript engine: tables, GC objects, exceptions, frames,
   * executions, instances and their functions, handles, and what WASI holds open for them. Default 96 MiB.
   */
  readonly hostHeapBytes: number;
  /** Elements of each table. A `table.grow` past it gives -1. Default 10,000,000. */
  readonly tableElements: number;
  /** Memories in the store. Default 10,000. */
  readonly memories: number;
  /** Tables in the store. Default 10,000. */
  readonly tables: number;
  /** Globals in the store. Default 1,000,000. */
  readonly globals: number;
  /** Instances in the store. Default 10,000. */
  readonly instances: number;
  /** Wasm frames of one execution. Past it: the trap `call stack exhausted`. Default 16,384. */
  readonly callDepth: number;
  /** Bytes of parameters, locals and operands of one execution's frames. Past it: `call stack exhausted`. Default 8 MiB. */
  readonly stackBytes: number;
  /** Nested guest-host-guest calls, which use the JavaScript stack. Past it: `call stack exhausted`. Default 128. */
  readonly hostDepth: number;
  /**
   * Bytes of strings and lists that one call of a component gives to its host or to another component. Elements of lists that are
   * no numbers count 32 more each. Default 64 MiB.
   */
  readonly liftedBytes: number;
  /** Handles of each component instance. Default 1,048,576. */
  readonly handles: number;
  /** Component instances in the store, those within components included. Default 10,000. */
  readonly componentInstances: number;
}

export const DEFAULT_LIMITS: Limits = {
  memoryBytes: 2 ** 32,
  totalBytes: 2 ** 32,
  gcHeapBytes: 2 ** 30,
  hostHeapBytes: 96 * 2 ** 20,
  tableElements: 10_000_000,
  memories: 10_000,
  tables: 10_000,
  globals: 1_000_000,
  instances: 10_000,
  callDepth: 16_384,
  stackBytes: 8 * 2 ** 20,
  hostDepth: 128,
  liftedBytes: 64 * 2 ** 20,
  handles: 2 ** 20,
  componentInstances: 10_000,
};

/** Limits of one module, checked while it is decoded. A module past one of them is a `LimitError`. */
export interface ModuleLimits {
  /** Bytes of a module. Default 1 GiB. */
  readonly moduleBytes: number;
  /** Types in a module. Default 1,000,000. */
  readonly types: number;
  /** Functions, imported and defined. Default 1,000,000. */
  readonly functions: number;
  /** Imports. Default 1,000,000. */
  readonly imports: number;
  /** Exports. Default 1,000,000. */
  readonly exports: number;
  /** Globals, tables, memories and tags, each. Default 1,000,000. */
  readonly definitions: number;
  /** Element segments, and data segments, each. Default 100,000. */
  readonly segments: number;
  /** Elements in one element segment. Default 10,000,000. */
  readonly segmentElements: number;
  /** Locals of one function, parameters included; and their declarations, empty ones included. Default 50,000. */
  readonly locals: number;
  /** Parameters, and results, of one function type. Default 1,000. */
  readonly arity: number;
  /** Fields of one struct type, and operands of one array.new_fixed. Default 10,000. */
  readonly fields: number;
  /** Bytes of one function body. Default 7,654,321. */
  readonly functionBytes: number;
  /** Nesting of blocks in one function. Default 100,000. */
  readonly nesting: number;
  /** Operands on one function's stack at any point. Default 1,000,000. */
  readonly operands: number;
  /**
   * Operands that the calls, branches and blocks of one function take and give, summed over its instructions. Default
   * 50,000,000.
   */
  readonly operandMoves: number;
  /** Depth of a chain of declared supertypes. Default 63. */
  readonly subtypingDepth: number;
  /** Labels of one br_table. Default 65,520. */
  readonly brTableLabels: number;
  /**
   * Bytes that a module takes on the heap of the JavaScript engine: its definitions, counted while it is decoded, and what its
   * functions become when they are first called. Default 512 MiB; a third of the host's heap where the host says that that is
   * less, as Node does.
   */
  readonly heapBytes: number;
}

export const DEFAULT_MODULE_LIMITS: ModuleLimits = {
  moduleBytes: 2 ** 30,
  types: 1_000_000,
  functions: 1_000_000,
  imports: 1_000_000,
  exports: 1_000_000,
  definitions: 1_000_000,
  segments: 100_000,
  segmentElements: 10_000_000,
  locals: 50_000,
  arity: 1_000,
  fields: 10_000,
  functionBytes: 7_654_321,
  nesting: 100_000,
  operands: 1_000_000,
  operandMoves: 50_000_000,
  subtypingDepth: 63,
  brTableLabels: 65_520,
  heapBytes: 512 * 2 ** 20,
};
