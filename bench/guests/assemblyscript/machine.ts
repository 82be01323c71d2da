// A machine of byte code: a stack, sixteen variables and a table of instructions. It counts primes by trial division.
// Argument: the limit, default 3000.

enum Op {
  Push,
  Load,
  Store,
  Add,
  Mul,
  Rem,
  Less,
  Equal,
  Jump,
  JumpUnless,
  Halt,
}

const limit = process.argv.length > 1 ? i32(parseInt(process.argv[1])) : 3000;
function emit(code: i32[]): Int32Array {
  const made = new Int32Array(code.length);
  for (let k = 0; k < code.length; k++) made[k] = code[k];
  return made;
}

/** Variables: 0 the number, 1 the divisor, 2 the count of primes. */
function program(): Int32Array {
  const code: i32[] = [Op.Push, 2, Op.Store, 0, Op.Push, 0, Op.Store, 2];
  const outer = code.length;
  push(code, [Op.Load, 0, Op.Push, limit, Op.Less, Op.JumpUnless, 0]);
  const toEnd = code.length - 1;
  push(code, [Op.Push, 2, Op.Store, 1]);
  const inner = code.length;
  push(code, [Op.Load, 1, Op.Load, 1, Op.Mul, Op.Load, 0, Op.Push, 1, Op.Add, Op.Less, Op.JumpUnless, 0]);
  const toPrime = code.length - 1;
  push(code, [Op.Load, 0, Op.Load, 1, Op.Rem, Op.JumpUnless, 0]);
  const toNext = code.length - 1;
  push(code, [Op.Load, 1, Op.Push, 1, Op.Add, Op.Store, 1, Op.Jump, inner]);
  code[toPrime] = code.length;
  push(code, [Op.Load, 2, Op.Push, 1, Op.Add, Op.Store, 2]);
  code[toNext] = code.length;
  push(code, [Op.Load, 0, Op.Push, 1, Op.Add, Op.Store, 0, Op.Jump, outer]);
  code[toEnd] = code.length;
  push(code, [Op.Halt]);
  return emit(code);
}

function push(code: i32[], more: i32[]): void {
  for (let k = 0; k < more.length; k++) code.push(more[k]);
}

function run(code: Int32Array): i32 {
  const stack = new StaticArray<i32>(64);
  const variables = new StaticArray<i32>(16);
  let sp = 0;
  let pc = 0;
  while (true) {
    const op = unchecked(code[pc++]);
    switch (op) {
      case Op.Push:
        stack[sp++] = unchecked(code[pc++]);
        break;
      case Op.Load:
        stack[sp++] = variables[unchecked(code[pc++])];
        break;
      case Op.Store:
        variables[unchecked(code[pc++])] = stack[--sp];
        break;
      case Op.Add:
        sp--;
        stack[sp - 1] += stack[sp];
        break;
      case Op.Mul:
        sp--;
        stack[sp - 1] *= stack[sp];
        break;
      case Op.Rem:
        sp--;
        stack[sp - 1] %= stack[sp];
        break;
      case Op.Less:
        sp--;
        stack[sp - 1] = i32(stack[sp - 1] < stack[sp]);
        break;
      case Op.Equal:
        sp--;
        stack[sp - 1] = i32(stack[sp - 1] == stack[sp]);
        break;
      case Op.Jump:
        pc = unchecked(code[pc]);
        break;
      case Op.JumpUnless:
        pc = stack[--sp] == 0 ? unchecked(code[pc]) : pc + 1;
        break;
      default:
        return variables[2];
    }
  }
}

console.log("primes below " + limit.toString() + ": " + run(program()).toString());
