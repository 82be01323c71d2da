// A program for a JavaScript engine: a bit of everything that engines do. `report` takes what it finds, as lines.

import { parse, Tree } from "./lib/tree.js";
import settings from "./settings.js";

function* primes() {
  const found = [];
  for (let n = 2; ; n++) {
    if (found.every((p) => n % p !== 0)) {
      found.push(n);
      yield n;
    }
  }
}

const take = (count, iterator) => Array.from({ length: count }, () => iterator.next().value);

report(take(25, primes()).join(" "));

let big = 1n;
for (let k = 1n; k <= 50n; k++) big *= k;
report(`${big} ${BigInt.asIntN(64, big)} ${(-(big % 1_000_003n)).toString(16)} ${2n ** 100n >> 37n}`);

report([0.1 + 0.2, 1 / 3, -0, 1e21, 123456789.125, 5e-324, 2 ** 53, (25).toString(36), (0.1).toFixed(20)].join(" "));
report([Math.hypot(3, 4), Math.fround(5.5), Math.clz32(1), Math.imul(0xffffffff, 5), -5 % 3, 7 >>> 1, -7 >> 1].join(" "));

const tree = new Tree();
for (const part of "the quick brown fox jumps over the lazy dog".split(" ")) tree.add(part);
report(JSON.stringify([...tree]), tree.size, tree.depth);
report(JSON.stringify(parse("(add 1 (mul 2 x) (neg y))")));

const text = "2024-02-29T12:34:56Z, 1999-12-31T23:59:59Z; größe 😀 Straße";
report([...text.matchAll(/(?<year>\d{4})-(?<month>\d\d)-(\d\d)/g)].map(({ groups }) => `${groups.month}/${groups.year}`).join());
report(text.replace(/\p{L}+/gu, (word) => word.toUpperCase()), text.split(/[,;]\s*/).length, text.codePointAt(text.indexOf("😀")));
report(/^(a+)+$/.test("aaaaaaaaaaaaaaab"), "x".padStart(4, "ab"), "a-b-c".replaceAll("-", "+"), "abc".at(-1), "ﬁ".normalize("NFKD"));

const log = [];
const watched = new Proxy({ a: 1 }, {
  get: (target, key) => (log.push(`get ${String(key)}`), Reflect.get(target, key)),
  has: (_, key) => (log.push(`has ${String(key)}`), key === "b"),
  deleteProperty: () => (log.push("delete"), true),
});
report(watched.a, "b" in watched, "c" in watched, delete watched.a, log.join());

class Money {
  static #made = 0;
  #cents;
  constructor(cents) {
    this.#cents = cents;
    Money.#made++;
  }
  get [Symbol.toStringTag]() {
    return "Money";
  }
  [Symbol.toPrimitive](hint) {
    return hint === "number" ? this.#cents / 100 : `€${this.#cents / 100}`;
  }
  static count = () => Money.#made;
}
report(`${new Money(1250)}`, +new Money(1250) + 1, `${Object.prototype.toString.call(new Money(0))}`, Money.count());

const failures = [() => null.x, () => undefinedName, () => BigInt(1.5), () => new Array(-1), () => JSON.parse("{bad"), () => { throw { code: 7 }; }];
for (const failing of failures) {
  try {
    failing();
  } catch (error) {
    report(error?.constructor?.name ?? typeof error, error.code ?? "");
  }
}

const { a = 5, ...rest } = { b: 1, c: [2, [3, { d: 4 }]] };
const [, [, { d }]] = rest.c;
report(a, d, JSON.stringify(rest), ((x, y = x * 2, ...more) => x + y + more.length)(1, undefined, 3, 4), rest?.none?.[0] ?? "nothing");

const numbers = Array.from({ length: 200 }, (_, k) => (k * 7919) % 211);
report(numbers.toSorted((x, y) => x - y).filter((_, k) => k % 23 === 0).join(), Math.max(...numbers), new Set(numbers.map((n) => n % 10)).size);
const grouped = new Map();
for (const n of numbers) grouped.set(n % 3, (grouped.get(n % 3) ?? 0) + n);
report(JSON.stringify([...grouped].sort()), new Float64Array(new Uint8Array([0, 0, 0, 0, 0, 0, 248, 63]).buffer)[0]);
report(new Date(Date.UTC(2024, 1, 29, 12, 30)).toISOString(), new Date(0).getTime(), Date.parse("2000-01-01T00:00:00Z"));
report(settings.title, settings.sizes.map((size) => size ** 2).join());
label: for (let i = 0; i < 5; i++) for (let j = 0; ; j++) if (j > i) continue label; else if (i * j > 5) break label;
report(new Function("x", "y", "return x ** y")(2, 10), eval("[1, 2, 3].reduce((x, y) => x + y)"), typeof globalThis);
