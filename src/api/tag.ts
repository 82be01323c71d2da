// An exception tag as the embedder sees it.

import { type OptionTable, readOptions, required } from "../checks/options.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import { TagInstance } from "../runtime/tag.ts";
import { inspection, inspectSymbol } from "./inspection.ts";
import { requireStore } from "./require-store.ts";
import type { Store } from "./store.ts";
import { VAL_TYPES, type ValTypeName, valTypeName } from "./types.ts";

export interface TagOptions {
  /** Types of the payload. */
  readonly params: readonly ValTypeName[];
}

const TAG_OPTIONS = { params: /* @__PURE__ */ required(VAL_TYPES) } satisfies OptionTable<TagOptions>;

/** An exception tag. Two tags of equal type are different tags. */
export class Tag {
  readonly store: Store;
  /** @internal */
  readonly item: ExternInstance & { readonly kind: "tag" };

  /** @throws TypeError for types that are none */
  constructor(store: Store, options: TagOptions);
  /** @internal */
  constructor(store: Store, tag: TagInstance);
  constructor(store: Store, given: TagOptions | TagInstance) {
    requireStore(store, "new Tag(store, options)");
    this.store = store;
    this.item = { kind: "tag", tag: given instanceof TagInstance ? given : makeTag(store, given) };
    store.handles.set(this.item.tag, this);
  }

  /** @internal */
  static handle(store: Store, tag: TagInstance): Tag {
    return (store.handles.get(tag) as Tag | undefined) ?? new Tag(store, tag);
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Tag", { params: `[${this.params.join(", ")}]` });
  }

  get params(): readonly ValTypeName[] {
    return this.item.tag.type.params.map(valTypeName);
  }
}

function makeTag(store: Store, options: TagOptions): TagInstance {
  const { registry } = store.engine;
  const typeId = registry.addFuncType([...readOptions("new Tag", options, TAG_OPTIONS).params], []);
  return new TagInstance(typeId, registry.funcType(typeId));
}
