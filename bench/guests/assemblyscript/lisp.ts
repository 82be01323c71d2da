// A small Lisp: reads its program, then evaluates it with environments of association lists. Argument: the number of queens, default 6.

class Node {
  constructor(
    readonly kind: Kind,
    readonly value: i32 = 0,
    readonly name: string = "",
    readonly first: Node | null = null,
    public rest: Node | null = null,
  ) {}
}

enum Kind {
  Nil,
  Number,
  Symbol,
  Pair,
  Lambda,
}

const NIL = new Node(Kind.Nil);
const TRUE = new Node(Kind.Symbol, 0, "t");
const symbols = new Map<string, Node>();

function symbol(name: string): Node {
  if (!symbols.has(name)) symbols.set(name, new Node(Kind.Symbol, symbols.size, name));
  return symbols.get(name);
}

function pair(first: Node, rest: Node): Node {
  return new Node(Kind.Pair, 0, "", first, rest);
}

function number(value: i32): Node {
  return new Node(Kind.Number, value);
}

class Reader {
  private at: i32 = 0;

  constructor(private readonly text: string) {}

  private skip(): void {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 32) this.at++;
  }

  get isAtEnd(): bool {
    this.skip();
    return this.at >= this.text.length;
  }

  read(): Node {
    this.skip();
    if (this.text.charAt(this.at) == "(") {
      this.at++;
      return this.list();
    }
    const start = this.at;
    while (this.at < this.text.length) {
      const c = this.text.charCodeAt(this.at);
      if (c <= 32 || c == 40 || c == 41) break;
      this.at++;
    }
    const word = this.text.substring(start, this.at);
    const c = word.charCodeAt(0);
    return c >= 48 && c <= 57 ? number(i32(parseInt(word))) : symbol(word);
  }

  private list(): Node {
    this.skip();
    if (this.text.charAt(this.at) == ")") {
      this.at++;
      return NIL;
    }
    const first = this.read();
    return pair(first, this.list());
  }
}

let globals: Node = NIL;

function lookUp(name: Node, environment: Node): Node {
  for (let at = environment; at.kind == Kind.Pair; at = at.rest!) {
    if (at.first!.first === name) return at.first!.rest!;
  }
  for (let at = globals; at.kind == Kind.Pair; at = at.rest!) {
    if (at.first!.first === name) return at.first!.rest!;
  }
  throw new Error("unbound " + name.name);
}

const DEFINE = symbol("define");
const IF = symbol("if");
const LAMBDA = symbol("lambda");

function evaluate(start: Node, scope: Node): Node {
  let form = start;
  let environment = scope;
  while (true) {
    if (form.kind == Kind.Symbol) return lookUp(form, environment);
    if (form.kind != Kind.Pair) return form;
    const head = form.first!;
    const rest = form.rest!;
    if (head === IF) {
      const test = evaluate(rest.first!, environment);
      form = test === NIL ? rest.rest!.rest!.first! : rest.rest!.first!;
      continue;
    }
    if (head === LAMBDA) return new Node(Kind.Lambda, 0, "", rest, environment);
    if (head === DEFINE) {
      globals = pair(pair(rest.first!, evaluate(rest.rest!.first!, environment)), globals);
      return NIL;
    }
    const func = head.kind == Kind.Symbol && isBuiltIn(head) ? head : evaluate(head, environment);
    if (func.kind == Kind.Symbol) return apply(func, rest, environment);
    let inner = func.rest!;
    let parameters = func.first!.first!;
    for (let at = rest; at.kind == Kind.Pair; at = at.rest!) {
      inner = pair(pair(parameters.first!, evaluate(at.first!, environment)), inner);
      parameters = parameters.rest!;
    }
    form = func.first!.rest!.first!;
    environment = inner;
  }
}

const BUILT_IN: string[] = ["+", "-", "*", "<", "=", "cons", "car", "cdr", "null"];
const builtIns = BUILT_IN.map<Node>((name) => symbol(name));

function isBuiltIn(name: Node): bool {
  return name.value >= builtIns[0].value && name.value <= builtIns[8].value;
}

function truth(holds: bool): Node {
  return holds ? TRUE : NIL;
}

function apply(func: Node, operands: Node, environment: Node): Node {
  const x = evaluate(operands.first!, environment);
  const which = func.value - builtIns[0].value;
  if (which == 6) return x.first!;
  if (which == 7) return x.rest!;
  if (which == 8) return truth(x === NIL);
  const y = evaluate(operands.rest!.first!, environment);
  switch (which) {
    case 0:
      return number(x.value + y.value);
    case 1:
      return number(x.value - y.value);
    case 2:
      return number(x.value * y.value);
    case 3:
      return truth(x.value < y.value);
    case 4:
      return truth(x.value == y.value);
    default:
      return pair(x, y);
  }
}

const PROGRAM = `
(define fib (lambda (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))))
(define safe (lambda (row rows by)
  (if (null rows) 1
    (if (= (car rows) row) 0
      (if (= (car rows) (+ row by)) 0
        (if (= (+ (car rows) by) row) 0 (safe row (cdr rows) (+ by 1))))))))
(define try (lambda (row n rows left)
  (if (= row n) 0
    (+ (if (= (safe row rows 1) 1) (queens n (cons row rows) (- left 1)) 0)
      (try (+ row 1) n rows left)))))
(define queens (lambda (n rows left) (if (= left 0) 1 (try 0 n rows left))))
`;

const size = process.argv.length > 1 ? i32(parseInt(process.argv[1])) : 6;
const reader = new Reader(PROGRAM);
while (!reader.isAtEnd) evaluate(reader.read(), NIL);
console.log("fib 18: " + evaluate(new Reader("(fib 18)").read(), NIL).value.toString());
const count = evaluate(new Reader(`(queens ${size} () ${size})`).read(), NIL).value;
console.log("queens " + size.toString() + ": " + count.toString());
