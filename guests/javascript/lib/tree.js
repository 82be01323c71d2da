// A binary tree, and a reader of S-expressions.

export class Tree {
  #root = null;
  size = 0;

  add(value) {
    let at = this;
    let link = "root";
    const walk = (node) => {
      if (node === null) return { value, left: null, right: null };
      link = value < node.value ? "left" : "right";
      if (value === node.value) at = null;
      else node[link] = walk(node[link]);
      return node;
    };
    this.#root = walk(this.#root);
    if (at !== null) this.size++;
  }

  get depth() {
    const measure = (node) => (node === null ? 0 : 1 + Math.max(measure(node.left), measure(node.right)));
    return measure(this.#root);
  }

  *[Symbol.iterator]() {
    function* walk(node) {
      if (node === null) return;
      yield* walk(node.left);
      yield node.value;
      yield* walk(node.right);
    }
    yield* walk(this.#root);
  }
}

export function parse(text) {
  const tokens = text.match(/[()]|[^\s()]+/g);
  const read = () => {
    const token = tokens.shift();
    if (token !== "(") return Number.isNaN(Number(token)) ? token : Number(token);
    const list = [];
    while (tokens[0] !== ")") list.push(read());
    tokens.shift();
    return list;
  };
  return read();
}
