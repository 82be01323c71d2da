// The class Component: what it says of a component, and which features it asks for.

import { describe, expect, it } from "vitest";
import { Engine, type Feature, MalformedError } from "wasmeter";
import { Component } from "wasmeter/component";
import { FEATURES, withDependents } from "../src/isa/features.ts";
import {
  type Bytes,
  CORE_PREAMBLE,
  component,
  externName,
  name,
  sampleComponent,
  section,
  types,
  vec,
} from "./component-bytes.ts";

describe("Component", () => {
  const engine = new Engine();

  it("describes imports and exports, and writes them as WIT", () => {
    const sample = new Component(engine, sampleComponent());
    expect(sample.name).toBe("sample");
    expect(sample.imports.map(({ name: label, kind, type }) => [label, kind, type])).toEqual([
      ["host", "func", "func(x: u32) -> u32"],
      ["a:b/c@1.2.3", "instance", "interface {\n  resource r;\n  make: func() -> r;\n}"],
    ]);
    expect(sample.exports.map(({ name: label, kind, type }) => [label, kind, type])).toEqual([
      ["run", "func", "func(x: u32) -> u32"],
      ["res", "type", "resource"],
    ]);
    expect(sample.wit()).toBe(`package root:component;

world root {
  import host: func(x: u32) -> u32;
  import a:b/c@1.2.3;
  export run: func(x: u32) -> u32;
  resource res;
}

package a:b@1.2.3 {
  interface c {
    resource r;
    make: func() -> r;
  }
}
`);
  });

  it("says what is wrong with its arguments", () => {
    const bytes = sampleComponent();
    expect(() => new Component({} as Engine, bytes)).toThrow(/engine must be an Engine/);
    expect(() => new Component(engine, "x" as unknown as Uint8Array)).toThrow(TypeError);
    expect(() => new Component(engine, bytes, { limit: {} } as object)).toThrow(/no option|unknown option/i);
    expect(() => new Component(engine, bytes, { limits: { typeSize: -1 } })).toThrow(RangeError);
    const modules = new Engine({ features: "3.0" });
    expect(() => new Component(modules, bytes)).toThrow("the engine's feature component-model is off");
    expect(() => new Component(engine, Uint8Array.from(CORE_PREAMBLE))).toThrow(
      "expected a version header for a component: this is a core module (at byte 4, 0x4)",
    );
    expect(() => new Component(engine, new Uint8Array())).toThrow(MalformedError);
  });

  it("validates without throwing", () => {
    expect(Component.validate(engine, sampleComponent())).toBe(true);
    expect(Component.validate(engine, sampleComponent().slice(0, 20))).toBe(false);
    expect(() => Component.validate(engine, 1 as unknown as Uint8Array)).toThrow(TypeError);
  });

  it("reads names and attributes", () => {
    const empty: Bytes = [0x42, 0x00];
    const attributes = vec([
      [0x00, ...name("w:kv/store@1.0.0")],
      [0x02, ...name("ID")],
    ]);
    const bytes = component(types(empty), section(10, vec([[0x02, ...name("a"), ...attributes, 0x05, 0]])));
    expect(new Component(engine, bytes).imports[0]?.attributes).toEqual({
      implements: "w:kv/store@1.0.0",
      externalId: "ID",
    });
  });
});

/** Sections that need the feature. */
const NEEDING: Readonly<
  Record<
    Exclude<Feature & `component-${string}`, "component-model" | "component-gc" | "component-memory64">,
    Bytes
  >
> = {
  "component-async": types([0x66, 0x01, 0x7d]),
  "component-threads": section(8, vec([[0x26]])),
  "component-error-context": types([0x64]),
  "component-map": types([0x63, 0x73, 0x79]),
  "component-fixed-length-lists": types([0x67, 0x7d, 3]),
  "component-values": section(10, vec([[...externName("v"), 0x02, 0x01, 0x79]])),
};

describe("features of components", () => {
  it.each(Object.entries(NEEDING) as [Feature, Bytes][])("%s is asked for by name", (feature, bytes) => {
    const off = withDependents(feature);
    const without = new Engine({ features: FEATURES.filter((each) => !off.includes(each)) });
    expect(() => new Component(without, component(bytes))).toThrow(`needs the feature ${feature}`);
    // A value that nothing uses is another matter.
    if (feature !== "component-values") new Component(new Engine({ features: "all" }), component(bytes));
  });
});
