// The classes of a namespace that stand for what modules import and export, and the objects of items.

import type { ExternInstance } from "../runtime/instance.ts";
import { type ExceptionClasses, makeExceptionClasses } from "./exception.ts";
import { type GlobalClass, makeGlobalClass } from "./global.ts";
import { type MemoryClass, makeMemoryClass } from "./memory.ts";
import { type ModuleClass, makeModuleClass } from "./module.ts";
import type { Realm } from "./realm.ts";
import { makeSuspendingClass, type SuspendingClass } from "./suspending.ts";
import { makeTableClass, type TableClass } from "./table.ts";

/** All classes but `Instance`, which needs them. */
export function makeClasses(realm: Realm): Classes {
  return {
    ...makeModuleClass(realm),
    ...makeMemoryClass(realm),
    ...makeTableClass(realm),
    ...makeGlobalClass(realm),
    ...makeExceptionClasses(realm),
    ...makeSuspendingClass(),
  };
}

export type Classes = ModuleClass &
  MemoryClass &
  TableClass &
  GlobalClass &
  ExceptionClasses &
  SuspendingClass;

/** The object of an item; always the same. `index` names a function of the host's. */
export function objectOf(realm: Realm, classes: Classes, item: ExternInstance, index: number): object {
  switch (item.kind) {
    case "func":
      return realm.values.callable(item.func, item.func.code?.funcIdx ?? index);
    case "memory":
      return classes.memoryObject(item.memory);
    case "table":
      return classes.tableObject(item.table);
    case "global":
      return classes.globalObject(item.global);
    case "tag":
      return classes.tagObject(item.tag);
  }
}
