// What a module's definitions take on the heap of the JavaScript engine, in bytes: what `heapBytes` counts while decoding.
// Owns the sizes, measured in V8 without compressed pointers, the validator's part and descriptors included, and rounded up;
// they are the same on every host. What functions become when they are called is counted by the interpreter.

/** Its canonical form included, also where another module has defined the same. */
export const TYPE_BYTES = 560;
export const PARAM_BYTES = 40;
export const FIELD_BYTES = 104;
/** A supertype, or a reference to another type in a field or parameter: a part of the canonical form's key. */
export const SUPERTYPE_BYTES = 24;
export const IMPORT_BYTES = 320;
export const EXPORT_BYTES = 256;
/** With its body, and its name in the name section. */
export const FUNCTION_BYTES = 192;
/** A run of locals of one type. */
export const LOCALS_BYTES = 72;
export const GLOBAL_BYTES = 192;
export const MEMORY_BYTES = 400;
export const TABLE_BYTES = 256;
export const TAG_BYTES = 64;
export const ELEMENT_SEGMENT_BYTES = 192;
/** A function index in an element segment, in an array that grows by half. */
export const ELEMENT_INDEX_BYTES = 12;
/** An expression in an element segment. */
export const ELEMENT_EXPRESSION_BYTES = 56;
export const DATA_SEGMENT_BYTES = 144;
export const CUSTOM_SECTION_BYTES = 80;
/** Of a name, for each UTF-16 unit. */
export const NAME_UNIT_BYTES = 2;
