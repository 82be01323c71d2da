// Atomic memory instructions as a part of the interpreter.

import { lowerAtomic } from "./lower/atomic.ts";
import { executeAtomic, executeWait } from "./ops/atomic.ts";
import type { AtomicPart } from "./parts.ts";

export const atomics: AtomicPart = { lower: lowerAtomic, execute: executeAtomic, wait: executeWait };
