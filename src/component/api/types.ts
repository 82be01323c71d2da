// What hosts and guests of components give each other, as TypeScript sees it.
// Owns the shapes; docs/components.md has the table of values.

/**
 * A function of the host, of an interface or of the world itself: `lowerCamelCase` of its name in WIT. Arguments and result are
 * values as docs/components.md has them. It may be async, or return a promise: the guest waits, where the call allows it.
 *
 * A function of type `result` returns what `ok` holds, and throws a `ComponentError` for `err`. Whatever else it throws ends the
 * guest's call.
 */
// biome-ignore lint/suspicious/noExplicitAny: the embedder writes the types of the interface
export type HostFunction = (...args: any[]) => unknown;

/**
 * A resource type of the host: `PascalCase` of its name in WIT. The resource's constructor is the class's, its methods are methods
 * of its objects, its static functions are static methods, each in `lowerCamelCase`.
 *
 * `own` and `borrow` handles that a guest passes are the objects themselves; what a function returns for them must be an instance
 * of the class. When a guest drops one that it owns, its method `[Symbol.dispose]` is called, if it has one.
 */
export interface HostClass {
  // biome-ignore lint/suspicious/noExplicitAny: the embedder writes the types of the interface
  new (...args: any[]): object;
}

/** An interface of the host: plain functions and classes, by name. What a component does not import is not looked at. */
export type HostInterface = Readonly<Record<string, HostFunction | HostClass>>;

/** A value of a variant type, and of `result` anywhere but as a function's whole result. */
export interface Tagged<Tag extends string = string, Value = unknown> {
  readonly tag: Tag;
  /** Missing where the case has no value. */
  readonly val?: Value;
}

/** A resource of a guest, held by the host. */
export interface Resource {
  /** Drops it: its destructor runs. Once only; what has been dropped or given away cannot be used any more. */
  [Symbol.dispose](): void;
}
