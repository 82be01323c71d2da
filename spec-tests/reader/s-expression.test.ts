import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineAt, type Node, readNodes, ScriptSyntaxError, utf8Bytes, utf8Text } from "./s-expression.ts";

/** Nodes without positions, in a short form. */
function shape(node: Node): unknown {
  if (node.kind === "atom") return node.text;
  if (node.kind === "string") return { string: node.bytes };
  if (node.kind === "list") return node.items.map(shape);
  return { module: node.variant, form: node.form, ids: node.ids, strings: node.strings };
}

const shapes = (source: string): unknown[] => readNodes(source).map(shape);

describe("readNodes", () => {
  it("reads atoms, strings and nested lists", () => {
    expect(shapes('(a "b" (c -1.5 $d))e')).toEqual([["a", { string: "b" }, ["c", "-1.5", "$d"]], "e"]);
  });

  it("skips line comments up to any line ending", () => {
    expect(shapes("(a) ;; (b)\n(c) ;; (d)\r(e) ;;")).toEqual([["a"], ["c"], ["e"]]);
  });

  it("skips nested block comments, whatever parentheses and quotes they hold", () => {
    expect(shapes('(a (; ( " (; ) ;) " ;) b)(;;)')).toEqual([["a", "b"]]);
  });

  it("skips annotations, also before the first word of a list", () => {
    expect(shapes('((@a) b (@"c" x ( ") ;; d")) e)(@f)')).toEqual([["b", "e"]]);
  });

  it("resolves every escape to bytes", () => {
    expect(shapes(String.raw`"\t\n\r\"\'\\\00\7f\fF\u{41}\u{1_F600}"`)).toEqual([
      { string: `\t\n\r"'\\\0\x7f\xff${utf8Bytes("A😀")}` },
    ]);
  });

  it("does not end a string at an escaped quote or at a parenthesis", () => {
    expect(shapes(String.raw`(a "\")" b)`)).toEqual([["a", { string: '")' }, "b"]]);
  });

  it("reads quoted identifiers", () => {
    expect(shapes('$"a b" $c')).toEqual(["$a b", "$c"]);
  });

  it("keeps the body of a text module as a range", () => {
    const source = '((@x) module definition $m (func "(" ;; )\n)) (b)';
    const [module, rest] = readNodes(source);
    if (module?.kind !== "module") throw new Error("no module");
    expect(source.slice(module.bodyStart, module.end)).toBe(' $m (func "(" ;; )\n))');
    expect(module.ids).toEqual(["$m"]);
    expect(module.variant).toBe("definition");
    expect(rest && shape(rest)).toEqual(["b"]);
  });

  it("reads the literals of binary and quoted modules", () => {
    expect(shapes('(module $m binary "\\00" "asm") (module quote "(func)") (module instance $i $m)')).toEqual(
      [
        { module: "plain", form: "binary", ids: ["$m"], strings: ["\0", "asm"] },
        { module: "plain", form: "quote", ids: [], strings: ["(func)"] },
        { module: "instance", form: "text", ids: ["$i", "$m"], strings: [] },
      ],
    );
  });

  it.each(["(a", ")", '"a', "(; a", '"\\q"', "(module (func)", "(module", "(@a", "(module nonsense)"])(
    "refuses %s",
    (source) => {
      expect(() => readNodes(source)).toThrow(ScriptSyntaxError);
    },
  );

  it("names the line of an error", () => {
    expect(() => readNodes("(a)\n\n(b")).toThrow("line 3: unclosed (");
  });

  it("reads back any string that is written with escapes", () => {
    const bytes = fc.uint8Array().map((array) => String.fromCharCode(...array));
    fc.assert(
      fc.property(bytes, (content) => {
        const escaped = [...content]
          .map((char) => `\\${char.charCodeAt(0).toString(16).padStart(2, "0")}`)
          .join("");
        expect(shapes(`"${escaped}"`)).toEqual([{ string: content }]);
      }),
    );
  });

  it("copes with nesting far beyond the JavaScript stack inside modules", () => {
    const depth = 200_000;
    const [module] = readNodes(`(module ${"(".repeat(depth)}${")".repeat(depth)})`);
    expect(module?.kind).toBe("module");
  });
});

describe("lineAt", () => {
  it("counts from one", () => {
    expect([0, 1, 2, 3].map((offset) => lineAt("a\nb\n", offset))).toEqual([1, 1, 2, 2]);
  });
});

describe("utf8Text", () => {
  it("undoes utf8Bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(utf8Text(utf8Bytes(text))).toBe(text);
      }),
    );
  });
});
