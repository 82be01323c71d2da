// Named groups of the root's scripts, by the step of WebAssembly's history that brought them.
// Owns the lists only. Groups overlap and do not cover the suite.

const MVP =
  "address align binary binary-leb128 block br br_if br_table call call_indirect comments const conversions custom " +
  "data elem endianness exports f32 f32_bitwise f32_cmp f64 f64_bitwise f64_cmp fac float_exprs float_literals " +
  "float_memory float_misc forward func func_ptrs global i32 i64 if imports inline-module int_exprs int_literals " +
  "labels left-to-right linking load local_get local_set local_tee loop memory memory_redundancy memory_size " +
  "memory_trap names nop obsolete-keywords return select skip-stack-guard-page stack start store switch table token " +
  "traps type unreachable unreached-invalid unreached-valid unwind utf8-custom-section-id utf8-import-field " +
  "utf8-import-module utf8-invalid-encoding";

const MULTI_MEMORY =
  "address0 address1 align0 binary0 data0 data1 data_drop0 exports0 float_exprs0 float_exprs1 float_memory0 imports0 " +
  "imports1 imports2 imports3 imports4 linking0 linking1 linking2 linking3 load0 load1 load2 memory-multi memory_copy0 " +
  "memory_copy1 memory_fill0 memory_grow memory_init0 memory_size0 memory_size1 memory_size2 memory_size3 " +
  "memory_size_import memory_trap0 memory_trap1 start0 store0 store1 store2 traps0";

const MEMORY64 =
  "address64 align64 binary_leb128_64 bulk64 call_indirect64 endianness64 float_memory64 load64 memory64 " +
  "memory64-imports memory_copy64 memory_fill64 memory_grow64 memory_init64 memory_redundancy64 memory_trap64 table64 " +
  "table_copy64 table_copy_mixed table_fill64 table_get64 table_grow64 table_init64 table_set64 table_size64";

const GC =
  "array array_copy array_fill array_init_data array_init_elem array_new_data array_new_elem binary-gc br_on_cast " +
  "br_on_cast_fail extern i31 ref_cast ref_eq ref_test struct type-subtyping type-rec type-canon";

const LISTS: Readonly<Record<string, string>> = {
  MVP,
  "bulk memory": "bulk memory_copy memory_fill memory_init table-sub table_copy table_fill table_init",
  "table get, set, grow, size": "table_get table_set table_grow table_size",
  "tail calls": "return_call return_call_indirect return_call_ref",
  "multiple memories": MULTI_MEMORY,
  "64-bit memories": MEMORY64,
  "garbage collection": GC,
  exceptions: "tag throw throw_ref try_table",
};

/** Scripts of each group. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = Object.fromEntries([
  ...Object.entries(LISTS).map(
    ([name, list]) => [name, list.split(" ").map((base) => `${base}.wast`)] as const,
  ),
]);

/** Name of the group of all `simd_…` and relaxed SIMD scripts, which are told by their names. */
export function isSimd(file: string): boolean {
  return /^(simd_|relaxed_|i8x16_|i16x8_|i32x4_)/.test(file);
}
