// Canonical built-ins of async: which function each is.

import type { MemoryInstance } from "../../../runtime/memory.ts";
import type { RawHostFunction } from "../../../runtime/raw-function.ts";
import type { TableInstance } from "../../../runtime/table.ts";
import { MemoryView } from "../../abi/context.ts";
import type { CanonStep } from "../../model/checked-component.ts";
import { resolveOptions } from "../guest-options.ts";
import type { InstanceState } from "../instance-state.ts";
import { cancelCopy, channelNew, copyBuiltin, dropEnd } from "./stream-builtins.ts";
import { threadBlock, threadIndex, threadNew, threadResumeLater } from "./thread-builtins.ts";
import {
  subtaskCancel,
  subtaskDrop,
  waitableJoin,
  waitableSetDrop,
  waitableSetNew,
  waitableSetPoll,
  waitableSetWait,
} from "./waitable-builtins.ts";

/** `undefined` for what is none. */
export function asyncBuiltin(state: InstanceState, step: CanonStep): RawHostFunction | undefined {
  switch (step.canon) {
    case "waitable-set.new":
      return waitableSetNew(state);
    case "waitable-set.drop":
      return waitableSetDrop(state);
    case "waitable-set.wait":
    case "waitable-set.poll": {
      const memory = new MemoryView(state.coreMemories[step.memory] as MemoryInstance);
      const make = step.canon === "waitable-set.wait" ? waitableSetWait : waitableSetPoll;
      return make({ instance: state, memory }, step.cancellable);
    }
    case "waitable.join":
      return waitableJoin(state);
    case "subtask.drop":
      return subtaskDrop(state);
    case "subtask.cancel":
      return subtaskCancel(state, step.async);
    case "stream.new":
    case "future.new":
      return channelNew(state, step.type);
    case "stream.drop-readable":
    case "future.drop-readable":
      return dropEnd(state, step.type, "readable");
    case "stream.drop-writable":
    case "future.drop-writable":
      return dropEnd(state, step.type, "writable");
    case "stream.read":
    case "future.read":
      return copyBuiltin(state, step.type, "readable", resolveOptions(state, step.options));
    case "stream.write":
    case "future.write":
      return copyBuiltin(state, step.type, "writable", resolveOptions(state, step.options));
    case "stream.cancel-read":
    case "future.cancel-read":
      return cancelCopy(state, step.type, "readable", step.async);
    case "stream.cancel-write":
    case "future.cancel-write":
      return cancelCopy(state, step.type, "writable", step.async);
    case "thread.index":
      return threadIndex(state);
    case "thread.new-indirect":
      return threadNew(state, state.coreTables[step.table] as TableInstance, step.typeId);
    case "thread.resume-later":
      return threadResumeLater(state);
    case "thread.suspend":
    case "thread.yield":
    case "thread.suspend-then-resume":
    case "thread.yield-then-resume":
    case "thread.suspend-then-promote":
    case "thread.yield-then-promote":
      return threadBlock(state, step.canon, step.cancellable);
    default:
      return undefined;
  }
}
