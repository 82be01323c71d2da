// `wasmeter types`: TypeScript declarations of what a component imports and exports.

import { Engine } from "../../api/index.ts";
import { printable } from "../../printable.ts";
import { FEATURES_OPTION, parseFeatures } from "../args/features-option.ts";
import { onlyFile, single } from "../args/options.ts";
import { STATUS } from "../classify-error.ts";
import type { Command } from "../command.ts";
import { readInput } from "../read-module.ts";

export const types: Command = {
  name: "types",
  summary: "Print TypeScript declarations of a component's imports and exports",
  usage: "types [options] <file.wasm | ->",
  options: FEATURES_OPTION,
  guestArgs: false,
  notes: `What the component imports is what its host has to define; docs/components.md has the
table of values.`,
  async execute(line, { io }) {
    const file = onlyFile(line);
    const features = single(line, "features");
    const engine = new Engine(features === undefined ? {} : { features: parseFeatures(features) });
    const bytes = file === "-" ? io.stdin.readAll() : readInput(file);
    // Components are a large part of the engine that no other command for modules needs.
    const { Component, typescriptOf } = await import("../../component/index.ts");
    io.stdout.write(typescriptOf(new Component(engine, bytes), printable(file)));
    return STATUS.ok;
  },
};
