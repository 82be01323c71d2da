// An independent second reading of scripts, by @webassemblyjs/wast-parser: its tokens and its syntax tree.
// Guards against directives that our own reader would drop silently; owns nothing of what they mean.

import { createRequire } from "node:module";

/** A directive as the second reader sees it: its first word and the line of its parenthesis. */
export interface SecondReading {
  readonly head: string;
  readonly line: number;
}

interface Token {
  readonly type: string;
  readonly value: string;
  readonly loc: { readonly start: { readonly line: number } };
}

interface TreeNode {
  readonly type: string;
  readonly id?: unknown;
  readonly loc?: { readonly start: { readonly line: number } };
}

/** The second reader. It reads no more than the scripts of its time: every method gives `undefined` for others. */
export class SecondReader {
  readonly #tokenize: (source: string) => readonly Token[];
  readonly #parse: (source: string) => { readonly body: readonly TreeNode[] };

  constructor() {
    const require = createRequire(import.meta.url);
    const { parse } = require("@webassemblyjs/wast-parser");
    const { tokenize } = require("@webassemblyjs/wast-parser/lib/tokenizer.js");
    this.#parse = parse;
    this.#tokenize = tokenize;
  }

  /** The directives by counting the parentheses among its tokens. */
  directivesByTokens(source: string): SecondReading[] | undefined {
    const tokens = attempt(() => this.#tokenize(source));
    if (tokens === undefined) return undefined;
    const directives: SecondReading[] = [];
    let depth = 0;
    let pendingLine: number | undefined;
    for (const { type, value, loc } of tokens) {
      if (type === "comment") continue;
      if (pendingLine !== undefined) {
        directives.push({ head: value, line: pendingLine });
        pendingLine = undefined;
      }
      if (type === "openParen" && depth++ === 0) pendingLine = loc.start.line;
      else if (type === "closeParen") depth--;
    }
    // It swallows the parenthesis after a number like `0x1.`: then it has lost count and says nothing.
    return depth === 0 ? directives : undefined;
  }

  /** How many directives its syntax tree has. */
  directiveCountByTree(source: string): number | undefined {
    const tree = attempt(() => this.#parse(source));
    return tree?.body.filter(({ type }) => !type.endsWith("Comment")).length;
  }
}

/** What `read` gives, or `undefined` if it throws. The second reader reports unknown syntax by throwing. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
