import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { BOUNDED_MODEL, Engine, Global, Linker, Module, OutOfFuelError, Store, Trap } from "wasmeter";
import { createHash } from "node:crypto";
//#region ../src/isa/instructions.ts
/** Binary codes of the types that regular instructions use (spec 5.3.1). */
const TYPE_CODES = {
	i32: 127,
	i64: 126,
	f32: 125,
	f64: 124,
	v128: 123,
	addr: 1
};
/**
* Every instruction, by number. A missing row does not compile.
*
* - Regular rows (with a signature) need nothing but that signature, the checks on their memory
*   immediate (`memArg` or `memory`: it exists, its alignment) and on their lane. Every other index is
*   context: an instruction that carries one is irregular, even where its operands are fixed (`data.drop`).
* - Immediates stand in the order of the binary format, which is not always the text's:
*   `call_indirect` has its type first, `table.init` and `memory.init` their segment.
* - `traps` is true where the instruction itself can trap, be it for want of call stack or GC heap.
* - `feature` is the proposal that introduced the instruction, `undefined` for the MVP's. Where the
*   immediates of an old instruction grew (a memory index, a block type that is a type index), reading
*   them is the decoder's business.
* - A row of class `atomic` that has a `memArg` demands natural alignment; every other access permits less.
*
* To look rows up while decoding use {@link createInstructionLookup}: sparse keys make this a hash table.
*/
const INSTRUCTIONS = /* @__PURE__ */ buildTable();
/** `"i64 i64 -> i64"` as type codes. */
function parseSignature(text) {
	const [params, results] = text.split("->").map((side) => {
		const names = side.trim();
		return names === "" ? [] : names.split(" ").map((name) => TYPE_CODES[name]);
	});
	return {
		params,
		results
	};
}
function makeRow(mnemonic, signature, immediates, cls, { feature, traps = false, lanes = 0, bytes = 0 } = {}) {
	return {
		mnemonic,
		immediates,
		signature,
		feature,
		traps,
		class: cls,
		accessBytes: bytes,
		lanes
	};
}
/** Irregular: typed by a rule of its own. */
function special(cls, mnemonic, immediates, options) {
	return makeRow(mnemonic, void 0, immediates, cls, options);
}
/** Typed by its signature alone. */
function regular(cls, mnemonic, signature, immediates, options) {
	return makeRow(mnemonic, parseSignature(signature), immediates, cls, options);
}
function integer(mnemonic, signature, options) {
	return regular("integer", mnemonic, signature, [], options);
}
function float(mnemonic, signature) {
	return regular("float", mnemonic, signature, []);
}
function conversion(mnemonic, signature, options) {
	return regular("conversion", mnemonic, signature, [], options);
}
function constant(mnemonic, signature, immediate, options) {
	return regular("constant", mnemonic, signature, [immediate], options);
}
function load(mnemonic, signature, bytes, options) {
	return regular("load", mnemonic, signature, ["memArg"], {
		...options,
		bytes,
		traps: true
	});
}
function store(mnemonic, signature, bytes, options) {
	return regular("store", mnemonic, signature, ["memArg"], {
		...options,
		bytes,
		traps: true
	});
}
function vector$1(mnemonic, signature) {
	return regular("vector", mnemonic, signature, [], { feature: "simd" });
}
function relaxed(mnemonic, signature) {
	return regular("vector", mnemonic, signature, [], { feature: "relaxed-simd" });
}
function lane(mnemonic, signature, lanes) {
	return regular("vector", mnemonic, signature, ["lane"], {
		lanes,
		feature: "simd"
	});
}
function laneAccess(cls, mnemonic, signature, bytes) {
	return regular(cls, mnemonic, signature, ["memArg", "lane"], {
		lanes: 16 / bytes,
		bytes,
		feature: "simd",
		traps: true
	});
}
function atomic(mnemonic, signature, bytes) {
	return regular("atomic", mnemonic, signature, ["memArg"], {
		bytes,
		feature: "threads",
		traps: true
	});
}
function buildTable() {
	return {
		[0]: special("control", "unreachable", [], { traps: true }),
		[1]: regular("control", "nop", "->", []),
		[2]: special("control", "block", ["blockType"]),
		[3]: special("control", "loop", ["blockType"]),
		[4]: special("control", "if", ["blockType"]),
		[5]: special("control", "else", []),
		[11]: special("control", "end", []),
		[12]: special("control", "br", ["label"]),
		[13]: special("control", "br_if", ["label"]),
		[14]: special("control", "br_table", ["labelTable"]),
		[15]: special("control", "return", []),
		[16]: special("call", "call", ["func"], { traps: true }),
		[17]: special("call", "call_indirect", ["type", "table2"], { traps: true }),
		[18]: special("call", "return_call", ["func"], {
			feature: "tail-call",
			traps: true
		}),
		[19]: special("call", "return_call_indirect", ["type", "table2"], {
			feature: "tail-call",
			traps: true
		}),
		[20]: special("call", "call_ref", ["type"], {
			feature: "function-references",
			traps: true
		}),
		[21]: special("call", "return_call_ref", ["type"], {
			feature: "function-references",
			traps: true
		}),
		[6]: special("exception", "try", ["blockType"], { feature: "legacy-exceptions" }),
		[7]: special("exception", "catch", ["tag"], { feature: "legacy-exceptions" }),
		[8]: special("exception", "throw", ["tag"], { feature: "exceptions" }),
		[9]: special("exception", "rethrow", ["label"], { feature: "legacy-exceptions" }),
		[10]: special("exception", "throw_ref", [], {
			feature: "exceptions",
			traps: true
		}),
		[24]: special("exception", "delegate", ["label"], { feature: "legacy-exceptions" }),
		[25]: special("exception", "catch_all", [], { feature: "legacy-exceptions" }),
		[31]: special("exception", "try_table", ["blockType", "catches"], { feature: "exceptions" }),
		[26]: special("parametric", "drop", []),
		[27]: special("parametric", "select", []),
		[28]: special("parametric", "select", ["valTypes"], { feature: "reference-types" }),
		[32]: special("variable", "local.get", ["local"]),
		[33]: special("variable", "local.set", ["local"]),
		[34]: special("variable", "local.tee", ["local"]),
		[35]: special("variable", "global.get", ["global"]),
		[36]: special("variable", "global.set", ["global"]),
		[37]: special("table", "table.get", ["table"], {
			feature: "reference-types",
			traps: true
		}),
		[38]: special("table", "table.set", ["table"], {
			feature: "reference-types",
			traps: true
		}),
		[1032204]: special("table", "table.init", ["elem", "table2"], {
			feature: "bulk-memory",
			traps: true
		}),
		[1032205]: special("table", "elem.drop", ["elem"], { feature: "bulk-memory" }),
		[1032206]: special("table", "table.copy", ["table", "table2"], {
			feature: "bulk-memory",
			traps: true
		}),
		[1032207]: special("table", "table.grow", ["table"], { feature: "reference-types" }),
		[1032208]: special("table", "table.size", ["table"], { feature: "reference-types" }),
		[1032209]: special("table", "table.fill", ["table"], {
			feature: "reference-types",
			traps: true
		}),
		[40]: load("i32.load", "addr -> i32", 4),
		[41]: load("i64.load", "addr -> i64", 8),
		[42]: load("f32.load", "addr -> f32", 4),
		[43]: load("f64.load", "addr -> f64", 8),
		[44]: load("i32.load8_s", "addr -> i32", 1),
		[45]: load("i32.load8_u", "addr -> i32", 1),
		[46]: load("i32.load16_s", "addr -> i32", 2),
		[47]: load("i32.load16_u", "addr -> i32", 2),
		[48]: load("i64.load8_s", "addr -> i64", 1),
		[49]: load("i64.load8_u", "addr -> i64", 1),
		[50]: load("i64.load16_s", "addr -> i64", 2),
		[51]: load("i64.load16_u", "addr -> i64", 2),
		[52]: load("i64.load32_s", "addr -> i64", 4),
		[53]: load("i64.load32_u", "addr -> i64", 4),
		[54]: store("i32.store", "addr i32 ->", 4),
		[55]: store("i64.store", "addr i64 ->", 8),
		[56]: store("f32.store", "addr f32 ->", 4),
		[57]: store("f64.store", "addr f64 ->", 8),
		[58]: store("i32.store8", "addr i32 ->", 1),
		[59]: store("i32.store16", "addr i32 ->", 2),
		[60]: store("i64.store8", "addr i64 ->", 1),
		[61]: store("i64.store16", "addr i64 ->", 2),
		[62]: store("i64.store32", "addr i64 ->", 4),
		[63]: regular("memory", "memory.size", "-> addr", ["memory"]),
		[64]: regular("memory", "memory.grow", "addr -> addr", ["memory"]),
		[1032200]: special("memory", "memory.init", ["data", "memory2"], {
			feature: "bulk-memory",
			traps: true
		}),
		[1032201]: special("memory", "data.drop", ["data"], { feature: "bulk-memory" }),
		[1032202]: special("memory", "memory.copy", ["memory", "memory2"], {
			feature: "bulk-memory",
			traps: true
		}),
		[1032203]: regular("memory", "memory.fill", "addr i32 addr ->", ["memory"], {
			feature: "bulk-memory",
			traps: true
		}),
		[65]: constant("i32.const", "-> i32", "i32"),
		[66]: constant("i64.const", "-> i64", "i64"),
		[67]: constant("f32.const", "-> f32", "f32"),
		[68]: constant("f64.const", "-> f64", "f64"),
		[69]: integer("i32.eqz", "i32 -> i32"),
		[70]: integer("i32.eq", "i32 i32 -> i32"),
		[71]: integer("i32.ne", "i32 i32 -> i32"),
		[72]: integer("i32.lt_s", "i32 i32 -> i32"),
		[73]: integer("i32.lt_u", "i32 i32 -> i32"),
		[74]: integer("i32.gt_s", "i32 i32 -> i32"),
		[75]: integer("i32.gt_u", "i32 i32 -> i32"),
		[76]: integer("i32.le_s", "i32 i32 -> i32"),
		[77]: integer("i32.le_u", "i32 i32 -> i32"),
		[78]: integer("i32.ge_s", "i32 i32 -> i32"),
		[79]: integer("i32.ge_u", "i32 i32 -> i32"),
		[103]: integer("i32.clz", "i32 -> i32"),
		[104]: integer("i32.ctz", "i32 -> i32"),
		[105]: integer("i32.popcnt", "i32 -> i32"),
		[106]: integer("i32.add", "i32 i32 -> i32"),
		[107]: integer("i32.sub", "i32 i32 -> i32"),
		[108]: integer("i32.mul", "i32 i32 -> i32"),
		[109]: integer("i32.div_s", "i32 i32 -> i32", { traps: true }),
		[110]: integer("i32.div_u", "i32 i32 -> i32", { traps: true }),
		[111]: integer("i32.rem_s", "i32 i32 -> i32", { traps: true }),
		[112]: integer("i32.rem_u", "i32 i32 -> i32", { traps: true }),
		[113]: integer("i32.and", "i32 i32 -> i32"),
		[114]: integer("i32.or", "i32 i32 -> i32"),
		[115]: integer("i32.xor", "i32 i32 -> i32"),
		[116]: integer("i32.shl", "i32 i32 -> i32"),
		[117]: integer("i32.shr_s", "i32 i32 -> i32"),
		[118]: integer("i32.shr_u", "i32 i32 -> i32"),
		[119]: integer("i32.rotl", "i32 i32 -> i32"),
		[120]: integer("i32.rotr", "i32 i32 -> i32"),
		[192]: integer("i32.extend8_s", "i32 -> i32", { feature: "sign-extension" }),
		[193]: integer("i32.extend16_s", "i32 -> i32", { feature: "sign-extension" }),
		[80]: integer("i64.eqz", "i64 -> i32"),
		[81]: integer("i64.eq", "i64 i64 -> i32"),
		[82]: integer("i64.ne", "i64 i64 -> i32"),
		[83]: integer("i64.lt_s", "i64 i64 -> i32"),
		[84]: integer("i64.lt_u", "i64 i64 -> i32"),
		[85]: integer("i64.gt_s", "i64 i64 -> i32"),
		[86]: integer("i64.gt_u", "i64 i64 -> i32"),
		[87]: integer("i64.le_s", "i64 i64 -> i32"),
		[88]: integer("i64.le_u", "i64 i64 -> i32"),
		[89]: integer("i64.ge_s", "i64 i64 -> i32"),
		[90]: integer("i64.ge_u", "i64 i64 -> i32"),
		[121]: integer("i64.clz", "i64 -> i64"),
		[122]: integer("i64.ctz", "i64 -> i64"),
		[123]: integer("i64.popcnt", "i64 -> i64"),
		[124]: integer("i64.add", "i64 i64 -> i64"),
		[125]: integer("i64.sub", "i64 i64 -> i64"),
		[126]: integer("i64.mul", "i64 i64 -> i64"),
		[127]: integer("i64.div_s", "i64 i64 -> i64", { traps: true }),
		[128]: integer("i64.div_u", "i64 i64 -> i64", { traps: true }),
		[129]: integer("i64.rem_s", "i64 i64 -> i64", { traps: true }),
		[130]: integer("i64.rem_u", "i64 i64 -> i64", { traps: true }),
		[131]: integer("i64.and", "i64 i64 -> i64"),
		[132]: integer("i64.or", "i64 i64 -> i64"),
		[133]: integer("i64.xor", "i64 i64 -> i64"),
		[134]: integer("i64.shl", "i64 i64 -> i64"),
		[135]: integer("i64.shr_s", "i64 i64 -> i64"),
		[136]: integer("i64.shr_u", "i64 i64 -> i64"),
		[137]: integer("i64.rotl", "i64 i64 -> i64"),
		[138]: integer("i64.rotr", "i64 i64 -> i64"),
		[194]: integer("i64.extend8_s", "i64 -> i64", { feature: "sign-extension" }),
		[195]: integer("i64.extend16_s", "i64 -> i64", { feature: "sign-extension" }),
		[196]: integer("i64.extend32_s", "i64 -> i64", { feature: "sign-extension" }),
		[91]: float("f32.eq", "f32 f32 -> i32"),
		[92]: float("f32.ne", "f32 f32 -> i32"),
		[93]: float("f32.lt", "f32 f32 -> i32"),
		[94]: float("f32.gt", "f32 f32 -> i32"),
		[95]: float("f32.le", "f32 f32 -> i32"),
		[96]: float("f32.ge", "f32 f32 -> i32"),
		[139]: float("f32.abs", "f32 -> f32"),
		[140]: float("f32.neg", "f32 -> f32"),
		[141]: float("f32.ceil", "f32 -> f32"),
		[142]: float("f32.floor", "f32 -> f32"),
		[143]: float("f32.trunc", "f32 -> f32"),
		[144]: float("f32.nearest", "f32 -> f32"),
		[145]: float("f32.sqrt", "f32 -> f32"),
		[146]: float("f32.add", "f32 f32 -> f32"),
		[147]: float("f32.sub", "f32 f32 -> f32"),
		[148]: float("f32.mul", "f32 f32 -> f32"),
		[149]: float("f32.div", "f32 f32 -> f32"),
		[150]: float("f32.min", "f32 f32 -> f32"),
		[151]: float("f32.max", "f32 f32 -> f32"),
		[152]: float("f32.copysign", "f32 f32 -> f32"),
		[97]: float("f64.eq", "f64 f64 -> i32"),
		[98]: float("f64.ne", "f64 f64 -> i32"),
		[99]: float("f64.lt", "f64 f64 -> i32"),
		[100]: float("f64.gt", "f64 f64 -> i32"),
		[101]: float("f64.le", "f64 f64 -> i32"),
		[102]: float("f64.ge", "f64 f64 -> i32"),
		[153]: float("f64.abs", "f64 -> f64"),
		[154]: float("f64.neg", "f64 -> f64"),
		[155]: float("f64.ceil", "f64 -> f64"),
		[156]: float("f64.floor", "f64 -> f64"),
		[157]: float("f64.trunc", "f64 -> f64"),
		[158]: float("f64.nearest", "f64 -> f64"),
		[159]: float("f64.sqrt", "f64 -> f64"),
		[160]: float("f64.add", "f64 f64 -> f64"),
		[161]: float("f64.sub", "f64 f64 -> f64"),
		[162]: float("f64.mul", "f64 f64 -> f64"),
		[163]: float("f64.div", "f64 f64 -> f64"),
		[164]: float("f64.min", "f64 f64 -> f64"),
		[165]: float("f64.max", "f64 f64 -> f64"),
		[166]: float("f64.copysign", "f64 f64 -> f64"),
		[167]: conversion("i32.wrap_i64", "i64 -> i32"),
		[168]: conversion("i32.trunc_f32_s", "f32 -> i32", { traps: true }),
		[169]: conversion("i32.trunc_f32_u", "f32 -> i32", { traps: true }),
		[170]: conversion("i32.trunc_f64_s", "f64 -> i32", { traps: true }),
		[171]: conversion("i32.trunc_f64_u", "f64 -> i32", { traps: true }),
		[172]: conversion("i64.extend_i32_s", "i32 -> i64"),
		[173]: conversion("i64.extend_i32_u", "i32 -> i64"),
		[174]: conversion("i64.trunc_f32_s", "f32 -> i64", { traps: true }),
		[175]: conversion("i64.trunc_f32_u", "f32 -> i64", { traps: true }),
		[176]: conversion("i64.trunc_f64_s", "f64 -> i64", { traps: true }),
		[177]: conversion("i64.trunc_f64_u", "f64 -> i64", { traps: true }),
		[178]: conversion("f32.convert_i32_s", "i32 -> f32"),
		[179]: conversion("f32.convert_i32_u", "i32 -> f32"),
		[180]: conversion("f32.convert_i64_s", "i64 -> f32"),
		[181]: conversion("f32.convert_i64_u", "i64 -> f32"),
		[182]: conversion("f32.demote_f64", "f64 -> f32"),
		[183]: conversion("f64.convert_i32_s", "i32 -> f64"),
		[184]: conversion("f64.convert_i32_u", "i32 -> f64"),
		[185]: conversion("f64.convert_i64_s", "i64 -> f64"),
		[186]: conversion("f64.convert_i64_u", "i64 -> f64"),
		[187]: conversion("f64.promote_f32", "f32 -> f64"),
		[188]: conversion("i32.reinterpret_f32", "f32 -> i32"),
		[189]: conversion("i64.reinterpret_f64", "f64 -> i64"),
		[190]: conversion("f32.reinterpret_i32", "i32 -> f32"),
		[191]: conversion("f64.reinterpret_i64", "i64 -> f64"),
		[1032192]: conversion("i32.trunc_sat_f32_s", "f32 -> i32", { feature: "saturating-float-to-int" }),
		[1032193]: conversion("i32.trunc_sat_f32_u", "f32 -> i32", { feature: "saturating-float-to-int" }),
		[1032194]: conversion("i32.trunc_sat_f64_s", "f64 -> i32", { feature: "saturating-float-to-int" }),
		[1032195]: conversion("i32.trunc_sat_f64_u", "f64 -> i32", { feature: "saturating-float-to-int" }),
		[1032196]: conversion("i64.trunc_sat_f32_s", "f32 -> i64", { feature: "saturating-float-to-int" }),
		[1032197]: conversion("i64.trunc_sat_f32_u", "f32 -> i64", { feature: "saturating-float-to-int" }),
		[1032198]: conversion("i64.trunc_sat_f64_s", "f64 -> i64", { feature: "saturating-float-to-int" }),
		[1032199]: conversion("i64.trunc_sat_f64_u", "f64 -> i64", { feature: "saturating-float-to-int" }),
		[1032211]: integer("i64.add128", "i64 i64 i64 i64 -> i64 i64", { feature: "wide-arithmetic" }),
		[1032212]: integer("i64.sub128", "i64 i64 i64 i64 -> i64 i64", { feature: "wide-arithmetic" }),
		[1032213]: integer("i64.mul_wide_s", "i64 i64 -> i64 i64", { feature: "wide-arithmetic" }),
		[1032214]: integer("i64.mul_wide_u", "i64 i64 -> i64 i64", { feature: "wide-arithmetic" }),
		[208]: special("reference", "ref.null", ["heapType"], { feature: "reference-types" }),
		[209]: special("reference", "ref.is_null", [], { feature: "reference-types" }),
		[210]: special("reference", "ref.func", ["func"], { feature: "reference-types" }),
		[211]: special("reference", "ref.eq", [], { feature: "gc" }),
		[212]: special("reference", "ref.as_non_null", [], {
			feature: "function-references",
			traps: true
		}),
		[213]: special("control", "br_on_null", ["label"], { feature: "function-references" }),
		[214]: special("control", "br_on_non_null", ["label"], { feature: "function-references" }),
		[1028116]: special("reference", "ref.test", ["heapType"], { feature: "gc" }),
		[1028117]: special("reference", "ref.test", ["heapType"], { feature: "gc" }),
		[1028118]: special("reference", "ref.cast", ["heapType"], {
			feature: "gc",
			traps: true
		}),
		[1028119]: special("reference", "ref.cast", ["heapType"], {
			feature: "gc",
			traps: true
		}),
		[1028120]: special("control", "br_on_cast", ["castFlags"], { feature: "gc" }),
		[1028121]: special("control", "br_on_cast_fail", ["castFlags"], { feature: "gc" }),
		[1028122]: special("reference", "any.convert_extern", [], { feature: "gc" }),
		[1028123]: special("reference", "extern.convert_any", [], { feature: "gc" }),
		[1028096]: special("aggregate", "struct.new", ["type"], {
			feature: "gc",
			traps: true
		}),
		[1028097]: special("aggregate", "struct.new_default", ["type"], {
			feature: "gc",
			traps: true
		}),
		[1028098]: special("aggregate", "struct.get", ["type", "field"], {
			feature: "gc",
			traps: true
		}),
		[1028099]: special("aggregate", "struct.get_s", ["type", "field"], {
			feature: "gc",
			traps: true
		}),
		[1028100]: special("aggregate", "struct.get_u", ["type", "field"], {
			feature: "gc",
			traps: true
		}),
		[1028101]: special("aggregate", "struct.set", ["type", "field"], {
			feature: "gc",
			traps: true
		}),
		[1028102]: special("aggregate", "array.new", ["type"], {
			feature: "gc",
			traps: true
		}),
		[1028103]: special("aggregate", "array.new_default", ["type"], {
			feature: "gc",
			traps: true
		}),
		[1028104]: special("aggregate", "array.new_fixed", ["type", "count2"], {
			feature: "gc",
			traps: true
		}),
		[1028105]: special("aggregate", "array.new_data", ["type", "data2"], {
			feature: "gc",
			traps: true
		}),
		[1028106]: special("aggregate", "array.new_elem", ["type", "elem2"], {
			feature: "gc",
			traps: true
		}),
		[1028107]: special("aggregate", "array.get", ["type"], {
			feature: "gc",
			traps: true
		}),
		[1028108]: special("aggregate", "array.get_s", ["type"], {
			feature: "gc",
			traps: true
		}),
		[1028109]: special("aggregate", "array.get_u", ["type"], {
			feature: "gc",
			traps: true
		}),
		[1028110]: special("aggregate", "array.set", ["type"], {
			feature: "gc",
			traps: true
		}),
		[1028111]: special("aggregate", "array.len", [], {
			feature: "gc",
			traps: true
		}),
		[1028112]: special("aggregate", "array.fill", ["type"], {
			feature: "gc",
			traps: true
		}),
		[1028113]: special("aggregate", "array.copy", ["type", "type2"], {
			feature: "gc",
			traps: true
		}),
		[1028114]: special("aggregate", "array.init_data", ["type", "data2"], {
			feature: "gc",
			traps: true
		}),
		[1028115]: special("aggregate", "array.init_elem", ["type", "elem2"], {
			feature: "gc",
			traps: true
		}),
		[1028124]: special("aggregate", "ref.i31", [], { feature: "gc" }),
		[1028125]: special("aggregate", "i31.get_s", [], {
			feature: "gc",
			traps: true
		}),
		[1028126]: special("aggregate", "i31.get_u", [], {
			feature: "gc",
			traps: true
		}),
		[1028128]: special("aggregate", "struct.new_desc", ["type"], {
			feature: "custom-descriptors",
			traps: true
		}),
		[1028129]: special("aggregate", "struct.new_default_desc", ["type"], {
			feature: "custom-descriptors",
			traps: true
		}),
		[1028130]: special("reference", "ref.get_desc", ["type"], {
			feature: "custom-descriptors",
			traps: true
		}),
		[1028131]: special("reference", "ref.cast_desc_eq", ["heapType"], {
			feature: "custom-descriptors",
			traps: true
		}),
		[1028132]: special("reference", "ref.cast_desc_eq", ["heapType"], {
			feature: "custom-descriptors",
			traps: true
		}),
		[1028133]: special("control", "br_on_cast_desc_eq", ["castFlags"], {
			feature: "custom-descriptors",
			traps: true
		}),
		[1028134]: special("control", "br_on_cast_desc_eq_fail", ["castFlags"], {
			feature: "custom-descriptors",
			traps: true
		}),
		[1036288]: load("v128.load", "addr -> v128", 16, { feature: "simd" }),
		[1036289]: load("v128.load8x8_s", "addr -> v128", 8, { feature: "simd" }),
		[1036290]: load("v128.load8x8_u", "addr -> v128", 8, { feature: "simd" }),
		[1036291]: load("v128.load16x4_s", "addr -> v128", 8, { feature: "simd" }),
		[1036292]: load("v128.load16x4_u", "addr -> v128", 8, { feature: "simd" }),
		[1036293]: load("v128.load32x2_s", "addr -> v128", 8, { feature: "simd" }),
		[1036294]: load("v128.load32x2_u", "addr -> v128", 8, { feature: "simd" }),
		[1036295]: load("v128.load8_splat", "addr -> v128", 1, { feature: "simd" }),
		[1036296]: load("v128.load16_splat", "addr -> v128", 2, { feature: "simd" }),
		[1036297]: load("v128.load32_splat", "addr -> v128", 4, { feature: "simd" }),
		[1036298]: load("v128.load64_splat", "addr -> v128", 8, { feature: "simd" }),
		[1036299]: store("v128.store", "addr v128 ->", 16, { feature: "simd" }),
		[1036300]: constant("v128.const", "-> v128", "v128", { feature: "simd" }),
		[1036372]: laneAccess("load", "v128.load8_lane", "addr v128 -> v128", 1),
		[1036373]: laneAccess("load", "v128.load16_lane", "addr v128 -> v128", 2),
		[1036374]: laneAccess("load", "v128.load32_lane", "addr v128 -> v128", 4),
		[1036375]: laneAccess("load", "v128.load64_lane", "addr v128 -> v128", 8),
		[1036376]: laneAccess("store", "v128.store8_lane", "addr v128 ->", 1),
		[1036377]: laneAccess("store", "v128.store16_lane", "addr v128 ->", 2),
		[1036378]: laneAccess("store", "v128.store32_lane", "addr v128 ->", 4),
		[1036379]: laneAccess("store", "v128.store64_lane", "addr v128 ->", 8),
		[1036380]: load("v128.load32_zero", "addr -> v128", 4, { feature: "simd" }),
		[1036381]: load("v128.load64_zero", "addr -> v128", 8, { feature: "simd" }),
		[1036301]: regular("vector", "i8x16.shuffle", "v128 v128 -> v128", ["shuffle"], {
			lanes: 32,
			feature: "simd"
		}),
		[1036302]: vector$1("i8x16.swizzle", "v128 v128 -> v128"),
		[1036303]: vector$1("i8x16.splat", "i32 -> v128"),
		[1036304]: vector$1("i16x8.splat", "i32 -> v128"),
		[1036305]: vector$1("i32x4.splat", "i32 -> v128"),
		[1036306]: vector$1("i64x2.splat", "i64 -> v128"),
		[1036307]: vector$1("f32x4.splat", "f32 -> v128"),
		[1036308]: vector$1("f64x2.splat", "f64 -> v128"),
		[1036309]: lane("i8x16.extract_lane_s", "v128 -> i32", 16),
		[1036310]: lane("i8x16.extract_lane_u", "v128 -> i32", 16),
		[1036311]: lane("i8x16.replace_lane", "v128 i32 -> v128", 16),
		[1036312]: lane("i16x8.extract_lane_s", "v128 -> i32", 8),
		[1036313]: lane("i16x8.extract_lane_u", "v128 -> i32", 8),
		[1036314]: lane("i16x8.replace_lane", "v128 i32 -> v128", 8),
		[1036315]: lane("i32x4.extract_lane", "v128 -> i32", 4),
		[1036316]: lane("i32x4.replace_lane", "v128 i32 -> v128", 4),
		[1036317]: lane("i64x2.extract_lane", "v128 -> i64", 2),
		[1036318]: lane("i64x2.replace_lane", "v128 i64 -> v128", 2),
		[1036319]: lane("f32x4.extract_lane", "v128 -> f32", 4),
		[1036320]: lane("f32x4.replace_lane", "v128 f32 -> v128", 4),
		[1036321]: lane("f64x2.extract_lane", "v128 -> f64", 2),
		[1036322]: lane("f64x2.replace_lane", "v128 f64 -> v128", 2),
		[1036323]: vector$1("i8x16.eq", "v128 v128 -> v128"),
		[1036324]: vector$1("i8x16.ne", "v128 v128 -> v128"),
		[1036325]: vector$1("i8x16.lt_s", "v128 v128 -> v128"),
		[1036326]: vector$1("i8x16.lt_u", "v128 v128 -> v128"),
		[1036327]: vector$1("i8x16.gt_s", "v128 v128 -> v128"),
		[1036328]: vector$1("i8x16.gt_u", "v128 v128 -> v128"),
		[1036329]: vector$1("i8x16.le_s", "v128 v128 -> v128"),
		[1036330]: vector$1("i8x16.le_u", "v128 v128 -> v128"),
		[1036331]: vector$1("i8x16.ge_s", "v128 v128 -> v128"),
		[1036332]: vector$1("i8x16.ge_u", "v128 v128 -> v128"),
		[1036333]: vector$1("i16x8.eq", "v128 v128 -> v128"),
		[1036334]: vector$1("i16x8.ne", "v128 v128 -> v128"),
		[1036335]: vector$1("i16x8.lt_s", "v128 v128 -> v128"),
		[1036336]: vector$1("i16x8.lt_u", "v128 v128 -> v128"),
		[1036337]: vector$1("i16x8.gt_s", "v128 v128 -> v128"),
		[1036338]: vector$1("i16x8.gt_u", "v128 v128 -> v128"),
		[1036339]: vector$1("i16x8.le_s", "v128 v128 -> v128"),
		[1036340]: vector$1("i16x8.le_u", "v128 v128 -> v128"),
		[1036341]: vector$1("i16x8.ge_s", "v128 v128 -> v128"),
		[1036342]: vector$1("i16x8.ge_u", "v128 v128 -> v128"),
		[1036343]: vector$1("i32x4.eq", "v128 v128 -> v128"),
		[1036344]: vector$1("i32x4.ne", "v128 v128 -> v128"),
		[1036345]: vector$1("i32x4.lt_s", "v128 v128 -> v128"),
		[1036346]: vector$1("i32x4.lt_u", "v128 v128 -> v128"),
		[1036347]: vector$1("i32x4.gt_s", "v128 v128 -> v128"),
		[1036348]: vector$1("i32x4.gt_u", "v128 v128 -> v128"),
		[1036349]: vector$1("i32x4.le_s", "v128 v128 -> v128"),
		[1036350]: vector$1("i32x4.le_u", "v128 v128 -> v128"),
		[1036351]: vector$1("i32x4.ge_s", "v128 v128 -> v128"),
		[1036352]: vector$1("i32x4.ge_u", "v128 v128 -> v128"),
		[1036353]: vector$1("f32x4.eq", "v128 v128 -> v128"),
		[1036354]: vector$1("f32x4.ne", "v128 v128 -> v128"),
		[1036355]: vector$1("f32x4.lt", "v128 v128 -> v128"),
		[1036356]: vector$1("f32x4.gt", "v128 v128 -> v128"),
		[1036357]: vector$1("f32x4.le", "v128 v128 -> v128"),
		[1036358]: vector$1("f32x4.ge", "v128 v128 -> v128"),
		[1036359]: vector$1("f64x2.eq", "v128 v128 -> v128"),
		[1036360]: vector$1("f64x2.ne", "v128 v128 -> v128"),
		[1036361]: vector$1("f64x2.lt", "v128 v128 -> v128"),
		[1036362]: vector$1("f64x2.gt", "v128 v128 -> v128"),
		[1036363]: vector$1("f64x2.le", "v128 v128 -> v128"),
		[1036364]: vector$1("f64x2.ge", "v128 v128 -> v128"),
		[1036502]: vector$1("i64x2.eq", "v128 v128 -> v128"),
		[1036503]: vector$1("i64x2.ne", "v128 v128 -> v128"),
		[1036504]: vector$1("i64x2.lt_s", "v128 v128 -> v128"),
		[1036505]: vector$1("i64x2.gt_s", "v128 v128 -> v128"),
		[1036506]: vector$1("i64x2.le_s", "v128 v128 -> v128"),
		[1036507]: vector$1("i64x2.ge_s", "v128 v128 -> v128"),
		[1036365]: vector$1("v128.not", "v128 -> v128"),
		[1036366]: vector$1("v128.and", "v128 v128 -> v128"),
		[1036367]: vector$1("v128.andnot", "v128 v128 -> v128"),
		[1036368]: vector$1("v128.or", "v128 v128 -> v128"),
		[1036369]: vector$1("v128.xor", "v128 v128 -> v128"),
		[1036370]: vector$1("v128.bitselect", "v128 v128 v128 -> v128"),
		[1036371]: vector$1("v128.any_true", "v128 -> i32"),
		[1036384]: vector$1("i8x16.abs", "v128 -> v128"),
		[1036385]: vector$1("i8x16.neg", "v128 -> v128"),
		[1036386]: vector$1("i8x16.popcnt", "v128 -> v128"),
		[1036387]: vector$1("i8x16.all_true", "v128 -> i32"),
		[1036388]: vector$1("i8x16.bitmask", "v128 -> i32"),
		[1036389]: vector$1("i8x16.narrow_i16x8_s", "v128 v128 -> v128"),
		[1036390]: vector$1("i8x16.narrow_i16x8_u", "v128 v128 -> v128"),
		[1036395]: vector$1("i8x16.shl", "v128 i32 -> v128"),
		[1036396]: vector$1("i8x16.shr_s", "v128 i32 -> v128"),
		[1036397]: vector$1("i8x16.shr_u", "v128 i32 -> v128"),
		[1036398]: vector$1("i8x16.add", "v128 v128 -> v128"),
		[1036399]: vector$1("i8x16.add_sat_s", "v128 v128 -> v128"),
		[1036400]: vector$1("i8x16.add_sat_u", "v128 v128 -> v128"),
		[1036401]: vector$1("i8x16.sub", "v128 v128 -> v128"),
		[1036402]: vector$1("i8x16.sub_sat_s", "v128 v128 -> v128"),
		[1036403]: vector$1("i8x16.sub_sat_u", "v128 v128 -> v128"),
		[1036406]: vector$1("i8x16.min_s", "v128 v128 -> v128"),
		[1036407]: vector$1("i8x16.min_u", "v128 v128 -> v128"),
		[1036408]: vector$1("i8x16.max_s", "v128 v128 -> v128"),
		[1036409]: vector$1("i8x16.max_u", "v128 v128 -> v128"),
		[1036411]: vector$1("i8x16.avgr_u", "v128 v128 -> v128"),
		[1036412]: vector$1("i16x8.extadd_pairwise_i8x16_s", "v128 -> v128"),
		[1036413]: vector$1("i16x8.extadd_pairwise_i8x16_u", "v128 -> v128"),
		[1036416]: vector$1("i16x8.abs", "v128 -> v128"),
		[1036417]: vector$1("i16x8.neg", "v128 -> v128"),
		[1036418]: vector$1("i16x8.q15mulr_sat_s", "v128 v128 -> v128"),
		[1036419]: vector$1("i16x8.all_true", "v128 -> i32"),
		[1036420]: vector$1("i16x8.bitmask", "v128 -> i32"),
		[1036421]: vector$1("i16x8.narrow_i32x4_s", "v128 v128 -> v128"),
		[1036422]: vector$1("i16x8.narrow_i32x4_u", "v128 v128 -> v128"),
		[1036423]: vector$1("i16x8.extend_low_i8x16_s", "v128 -> v128"),
		[1036424]: vector$1("i16x8.extend_high_i8x16_s", "v128 -> v128"),
		[1036425]: vector$1("i16x8.extend_low_i8x16_u", "v128 -> v128"),
		[1036426]: vector$1("i16x8.extend_high_i8x16_u", "v128 -> v128"),
		[1036427]: vector$1("i16x8.shl", "v128 i32 -> v128"),
		[1036428]: vector$1("i16x8.shr_s", "v128 i32 -> v128"),
		[1036429]: vector$1("i16x8.shr_u", "v128 i32 -> v128"),
		[1036430]: vector$1("i16x8.add", "v128 v128 -> v128"),
		[1036431]: vector$1("i16x8.add_sat_s", "v128 v128 -> v128"),
		[1036432]: vector$1("i16x8.add_sat_u", "v128 v128 -> v128"),
		[1036433]: vector$1("i16x8.sub", "v128 v128 -> v128"),
		[1036434]: vector$1("i16x8.sub_sat_s", "v128 v128 -> v128"),
		[1036435]: vector$1("i16x8.sub_sat_u", "v128 v128 -> v128"),
		[1036437]: vector$1("i16x8.mul", "v128 v128 -> v128"),
		[1036438]: vector$1("i16x8.min_s", "v128 v128 -> v128"),
		[1036439]: vector$1("i16x8.min_u", "v128 v128 -> v128"),
		[1036440]: vector$1("i16x8.max_s", "v128 v128 -> v128"),
		[1036441]: vector$1("i16x8.max_u", "v128 v128 -> v128"),
		[1036443]: vector$1("i16x8.avgr_u", "v128 v128 -> v128"),
		[1036444]: vector$1("i16x8.extmul_low_i8x16_s", "v128 v128 -> v128"),
		[1036445]: vector$1("i16x8.extmul_high_i8x16_s", "v128 v128 -> v128"),
		[1036446]: vector$1("i16x8.extmul_low_i8x16_u", "v128 v128 -> v128"),
		[1036447]: vector$1("i16x8.extmul_high_i8x16_u", "v128 v128 -> v128"),
		[1036414]: vector$1("i32x4.extadd_pairwise_i16x8_s", "v128 -> v128"),
		[1036415]: vector$1("i32x4.extadd_pairwise_i16x8_u", "v128 -> v128"),
		[1036448]: vector$1("i32x4.abs", "v128 -> v128"),
		[1036449]: vector$1("i32x4.neg", "v128 -> v128"),
		[1036451]: vector$1("i32x4.all_true", "v128 -> i32"),
		[1036452]: vector$1("i32x4.bitmask", "v128 -> i32"),
		[1036455]: vector$1("i32x4.extend_low_i16x8_s", "v128 -> v128"),
		[1036456]: vector$1("i32x4.extend_high_i16x8_s", "v128 -> v128"),
		[1036457]: vector$1("i32x4.extend_low_i16x8_u", "v128 -> v128"),
		[1036458]: vector$1("i32x4.extend_high_i16x8_u", "v128 -> v128"),
		[1036459]: vector$1("i32x4.shl", "v128 i32 -> v128"),
		[1036460]: vector$1("i32x4.shr_s", "v128 i32 -> v128"),
		[1036461]: vector$1("i32x4.shr_u", "v128 i32 -> v128"),
		[1036462]: vector$1("i32x4.add", "v128 v128 -> v128"),
		[1036465]: vector$1("i32x4.sub", "v128 v128 -> v128"),
		[1036469]: vector$1("i32x4.mul", "v128 v128 -> v128"),
		[1036470]: vector$1("i32x4.min_s", "v128 v128 -> v128"),
		[1036471]: vector$1("i32x4.min_u", "v128 v128 -> v128"),
		[1036472]: vector$1("i32x4.max_s", "v128 v128 -> v128"),
		[1036473]: vector$1("i32x4.max_u", "v128 v128 -> v128"),
		[1036474]: vector$1("i32x4.dot_i16x8_s", "v128 v128 -> v128"),
		[1036476]: vector$1("i32x4.extmul_low_i16x8_s", "v128 v128 -> v128"),
		[1036477]: vector$1("i32x4.extmul_high_i16x8_s", "v128 v128 -> v128"),
		[1036478]: vector$1("i32x4.extmul_low_i16x8_u", "v128 v128 -> v128"),
		[1036479]: vector$1("i32x4.extmul_high_i16x8_u", "v128 v128 -> v128"),
		[1036480]: vector$1("i64x2.abs", "v128 -> v128"),
		[1036481]: vector$1("i64x2.neg", "v128 -> v128"),
		[1036483]: vector$1("i64x2.all_true", "v128 -> i32"),
		[1036484]: vector$1("i64x2.bitmask", "v128 -> i32"),
		[1036487]: vector$1("i64x2.extend_low_i32x4_s", "v128 -> v128"),
		[1036488]: vector$1("i64x2.extend_high_i32x4_s", "v128 -> v128"),
		[1036489]: vector$1("i64x2.extend_low_i32x4_u", "v128 -> v128"),
		[1036490]: vector$1("i64x2.extend_high_i32x4_u", "v128 -> v128"),
		[1036491]: vector$1("i64x2.shl", "v128 i32 -> v128"),
		[1036492]: vector$1("i64x2.shr_s", "v128 i32 -> v128"),
		[1036493]: vector$1("i64x2.shr_u", "v128 i32 -> v128"),
		[1036494]: vector$1("i64x2.add", "v128 v128 -> v128"),
		[1036497]: vector$1("i64x2.sub", "v128 v128 -> v128"),
		[1036501]: vector$1("i64x2.mul", "v128 v128 -> v128"),
		[1036508]: vector$1("i64x2.extmul_low_i32x4_s", "v128 v128 -> v128"),
		[1036509]: vector$1("i64x2.extmul_high_i32x4_s", "v128 v128 -> v128"),
		[1036510]: vector$1("i64x2.extmul_low_i32x4_u", "v128 v128 -> v128"),
		[1036511]: vector$1("i64x2.extmul_high_i32x4_u", "v128 v128 -> v128"),
		[1036391]: vector$1("f32x4.ceil", "v128 -> v128"),
		[1036392]: vector$1("f32x4.floor", "v128 -> v128"),
		[1036393]: vector$1("f32x4.trunc", "v128 -> v128"),
		[1036394]: vector$1("f32x4.nearest", "v128 -> v128"),
		[1036512]: vector$1("f32x4.abs", "v128 -> v128"),
		[1036513]: vector$1("f32x4.neg", "v128 -> v128"),
		[1036515]: vector$1("f32x4.sqrt", "v128 -> v128"),
		[1036516]: vector$1("f32x4.add", "v128 v128 -> v128"),
		[1036517]: vector$1("f32x4.sub", "v128 v128 -> v128"),
		[1036518]: vector$1("f32x4.mul", "v128 v128 -> v128"),
		[1036519]: vector$1("f32x4.div", "v128 v128 -> v128"),
		[1036520]: vector$1("f32x4.min", "v128 v128 -> v128"),
		[1036521]: vector$1("f32x4.max", "v128 v128 -> v128"),
		[1036522]: vector$1("f32x4.pmin", "v128 v128 -> v128"),
		[1036523]: vector$1("f32x4.pmax", "v128 v128 -> v128"),
		[1036404]: vector$1("f64x2.ceil", "v128 -> v128"),
		[1036405]: vector$1("f64x2.floor", "v128 -> v128"),
		[1036410]: vector$1("f64x2.trunc", "v128 -> v128"),
		[1036436]: vector$1("f64x2.nearest", "v128 -> v128"),
		[1036524]: vector$1("f64x2.abs", "v128 -> v128"),
		[1036525]: vector$1("f64x2.neg", "v128 -> v128"),
		[1036527]: vector$1("f64x2.sqrt", "v128 -> v128"),
		[1036528]: vector$1("f64x2.add", "v128 v128 -> v128"),
		[1036529]: vector$1("f64x2.sub", "v128 v128 -> v128"),
		[1036530]: vector$1("f64x2.mul", "v128 v128 -> v128"),
		[1036531]: vector$1("f64x2.div", "v128 v128 -> v128"),
		[1036532]: vector$1("f64x2.min", "v128 v128 -> v128"),
		[1036533]: vector$1("f64x2.max", "v128 v128 -> v128"),
		[1036534]: vector$1("f64x2.pmin", "v128 v128 -> v128"),
		[1036535]: vector$1("f64x2.pmax", "v128 v128 -> v128"),
		[1036382]: vector$1("f32x4.demote_f64x2_zero", "v128 -> v128"),
		[1036383]: vector$1("f64x2.promote_low_f32x4", "v128 -> v128"),
		[1036536]: vector$1("i32x4.trunc_sat_f32x4_s", "v128 -> v128"),
		[1036537]: vector$1("i32x4.trunc_sat_f32x4_u", "v128 -> v128"),
		[1036538]: vector$1("f32x4.convert_i32x4_s", "v128 -> v128"),
		[1036539]: vector$1("f32x4.convert_i32x4_u", "v128 -> v128"),
		[1036540]: vector$1("i32x4.trunc_sat_f64x2_s_zero", "v128 -> v128"),
		[1036541]: vector$1("i32x4.trunc_sat_f64x2_u_zero", "v128 -> v128"),
		[1036542]: vector$1("f64x2.convert_low_i32x4_s", "v128 -> v128"),
		[1036543]: vector$1("f64x2.convert_low_i32x4_u", "v128 -> v128"),
		[1036544]: relaxed("i8x16.relaxed_swizzle", "v128 v128 -> v128"),
		[1036545]: relaxed("i32x4.relaxed_trunc_f32x4_s", "v128 -> v128"),
		[1036546]: relaxed("i32x4.relaxed_trunc_f32x4_u", "v128 -> v128"),
		[1036547]: relaxed("i32x4.relaxed_trunc_f64x2_s_zero", "v128 -> v128"),
		[1036548]: relaxed("i32x4.relaxed_trunc_f64x2_u_zero", "v128 -> v128"),
		[1036549]: relaxed("f32x4.relaxed_madd", "v128 v128 v128 -> v128"),
		[1036550]: relaxed("f32x4.relaxed_nmadd", "v128 v128 v128 -> v128"),
		[1036551]: relaxed("f64x2.relaxed_madd", "v128 v128 v128 -> v128"),
		[1036552]: relaxed("f64x2.relaxed_nmadd", "v128 v128 v128 -> v128"),
		[1036553]: relaxed("i8x16.relaxed_laneselect", "v128 v128 v128 -> v128"),
		[1036554]: relaxed("i16x8.relaxed_laneselect", "v128 v128 v128 -> v128"),
		[1036555]: relaxed("i32x4.relaxed_laneselect", "v128 v128 v128 -> v128"),
		[1036556]: relaxed("i64x2.relaxed_laneselect", "v128 v128 v128 -> v128"),
		[1036557]: relaxed("f32x4.relaxed_min", "v128 v128 -> v128"),
		[1036558]: relaxed("f32x4.relaxed_max", "v128 v128 -> v128"),
		[1036559]: relaxed("f64x2.relaxed_min", "v128 v128 -> v128"),
		[1036560]: relaxed("f64x2.relaxed_max", "v128 v128 -> v128"),
		[1036561]: relaxed("i16x8.relaxed_q15mulr_s", "v128 v128 -> v128"),
		[1036562]: relaxed("i16x8.relaxed_dot_i8x16_i7x16_s", "v128 v128 -> v128"),
		[1036563]: relaxed("i32x4.relaxed_dot_i8x16_i7x16_add_s", "v128 v128 v128 -> v128"),
		[1040384]: atomic("memory.atomic.notify", "addr i32 -> i32", 4),
		[1040385]: atomic("memory.atomic.wait32", "addr i32 i64 -> i32", 4),
		[1040386]: atomic("memory.atomic.wait64", "addr i64 i64 -> i32", 8),
		[1040387]: regular("atomic", "atomic.fence", "->", ["zeroByte"], { feature: "threads" }),
		[1040400]: atomic("i32.atomic.load", "addr -> i32", 4),
		[1040401]: atomic("i64.atomic.load", "addr -> i64", 8),
		[1040402]: atomic("i32.atomic.load8_u", "addr -> i32", 1),
		[1040403]: atomic("i32.atomic.load16_u", "addr -> i32", 2),
		[1040404]: atomic("i64.atomic.load8_u", "addr -> i64", 1),
		[1040405]: atomic("i64.atomic.load16_u", "addr -> i64", 2),
		[1040406]: atomic("i64.atomic.load32_u", "addr -> i64", 4),
		[1040407]: atomic("i32.atomic.store", "addr i32 ->", 4),
		[1040408]: atomic("i64.atomic.store", "addr i64 ->", 8),
		[1040409]: atomic("i32.atomic.store8", "addr i32 ->", 1),
		[1040410]: atomic("i32.atomic.store16", "addr i32 ->", 2),
		[1040411]: atomic("i64.atomic.store8", "addr i64 ->", 1),
		[1040412]: atomic("i64.atomic.store16", "addr i64 ->", 2),
		[1040413]: atomic("i64.atomic.store32", "addr i64 ->", 4),
		[1040414]: atomic("i32.atomic.rmw.add", "addr i32 -> i32", 4),
		[1040415]: atomic("i64.atomic.rmw.add", "addr i64 -> i64", 8),
		[1040416]: atomic("i32.atomic.rmw8.add_u", "addr i32 -> i32", 1),
		[1040417]: atomic("i32.atomic.rmw16.add_u", "addr i32 -> i32", 2),
		[1040418]: atomic("i64.atomic.rmw8.add_u", "addr i64 -> i64", 1),
		[1040419]: atomic("i64.atomic.rmw16.add_u", "addr i64 -> i64", 2),
		[1040420]: atomic("i64.atomic.rmw32.add_u", "addr i64 -> i64", 4),
		[1040421]: atomic("i32.atomic.rmw.sub", "addr i32 -> i32", 4),
		[1040422]: atomic("i64.atomic.rmw.sub", "addr i64 -> i64", 8),
		[1040423]: atomic("i32.atomic.rmw8.sub_u", "addr i32 -> i32", 1),
		[1040424]: atomic("i32.atomic.rmw16.sub_u", "addr i32 -> i32", 2),
		[1040425]: atomic("i64.atomic.rmw8.sub_u", "addr i64 -> i64", 1),
		[1040426]: atomic("i64.atomic.rmw16.sub_u", "addr i64 -> i64", 2),
		[1040427]: atomic("i64.atomic.rmw32.sub_u", "addr i64 -> i64", 4),
		[1040428]: atomic("i32.atomic.rmw.and", "addr i32 -> i32", 4),
		[1040429]: atomic("i64.atomic.rmw.and", "addr i64 -> i64", 8),
		[1040430]: atomic("i32.atomic.rmw8.and_u", "addr i32 -> i32", 1),
		[1040431]: atomic("i32.atomic.rmw16.and_u", "addr i32 -> i32", 2),
		[1040432]: atomic("i64.atomic.rmw8.and_u", "addr i64 -> i64", 1),
		[1040433]: atomic("i64.atomic.rmw16.and_u", "addr i64 -> i64", 2),
		[1040434]: atomic("i64.atomic.rmw32.and_u", "addr i64 -> i64", 4),
		[1040435]: atomic("i32.atomic.rmw.or", "addr i32 -> i32", 4),
		[1040436]: atomic("i64.atomic.rmw.or", "addr i64 -> i64", 8),
		[1040437]: atomic("i32.atomic.rmw8.or_u", "addr i32 -> i32", 1),
		[1040438]: atomic("i32.atomic.rmw16.or_u", "addr i32 -> i32", 2),
		[1040439]: atomic("i64.atomic.rmw8.or_u", "addr i64 -> i64", 1),
		[1040440]: atomic("i64.atomic.rmw16.or_u", "addr i64 -> i64", 2),
		[1040441]: atomic("i64.atomic.rmw32.or_u", "addr i64 -> i64", 4),
		[1040442]: atomic("i32.atomic.rmw.xor", "addr i32 -> i32", 4),
		[1040443]: atomic("i64.atomic.rmw.xor", "addr i64 -> i64", 8),
		[1040444]: atomic("i32.atomic.rmw8.xor_u", "addr i32 -> i32", 1),
		[1040445]: atomic("i32.atomic.rmw16.xor_u", "addr i32 -> i32", 2),
		[1040446]: atomic("i64.atomic.rmw8.xor_u", "addr i64 -> i64", 1),
		[1040447]: atomic("i64.atomic.rmw16.xor_u", "addr i64 -> i64", 2),
		[1040448]: atomic("i64.atomic.rmw32.xor_u", "addr i64 -> i64", 4),
		[1040449]: atomic("i32.atomic.rmw.xchg", "addr i32 -> i32", 4),
		[1040450]: atomic("i64.atomic.rmw.xchg", "addr i64 -> i64", 8),
		[1040451]: atomic("i32.atomic.rmw8.xchg_u", "addr i32 -> i32", 1),
		[1040452]: atomic("i32.atomic.rmw16.xchg_u", "addr i32 -> i32", 2),
		[1040453]: atomic("i64.atomic.rmw8.xchg_u", "addr i64 -> i64", 1),
		[1040454]: atomic("i64.atomic.rmw16.xchg_u", "addr i64 -> i64", 2),
		[1040455]: atomic("i64.atomic.rmw32.xchg_u", "addr i64 -> i64", 4),
		[1040456]: atomic("i32.atomic.rmw.cmpxchg", "addr i32 i32 -> i32", 4),
		[1040457]: atomic("i64.atomic.rmw.cmpxchg", "addr i64 i64 -> i64", 8),
		[1040458]: atomic("i32.atomic.rmw8.cmpxchg_u", "addr i32 i32 -> i32", 1),
		[1040459]: atomic("i32.atomic.rmw16.cmpxchg_u", "addr i32 i32 -> i32", 2),
		[1040460]: atomic("i64.atomic.rmw8.cmpxchg_u", "addr i64 i64 -> i64", 1),
		[1040461]: atomic("i64.atomic.rmw16.cmpxchg_u", "addr i64 i64 -> i64", 2),
		[1040462]: atomic("i64.atomic.rmw32.cmpxchg_u", "addr i64 i64 -> i64", 4)
	};
}
//#endregion
//#region encode.ts
function unsigned$1(value) {
	const output = [];
	for (let rest = value;; rest = Math.floor(rest / 128)) {
		if (rest < 128) return [...output, rest];
		output.push(rest % 128 | 128);
	}
}
function signed$1(value) {
	const output = [];
	for (let rest = value;; rest >>= 7n) {
		const low = Number(rest & 127n);
		if (rest >> 7n === 0n && low < 64 || rest >> 7n === -1n && low >= 64) return [...output, low];
		output.push(low | 128);
	}
}
function name$1(text) {
	const utf8 = new TextEncoder().encode(text);
	return [...unsigned$1(utf8.length), ...utf8];
}
function vector(items) {
	return [...unsigned$1(items.length), ...items.flat()];
}
function section(id, body) {
	return [
		id,
		...unsigned$1(body.length),
		...body
	];
}
function limits(min, max) {
	return max === void 0 ? [0, ...unsigned$1(min)] : [
		1,
		...unsigned$1(min),
		...unsigned$1(max)
	];
}
function functionType({ params, results }) {
	return [
		96,
		...vector(params.map((type) => [type])),
		...vector(results.map((type) => [type]))
	];
}
const HEADER = [
	0,
	97,
	115,
	109,
	1,
	0,
	0,
	0
];
/** `(i32.const value)` as a constant expression. */
function offsetExpression(value) {
	return [
		65,
		...signed$1(BigInt(value)),
		11
	];
}
/** The little-endian bytes of a float's bits. */
function littleEndian(bits, bytes) {
	return Array.from({ length: bytes }, (_, k) => Number(bits >> BigInt(8 * k) & 255n));
}
//#endregion
//#region catalogue.ts
/** What needs code of its own in the generator, or has none there. */
const LEFT_OUT = /^(nop|memory\.|.*\.const$)/;
/** Every regular instruction of these proposals and the MVP. */
function regularInstructions(features) {
	const found = [];
	for (const [key, row] of Object.entries(INSTRUCTIONS)) {
		if (row.signature === void 0 || LEFT_OUT.test(row.mnemonic)) continue;
		if (row.feature !== void 0 && !features.has(row.feature)) continue;
		const toType = (type) => type === 1 ? 127 : type;
		found.push({
			mnemonic: row.mnemonic,
			opcode: opcodeBytes(Number(key)),
			params: row.signature.params.map(toType),
			results: row.signature.results.map(toType),
			immediates: row.immediates,
			accessBytes: row.accessBytes,
			lanes: row.lanes
		});
	}
	return found;
}
/** Opcode bytes of a number of the instruction table: its prefix stands above the low 12 bits. */
function opcodeBytes(op) {
	const prefix = op >>> 12;
	return prefix === 0 ? [op] : [prefix, ...unsigned$1(op & 4095)];
}
//#endregion
//#region values.ts
function edgeI32(random) {
	switch (random.below(6)) {
		case 0: return random.between(-2, 9);
		case 1: return random.pick([
			2147483647,
			-2147483648,
			-2147483647,
			2147483646,
			65535,
			32768,
			32767,
			255,
			128
		]);
		case 2: return 1 << random.below(32);
		case 3: return (1 << random.below(32)) - 1 | 0;
		case 4: return random.below(2 ** 16);
		default: return random.u32() | 0;
	}
}
function edgeI64(random) {
	switch (random.below(6)) {
		case 0: return BigInt(edgeI32(random));
		case 1: return BigInt.asIntN(64, 1n << BigInt(random.below(64)));
		case 2: return BigInt.asIntN(64, (1n << BigInt(random.below(65))) - 1n);
		case 3: return BigInt.asIntN(64, BigInt(edgeI32(random)) << 32n | BigInt(edgeI32(random) >>> 0));
		case 4: return random.pick([
			-(2n ** 63n),
			2n ** 63n - 1n,
			-(2n ** 63n) + 1n,
			2n ** 53n,
			-(2n ** 53n) - 1n,
			2n ** 32n
		]);
		default: return BigInt.asIntN(64, random.u64());
	}
}
const F64_EDGES = [
	0,
	-0,
	1,
	-1,
	.5,
	-.5,
	1.5,
	2.5,
	-2.5,
	.49999999999999994,
	4503599627370495.5,
	1e300,
	-1e300,
	5e-324,
	-5e-324,
	2 ** -1022,
	2 ** 31,
	2 ** 31 - 1,
	-(2 ** 31),
	-(2 ** 31) - 1,
	-(2 ** 31) - .9,
	2 ** 32,
	2 ** 32 - 1,
	-.9,
	-1.1,
	2 ** 63,
	-(2 ** 63),
	2 ** 63 - 1024,
	2 ** 64,
	2 ** 64 - 2048,
	2 ** 53,
	2 ** 53 + 2,
	Number.MAX_VALUE,
	Number.POSITIVE_INFINITY,
	Number.NEGATIVE_INFINITY,
	34028234663852886e22,
	34028235677973366e22,
	11754943508222875e-54
];
function edgeF64(random) {
	switch (random.below(6)) {
		case 0: return bitsOfF64(random.between(-9, 9));
		case 1:
		case 2: return bitsOfF64(random.pick(F64_EDGES));
		case 3: return random.pick([
			9221120237041090560n,
			18444492273895866368n,
			9218868437227405313n,
			9219994337134247936n,
			18446744073709551615n
		]);
		case 4: return bitsOfF64(random.u32() / 2 ** random.below(40) - 1e3);
		default: return random.u64();
	}
}
/** As an unsigned number. */
function edgeF32(random) {
	switch (random.below(6)) {
		case 0: return bitsOfF32(random.between(-9, 9));
		case 1:
		case 2: return bitsOfF32(random.pick(F64_EDGES));
		case 3: return random.pick([
			2143289344,
			4290772992,
			2139095041,
			2141192192,
			4294967295
		]);
		case 4: return bitsOfF32(random.u32() / 2 ** random.below(40) - 1e3);
		default: return random.u32();
	}
}
function bitsOfF64(value) {
	return new BigUint64Array(Float64Array.of(value).buffer)[0];
}
function bitsOfF32(value) {
	return new Uint32Array(Float32Array.of(value).buffer)[0];
}
//#endregion
//#region generate-body.ts
const MAX_NESTING = 5;
/** Turns of the innermost loop for one entry of the function, at most. */
const MAX_TURNS = 48;
const MAKES_NAN = /^f(32|64)(x4|x2)?\.(add|sub|mul|div|sqrt|min|max|ceil|floor|trunc|nearest|demote_|promote_)/;
/** These let a float's bits be seen. */
const SHOWS_BITS = /reinterpret_f|copysign|^f(32|64)\.store/;
function generateBody(random, shape, self, size) {
	return new BodyGenerator(random, shape, self, size).run();
}
var BodyGenerator = class {
	#random;
	#shape;
	#self;
	#size;
	#steps = [];
	#stack = [];
	#controls = [];
	#locals;
	/** Locals that only their owner writes: loop counters, scratch. */
	#reserved = /* @__PURE__ */ new Set();
	#scratch = /* @__PURE__ */ new Map();
	#byResult = /* @__PURE__ */ new Map();
	#dead = false;
	#turns = 1;
	/** Operands below this height are spoken for: an expression must not use them up. */
	#floor = 0;
	constructor(random, shape, self, size) {
		this.#random = random;
		this.#shape = shape;
		this.#self = self;
		this.#size = size;
		this.#locals = [...self.type.params];
		for (let left = random.below(5); left > 0; left--) this.#locals.push(random.pick(shape.types));
		for (const instruction of this.#usable()) {
			const [result] = instruction.results;
			if (result === void 0 || instruction.results.length > 1) continue;
			const list = this.#byResult.get(result) ?? [];
			list.push(instruction);
			this.#byResult.set(result, list);
		}
	}
	run() {
		const { results } = this.#self.type;
		this.#controls.push({
			labelTypes: results,
			endTypes: results,
			height: 0,
			guard: void 0,
			isLoop: false
		});
		if (!this.#self.leaf) this.#enterFunction();
		while (this.#steps.length < this.#size && !this.#dead) this.#statement();
		this.#finish(results);
		this.#controls.pop();
		this.#emit("end", 11);
		return {
			locals: this.#locals.slice(this.#self.type.params.length),
			steps: this.#steps
		};
	}
	#emit(op, ...bytes) {
		this.#steps.push({
			op,
			bytes
		});
	}
	get #full() {
		return this.#steps.length >= this.#size;
	}
	get #height() {
		return this.#controls.at(-1).height;
	}
	#usable() {
		const { regular, canonicalNaN } = this.#shape;
		return regular.filter(({ mnemonic }) => canonicalNaN || !SHOWS_BITS.test(mnemonic));
	}
	#i32(value) {
		this.#emit("i32.const", 65, ...signed$1(BigInt(value | 0)));
		this.#stack.push(127);
	}
	#i64(value) {
		this.#emit("i64.const", 66, ...signed$1(BigInt.asIntN(64, value)));
		this.#stack.push(126);
	}
	/** An instruction without immediates; the caller says what it does to the stack. */
	#plain(op, opcode, pops, ...pushes) {
		this.#emit(op, opcode);
		this.#stack.length -= pops;
		this.#stack.push(...pushes);
	}
	#indexed(op, opcode, index, pops, ...pushes) {
		this.#emit(op, opcode, ...unsigned$1(index));
		this.#stack.length -= pops;
		this.#stack.push(...pushes);
	}
	/** Makes the topmost operands be of these types, with as many as possible of those that are there. */
	#match(types, depth = 2) {
		const available = this.#stack.length - Math.max(this.#height, this.#floor);
		let have = Math.min(available, types.length);
		while (have > 0 && !this.#endsWith(types.slice(0, have))) have--;
		if (have > 0 && this.#random.chance(.15)) have = 0;
		for (let k = have; k < types.length; k++) this.#push(types[k], depth);
	}
	#endsWith(types) {
		const from = this.#stack.length - types.length;
		return types.every((type, k) => this.#stack[from + k] === type);
	}
	#localsOf(type, writable) {
		const found = [];
		this.#locals.forEach((local, k) => {
			if (local !== type || this.#scratch.get(type) === k) return;
			if (!(writable && this.#reserved.has(k))) found.push(k);
		});
		return found;
	}
	#globalsOf(type, writable) {
		const found = [];
		this.#shape.globals.forEach((global, k) => {
			if (global.type !== type || writable && (!global.mutable || k === this.#shape.budget)) return;
			found.push(k);
		});
		return found;
	}
	#newLocal(type, reserve) {
		const index = this.#locals.push(type) - 1;
		if (reserve) this.#reserved.add(index);
		return index;
	}
	#scratchLocal(type) {
		const index = this.#scratch.get(type) ?? this.#newLocal(type, true);
		this.#scratch.set(type, index);
		return index;
	}
	#const(type) {
		const random = this.#random;
		switch (type) {
			case 127:
				this.#i32(edgeI32(random));
				return;
			case 126:
				this.#i64(edgeI64(random));
				return;
			case 125:
				this.#emit("f32.const", 67, ...littleEndian(BigInt(edgeF32(random)), 4));
				break;
			case 124:
				this.#emit("f64.const", 68, ...littleEndian(edgeF64(random), 8));
				break;
			case 123: {
				const halves = [edgeI64(random), edgeI64(random)];
				this.#emit("v128.const", 253, 12, ...halves.flatMap((half) => littleEndian(BigInt.asUintN(64, half), 8)));
				break;
			}
			case 112:
				if (random.chance(.5)) {
					const func = random.below(this.#shape.functions.length);
					this.#emit("ref.func", 210, ...unsigned$1(func));
				} else this.#emit("ref.null", 208, type);
				break;
			default: this.#emit("ref.null", 208, type);
		}
		this.#stack.push(type);
	}
	#leaf(type) {
		const random = this.#random;
		const locals = this.#localsOf(type, false);
		const globals = this.#globalsOf(type, false);
		random.weighted([
			[3, () => this.#const(type)],
			[locals.length > 0 ? 6 : .01, () => this.#localGet(type, locals)],
			[globals.length > 0 ? 2 : 0, () => this.#globalGet(type, globals)]
		])();
	}
	#localGet(type, locals) {
		const index = locals.length > 0 ? this.#random.pick(locals) : this.#newLocal(type, false);
		this.#indexed("local.get", 32, index, 0, type);
	}
	#globalGet(type, globals) {
		this.#indexed("global.get", 35, this.#random.pick(globals), 0, type);
	}
	/** Leaves one more operand of this type, whatever is on the stack. */
	#push(type, depth) {
		this.#fresh(() => this.#expression(type, depth));
	}
	#fresh(generate) {
		const floor = this.#floor;
		this.#floor = this.#stack.length;
		generate();
		this.#floor = floor;
	}
	#expression(type, depth) {
		if (depth <= 0 || this.#full) {
			this.#leaf(type);
			return;
		}
		const random = this.#random;
		const operators = this.#byResult.get(type) ?? [];
		const choices = [
			[6, () => this.#leaf(type)],
			[1.2, () => this.#tee(type, depth - 1)],
			[1, () => this.#select(type, depth - 1)]
		];
		if (operators.length > 0) choices.push([8, () => this.#operator(random.pick(operators), depth - 1)]);
		if (this.#controls.length < MAX_NESTING) {
			choices.push([.7, () => this.#block([], [type])]);
			choices.push([.7, () => this.#if([], [type])]);
			choices.push([.4, () => this.#loop([], [type])]);
		}
		const callees = this.#callees(({ results }) => results.length === 1 && results[0] === type);
		if (callees.length > 0) choices.push([1, () => this.#call(random.pick(callees), depth - 1)]);
		if (type === 127) {
			if (this.#shape.memory) {
				choices.push([.4, () => this.#indexed("memory.size", 63, 0, 0, 127)]);
				choices.push([.2, () => this.#memoryGrow()]);
			}
			if (this.#shape.tables.length > 0) {
				choices.push([.3, () => this.#tableSize()]);
				choices.push([.15, () => this.#tableGrow()]);
				choices.push([.3, () => this.#isNull(depth - 1)]);
			}
		}
		if (type === 112 || type === 111) choices.push([1, () => this.#tableGet(type)]);
		random.weighted(choices)();
	}
	#tee(type, depth) {
		const locals = this.#localsOf(type, true);
		this.#push(type, depth);
		if (locals.length > 0) this.#indexed("local.tee", 34, this.#random.pick(locals), 1, type);
	}
	#select(type, depth) {
		this.#match([type, type], depth);
		this.#condition(depth);
		if (type === 112 || type === 111 || this.#random.chance(.2)) this.#emit("select t", 28, 1, type);
		else this.#emit("select", 27);
		this.#stack.length -= 3;
		this.#stack.push(type);
	}
	/** An i32 that is often a comparison. */
	#condition(depth) {
		const random = this.#random;
		if (random.chance(.4)) {
			this.#push(127, depth);
			return;
		}
		const comparisons = (this.#byResult.get(127) ?? []).filter(({ mnemonic }) => /\.(eqz|eq|ne|[lg][te](_[su])?)$/.test(mnemonic));
		this.#fresh(() => this.#operator(random.pick(comparisons), depth - 1));
	}
	#operator(instruction, depth) {
		const { mnemonic, params, accessBytes } = instruction;
		const random = this.#random;
		if (accessBytes > 0) {
			if (!this.#shape.memory) {
				this.#leaf(instruction.results[0] ?? 127);
				return;
			}
			const offset = this.#address(accessBytes, depth);
			for (const type of params.slice(1)) this.#push(type, depth);
			const align = random.below(Math.log2(accessBytes) + 1);
			this.#finishOperator(instruction, [align, ...unsigned$1(offset)]);
			return;
		}
		if (/\.(div|rem)_[su]$/.test(mnemonic) && random.chance(.85)) {
			this.#match(params.slice(0, 1), depth);
			this.#nonZero(params[1], depth);
		} else if (/trunc_f(32|64)_[su]$/.test(mnemonic) && random.chance(.75)) {
			this.#push(127, depth);
			this.#i32(random.pick([
				127,
				65535,
				8388607
			]));
			this.#plain("i32.and", 113, 2, 127);
			if (params[0] === 125) this.#plain("f32.convert_i32_s", 178, 1, 125);
			else this.#plain("f64.convert_i32_s", 183, 1, 124);
		} else this.#match(params, depth);
		this.#finishOperator(instruction, []);
	}
	#finishOperator(instruction, memArg) {
		const { mnemonic, opcode, params, results, immediates, lanes } = instruction;
		const random = this.#random;
		const bytes = [...opcode, ...memArg];
		for (const immediate of immediates) if (immediate === "lane") bytes.push(random.below(lanes));
		else if (immediate === "shuffle") bytes.push(...this.#shuffleLanes());
		this.#emit(mnemonic, ...bytes);
		this.#stack.length -= params.length;
		this.#stack.push(...results);
		if (this.#shape.canonicalNaN && MAKES_NAN.test(mnemonic)) this.#canonicalise(mnemonic);
	}
	#shuffleLanes() {
		const random = this.#random;
		if (random.chance(.5)) return Array.from({ length: 16 }, () => random.below(32));
		return Array.from({ length: 4 }, () => 4 * random.below(8)).flatMap((at) => [
			at,
			at + 1,
			at + 2,
			at + 3
		]);
	}
	/** `x == x ? x : nan`, lane by lane for vectors. */
	#canonicalise(mnemonic) {
		const type = this.#stack.at(-1);
		const scratch = this.#scratchLocal(type);
		this.#indexed("local.tee", 34, scratch, 1, type);
		if (type === 123) {
			const wide = /^f64x2/.test(mnemonic);
			const nan = wide ? [
				0,
				0,
				0,
				0,
				0,
				0,
				248,
				127
			] : [
				0,
				0,
				192,
				127,
				0,
				0,
				192,
				127
			];
			this.#emit("v128.const", 253, 12, ...nan, ...nan);
			this.#emit("local.get", 32, ...unsigned$1(scratch));
			this.#emit("local.get", 32, ...unsigned$1(scratch));
			if (wide) this.#emit("f64x2.eq", 253, 71);
			else this.#emit("f32x4.eq", 253, 65);
			this.#emit("v128.bitselect", 253, 82);
			return;
		}
		if (type === 125) this.#emit("f32.const", 67, 0, 0, 192, 127);
		else this.#emit("f64.const", 68, 0, 0, 0, 0, 0, 0, 248, 127);
		this.#emit("local.get", 32, ...unsigned$1(scratch));
		this.#emit("local.get", 32, ...unsigned$1(scratch));
		if (type === 125) this.#emit("f32.eq", 91);
		else this.#emit("f64.eq", 97);
		this.#emit("select", 27);
	}
	#nonZero(type, depth) {
		const random = this.#random;
		if (type === 127) {
			if (random.chance(.5)) {
				this.#i32(edgeI32(random) || 7);
				return;
			}
			this.#push(127, depth);
			this.#i32(1);
			this.#plain("i32.or", 114, 2, 127);
			return;
		}
		if (random.chance(.5)) {
			this.#i64(edgeI64(random) || 7n);
			return;
		}
		this.#push(126, depth);
		this.#i64(1n);
		this.#plain("i64.or", 132, 2, 126);
	}
	/** Leaves an address; returns the static offset that goes with it. Mostly within the first page. */
	#address(bytes, depth) {
		const random = this.#random;
		return random.weighted([
			[60, () => {
				this.#push(127, depth);
				this.#i32(random.pick([
					255,
					4095,
					65528,
					65535
				]));
				this.#plain("i32.and", 113, 2, 127);
				return random.chance(.5) ? 0 : random.below(80);
			}],
			[25, () => {
				this.#i32(random.pick([
					0,
					1,
					2,
					3,
					5,
					8,
					63,
					1021,
					65536 - 2 * bytes,
					65536 - bytes - 1
				]));
				return random.pick([
					0,
					1,
					4,
					5,
					16
				]);
			}],
			[5, () => {
				this.#i32(65536 * random.between(1, 3) - bytes + random.between(-2, 2));
				return random.pick([
					0,
					0,
					1
				]);
			}],
			[8, () => {
				this.#localGet(127, this.#localsOf(127, false));
				return random.pick([
					0,
					8,
					1e3
				]);
			}],
			[1, () => {
				this.#push(127, depth);
				return random.pick([
					0,
					2 ** 30 - 1,
					2 ** 30,
					2 ** 31,
					2 ** 32 - 1,
					65535,
					65536
				]);
			}]
		])();
	}
	/** Leaves an i32, mostly below `bound`, a power of two. */
	#small(bound, depth) {
		const random = this.#random;
		if (random.chance(.5)) this.#i32(random.below(bound));
		else if (random.chance(.03)) this.#push(127, depth);
		else {
			this.#push(127, depth);
			this.#i32(bound - 1);
			this.#plain("i32.and", 113, 2, 127);
		}
	}
	#memoryGrow() {
		this.#small(this.#random.pick([
			1,
			2,
			4
		]), 1);
		this.#indexed("memory.grow", 64, 0, 1, 127);
	}
	#bulkMemory() {
		const random = this.#random;
		const { dataSegments } = this.#shape;
		switch (random.below(dataSegments > 0 ? 4 : 2)) {
			case 0:
				this.#small(65536, 1);
				this.#push(127, 1);
				this.#small(256, 1);
				this.#emit("memory.fill", 252, 11, 0);
				this.#stack.length -= 3;
				return;
			case 1:
				this.#small(65536, 1);
				this.#small(65536, 1);
				this.#small(512, 1);
				this.#emit("memory.copy", 252, 10, 0, 0);
				this.#stack.length -= 3;
				return;
			case 2:
				this.#small(65536, 1);
				this.#small(8, 1);
				this.#small(8, 1);
				this.#emit("memory.init", 252, 8, ...unsigned$1(random.below(dataSegments)), 0);
				this.#stack.length -= 3;
				return;
			default: this.#emit("data.drop", 252, 9, ...unsigned$1(random.below(dataSegments)));
		}
	}
	#tableOf(element) {
		return this.#shape.tables.findIndex((table) => table.element === element);
	}
	#tableGet(element) {
		const table = this.#tableOf(element);
		if (table < 0) {
			this.#const(element);
			return;
		}
		this.#small(8, 1);
		this.#indexed("table.get", 37, table, 1, element);
	}
	#tableSize() {
		this.#emit("table.size", 252, 16, ...unsigned$1(this.#random.below(this.#shape.tables.length)));
		this.#stack.push(127);
	}
	#tableGrow() {
		const table = this.#random.below(this.#shape.tables.length);
		this.#push(this.#shape.tables[table].element, 1);
		this.#small(2, 1);
		this.#emit("table.grow", 252, 15, ...unsigned$1(table));
		this.#stack.length -= 2;
		this.#stack.push(127);
	}
	#isNull(depth) {
		this.#match([this.#random.pick([112, 111])], depth);
		this.#plain("ref.is_null", 209, 1, 127);
	}
	#tableStatement() {
		const random = this.#random;
		const { tables, elementSegments } = this.#shape;
		const table = random.below(tables.length);
		const { element } = tables[table];
		const segments = [...elementSegments.keys()].filter((k) => elementSegments[k] === element);
		switch (random.below(segments.length > 0 ? 5 : 3)) {
			case 0:
				this.#small(8, 1);
				this.#push(element, 1);
				this.#indexed("table.set", 38, table, 2);
				return;
			case 1:
				this.#small(8, 1);
				this.#push(element, 1);
				this.#small(4, 1);
				this.#emit("table.fill", 252, 17, ...unsigned$1(table));
				this.#stack.length -= 3;
				return;
			case 2: {
				const others = [...tables.keys()].filter((k) => tables[k]?.element === element);
				this.#small(8, 1);
				this.#small(8, 1);
				this.#small(4, 1);
				this.#emit("table.copy", 252, 14, ...unsigned$1(table), ...unsigned$1(random.pick(others)));
				this.#stack.length -= 3;
				return;
			}
			case 3:
				this.#small(8, 1);
				this.#small(4, 1);
				this.#small(4, 1);
				this.#emit("table.init", 252, 12, ...unsigned$1(random.pick(segments)), ...unsigned$1(table));
				this.#stack.length -= 3;
				return;
			default: this.#emit("elem.drop", 252, 13, ...unsigned$1(random.pick(segments)));
		}
	}
	/** Function indices that this body may call. */
	#callees(fits) {
		if (this.#self.leaf) return [];
		const found = [];
		this.#shape.functions.forEach(({ type }, k) => {
			if (fits(type)) found.push(k);
		});
		return found;
	}
	#call(funcIdx, depth) {
		const { type } = this.#shape.functions[funcIdx];
		this.#match(type.params, depth);
		this.#indexed("call", 16, funcIdx, type.params.length, ...type.results);
	}
	#callIndirect() {
		const tables = [...this.#shape.tables.keys()].filter((k) => this.#shape.tables[k]?.element === 112);
		if (this.#self.leaf || tables.length === 0) return;
		const { type } = this.#random.pick(this.#shape.functions);
		this.#match(type.params, 2);
		this.#small(8, 1);
		const table = this.#random.pick(tables);
		this.#emit("call_indirect", 17, ...unsigned$1(this.#shape.typeIdx(type)), ...unsigned$1(table));
		this.#stack.length -= type.params.length + 1;
		this.#stack.push(...type.results);
	}
	#tailCall() {
		const { results } = this.#self.type;
		const callees = this.#callees((type) => sameTypes(type.results, results));
		if (callees.length === 0) return;
		const funcIdx = this.#random.pick(callees);
		const { type } = this.#shape.functions[funcIdx];
		this.#match(type.params, 2);
		const table = this.#tableOf(112);
		if (table >= 0 && this.#random.chance(.4)) {
			this.#small(8, 1);
			this.#emit("return_call_indirect", 19, ...unsigned$1(this.#shape.typeIdx(type)), ...unsigned$1(table));
		} else this.#emit("return_call", 18, ...unsigned$1(funcIdx));
		this.#die();
	}
	/** Out of budget: gives up, or returns at once; else counts down. */
	#enterFunction() {
		const { budget } = this.#shape;
		this.#indexed("global.get", 35, budget, 0, 127);
		this.#i32(0);
		this.#plain("i32.le_s", 76, 2, 127);
		this.#stack.length -= 1;
		this.#emit("if", 4, 64);
		if (this.#random.chance(.3)) this.#emit("unreachable", 0);
		else {
			for (const type of this.#self.type.results) this.#const(type);
			this.#stack.length -= this.#self.type.results.length;
			this.#emit("return", 15);
		}
		this.#emit("end", 11);
		this.#indexed("global.get", 35, budget, 0, 127);
		this.#i32(-1);
		this.#plain("i32.add", 106, 2, 127);
		this.#indexed("global.set", 36, budget, 1);
	}
	#blockType(params, results) {
		if (params.length === 0 && results.length === 0 && this.#random.chance(.9)) return [64];
		if (params.length === 0 && results.length === 1 && this.#random.chance(.8)) return [results[0]];
		return signed$1(BigInt(this.#shape.typeIdx({
			params,
			results
		})));
	}
	/** Parameters of a block: some of what is on top of the stack. */
	#someOperands() {
		const available = Math.min(this.#stack.length - this.#height, this.#random.chance(.1) ? 12 : 4);
		const count = this.#random.below(available + 1);
		return count === 0 ? [] : this.#stack.slice(-count);
	}
	#someTypes(usually) {
		const most = this.#random.chance(.05) ? 12 : usually;
		return Array.from({ length: this.#random.below(most + 1) }, () => this.#random.pick(this.#shape.types));
	}
	#open(params, labelTypes, endTypes, guard, isLoop = false) {
		const height = this.#stack.length - params.length;
		this.#controls.push({
			labelTypes,
			endTypes,
			height,
			guard,
			isLoop
		});
		this.#dead = false;
	}
	#close() {
		const { height, endTypes } = this.#controls.pop();
		this.#stack.length = height;
		this.#stack.push(...endTypes);
		this.#dead = false;
	}
	#statements(most) {
		for (let left = this.#random.below(most + 1); left > 0 && !this.#full; left--) {
			if (this.#dead && this.#random.chance(.5)) return;
			this.#statement();
		}
	}
	#block(params, results) {
		const type = this.#blockType(params, results);
		this.#emit("block", 2, ...type);
		this.#open(params, results, results);
		this.#statements(5);
		this.#finish(results);
		this.#emit("end", 11);
		this.#close();
	}
	#if(params, results) {
		const type = this.#blockType(params, results);
		this.#condition(2);
		this.#emit("if", 4, ...type);
		this.#stack.pop();
		this.#open(params, results, results);
		this.#statements(4);
		this.#finish(results);
		if (!sameTypes(params, results) || this.#random.chance(.6)) {
			this.#emit("else", 5);
			this.#stack.length = this.#height;
			this.#stack.push(...params);
			this.#dead = false;
			this.#statements(4);
			this.#finish(results);
		}
		this.#emit("end", 11);
		this.#close();
	}
	#loop(params, results) {
		const random = this.#random;
		const turns = random.between(1, 6);
		const outerTurns = this.#turns;
		const byBudget = !this.#self.leaf && (random.chance(.3) || this.#turns * turns > MAX_TURNS);
		if (!byBudget && this.#turns * turns > MAX_TURNS) {
			this.#block(params, results);
			return;
		}
		const single = random.chance(.5);
		const guard = byBudget ? () => this.#budgetGuard() : this.#counterGuard(turns, single);
		const type = this.#blockType(params, results);
		this.#emit("loop", 3, ...type);
		this.#open(params, params, results, single ? void 0 : guard, true);
		if (!byBudget) this.#turns *= turns;
		this.#statements(6);
		if (!this.#dead) {
			this.#finish(params);
			guard();
			this.#indexed("br_if", 13, 0, 1);
		}
		this.#finish(results);
		this.#emit("end", 11);
		this.#close();
		this.#turns = outerTurns;
	}
	#budgetGuard() {
		const { budget } = this.#shape;
		this.#indexed("global.get", 35, budget, 0, 127);
		this.#i32(1);
		this.#plain("i32.sub", 107, 2, 127);
		this.#indexed("global.set", 36, budget, 1);
		this.#indexed("global.get", 35, budget, 0, 127);
		this.#i32(0);
		this.#plain("i32.gt_s", 74, 2, 127);
	}
	/** Sets up a counter; the function returned counts it down and leaves whether it is still above zero. */
	#counterGuard(turns, single) {
		const random = this.#random;
		const wide = random.chance(.3);
		const type = wide ? 126 : 127;
		const counter = this.#newLocal(type, true);
		if (wide) this.#i64(BigInt(turns));
		else this.#i32(turns);
		this.#indexed("local.set", 33, counter, 1);
		const form = random.below(single && !wide ? 5 : 4);
		const constant = (value) => wide ? this.#i64(BigInt(value)) : this.#i32(value);
		const get = () => this.#indexed("local.get", 32, counter, 0, type);
		const countDown = () => {
			get();
			if (form % 2 === 0) {
				constant(-1);
				if (wide) this.#plain("i64.add", 124, 2, 126);
				else this.#plain("i32.add", 106, 2, 127);
			} else {
				constant(1);
				if (wide) this.#plain("i64.sub", 125, 2, 126);
				else this.#plain("i32.sub", 107, 2, 127);
			}
		};
		return () => {
			countDown();
			switch (form) {
				case 0:
				case 1:
					this.#indexed("local.tee", 34, counter, 1, type);
					constant(0);
					if (wide) this.#plain("i64.gt_s", 85, 2, 127);
					else this.#plain("i32.gt_s", 74, 2, 127);
					return;
				case 2:
					this.#indexed("local.set", 33, counter, 1);
					constant(0);
					get();
					if (wide) this.#plain("i64.lt_s", 83, 2, 127);
					else this.#plain("i32.lt_s", 72, 2, 127);
					return;
				case 3:
					this.#indexed("local.tee", 34, counter, 1, type);
					constant(1);
					if (wide) this.#plain("i64.lt_s", 83, 2, 127);
					else this.#plain("i32.lt_s", 72, 2, 127);
					this.#plain("i32.eqz", 69, 1, 127);
					return;
				default: this.#indexed("local.tee", 34, counter, 1, 127);
			}
		};
	}
	#die() {
		this.#dead = true;
		this.#stack.length = this.#height;
	}
	/** Brings the operands of the innermost block to exactly these types. */
	#finish(types) {
		const height = this.#height;
		if (this.#dead && this.#stack.length === height && this.#random.chance(.5)) {
			this.#stack.push(...types);
			return;
		}
		let same = 0;
		while (same < types.length && this.#stack[height + same] === types[same]) same++;
		while (this.#stack.length > height + same) this.#consume();
		for (let k = same; k < types.length; k++) this.#push(types[k], 1);
	}
	/** Gets rid of the topmost operand. */
	#consume() {
		const type = this.#stack.at(-1);
		const locals = this.#localsOf(type, true);
		const globals = this.#globalsOf(type, true);
		if (locals.length > 0 && this.#random.chance(.5)) this.#indexed("local.set", 33, this.#random.pick(locals), 1);
		else if (globals.length > 0 && this.#random.chance(.3)) this.#indexed("global.set", 36, this.#random.pick(globals), 1);
		else this.#plain("drop", 26, 1);
	}
	#labels(accept) {
		const found = [];
		for (let label = 0; label < this.#controls.length; label++) if (accept(this.#controls[this.#controls.length - 1 - label])) found.push(label);
		return found;
	}
	#labelTypes(label) {
		return this.#controls[this.#controls.length - 1 - label].labelTypes;
	}
	#branch() {
		const random = this.#random;
		const backward = this.#labels(({ guard }) => guard !== void 0);
		if (backward.length > 0 && random.chance(.3)) {
			this.#branchBack(random.pick(backward));
			return;
		}
		const forward = this.#labels(({ isLoop }) => !isLoop);
		const label = random.pick(forward);
		const types = this.#labelTypes(label);
		this.#match(types);
		if (random.chance(.75)) {
			this.#condition(2);
			this.#indexed("br_if", 13, label, 1);
			return;
		}
		if (random.chance(.4)) this.#emit("br", 12, ...unsigned$1(label));
		else {
			const fitting = this.#labels((control) => !control.isLoop && sameTypes(control.labelTypes, types));
			const count = random.between(0, 6);
			const table = Array.from({ length: count }, () => unsigned$1(random.pick(fitting)));
			this.#small(random.pick([
				2,
				4,
				8
			]), 2);
			this.#emit("br_table", 14, ...unsigned$1(count), ...table.flat(), ...unsigned$1(label));
		}
		this.#die();
	}
	#branchBack(label) {
		const random = this.#random;
		const { guard, labelTypes } = this.#controls[this.#controls.length - 1 - label];
		this.#match(labelTypes);
		guard();
		const others = this.#labels((control) => !control.isLoop && sameTypes(control.labelTypes, labelTypes));
		if (others.length > 0 && random.chance(.3)) {
			const other = unsigned$1(random.pick(others));
			this.#emit("br_table", 14, 2, ...other, ...unsigned$1(label), ...other);
			this.#die();
		} else if (random.chance(.3)) {
			const type = this.#blockType(labelTypes, labelTypes);
			this.#emit("if", 4, ...type);
			this.#emit("br", 12, ...unsigned$1(label + 1));
			this.#emit("end", 11);
			this.#stack.pop();
		} else this.#indexed("br_if", 13, label, 1);
	}
	#statement() {
		const random = this.#random;
		const { types, memory, tables } = this.#shape;
		const nested = this.#controls.length < MAX_NESTING;
		const choices = [
			[4, () => this.#push(random.pick(types), random.chance(.6) ? 0 : 3)],
			[4, () => this.#setLocal()],
			[7, () => this.#operator(random.pick(this.#usable()), 3)],
			[1, () => this.#setGlobal()],
			[1, () => this.#select(random.pick(types), 2)],
			[.3, () => this.#emit("nop", 1)],
			[2.2, () => this.#branch()]
		];
		if (this.#stack.length > this.#height) choices.push([this.#stack.length > 12 ? 9 : 2, () => this.#consume()]);
		if (nested) {
			choices.push([1.2, () => this.#block(this.#someOperands(), this.#someTypes(3))]);
			choices.push([1.2, () => this.#if(this.#someOperands(), this.#someTypes(3))]);
			choices.push([1.2, () => this.#loop(this.#someOperands(), this.#someTypes(3))]);
		}
		if (!this.#self.leaf) {
			choices.push([1.5, () => this.#call(random.below(this.#shape.functions.length), 2)]);
			choices.push([.8, () => this.#callIndirect()]);
			if (this.#shape.tailCalls) choices.push([.15, () => this.#tailCall()]);
		}
		if (memory) choices.push([.8, () => this.#bulkMemory()]);
		if (tables.length > 0) choices.push([.8, () => this.#tableStatement()]);
		choices.push([.12, () => this.#return()]);
		choices.push([.02, () => this.#unreachable()]);
		random.weighted(choices)();
	}
	#return() {
		this.#match(this.#self.type.results);
		this.#emit("return", 15);
		this.#die();
	}
	#unreachable() {
		this.#emit("unreachable", 0);
		this.#die();
	}
	#setLocal() {
		const type = this.#random.pick(this.#shape.types);
		const locals = this.#localsOf(type, true);
		if (locals.length === 0) return;
		this.#match([type], 3);
		const local = this.#random.pick(locals);
		if (this.#random.chance(.3)) this.#indexed("local.tee", 34, local, 1, type);
		else this.#indexed("local.set", 33, local, 1);
	}
	#setGlobal() {
		const type = this.#random.pick(this.#shape.types);
		const globals = this.#globalsOf(type, true);
		if (globals.length === 0) return;
		this.#match([type], 2);
		this.#indexed("global.set", 36, this.#random.pick(globals), 1);
	}
};
/** Whether every instruction whose NaN may be any is followed by what makes it canonical, as the generator has it. */
function isCanonicalised(steps) {
	return steps.every(({ op }, k) => {
		if (!MAKES_NAN.test(op)) return true;
		const behind = steps.slice(k + 1, k + 7).map((step) => step.op);
		return /^local\.tee \w+\.const local\.get local\.get \w+\.eq (select|v128\.bitselect)$/.test(behind.join(" "));
	});
}
function sameTypes(a, b) {
	return a.length === b.length && a.every((type, k) => type === b[k]);
}
//#endregion
//#region generate.ts
/** What Node 20's own engine has. */
const NODE_20_FEATURES = new Set([
	"mutable-globals",
	"sign-extension",
	"saturating-float-to-int",
	"multi-value",
	"bulk-memory",
	"reference-types",
	"simd",
	"tail-call"
]);
const HOST_FUNCTIONS = [
	{
		name: "log",
		type: {
			params: [127],
			results: [127]
		}
	},
	{
		name: "mix",
		type: {
			params: [
				126,
				124,
				125
			],
			results: [126, 127]
		}
	},
	{
		name: "grow",
		type: {
			params: [],
			results: []
		}
	},
	{
		name: "again",
		type: {
			params: [127],
			results: [127]
		}
	},
	{
		name: "fail",
		type: {
			params: [127],
			results: []
		}
	}
];
function toWorld({ modules, calls }) {
	return {
		modules: modules.map((module) => ({
			name: module.name,
			hasStart: module.start !== void 0,
			reenters: module.imports.some(({ name: imported }) => imported === "again"),
			encode: (count) => encodeModule(module, count)
		})),
		calls
	};
}
const BUDGET_EXPORT = "budget";
function generateWorld(random, { features }) {
	const simd = features.has("simd") && random.chance(.3);
	const canonicalNaN = simd || random.chance(.6);
	const context = {
		random,
		regular: regularInstructions(new Set([...features].filter((feature) => simd || feature !== "simd"))),
		simd,
		canonicalNaN,
		tailCalls: features.has("tail-call")
	};
	const modules = [];
	let offer;
	for (let count = random.chance(.25) ? 2 : 1; count > 0; count--) {
		const module = generateModule(context, modules.length === 0 ? "a" : "b", offer);
		modules.push(module);
		offer = offerOf(module);
	}
	return {
		modules,
		calls: planCalls(random, modules)
	};
}
function offerOf(module) {
	const functions = module.exports.flatMap(({ name: exported, kind, index }) => {
		const own = module.functions[index - module.importedFunctions];
		return kind === 0 && own !== void 0 && exported !== "dump" ? [{
			name: exported,
			type: own.type
		}] : [];
	});
	const [first] = module.tables;
	const table = first?.element === 112 ? first : void 0;
	return {
		module: module.name,
		functions,
		table,
		memory: module.memory
	};
}
function generateModule(context, moduleName, offer) {
	const { random, simd } = context;
	const types = [];
	const typeIdx = (type) => {
		const found = types.findIndex((t) => sameTypes(t.params, type.params) && sameTypes(t.results, type.results));
		return found >= 0 ? found : types.push({
			params: [...type.params],
			results: [...type.results]
		}) - 1;
	};
	const valueTypes = [...[
		127,
		127,
		127,
		126,
		126,
		125,
		124
	], ...simd ? [
		123,
		123,
		123
	] : []];
	const allTypes = random.chance(.5) ? [
		...valueTypes,
		112,
		111
	] : valueTypes;
	const imports = [];
	const functions = [];
	const addImport = (from, field, kind, ...description) => {
		imports.push({
			module: from,
			name: field,
			kind,
			description
		});
	};
	const importFunction = (from, field, type) => {
		addImport(from, field, 0, ...unsigned$1(typeIdx(type)));
		functions.push({
			type,
			leaf: false
		});
	};
	for (const host of HOST_FUNCTIONS) if (random.chance(host.name === "fail" ? .05 : .2)) importFunction("host", host.name, host.type);
	for (const { name: field, type } of offer?.functions ?? []) if (random.chance(.7)) importFunction(offer.module, field, type);
	const importedFunctions = functions.length;
	const globals = [];
	const globalShapes = [];
	if (offer !== void 0) {
		addImport(offer.module, BUDGET_EXPORT, 3, 127, 1);
		globalShapes.push({
			type: 127,
			mutable: true
		});
	}
	if (random.chance(.3)) {
		addImport("host", "number", 3, 126, 0);
		globalShapes.push({
			type: 126,
			mutable: false
		});
	}
	const importedGlobals = globalShapes.length;
	const tables = [];
	const tableShapes = [];
	if (offer?.table !== void 0 && random.chance(.7)) {
		addImport(offer.module, "t0", 1, 112, ...limits(offer.table.min, offer.table.max));
		tableShapes.push({
			element: 112,
			size: offer.table.min
		});
	}
	let hasMemory = false;
	if (offer?.memory !== void 0 && random.chance(.4)) {
		addImport(offer.module, "memory", 2, ...limits(offer.memory.min, offer.memory.max));
		hasMemory = true;
	}
	const memory = !hasMemory && (simd || random.chance(.9)) ? {
		min: random.between(1, 2),
		max: 3
	} : void 0;
	hasMemory ||= memory !== void 0;
	const addTable = (element) => {
		const min = random.between(4, 9);
		tables.push({
			element,
			min,
			max: min + random.below(6)
		});
		tableShapes.push({
			element,
			size: min
		});
	};
	if (tableShapes.length === 0 && random.chance(.7)) addTable(112);
	if (random.chance(.2)) addTable(112);
	if (random.chance(.3)) addTable(111);
	const addGlobal = (type, mutable, init) => {
		globals.push({
			type,
			mutable,
			init
		});
		globalShapes.push({
			type,
			mutable
		});
	};
	if (offer === void 0) addGlobal(127, true, [
		65,
		0,
		11
	]);
	const budget = offer === void 0 ? importedGlobals : 0;
	for (let left = random.below(6); left > 0; left--) {
		const type = random.pick(allTypes);
		addGlobal(type, random.chance(.8), initialiser(random, type));
	}
	const signature = (most) => ({
		params: Array.from({ length: random.below(5) }, () => random.pick(allTypes)),
		results: Array.from({ length: random.below(most + 1) }, () => random.pick(allTypes))
	});
	const signatures = Array.from({ length: random.between(1, 3) }, () => signature(random.chance(.1) ? 12 : 3));
	const ownCount = random.between(1, 6);
	for (let k = 0; k < ownCount; k++) functions.push({
		type: random.chance(.5) ? random.pick(signatures) : signature(3),
		leaf: random.chance(.35)
	});
	const start = random.chance(.15) ? functions.length : void 0;
	if (start !== void 0) functions.push({
		type: {
			params: [],
			results: []
		},
		leaf: random.chance(.5)
	});
	const elements = [];
	const someFunction = () => random.chance(.85) ? random.below(functions.length) : void 0;
	tableShapes.forEach(({ element, size }, table) => {
		if (element !== 112) return;
		const items = Array.from({ length: random.between(1, size - 1) }, someFunction);
		elements.push({
			at: table,
			element,
			items
		});
	});
	if (random.chance(.4)) elements.push({
		at: void 0,
		element: 112,
		items: Array.from({ length: random.between(1, 6) }, someFunction)
	});
	const data = [];
	if (hasMemory) {
		const bytes = () => Array.from({ length: random.between(1, 12) }, () => random.below(256));
		for (let left = random.below(4); left > 0; left--) data.push({
			offset: random.chance(.6) ? random.pick([
				0,
				8,
				100,
				65520
			]) : void 0,
			bytes: bytes()
		});
	}
	const shape = {
		regular: context.regular,
		types: allTypes,
		functions,
		globals: globalShapes,
		budget,
		tables: tableShapes,
		memory: hasMemory,
		dataSegments: data.length,
		elementSegments: elements.map(({ element }) => element),
		tailCalls: context.tailCalls,
		canonicalNaN: context.canonicalNaN,
		typeIdx
	};
	const bodies = [];
	for (let k = importedFunctions; k < functions.length; k++) {
		const self = functions[k];
		const size = random.weighted([
			[5, random.between(5, 40)],
			[4, random.between(40, 120)],
			[1, random.between(120, 400)]
		]);
		bodies.push({
			type: self.type,
			...generateBody(random, shape, self, size)
		});
	}
	const exports = [];
	for (let k = importedFunctions; k < functions.length; k++) {
		const { type } = functions[k];
		const callable = !type.params.includes(123) && !type.results.includes(123);
		exports.push({
			name: `${callable ? "f" : "v"}${k}`,
			kind: 0,
			index: k
		});
	}
	if (hasMemory) exports.push({
		name: "memory",
		kind: 2,
		index: 0
	});
	tableShapes.forEach((_, k) => {
		exports.push({
			name: `t${k}`,
			kind: 1,
			index: k
		});
	});
	globalShapes.forEach(({ type }, k) => {
		if (k === budget) exports.push({
			name: BUDGET_EXPORT,
			kind: 3,
			index: k
		});
		else if (type !== 123) exports.push({
			name: `g${k}`,
			kind: 3,
			index: k
		});
	});
	const vectors = [...globalShapes.keys()].filter((k) => globalShapes[k]?.type === 123);
	if (vectors.length > 0 && hasMemory) {
		const steps = vectors.flatMap((k, at) => [
			{
				op: "i32.const",
				bytes: [65, ...signed$1(BigInt(32768 + 16 * at))]
			},
			{
				op: "global.get",
				bytes: [35, ...unsigned$1(k)]
			},
			{
				op: "v128.store",
				bytes: [
					253,
					11,
					0,
					0
				]
			}
		]);
		const type = {
			params: [],
			results: []
		};
		typeIdx(type);
		bodies.push({
			type,
			locals: [],
			steps: [...steps, {
				op: "end",
				bytes: [11]
			}]
		});
		exports.push({
			name: "dump",
			kind: 0,
			index: importedFunctions + bodies.length - 1
		});
	}
	for (const { type } of bodies) typeIdx(type);
	return {
		name: moduleName,
		types,
		imports,
		canonicalNaN: context.canonicalNaN,
		importedFunctions,
		importedGlobals,
		functions: bodies,
		tables,
		memory,
		globals,
		exports,
		start,
		elements,
		data
	};
}
function initialiser(random, type) {
	switch (type) {
		case 127: return [
			65,
			...signed$1(BigInt(edgeI32(random))),
			11
		];
		case 126: return [
			66,
			...signed$1(edgeI64(random)),
			11
		];
		case 125: return [
			67,
			...littleEndian(BigInt(edgeF32(random)), 4),
			11
		];
		case 124: return [
			68,
			...littleEndian(edgeF64(random), 8),
			11
		];
		case 123: return [
			253,
			12,
			...littleEndian(random.u64(), 8),
			...littleEndian(random.u64(), 8),
			11
		];
		default: return [
			208,
			type,
			11
		];
	}
}
function planCalls(random, modules) {
	const calls = [];
	modules.forEach((module, at) => {
		for (const { name: exported, kind, index } of module.exports) {
			if (kind !== 0 || !exported.startsWith("f")) continue;
			const { type } = module.functions[index - module.importedFunctions];
			for (let left = random.between(1, 2); left > 0; left--) {
				const args = type.params.map((param) => argument(random, param));
				calls.push({
					module: at,
					name: exported,
					args,
					budget: random.pick([
						0,
						3,
						20,
						60,
						200
					])
				});
			}
		}
	});
	return calls;
}
/** Numbers only where JavaScript keeps every bit: no NaN but the canonical one. */
function argument(random, type) {
	switch (type) {
		case 127: return edgeI32(random);
		case 126: return edgeI64(random);
		case 125: return canonical(new Float32Array(Uint32Array.of(edgeF32(random)).buffer)[0]);
		case 124: return canonical(new Float64Array(BigUint64Array.of(edgeF64(random)).buffer)[0]);
		default: return null;
	}
}
function canonical(value) {
	return Number.isNaN(value) ? NaN : value;
}
/** Prefix of the globals by which {@link encodeModule} reports executed instructions. */
const EXECUTED_PREFIX = "executed:";
/** What is counted besides instructions, under names that no mnemonic has. */
const COUNTED = {
	functionEntry: "(entry)",
	/** Declared locals of the functions entered. */
	local: "(local)",
	/** `end` and `else` reached by falling through. */
	delimiter: "(delimiter)",
	/** A loop's start, reached from before the loop or by a branch. */
	turn: "(turn)"
};
/**
* The module's bytes. With `count`, every mnemonic gets an exported i64 global with the number of times that an
* instruction of that name was reached.
*/
function encodeModule(module, count = false) {
	const counters = /* @__PURE__ */ new Map();
	const firstCounter = module.importedGlobals + module.globals.length;
	const increment = (op, by = 1) => {
		if (!count) return [];
		const index = unsigned$1(counters.get(op) ?? firstCounter + counters.size);
		counters.set(op, counters.get(op) ?? firstCounter + counters.size);
		return [
			35,
			...index,
			66,
			...signed$1(BigInt(by)),
			124,
			36,
			...index
		];
	};
	const encodeStep = ({ op, bytes }) => {
		if (op === "end" || op === "else") return [...increment(COUNTED.delimiter), ...bytes];
		return [
			...increment(op),
			...bytes,
			...op === "loop" ? increment(COUNTED.turn) : []
		];
	};
	const code = module.functions.map(({ locals, steps }) => {
		const body = [
			...vector(locals.map((type) => [1, type])),
			...increment(COUNTED.functionEntry),
			...increment(COUNTED.local, locals.length),
			...steps.flatMap(encodeStep)
		];
		return [...unsigned$1(body.length), ...body];
	});
	const globals = [...module.globals.map(({ type, mutable, init }) => [
		type,
		mutable ? 1 : 0,
		...init
	]), ...Array.from(counters, () => [
		126,
		1,
		66,
		0,
		11
	])];
	const exports = [...module.exports, ...Array.from(counters, ([op, index]) => ({
		name: EXECUTED_PREFIX + op,
		kind: 3,
		index
	}))];
	const typeIdx = (type) => module.types.findIndex((t) => sameTypes(t.params, type.params) && sameTypes(t.results, type.results));
	const functionCount = module.importedFunctions + module.functions.length;
	const bytes = [
		...HEADER,
		...section(1, vector(module.types.map(functionType))),
		...section(2, vector(module.imports.map((item) => [
			...name$1(item.module),
			...name$1(item.name),
			item.kind,
			...item.description
		]))),
		...section(3, vector(module.functions.map(({ type }) => unsigned$1(typeIdx(type))))),
		...section(4, vector(module.tables.map(({ element, min, max }) => [element, ...limits(min, max)]))),
		...module.memory ? section(5, vector([limits(module.memory.min, module.memory.max)])) : [],
		...section(6, vector(globals)),
		...section(7, vector(exports.map((item) => [
			...name$1(item.name),
			item.kind,
			...unsigned$1(item.index)
		]))),
		...module.start === void 0 ? [] : section(8, unsigned$1(module.start)),
		...section(9, vector([...module.elements.map(elementSegment), declare(functionCount)])),
		...module.data.length > 0 ? section(12, unsigned$1(module.data.length)) : [],
		...section(10, vector(code)),
		...section(11, vector(module.data.map(({ offset, bytes: content }) => offset === void 0 ? [
			1,
			...unsigned$1(content.length),
			...content
		] : [
			0,
			...offsetExpression(offset),
			...unsigned$1(content.length),
			...content
		])))
	];
	return Uint8Array.from(bytes);
}
/** Every function may be named by `ref.func`. */
function declare(count) {
	return [
		3,
		0,
		...vector(Array.from({ length: count }, (_, k) => unsigned$1(k)))
	];
}
function elementSegment({ at, element, items }) {
	const expressions = vector(items.map((item) => item === void 0 ? [
		208,
		element,
		11
	] : [
		210,
		...unsigned$1(item),
		11
	]));
	if (at === void 0) return [
		5,
		element,
		...expressions
	];
	return [
		6,
		...unsigned$1(at),
		...offsetExpression(0),
		element,
		...expressions
	];
}
//#endregion
//#region oracle/instructions.ts
/** A position in a module's bytes. */
var Cursor = class {
	bytes;
	at;
	constructor(bytes, at = 0) {
		this.bytes = bytes;
		this.at = at;
	}
	byte() {
		const value = this.bytes[this.at++];
		if (value === void 0) throw new Error(`the module ends at byte ${this.bytes.length}`);
		return value;
	}
	u32() {
		let value = 0;
		for (let factor = 1;; factor *= 128) {
			const byte = this.byte();
			value += (byte & 127) * factor;
			if (byte < 128) return value;
		}
	}
	skipLeb() {
		while (this.byte() >= 128);
	}
	skip(count) {
		this.at += count;
	}
	skipVector(skipItem) {
		for (let left = this.u32(); left > 0; left--) skipItem();
	}
	/** A value type, or the start of a block type: `(ref ht)` has a heap type behind its code. */
	skipValType() {
		const code = this.byte();
		if (code === 99 || code === 100) this.skipLeb();
		else if (code >= 128) this.skipLeb();
	}
	/** Returns the address operand's alignment field's flag for a memory index, having skipped everything. */
	skipMemArg() {
		if ((this.u32() & 64) !== 0) this.skipLeb();
		this.skipLeb();
	}
};
const PLAIN = "plain";
const OBSERVABLE = "observable";
/** Reads one instruction from its opcode to its last immediate. Throws on an instruction it does not know. */
function readInstruction(cursor) {
	const op = cursor.byte();
	switch (op) {
		case 0:
		case 15: return OBSERVABLE;
		case 1:
		case 26:
		case 27: return PLAIN;
		case 2:
		case 6:
			cursor.skipValType();
			return "block";
		case 3:
			cursor.skipValType();
			return "loop";
		case 4:
			cursor.skipValType();
			return "if";
		case 31:
			cursor.skipValType();
			cursor.skipVector(() => {
				if (cursor.byte() < 2) cursor.skipLeb();
				cursor.skipLeb();
			});
			return "block";
		case 5:
		case 25: return "delimiter";
		case 7:
			cursor.skipLeb();
			return "delimiter";
		case 11: return "end";
		case 24:
			cursor.skipLeb();
			return "end";
		case 10: return OBSERVABLE;
		case 8:
		case 9:
		case 12:
		case 13:
		case 16:
		case 18:
		case 20:
		case 21:
		case 37:
		case 38:
		case 64:
		case 213:
		case 214:
			cursor.skipLeb();
			return OBSERVABLE;
		case 17:
		case 19:
			cursor.skipLeb();
			cursor.skipLeb();
			return OBSERVABLE;
		case 14:
			cursor.skipVector(() => cursor.skipLeb());
			cursor.skipLeb();
			return OBSERVABLE;
		case 28:
			cursor.skipVector(() => cursor.skipValType());
			return PLAIN;
		case 32:
		case 33:
		case 34:
		case 35:
		case 36:
		case 63:
		case 65:
		case 66:
		case 208:
		case 210:
			cursor.skipLeb();
			return PLAIN;
		case 67:
			cursor.skip(4);
			return PLAIN;
		case 68:
			cursor.skip(8);
			return PLAIN;
		case 209:
		case 211: return PLAIN;
		case 212: return OBSERVABLE;
		case 252: return readMisc(cursor);
		case 253: return readVector(cursor);
		case 254:
			if (cursor.u32() === 3) cursor.skip(1);
			else cursor.skipMemArg();
			return OBSERVABLE;
		default:
			if (op >= 40 && op <= 62) {
				cursor.skipMemArg();
				return OBSERVABLE;
			}
			if (op >= 69 && op <= 196) return numericTraps(op) ? OBSERVABLE : PLAIN;
			throw new Error(`unknown opcode 0x${op.toString(16)} at byte ${cursor.at - 1}`);
	}
}
/** Division, remainder and truncation. */
function numericTraps(op) {
	return op >= 109 && op <= 112 || op >= 127 && op <= 130 || op >= 168 && op <= 171 || op >= 174 && op <= 177;
}
/** Prefix 0xfc: saturating truncation, bulk memory and tables, wide arithmetic. */
function readMisc(cursor) {
	const op = cursor.u32();
	if (op <= 7 || op >= 19 && op <= 22) return PLAIN;
	const indices = [
		2,
		1,
		2,
		1,
		2,
		1,
		2,
		1,
		1,
		1
	][op - 8];
	if (indices === void 0) throw new Error(`unknown opcode 0xfc ${op} at byte ${cursor.at - 1}`);
	for (let left = indices; left > 0; left--) cursor.skipLeb();
	return OBSERVABLE;
}
/** Prefix 0xfd: vectors. */
function readVector(cursor) {
	const op = cursor.u32();
	if (op <= 11 || op === 92 || op === 93) {
		cursor.skipMemArg();
		return OBSERVABLE;
	}
	if (op >= 84 && op <= 91) {
		cursor.skipMemArg();
		cursor.skip(1);
		return OBSERVABLE;
	}
	if (op === 12 || op === 13) cursor.skip(16);
	else if (op >= 21 && op <= 34) cursor.skip(1);
	return PLAIN;
}
//#endregion
//#region oracle/instrument.ts
/** Export name of the counter, a mutable i64 global. */
const FUEL_EXPORT = "__fuel";
/** Export name of what was the start function, with {@link InstrumentOptions.deferStart}. */
const START_EXPORT = "__start";
/** The order in which sections stand: tag (13) before global, data count (12) before code. */
const ORDER = [
	1,
	2,
	3,
	4,
	5,
	13,
	6,
	7,
	8,
	9,
	12,
	10,
	11
];
/**
* Adds a global `__fuel` that counts executed instructions under the cost model
* `instructions`: every instruction that control reaches counts 1, delimiters
* (`end`, `else`) 0, and a branch to a loop's label executes `loop` again. It is
* exact whenever it can be seen: after a return, a trap, and in host functions.
* Custom sections are dropped. Throws on what it does not understand (GC).
*/
function instrumentModule(bytes, options = {}) {
	const sections = readSections(bytes).filter(({ id }) => id !== 0);
	const bodyOf = (id) => sections.find((section) => section.id === id)?.body;
	const globals = bodyOf(6) ?? Uint8Array.of(0);
	const fuel = countImportedGlobals(bodyOf(2)) + new Cursor(globals).u32();
	const replaced = /* @__PURE__ */ new Map();
	replaced.set(6, append(globals, [[
		126,
		1,
		66,
		0,
		11
	]]));
	const exported = [[
		...name(FUEL_EXPORT),
		3,
		...unsigned(fuel)
	]];
	const start = bodyOf(8);
	const deferred = start !== void 0 && options.deferStart === true;
	if (deferred) exported.push([
		...name(START_EXPORT),
		0,
		...start
	]);
	replaced.set(7, append(bodyOf(7) ?? Uint8Array.of(0), exported));
	const code = bodyOf(10);
	if (code !== void 0) replaced.set(10, instrumentCode(code, fuel));
	const output = [bytes.subarray(0, 8)];
	for (const id of ORDER) {
		if (id === 8 && deferred) continue;
		const body = replaced.get(id) ?? bodyOf(id);
		if (body !== void 0) output.push(Uint8Array.from([id, ...unsigned(body.length)]), body);
	}
	return concatenate(output);
}
function readSections(bytes) {
	const cursor = new Cursor(bytes, 8);
	const sections = [];
	while (cursor.at < bytes.length) {
		const id = cursor.byte();
		const size = cursor.u32();
		sections.push({
			id,
			body: bytes.subarray(cursor.at, cursor.at + size)
		});
		cursor.skip(size);
	}
	return sections;
}
function countImportedGlobals(body) {
	if (body === void 0) return 0;
	const cursor = new Cursor(body);
	const skipLimits = () => {
		const flags = cursor.byte();
		cursor.skipLeb();
		if ((flags & 1) !== 0) cursor.skipLeb();
		if ((flags & 8) !== 0) cursor.skipLeb();
	};
	let globals = 0;
	cursor.skipVector(() => {
		cursor.skip(cursor.u32());
		cursor.skip(cursor.u32());
		switch (cursor.byte()) {
			case 0:
				cursor.skipLeb();
				break;
			case 1:
				cursor.skipValType();
				skipLimits();
				break;
			case 2:
				skipLimits();
				break;
			case 3:
				cursor.skipValType();
				cursor.skip(1);
				globals++;
				break;
			case 4:
				cursor.skip(1);
				cursor.skipLeb();
				break;
			default: throw new Error("unknown kind of import");
		}
	});
	return globals;
}
/** Adds items at the end of a section that is a vector. */
function append(body, items) {
	const cursor = new Cursor(body);
	const count = cursor.u32();
	return concatenate([
		Uint8Array.from(unsigned(count + items.length)),
		body.subarray(cursor.at),
		Uint8Array.from(items.flat())
	]);
}
function instrumentCode(body, fuel) {
	const cursor = new Cursor(body);
	const count = cursor.u32();
	const output = [Uint8Array.from(unsigned(count))];
	for (let left = count; left > 0; left--) {
		const size = cursor.u32();
		const instrumented = instrumentBody(body.subarray(cursor.at, cursor.at + size), fuel);
		output.push(Uint8Array.from(unsigned(instrumented.length)), instrumented);
		cursor.skip(size);
	}
	return concatenate(output);
}
/**
* Instructions that can neither trap nor branch are counted together, at the next
* place where the count could be seen or control could come from elsewhere.
*/
function instrumentBody(body, fuel) {
	const cursor = new Cursor(body);
	cursor.skipVector(() => {
		cursor.skipLeb();
		cursor.skipValType();
	});
	const output = [body.subarray(0, cursor.at)];
	let pending = 0;
	/** Start of what has been read and not written. */
	let from = cursor.at;
	const writeUpTo = (end) => {
		output.push(body.subarray(from, end));
		from = end;
	};
	const count = () => {
		if (pending > 0) output.push(countUp(fuel, pending));
		pending = 0;
	};
	while (cursor.at < body.length) {
		const at = cursor.at;
		switch (readInstruction(cursor)) {
			case "plain":
			case "block":
				pending++;
				break;
			case "observable":
			case "if":
				pending++;
				writeUpTo(at);
				count();
				break;
			case "loop":
				writeUpTo(at);
				count();
				pending = 1;
				break;
			case "delimiter":
			case "end":
				writeUpTo(at);
				count();
				break;
			default:
		}
	}
	writeUpTo(body.length);
	return concatenate(output);
}
/** `global.get fuel; i64.const n; i64.add; global.set fuel` */
function countUp(fuel, n) {
	return Uint8Array.from([
		35,
		...unsigned(fuel),
		66,
		...signed(n),
		124,
		36,
		...unsigned(fuel)
	]);
}
function name(text) {
	const utf8 = new TextEncoder().encode(text);
	return [...unsigned(utf8.length), ...utf8];
}
function unsigned(value) {
	const output = [];
	for (let rest = value;; rest = Math.floor(rest / 128)) {
		if (rest < 128) return [...output, rest];
		output.push(rest % 128 | 128);
	}
}
/** Signed LEB128 of a number >= 0: its last byte must not look negative. */
function signed(value) {
	const output = unsigned(value);
	const last = output.at(-1) ?? 0;
	return last < 64 ? output : [
		...output.slice(0, -1),
		last | 128,
		0
	];
}
function concatenate(parts) {
	const output = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		output.set(part, at);
		at += part.length;
	}
	return output;
}
//#endregion
//#region oracle/native.ts
/** Node's own engine. Throws where there is none (`--jitless`). */
function nativeWebAssembly() {
	const native = globalThis.WebAssembly;
	if (native === void 0) throw new Error("this Node has no WebAssembly");
	return native;
}
//#endregion
//#region subject.ts
/** Thrown by the host function `fail`. */
var HostFailure = class extends Error {};
/** The functions of generate.ts's HOST_FUNCTIONS, by name, for one module. */
function hostFunctions(host) {
	const note = (text) => {
		host.log.push(`${text} @${host.fuel()}`);
	};
	return {
		log: (value) => {
			note(`log ${value}`);
			return Math.imul(value, 3) + 1;
		},
		mix: (a, b, c) => {
			note(`mix ${show(a)} ${show(b)} ${show(c)}`);
			return [BigInt.asIntN(64, a * 5n + 1n), b < c ? 1 : 0];
		},
		grow: () => {
			note("grow");
			const memory = host.exports?.memory;
			try {
				memory?.grow(1);
			} catch {}
		},
		again: (value) => {
			note(`again ${value}`);
			const target = Object.keys(host.exports ?? {}).find((name) => /^f\d/.test(name));
			const callable = target === void 0 ? void 0 : host.exports?.[target];
			if (typeof callable !== "function" || callable.length > 0 || host.nesting.depth >= 4) return value;
			host.nesting.depth++;
			try {
				callable();
			} finally {
				host.nesting.depth--;
			}
			note("again, behind");
			return value + 1;
		},
		fail: (value) => {
			note(`fail ${value}`);
			throw new HostFailure(String(value));
		}
	};
}
/** A value in words: NaNs are all alike, functions are named by `names`. */
function show(value, names) {
	if (typeof value === "bigint") return `${value}n`;
	if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
	if (typeof value === "function") return `function ${names?.get(value) ?? "?"}`;
	if (Array.isArray(value)) return `[${value.map((item) => show(item, names)).join(", ")}]`;
	return String(value);
}
/** Names of all exported functions, for {@link show}. */
function functionNames(modules) {
	const names = /* @__PURE__ */ new Map();
	modules.forEach((exports, at) => {
		for (const [name, value] of Object.entries(exports)) if (typeof value === "function" && !names.has(value)) names.set(value, `${at}.${name}`);
	});
	return names;
}
/** The final state in words, one line for each export that is not a function. */
function describeState(modules, bytesOf) {
	const names = functionNames(modules);
	const lines = [];
	modules.forEach((exports, at) => {
		for (const [name, value] of Object.entries(exports)) {
			if (typeof value === "function" || name.startsWith("__")) continue;
			const where = `${at}.${name}`;
			if (name === "memory") {
				const bytes = bytesOf(value);
				lines.push(`${where}: ${bytes.length} bytes ${createHash("sha1").update(bytes).digest("hex")}`);
			} else if (/^t\d/.test(name)) {
				const table = value;
				const items = Array.from({ length: table.length }, (_, k) => show(table.get(k), names));
				lines.push(`${where}: ${items.join(", ")}`);
			} else lines.push(`${where}: ${show(value.value, names)}`);
		}
	});
	return lines;
}
/** A call of a world, in words, for reports. */
function showCall(world, { module, name, args, budget }) {
	return `${world.modules[module]?.name}.${name}(${args.map((arg) => show(arg)).join(", ")}) with budget ${budget}`;
}
//#endregion
//#region native-subject.ts
const TRAPS$1 = [
	[/^unreachable/, "unreachable"],
	[/(divide|remainder) by zero/, "divide by zero"],
	[/unrepresentable/, "conversion or overflow"],
	[/memory access out of bounds/, "memory bounds"],
	[/^table index is out of bounds/, "table bounds"],
	[/table (access|index|initializer)|element segment|operand index|data segment/i, "table bounds"],
	[/null function|signature mismatch/, "null or mismatched function"],
	[/Maximum call stack/, "stack"]
];
/** Runs a world's plan. With `count`, executions are counted by mnemonic and there is no fuel. */
function runNatively(world, count = false) {
	const native = nativeWebAssembly();
	const instances = [];
	const events = [];
	const log = [];
	const nesting = { depth: 0 };
	const fuel = () => instances.reduce((sum, exports) => sum + BigInt(exports["__fuel"]?.value ?? 0), 0n);
	const attempt = (run) => {
		let outcome;
		let returned = false;
		try {
			outcome = `returned ${show(run(), functionNames(instances))}`;
			returned = true;
		} catch (error) {
			outcome = describeError$1(error);
		}
		events.push({
			outcome,
			fuel: fuel()
		});
		return returned;
	};
	let complete = true;
	for (const module of world.modules) {
		const host = {
			exports: void 0,
			fuel,
			log,
			nesting
		};
		const bytes = instrumentModule(module.encode(count), { deferStart: true });
		const imports = { host: {
			...hostFunctions(host),
			number: HOST_NUMBER
		} };
		instances.forEach((exports, k) => {
			imports[world.modules[k]?.name ?? ""] = exports;
		});
		const { exports } = new native.Instance(new native.Module(bytes), imports);
		instances.push(exports);
		const start = exports[START_EXPORT];
		if (start !== void 0 && !attempt(start)) {
			complete = false;
			break;
		}
		host.exports = Object.fromEntries(Object.entries(exports).filter(([name]) => !name.startsWith("__")));
	}
	if (complete) for (const { module, name, args, budget } of world.calls) {
		const exports = instances[module];
		const counter = instances[0]?.[BUDGET_EXPORT];
		if (counter !== void 0) counter.value = budget;
		attempt(() => exports[name](...args));
	}
	const executed = /* @__PURE__ */ new Map();
	for (const exports of instances) for (const [name, global] of Object.entries(exports)) {
		if (!name.startsWith("executed:")) continue;
		const op = name.slice(9);
		executed.set(op, (executed.get(op) ?? 0) + Number(global.value));
	}
	if (complete) for (const exports of instances) exports.dump?.();
	const visible = instances.map((exports) => Object.fromEntries(Object.entries(exports).filter(([name]) => !name.startsWith(EXECUTED_PREFIX))));
	return {
		events,
		log,
		state: complete ? describeState(visible, (memory) => new Uint8Array(memory.buffer)) : [],
		executed
	};
}
/** The immutable i64 global that modules may import. */
const HOST_NUMBER = 1311768467463790320n;
function describeError$1(error) {
	if (error instanceof HostFailure) return "host error";
	const { message } = error;
	if (error instanceof nativeWebAssembly().RuntimeError || error instanceof RangeError) {
		const kind = TRAPS$1.find(([pattern]) => pattern.test(message))?.[1];
		if (kind !== void 0) return `trapped: ${kind}`;
	}
	throw error;
}
//#endregion
//#region engine-subject.ts
const TRAPS = {
	unreachable: "unreachable",
	"integer-divide-by-zero": "divide by zero",
	"integer-overflow": "conversion or overflow",
	"invalid-conversion-to-integer": "conversion or overflow",
	"out-of-bounds-memory-access": "memory bounds",
	"out-of-bounds-table-access": "table bounds",
	"undefined-element": "table bounds",
	"uninitialized-element": "null or mismatched function",
	"indirect-call-type-mismatch": "null or mismatched function",
	"call-stack-exhausted": "stack"
};
const TYPE_NAMES = new Map([
	[127, "i32"],
	[126, "i64"],
	[125, "f32"],
	[124, "f64"]
]);
function compileWorld(engine, world) {
	return {
		engine,
		world,
		modules: world.modules.map((module) => new Module(engine, module.encode(false)))
	};
}
function runOnEngine({ engine, world, modules }, options = {}) {
	const store = new Store(engine, options.fuel === void 0 ? {} : { fuel: options.fuel });
	const instances = [];
	const events = [];
	const log = [];
	const nesting = { depth: 0 };
	let outOfFuel = false;
	const exportsOf = () => instances.map(({ exports }) => exports);
	const attempt = (run) => {
		let outcome;
		let returned = false;
		try {
			outcome = `returned ${show(run(), functionNames(exportsOf()))}`;
			returned = true;
		} catch (error) {
			outOfFuel = error instanceof OutOfFuelError;
			outcome = describeError(error);
		}
		events.push({
			outcome,
			fuel: store.fuelConsumed
		});
		return returned;
	};
	let complete = true;
	for (const [at, module] of modules.entries()) {
		const host = {
			exports: void 0,
			fuel: () => store.fuelConsumed,
			log,
			nesting
		};
		const linker = new Linker(engine);
		const functions = hostFunctions(host);
		for (const { name, type } of HOST_FUNCTIONS) {
			const names = (types) => types.map((code) => TYPE_NAMES.get(code) ?? "i32");
			const run = functions[name];
			linker.func("host", name, {
				params: names(type.params),
				results: names(type.results)
			}, (_caller, ...args) => run(...args));
		}
		linker.define("host", "number", new Global(store, { type: "i64" }, HOST_NUMBER));
		instances.forEach((instance, k) => {
			linker.instance(world.modules[k]?.name ?? "", instance);
		});
		const instantiate = () => {
			instances.push(linker.instantiate(store, module));
		};
		if (!world.modules[at]?.hasStart) instantiate();
		else if (!attempt(instantiate)) {
			complete = false;
			break;
		}
		host.exports = instances[at]?.exports;
	}
	if (complete) for (const { module, name, args, budget } of world.calls) {
		const instance = instances[module];
		const counter = instances[0]?.exports[BUDGET_EXPORT];
		if (counter !== void 0) counter.value = budget;
		attempt(() => options.slice === void 0 ? instance.call(name, args) : runInSlices(instance.start(name, args), options.slice, store));
		if (outOfFuel) break;
	}
	const fuel = store.fuelConsumed;
	const { fuelRemaining } = store;
	if (complete) {
		store.addFuel(1e9);
		for (const { exports } of instances) exports.dump?.();
	}
	return {
		events,
		log,
		state: complete ? describeState(exportsOf(), (memory) => memory.bytes()) : [],
		outOfFuel,
		fuel,
		fuelRemaining
	};
}
/** Resumes until the end. A slice that is too small for the next instruction is doubled until it is not. */
function runInSlices(execution, slice, store) {
	let fuel = slice();
	for (;;) {
		const before = store.fuelConsumed;
		const state = execution.resume({ fuel });
		const used = store.fuelConsumed - before;
		if (used > BigInt(fuel)) throw new Error(`a slice of ${fuel} used ${used}`);
		switch (state) {
			case "done": return execution.result;
			case "trapped": throw execution.error;
			case "out-of-fuel":
				fuel = used === 0n ? Math.max(1, 2 * fuel) : slice();
				break;
			default: throw new Error(`an execution is ${state}`);
		}
	}
}
function describeError(error) {
	if (error instanceof HostFailure) return "host error";
	if (error instanceof OutOfFuelError) return "out of fuel";
	if (error instanceof Trap) {
		const kind = TRAPS[error.code];
		if (kind !== void 0) return `trapped: ${kind}`;
	}
	return `threw ${String(error)}\n${error.stack ?? ""}`;
}
//#endregion
//#region random.ts
/** A seeded stream (sfc32). Not for cryptography. */
var Random = class {
	#a;
	#b;
	#c;
	#counter = 1;
	/** Any number; different seeds give unrelated streams. */
	constructor(seed) {
		this.#a = seed | 0;
		this.#b = Math.floor(seed / 2 ** 32) | 0;
		this.#c = 24301;
		for (let k = 0; k < 12; k++) this.u32();
	}
	u32() {
		const sum = this.#a + this.#b + this.#counter | 0;
		this.#counter = this.#counter + 1 | 0;
		this.#a = this.#b ^ this.#b >>> 9;
		this.#b = this.#c + (this.#c << 3) | 0;
		this.#c = (this.#c << 21 | this.#c >>> 11) + sum;
		this.#c |= 0;
		return sum >>> 0;
	}
	u64() {
		return BigInt(this.u32()) << 32n | BigInt(this.u32());
	}
	/** An integer from 0 to `bound` - 1. */
	below(bound) {
		return Math.floor(this.u32() / 2 ** 32 * bound);
	}
	/** An integer from `low` to `high`, both possible. */
	between(low, high) {
		return low + this.below(high - low + 1);
	}
	/** True with this probability. */
	chance(probability) {
		return this.u32() < probability * 2 ** 32;
	}
	/** @throws RangeError for an empty list */
	pick(items) {
		if (items.length === 0) throw new RangeError("nothing to pick from");
		return items[this.below(items.length)];
	}
	/** Picks by weight; weights are positive. */
	weighted(items) {
		let total = 0;
		for (const [weight] of items) total += weight;
		let at = this.below(2 ** 30) * (total / 2 ** 30);
		for (const [weight, item] of items) {
			at -= weight;
			if (at < 0) return item;
		}
		return items.at(-1)[1];
	}
};
//#endregion
//#region differential.ts
/** A model in which no two of these cost the same, so that a charge in the wrong place shows. */
const PRICES = {
	name: "prices",
	version: 1,
	base: 3,
	classes: {
		control: 5,
		call: 70,
		integer: 2,
		variable: 1,
		constant: 0,
		float: 11,
		load: 13,
		store: 17
	},
	instructions: {
		loop: 19,
		br_if: 23,
		if: 29,
		nop: 0,
		"i32.add": 31
	},
	delimiter: 37,
	loopReentry: 41,
	functionEntry: 430,
	perLocal: 47,
	hostCall: 53
};
/** Everything has a price, sizes too. */
const SIZES = {
	...PRICES,
	name: "sizes",
	classes: {
		control: 0,
		variable: 0,
		call: 7
	},
	delimiter: 0,
	loopReentry: 0,
	perByte: 3,
	perElement: 5,
	perPage: 10007
};
function makeSubjects(models = [
	PRICES,
	BOUNDED_MODEL,
	SIZES
]) {
	const pair = (model) => {
		const costModel = model ?? "instructions";
		return {
			fast: new Engine({
				features: "all",
				lowering: "fast",
				costModel
			}),
			exact: new Engine({
				features: "all",
				lowering: "exact",
				costModel
			})
		};
	};
	return {
		...pair(),
		priced: models.map((model) => ({
			model,
			...pair(model)
		}))
	};
}
/** Worlds that take longer than this many instructions are compared on plain runs only. */
const LONG = 6e4;
/** Generates the world of a seed and checks it. */
function checkSeed(seed, subjects) {
	const random = new Random(seed);
	const world = generateWorld(random, { features: NODE_20_FEATURES });
	return {
		world,
		...checkWorld(toWorld(world), subjects, random)
	};
}
/** `thorough`: at every budget of short runs, not only at some. */
function checkWorld(world, subjects, random, thorough = false) {
	const findings = [];
	let native;
	try {
		native = runNatively(world);
	} catch (error) {
		return {
			findings: [`native: ${String(error)}`],
			native
		};
	}
	const report = (what, differences) => {
		findings.push(...differences.map((difference) => `${what}: ${difference}`));
	};
	const guarded = (what, check) => {
		try {
			check();
		} catch (error) {
			findings.push(`${what}: ${error.stack ?? String(error)}`);
		}
	};
	guarded("instructions", () => {
		const reference = native;
		const fast = compileWorld(subjects.fast, world);
		const exact = compileWorld(subjects.exact, world);
		for (const [name, compiled] of [["fast", fast], ["exact", exact]]) report(name, differences(world, reference, runOnEngine(compiled)));
		const total = reference.events.at(-1)?.fuel ?? 0n;
		if (total <= LONG) checkBudgets({
			fast,
			exact
		}, reference, total, random, report, thorough);
	});
	for (const priced of subjects.priced) guarded(priced.model.name, () => checkPriced(world, native, priced, random, report, thorough));
	return {
		findings,
		native
	};
}
/** The first part of {@link checkWorld}: plain runs on both lowerings against the native one. */
function checkPlainly(world, { fast, exact }) {
	try {
		const reference = runNatively(world);
		return [...differences(world, reference, runOnEngine(compileWorld(fast, world))).map((text) => `fast: ${text}`), ...differences(world, reference, runOnEngine(compileWorld(exact, world))).map((text) => `exact: ${text}`)];
	} catch (error) {
		return [`native: ${String(error)}`];
	}
}
/** Stops exactly at any budget, in the same state on both lowerings; and goes on from there. */
function checkBudgets(pair, reference, total, random, report, thorough) {
	const { world } = pair.fast;
	const both = (what, options, check) => {
		const fast = runOnEngine(pair.fast, options());
		const exact = runOnEngine(pair.exact, options());
		report(`fast, ${what}`, check(fast));
		report(`exact, ${what}`, check(exact));
		report(`fast and exact, ${what}`, differences(world, exact, fast));
	};
	both(`budget ${total} (all)`, () => ({ fuel: total }), (run) => [...differences(world, reference, run), ...run.fuelRemaining === 0n ? [] : [`${run.fuelRemaining} fuel left`]]);
	const short = (budget) => {
		both(`budget ${budget} of ${total}`, () => ({ fuel: budget }), (run) => [
			...run.outOfFuel ? [] : ["did not run out of fuel"],
			...run.fuel === budget ? [] : [`stopped at ${run.fuel}`],
			...run.fuelRemaining === 0n ? [] : [`${run.fuelRemaining} fuel left`]
		]);
	};
	for (const budget of someBudgets(total, random, thorough)) short(budget);
	if (reentersGuest(world)) return;
	for (const slices of sliceSizes(total)) for (const [name, compiled] of [["fast", pair.fast], ["exact", pair.exact]]) {
		const run = runOnEngine(compiled, { slice: () => random.between(...slices) });
		report(`${name}, slices of ${slices[0]} to ${slices[1]}`, differences(world, reference, run));
	}
}
/** Budgets below `total`. */
function someBudgets(total, random, thorough) {
	if (total === 0n) return [];
	if (thorough && total <= 500n) return Array.from({ length: Number(total) }, (_, k) => BigInt(k));
	const upTo = Number(total > 2n ** 40n ? 2n ** 40n : total);
	const budgets = [total - 1n];
	for (let left = thorough ? 20 : 1; left > 0; left--) budgets.push(BigInt(random.below(upTo)), BigInt(random.below(Math.min(upTo, 500))));
	return budgets;
}
/** Small slices for short runs, large ones for long runs. */
function sliceSizes(total) {
	if (total < 3000n) return [[1, 1], [1, 12]];
	return [[1, Math.ceil(Number(total) / 100)]];
}
/** A slice cannot end while the host is on the JavaScript stack. */
function reentersGuest(world) {
	return world.modules.some(({ reenters }) => reenters);
}
/** Other prices: the same results, the sum of an independent count, and both lowerings stop at the same place. */
function checkPriced(world, reference, { model, fast, exact }, random, report, thorough) {
	const { name } = model;
	const pair = {
		fast: compileWorld(fast, world),
		exact: compileWorld(exact, world)
	};
	const onFast = runOnEngine(pair.fast);
	const onExact = runOnEngine(pair.exact);
	report(`${name}, fast`, differences(world, reference, onFast, false));
	report(`${name}, fast and exact`, differences(world, onExact, onFast));
	if (!(model.perByte || model.perElement || model.perPage)) {
		const expected = priceOf(world, model, reference);
		if (expected !== void 0 && onFast.fuel !== expected) report(name, [`fuel is ${onFast.fuel}, by count ${expected}`]);
	}
	const total = onExact.fuel;
	if ((reference.events.at(-1)?.fuel ?? 0n) > LONG || total === 0n) return;
	const enough = runOnEngine(pair.fast, { fuel: total });
	report(`${name}, budget ${total} (all)`, differences(world, onExact, enough));
	for (const budget of someBudgets(total, random, thorough)) {
		const options = { fuel: budget };
		const stopped = runOnEngine(pair.fast, options);
		report(`${name}, budget ${budget} of ${total}`, [
			...differences(world, runOnEngine(pair.exact, options), stopped),
			...stopped.outOfFuel ? [] : ["did not run out of fuel"],
			...stopped.fuel <= budget ? [] : [`used ${stopped.fuel}`],
			...stopped.fuelRemaining === budget - stopped.fuel ? [] : [`${stopped.fuelRemaining} fuel left`]
		]);
	}
	if (reentersGuest(world)) return;
	const size = Math.ceil(Number(total) / 60) + 1;
	for (let left = thorough ? 8 : 1; left > 0; left--) {
		const sliced = runOnEngine(pair.fast, { slice: () => random.between(1, size) });
		report(`${name}, slices up to ${size}`, differences(world, onExact, sliced));
	}
}
/** What a run costs by the native count of its instructions, if they were counted; for models without prices by size. */
function priceOf(world, model, reference) {
	const { executed } = runNatively(world, true);
	if (executed.size === 0) return void 0;
	const classes = new Map(Object.values(INSTRUCTIONS).map((row) => [row.mnemonic, model.classes?.[row.class] ?? model.base]));
	const price = (mnemonic) => {
		const plain = mnemonic === "select t" ? "select" : mnemonic;
		return model.instructions?.[plain] ?? classes.get(plain);
	};
	let total = 0n;
	const add = (count, each) => {
		total += BigInt(count ?? 0) * BigInt(each ?? 0);
	};
	const special = new Set(Object.values(COUNTED));
	for (const [mnemonic, count] of executed) if (!special.has(mnemonic)) add(count, price(mnemonic));
	const loops = executed.get("loop") ?? 0;
	add((executed.get(COUNTED.turn) ?? 0) - loops, model.loopReentry ?? price("loop"));
	add(executed.get(COUNTED.delimiter), model.delimiter);
	add(executed.get(COUNTED.functionEntry), model.functionEntry);
	add(executed.get(COUNTED.local), model.perLocal);
	add(reference.log.filter((line) => !line.startsWith("again, behind")).length, model.hostCall);
	return total;
}
/** How `actual` differs from `expected`; nothing if it does not. */
function differences(world, expected, actual, fuel = true) {
	const found = [];
	const count = Math.max(expected.events.length, actual.events.length);
	for (let k = 0; k < count && found.length === 0; k++) {
		const wanted = expected.events[k];
		const got = actual.events[k];
		const call = k - world.modules.filter(({ hasStart }) => hasStart).length;
		const planned = call >= 0 ? world.calls[call] : void 0;
		const where = planned === void 0 ? `start function ${k}` : showCall(world, planned);
		if (wanted?.outcome !== got?.outcome) found.push(`${where}: ${got?.outcome}, should be ${wanted?.outcome}`);
		if (fuel && wanted?.fuel !== got?.fuel) found.push(`${where}: fuel ${got?.fuel}, should be ${wanted?.fuel}`);
	}
	const lines = (what, a, b) => {
		for (let k = 0; k < Math.max(a.length, b.length); k++) {
			if (a[k] === b[k]) continue;
			found.push(`${what} ${k}: ${b[k]}, should be ${a[k]}`);
			return;
		}
	};
	const plain = (log) => fuel ? log : log.map((line) => line.replace(/ @.*/, ""));
	lines("host call", plain(expected.log), plain(actual.log));
	lines("state", expected.state, actual.state);
	return found;
}
//#endregion
//#region minimise.ts
/** Replacements for a stretch of instructions, tried in this order. */
const REPLACEMENTS = [
	[],
	[{
		op: "i32.const",
		bytes: [65, 0]
	}],
	[{
		op: "i64.const",
		bytes: [66, 0]
	}],
	[{
		op: "f32.const",
		bytes: [
			67,
			0,
			0,
			0,
			0
		]
	}],
	[{
		op: "f64.const",
		bytes: [
			68,
			0,
			0,
			0,
			0,
			0,
			0,
			0,
			0
		]
	}],
	[{
		op: "drop",
		bytes: [26]
	}],
	[{
		op: "unreachable",
		bytes: [0]
	}]
];
/** `fails` must be true for `world`; it is for the world returned. */
function minimise(world, fails) {
	let best = world;
	const attempt = (candidate) => {
		if (!isValid(candidate) || !fails(candidate)) return false;
		best = candidate;
		return true;
	};
	for (let before = -1; before !== sizeOf(best);) {
		before = sizeOf(best);
		for (let k = best.calls.length - 1; k >= 0; k--) attempt({
			...best,
			calls: best.calls.filter((_, at) => at !== k)
		});
		for (let m = 0; m < best.modules.length; m++) {
			const moduleAt = () => best.modules[m];
			const withModule = (change) => ({
				...best,
				modules: best.modules.map((module, at) => at === m ? {
					...module,
					...change
				} : module)
			});
			attempt(withModule({ start: void 0 }));
			for (let f = 0; f < moduleAt().functions.length; f++) {
				const bodyOf = () => moduleAt().functions[f]?.steps ?? [];
				const withBody = (steps) => withModule({ functions: moduleAt().functions.map((func, at) => at === f ? {
					...func,
					steps
				} : func) });
				for (let size = bodyOf().length; size >= 1; size = size > 8 ? Math.floor(size / 2) : size - 1) for (let at = 0; at < bodyOf().length; at++) for (const replacement of REPLACEMENTS) {
					if (replacement.length >= size && !(size === 1 && replacement.length === 0)) continue;
					const steps = bodyOf();
					attempt(withBody([
						...steps.slice(0, at),
						...replacement,
						...steps.slice(at + size)
					]));
				}
			}
			for (let k = moduleAt().exports.length - 1; k >= 0; k--) attempt(withModule({ exports: moduleAt().exports.filter((_, at) => at !== k) }));
			attempt(withModule({ data: [] }));
			for (let f = 0; f < moduleAt().functions.length; f++) while (dropLastLocal(withModule, moduleAt(), f, attempt));
		}
	}
	return best;
}
function dropLastLocal(withModule, module, f, attempt) {
	if ((module.functions[f]?.locals.length ?? 0) === 0) return false;
	return attempt(withModule({ functions: module.functions.map((func, at) => at === f ? {
		...func,
		locals: func.locals.slice(0, -1)
	} : func) }));
}
function sizeOf(world) {
	let size = world.calls.length;
	for (const module of world.modules) size += encodeModule(module).length;
	return size;
}
function isValid(world) {
	const native = nativeWebAssembly();
	return world.modules.every((module) => (!module.canonicalNaN || module.functions.every(({ steps }) => isCanonicalised(steps))) && native.validate(encodeModule(module)));
}
//#endregion
//#region run.ts
const { values } = parseArgs({ options: {
	worlds: {
		type: "string",
		default: "2000"
	},
	seed: { type: "string" },
	/** Stop after so many worlds with findings. */
	stop: {
		type: "string",
		default: "5"
	},
	/** Folder for the minimised modules of worlds with findings. */
	save: { type: "string" },
	/** Minimise for findings that match this pattern. */
	match: {
		type: "string",
		default: ""
	}
} });
const first = values.seed === void 0 ? Date.now() % 2 ** 31 : Number(values.seed);
const worlds = Number(values.worlds);
const subjects = makeSubjects();
const executed = /* @__PURE__ */ new Map();
let modules = 0;
let bytes = 0;
let calls = 0;
let traps = 0;
let fuel = 0n;
let bad = 0;
const kinds = /* @__PURE__ */ new Map();
console.log(`seeds ${first} to ${first + worlds - 1}`);
for (let seed = first; seed < first + worlds; seed++) {
	const { world, findings, native } = checkSeed(seed, subjects);
	modules += world.modules.length;
	for (const module of world.modules) bytes += encodeModule(module).length;
	if (native !== void 0) {
		for (const { outcome } of native.events) {
			calls++;
			if (!outcome.startsWith("returned")) traps++;
			const kind = outcome.startsWith("returned") ? "returned" : outcome;
			kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
		}
		fuel += native.events.at(-1)?.fuel ?? 0n;
		for (const [op, count] of runNatively(toWorld(world), true).executed) executed.set(op, (executed.get(op) ?? 0) + count);
	}
	if (findings.length === 0) continue;
	console.log(`seed ${seed}:\n  ${findings.slice(0, 6).join("\n  ")}`);
	if (values.save !== void 0) {
		const plain = findings.find((finding) => /^(fast|exact): /.test(finding))?.split(":")[0];
		const pattern = new RegExp(plain ?? values.match);
		const failing = (candidate) => {
			return (plain === void 0 ? checkWorld(toWorld(candidate), subjects, new Random(seed), true).findings : checkPlainly(toWorld(candidate), subjects)).find((finding) => pattern.test(finding));
		};
		const small = minimise(world, (candidate) => failing(candidate) !== void 0);
		for (const module of small.modules) writeFileSync(`${values.save}/${seed}-${module.name}.wasm`, encodeModule(module));
		console.log(`  minimised: ${failing(small)}\n  ${small.calls.map((call) => showCall(toWorld(small), call)).join("; ")}`);
	}
	if (++bad >= Number(values.stop)) break;
}
const percent = (part, whole) => `${(100 * part / whole).toFixed(1)} %`;
console.log(`${worlds} worlds, ${modules} modules, ${bytes} bytes; ${bad} with findings`);
console.log(`${calls} calls, ${fuel} instructions; ${traps} (${percent(traps, calls)}) did not return`);
for (const [kind, count] of kinds) console.log(`  ${kind}: ${count}`);
const all = new Set(regularInstructions(NODE_20_FEATURES).map(({ mnemonic }) => mnemonic));
for (const op of executed.keys()) if (!op.startsWith("(")) all.add(op);
const missing = [...all].filter((op) => !executed.get(op));
console.log(`${all.size - missing.length} of ${all.size} instructions executed; not: ${missing.join(", ") || "none"}`);
process.exitCode = bad > 0 ? 1 : 0;
//#endregion
export {};
