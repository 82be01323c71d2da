// The register file seen as lanes of every width, and what the vector operations agree on. Those that are frequent are not here:
// they are done word by word, by the text of scripts/cases/vector.mjs.
// Knows nothing of frames, memories or fuel.

/**
 * Typed arrays over one register file. A v128 is four lanes of `R`, lowest lane first.
 *
 * All operations of this folder take Int32Array indices: `d` is the destination, `a`, `b`, `c` are operands.
 * Two vectors may be the same but must not overlap in part; a scalar may lie inside the destination.
 * Lowering keeps registers inside their frame, and a frame is entered only if it ends inside the file: so every
 * index that is made of one and a lane is inside too, which `!` tells the compiler here.
 */
export interface VectorViews {
  readonly R: Int32Array;
  readonly F: Float32Array;
  readonly D: Float64Array;
  readonly I8: Int8Array;
  readonly U8: Uint8Array;
  readonly I16: Int16Array;
  readonly U16: Uint16Array;
  readonly U32: Uint32Array;
}

/** Views of a register file; its byte length is a multiple of 8. Throws on a big-endian host. */
export function createVectorViews(buffer: ArrayBufferLike): VectorViews {
  if (new Uint8Array(new Uint16Array([1]).buffer)[0]! !== 1)
    throw new Error("big-endian hosts are not supported");
  return {
    R: new Int32Array(buffer),
    F: new Float32Array(buffer),
    D: new Float64Array(buffer),
    I8: new Int8Array(buffer),
    U8: new Uint8Array(buffer),
    I16: new Int16Array(buffer),
    U16: new Uint16Array(buffer),
    U32: new Uint32Array(buffer),
  };
}
