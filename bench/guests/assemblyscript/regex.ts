// A regular-expression engine that goes back when it fails: characters, `.`, classes, `*`, `+`, `?`, `|` and groups.
// It counts matches in a text that it makes. Argument: how many words that has, default 2000.

abstract class Part {
  /** Matches from `at` on, and then what follows. Returns where it ends, or -1. */
  abstract match(text: string, at: i32, next: Part | null): i32;
}

function goOn(next: Part | null, text: string, at: i32): i32 {
  return next === null ? at : next.match(text, at, null);
}

class One extends Part {
  constructor(
    private readonly from: i32,
    private readonly to: i32,
  ) {
    super();
  }

  match(text: string, at: i32, next: Part | null): i32 {
    if (at >= text.length) return -1;
    const c = text.charCodeAt(at);
    return c >= this.from && c <= this.to ? goOn(next, text, at + 1) : -1;
  }
}

class Pair extends Part {
  constructor(
    private readonly first: Part,
    private readonly second: Part,
  ) {
    super();
  }

  match(text: string, at: i32, next: Part | null): i32 {
    return this.first.match(text, at, next === null ? this.second : new Pair(this.second, next));
  }
}

class Either extends Part {
  constructor(
    private readonly first: Part,
    private readonly second: Part,
  ) {
    super();
  }

  match(text: string, at: i32, next: Part | null): i32 {
    const end = this.first.match(text, at, next);
    return end >= 0 ? end : this.second.match(text, at, next);
  }
}

class Many extends Part {
  constructor(
    private readonly part: Part,
    private readonly least: i32,
    private readonly most: i32,
  ) {
    super();
  }

  match(text: string, at: i32, next: Part | null): i32 {
    if (this.most > 0) {
      const again = new Many(this.part, this.least > 0 ? this.least - 1 : 0, this.most - 1);
      const end = this.part.match(text, at, next === null ? again : new Pair(again, next));
      if (end >= 0) return end;
    }
    return this.least > 0 ? -1 : goOn(next, text, at);
  }
}

class Parser {
  private at: i32 = 0;

  constructor(private readonly text: string) {}

  alternatives(): Part {
    const first = this.sequence();
    if (this.at >= this.text.length || this.text.charAt(this.at) != "|") return first;
    this.at++;
    return new Either(first, this.alternatives());
  }

  private sequence(): Part {
    const first = this.repeated();
    if (this.at >= this.text.length) return first;
    const c = this.text.charAt(this.at);
    return c == "|" || c == ")" ? first : new Pair(first, this.sequence());
  }

  private repeated(): Part {
    const part = this.single();
    if (this.at >= this.text.length) return part;
    const c = this.text.charAt(this.at);
    if (c != "*" && c != "+" && c != "?") return part;
    this.at++;
    return new Many(part, c == "+" ? 1 : 0, c == "?" ? 1 : 100);
  }

  private single(): Part {
    const c = this.text.charAt(this.at++);
    if (c == "(") {
      const part = this.alternatives();
      this.at++;
      return part;
    }
    if (c == ".") return new One(0, 0xffff);
    if (c == "[") {
      const part = new One(this.text.charCodeAt(this.at), this.text.charCodeAt(this.at + 2));
      this.at += 4;
      return part;
    }
    return new One(c.charCodeAt(0), c.charCodeAt(0));
  }
}

const words = process.argv.length > 1 ? i32(parseInt(process.argv[1])) : 2000;
const pieces: string[] = [];
let seed: u32 = 1;
for (let k = 0; k < words; k++) {
  seed = seed * 1664525 + 1013904223;
  const name = "user" + (seed >> 20).toString();
  pieces.push(seed & 0x10000 ? name + "@host.example" : name + ".log");
}
const text = pieces.join(" ");

for (let k = 0; k < 3; k++) {
  const source = k == 0 ? "[a-z]+[0-9]+@[a-z]+(.[a-z]+)+" : k == 1 ? "(a|b|user)[0-9]*7.log" : "(us?e|er)+[0-9]?3";
  const pattern = new Parser(source).alternatives();
  let count = 0;
  let characters = 0;
  for (let at = 0; at < text.length; ) {
    const end = pattern.match(text, at, null);
    if (end > at) {
      count++;
      characters += end - at;
    }
    at = end > at ? end : at + 1;
  }
  console.log(source + ": " + count.toString() + " of " + characters.toString());
}
