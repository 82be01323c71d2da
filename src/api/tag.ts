// An exception tag as the embedder sees it.

import type { FuncType } from "../module/types.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import { TagInstance } from "../runtime/tag.ts";
import type { Store } from "./store.ts";
import { parseValType, type ValTypeName, valTypeName } from "./types.ts";

export interface TagOptions {
  /** Types of the payload. */
  readonly params: readonly ValTypeName[];
}

/** An exception tag. Two tags of equal type are different tags. */
export class Tag {
  readonly store: Store;
  /** @internal */
  readonly item: ExternInstance & { readonly kind: "tag" };

  /** @throws TypeError for types that are none */
  constructor(store: Store, options: TagOptions | TagInstance) {
    this.store = store;
    this.item = { kind: "tag", tag: options instanceof TagInstance ? options : makeTag(store, options) };
    store.handles.set(this.item.tag, this);
  }

  /** @internal */
  static handle(store: Store, tag: TagInstance): Tag {
    return (store.handles.get(tag) as Tag | undefined) ?? new Tag(store, tag);
  }

  get params(): readonly ValTypeName[] {
    return this.item.tag.type.params.map(valTypeName);
  }
}

function makeTag(store: Store, options: TagOptions): TagInstance {
  const { registry } = store.engine;
  const typeId = registry.addFuncType(options.params.map(parseValType), []);
  return new TagInstance(typeId, registry.definedType(typeId).composite as FuncType);
}
