// A component: a command of WASI 0.2, and values both ways through a function of the host that gives a promise.

import { component } from "virtual:wasm";
import { Component, ComponentLinker, ComponentWasi, Engine, Store } from "wasmeter-script";

/** @returns a promise of status, output, values and fuel */
export function runComponent() {
  const engine = new Engine();
  const output = [];
  const wasi = new ComponentWasi({
    args: ["smoke", "one", "zwei ä 😀"],
    stdout: (chunk) => {
      output.push.apply(output, chunk);
    },
    deterministic: true,
  });
  const linker = new ComponentLinker(engine);
  wasi.addTo(linker);
  linker.instance("test:smoke/host", {
    pass: (shapes) => Promise.resolve(shapes.concat({ tag: "none" })),
  });
  const store = new Store(engine);
  const instance = linker.instantiate(store, new Component(engine, component));
  const shapes = [
    { tag: "label", val: "ä😀" },
    { tag: "point", val: [0.5, -1n] },
  ];
  return instance.callAsync("pass", [shapes]).then((passed) => {
    const [label, point, none] = passed;
    const values = [label.val, point.val[0], `${point.val[1]}`, none.tag, passed.length];
    return wasi.run(instance).then((status) => [status, output, values, `${store.fuelConsumed}n`]);
  });
}
