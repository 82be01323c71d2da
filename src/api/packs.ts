// The packs: `import … from "wasmeter/packs"`. Each is what a bundle then has; the entry point `wasmeter` has all.

import { aggregates } from "../interp/aggregates.ts";
import { atomics } from "../interp/atomics.ts";
import { Tier } from "../interp/tree/tier.ts";
import { vectors } from "../interp/vectors.ts";
import { Pack } from "./pack.ts";

export { Pack, type PackName } from "./pack.ts";

/** Vector instructions: the features `simd` and `relaxed-simd`. */
export const simd: Pack = /* @__PURE__ */ new Pack("simd", () => ({ vectors }));

/** Structs, arrays and casts: the features `gc` and `custom-descriptors`. */
export const gc: Pack = /* @__PURE__ */ new Pack("gc", () => ({ aggregates }));

/** Atomic instructions and shared memories: the feature `threads`. */
export const threads: Pack = /* @__PURE__ */ new Pack("threads", () => ({ atomics }));

/**
 * Closure trees for what is hot: three to eight times the speed on Node with its JIT, half as fast again where nothing compiles
 * JavaScript, and nothing elsewhere.
 */
export const trees: Pack = /* @__PURE__ */ new Pack("trees", () => ({ tier: new Tier() }));
