// Rules of type definitions: recursion groups, subtyping clauses and descriptors (spec 3.2.5-3.2.9).
// Owns those rules and the order of checking; identity and matching are the registry's.

import { ValidationError } from "../errors.ts";
import { ITEM, type Steps } from "../module/steps.ts";
import { unitsOf } from "../module/type-key.ts";
import type { DefinedType, TypeRegistry } from "../module/type-registry.ts";
import type { CompositeType, FieldType, RecGroup, SubType, ValType } from "../module/types.ts";
import { heapOf, isConcrete, isRef, typeIdxOf } from "../module/types.ts";

/** Checks types group by group, interns them, and appends each one's canonical id to `typeIds`. */
export class TypeDefinitions {
  readonly #types: readonly SubType[];
  readonly #registry: TypeRegistry;
  readonly #typeIds: number[];
  readonly #offset: number;

  /** @param offset for errors */
  constructor(types: readonly SubType[], registry: TypeRegistry, typeIds: number[], offset: number) {
    this.#types = types;
    this.#registry = registry;
    this.#typeIds = typeIds;
    this.#offset = offset;
  }

  /** The next group. @throws ValidationError for the first invalid type */
  *check(group: RecGroup, steps: Steps): Generator<void, void> {
    const { start, count } = group;
    for (let idx = start; idx < start + count; idx++) {
      if (steps.isDue(unitsOf(this.#type(idx)))) yield;
      this.#checkReferences(idx, group);
    }
    yield* this.#registry.addGroup(this.#types, group, this.#typeIds, steps);
    for (let idx = start; idx < start + count; idx++) {
      if (steps.isDue(ITEM)) yield;
      this.#checkSupertype(idx);
    }
  }

  /** A type refers to its own group and to earlier ones only; descriptors come in pairs within a group. */
  #checkReferences(idx: number, group: RecGroup): void {
    const type = this.#type(idx);
    const end = group.start + group.count;
    for (const referenced of valTypesOf(type.composite)) {
      if (!isRef(referenced) || !isConcrete(heapOf(referenced))) continue;
      const target = typeIdxOf(heapOf(referenced));
      if (target >= end) this.#fail(`unknown type ${target} in type ${idx}`);
    }
    for (const supertype of type.supertypes) {
      if (supertype >= end) this.#fail(`unknown type ${supertype} in type ${idx}`);
      if (supertype >= idx) this.#fail(`forward use of type ${supertype} in sub type definition ${idx}`);
    }
    if (type.supertypes.length > 1) this.#fail(`sub type ${idx} has more than one super type`);
    if (type.describes !== undefined) this.#checkDescribes(idx, type.describes, group);
    if (type.descriptor !== undefined) this.#checkDescriptor(idx, type.descriptor, group);
  }

  #checkDescribes(idx: number, described: number, { start, count }: RecGroup): void {
    if (described < start || described >= start + count) this.#fail("described type is outside rec group");
    if (described >= idx) this.#fail(`forward use of described type ${described} in type ${idx}`);
    if (!this.#isStruct(idx)) this.#fail(`described type must be a struct, as must its descriptor ${idx}`);
    if (this.#type(described).descriptor !== idx) {
      this.#fail(`described type is not described by descriptor ${idx}`);
    }
  }

  #checkDescriptor(idx: number, descriptor: number, { start, count }: RecGroup): void {
    if (descriptor < start || descriptor >= start + count) this.#fail("descriptor type is outside rec group");
    if (!this.#isStruct(idx)) {
      this.#fail(`descriptor type must be a struct, as must the type ${idx} that it describes`);
    }
    if (this.#type(descriptor).describes !== idx) {
      this.#fail(`type is not described by its descriptor ${descriptor}`);
    }
  }

  /** Spec 3.2.8, and the custom-descriptors proposal: descriptors of subtypes are subtypes. */
  #checkSupertype(idx: number): void {
    const [superIdx] = this.#type(idx).supertypes;
    if (superIdx === undefined) return;
    const type = this.#defined(idx);
    const supertype = this.#defined(superIdx);
    const mismatch = `sub type ${idx} does not match super type ${superIdx}`;
    if (supertype.final) this.#fail(`${mismatch}, which is final`);
    if (!this.#registry.matchesComposite(type.composite, supertype.composite)) this.#fail(mismatch);
    if ((type.describes === undefined) !== (supertype.describes === undefined)) {
      this.#fail(`${mismatch}: only one of them describes a type`);
    }
    if (supertype.descriptor !== undefined && type.descriptor === undefined) {
      this.#fail(`${mismatch}, which has a descriptor`);
    }
    if (
      type.describes !== undefined &&
      supertype.describes !== undefined &&
      !this.#registry.isDefinedSubtype(type.describes, supertype.describes)
    ) {
      this.#fail(`described type ${this.#type(idx).describes} does not match that of ${superIdx}`);
    }
    if (
      type.descriptor !== undefined &&
      supertype.descriptor !== undefined &&
      !this.#registry.isDefinedSubtype(type.descriptor, supertype.descriptor)
    ) {
      this.#fail(`descriptor type ${this.#type(idx).descriptor} does not match that of ${superIdx}`);
    }
  }

  #isStruct(idx: number): boolean {
    return this.#type(idx).composite.kind === "struct";
  }

  #type(idx: number): SubType {
    return this.#types[idx] ?? this.#fail(`unknown type ${idx}`);
  }

  #defined(idx: number): DefinedType {
    return this.#registry.definedType(this.#typeIds[idx] ?? this.#fail(`unknown type ${idx}`));
  }

  #fail(message: string): never {
    throw new ValidationError(message, this.#offset);
  }
}

/** All value types, and packed types, that occur in a composite type. */
function valTypesOf(type: CompositeType): readonly ValType[] {
  switch (type.kind) {
    case "func":
      return [...type.params, ...type.results];
    case "struct":
      return type.fields.map((field: FieldType) => field.type);
    case "array":
      return [type.field.type];
  }
}
