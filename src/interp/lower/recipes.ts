// What the lowering has to know of an instruction before it looks at operands: who lowers it, its price, its form.
// Owns that all of it is found by one look, without a hash where the opcode is one byte.

import type { InstructionLookup } from "../../isa/instructions.ts";
import { Op } from "../../isa/op.ts";
import { NumType, type ValType } from "../../module/types.ts";
import type { Form } from "../code/code.ts";
import type { Costs } from "../code/cost-model.ts";
import { type IrregularOp, LOWERED_BY, type Lowerer } from "./lowered-by.ts";

export interface Recipe {
  /** `undefined` for what has a form. */
  readonly lowerer: Lowerer | undefined;
  /** Fuel; of what only delimits blocks, the price of delimiters. */
  readonly cost: number;
  /** How a regular instruction is lowered; `undefined` for all others. */
  readonly form: Form | undefined;
  /** The type of a regular instruction's result. */
  readonly result: ValType;
}

/** One per engine: prices are the engine's. */
export class Recipes {
  // Private by TypeScript's word alone, as names with # take the host's interpreter longer: this is asked for each instruction.
  private readonly oneByte: (Recipe | undefined)[] = new Array(256).fill(undefined);
  private readonly prefixed = new Map<Op, Recipe>();
  private readonly forms: ReadonlyMap<Op, Form>;
  private readonly rows: InstructionLookup;
  private readonly costs: Costs;

  constructor(forms: ReadonlyMap<Op, Form>, rows: InstructionLookup, costs: Costs) {
    this.forms = forms;
    this.rows = rows;
    this.costs = costs;
  }

  of(op: Op): Recipe {
    return (op < 256 ? this.oneByte[op] : this.prefixed.get(op)) ?? this.make(op);
  }

  private make(op: Op): Recipe {
    const form = this.forms.get(op);
    const recipe: Recipe = {
      lowerer: form === undefined ? LOWERED_BY[op as IrregularOp] : undefined,
      cost: isDelimiter(op) ? this.costs.delimiter : this.costs.of(op),
      form,
      result: this.rows.byOp(op)?.signature?.results[0] ?? NumType.I32,
    };
    if (op < 256) this.oneByte[op] = recipe;
    else this.prefixed.set(op, recipe);
    return recipe;
  }
}

function isDelimiter(op: Op): boolean {
  return op === Op.End || op === Op.Else || op === Op.Catch || op === Op.CatchAll || op === Op.Delegate;
}
