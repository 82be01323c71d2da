// A cursor over a component's bytes: what its sections' decoders share beyond integers and names.
// Owns leading bytes, options and booleans, feature checks, and limits of counts.

import { ByteReader } from "../../decoder/byte-reader.ts";
import type { TypeContext } from "../../decoder/sections/types.ts";
import { TypeReader } from "../../decoder/type-reader.ts";
import { LimitError, MalformedError } from "../../errors.ts";
import type { Feature, FeatureSet } from "../../isa/features.ts";
import type { ModuleLimits } from "../../limits.ts";
import { componentError } from "../model/component-error.ts";
import type { ComponentLimits } from "../model/limits.ts";

export interface ComponentDecodeOptions {
  readonly features: FeatureSet;
  readonly limits: ModuleLimits;
  readonly componentLimits: ComponentLimits;
}

/** What the readers of one file have in common. */
export class DecodeState {
  readonly options: ComponentDecodeOptions;
  /** Where the definition being read stands: `component 2`, `type 5`. */
  readonly path: string[] = [];
  #definitions = 0;
  #heapBytes = 0;
  #nesting = 0;

  constructor(options: ComponentDecodeOptions) {
    this.options = options;
  }

  /** Counts definitions and declarations of the whole file. */
  addDefinitions(count: number): void {
    this.#definitions += count;
    this.#limit("componentDefinitions", this.#definitions, "definitions of the component");
  }

  /** Counts what core types take on the host's heap. */
  takeHeap(bytes: number): void {
    this.#heapBytes += bytes;
    const { heapBytes } = this.options.limits;
    if (this.#heapBytes > heapBytes) {
      throw new LimitError("heapBytes", this.#heapBytes, heapBytes, "core types of the component");
    }
  }

  /** Reads something in which others of its kind may be nested. */
  nested<T>(read: () => T): T {
    this.#nesting++;
    this.#limit("componentNesting", this.#nesting, "nesting of components and their types");
    const result = read();
    this.#nesting--;
    return result;
  }

  #limit(name: keyof ComponentLimits, requested: number, what: string): void {
    const allowed = this.options.componentLimits[name];
    if (requested > allowed) throw new LimitError(name, requested, allowed, what);
  }
}

/** Reads one section, and nothing behind it. Methods throw MalformedError, and LimitError for counts. */
export class ComponentReader extends ByteReader {
  readonly state: DecodeState;
  #types: TypeReader | undefined;

  constructor(bytes: Uint8Array, start: number, end: number, state: DecodeState) {
    super(bytes, start, end);
    this.state = state;
  }

  has(feature: Feature): boolean {
    return this.state.options.features.has(feature);
  }

  /** Says where it is, too. */
  override fail(message: string, offset = this.position): never {
    throw componentError(MalformedError, message, offset, this.state.path.join(" > "));
  }

  /** Says that the byte just read is none of those that may stand there. */
  failLeading(byte: number, what: string): never {
    return this.fail(`invalid leading byte (0x${byte.toString(16)}) for ${what}`, this.position - 1);
  }

  /** For what has just been read, from `offset` on. */
  need(feature: Feature, what: string, offset = this.position - 1): void {
    if (!this.has(feature)) this.fail(`${what} needs the feature ${feature}`, offset);
  }

  /** Reads a byte that is 0 or 1. */
  boolean(): boolean {
    const byte = this.byte();
    if (byte > 1) this.fail(`invalid boolean value 0x${byte.toString(16)}`, this.position - 1);
    return byte === 1;
  }

  /** What may be absent: 0, or 1 and the thing itself. */
  optional<T>(what: string, read: () => T): T | undefined {
    const byte = this.byte();
    if (byte > 1) this.failLeading(byte, what);
    return byte === 1 ? read() : undefined;
  }

  /** A vector. Its length is counted against the bytes left. */
  list<T>(read: () => T): T[] {
    const count = this.length();
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  /** A vector of definitions or declarations, which are limited in number. */
  definitions<T>(read: () => T): T[] {
    const count = this.length();
    this.state.addDefinitions(count);
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  /** Core types here are read by the decoder of modules. */
  get coreTypes(): TypeContext {
    const { features, limits } = this.state.options;
    this.#types ??= new TypeReader(this, features);
    const limit: TypeContext["limit"] = (name, requested, what) => {
      if (requested > limits[name]) throw new LimitError(name, requested, limits[name], what);
    };
    return {
      cursor: this,
      types: this.#types,
      has: (feature) => this.has(feature),
      limit,
      take: (bytes) => this.state.takeHeap(bytes),
      count: (name, what, existing = 0) => {
        const count = this.length();
        limit(name, existing + count, what);
        return count;
      },
    };
  }
}
