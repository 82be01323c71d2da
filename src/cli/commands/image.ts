// `wasmeter image`: a module or an application as an image archive, without a container engine.

import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { Engine, Module } from "../../api/index.ts";
import { LimitError } from "../../errors.ts";
import { buildArtifact, buildImage, type Platform } from "../../oci/image.ts";
import { outline } from "../../oci/module-outline.ts";
import { Refusal } from "../../oci/refusal.ts";
import { TarError } from "../../oci/tar.ts";
import { printable } from "../../printable.ts";
import { type CommandLine, onlyFile, single } from "../args/options.ts";
import { STATUS } from "../classify-error.ts";
import type { Command } from "../command.ts";
import { collectApplication } from "../image/application-files.ts";
import { sha256 } from "../image/open-image.ts";
import { readInput, systemReason } from "../read-module.ts";
import { InputError, UsageError } from "../usage-error.ts";

/** As images name processors; Node has names of its own. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm: "arm/v7",
  ia32: "386",
  ppc64: "ppc64le",
};

function ownPlatform(): string {
  const { arch } = process;
  return `linux/${ARCHITECTURES[arch] ?? arch}`;
}

function parsePlatform(text: string): Platform {
  const [, os, architecture, variant] = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9]+))?$/.exec(text) ?? [];
  if (os === undefined || architecture === undefined) {
    throw new UsageError(`--platform: '${text}' is no platform; write OS/ARCHITECTURE, e.g. linux/arm64`);
  }
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

/** Registry, path and tag, as in the reference grammar of distributions. */
const NAME =
  /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?$/;

function parseName(text: string): string {
  if (!NAME.test(text)) {
    throw new UsageError(`--name: '${text}' is no image's name; write e.g. registry.example/app:1.0`);
  }
  const last = text.slice(text.lastIndexOf("/") + 1);
  return last.includes(":") ? text : `${text}:latest`;
}

/** A name that a file suggests. */
function nameFor(file: string): string {
  const plain = file
    .replace(/\.wasm$/i, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return `localhost/${plain === "" ? "app" : plain}:latest`;
}

/** What a file holds; names that a component imports and exports. */
interface Checked {
  readonly bytes: Uint8Array;
  readonly component:
    | { readonly imports: readonly string[]; readonly exports: readonly string[] }
    | undefined;
}

/** Throws what is wrong with the file: an image of it would run nowhere. */
async function readChecked(file: string): Promise<Checked> {
  const bytes = readInput(file);
  try {
    const source = {
      size: bytes.length,
      read: (at: number, length: number) => bytes.subarray(at, at + length),
    };
    if (outline(source, printable(file)).kind === "module") {
      new Module(new Engine(), bytes);
      return { bytes, component: undefined };
    }
    // Loaded for components alone.
    const { Component } = await import("../../component/api/component.ts");
    const { imports, exports } = new Component(new Engine(), bytes);
    const names = (externs: readonly { readonly name: string }[]) => externs.map(({ name }) => name);
    return { bytes, component: { imports: names(imports), exports: names(exports) } };
  } catch (error) {
    if (error instanceof Refusal) throw new InputError(error.message);
    if (error instanceof LimitError) throw new InputError(`${file}: ${error.message}`);
    throw error;
  }
}

async function build(line: CommandLine): Promise<Uint8Array> {
  const file = onlyFile(line);
  const given = single(line, "name");
  const platform = parsePlatform(single(line, "platform") ?? ownPlatform());
  const isArtifact = line.options.has("artifact");
  if (basename(file) === "spin.toml") {
    if (isArtifact) throw new UsageError("--artifact holds one module, and spin.toml is an application");
    const { name, files } = collectApplication(file);
    return buildImage(
      { name: parseName(given ?? nameFor(name)), platform, entrypoint: "/spin.toml", files },
      sha256,
    );
  }
  const { bytes, component } = await readChecked(file);
  const name = parseName(given ?? nameFor(basename(file)));
  if (!isArtifact) {
    const files = [{ path: "app.wasm", bytes, executable: true }];
    return buildImage({ name, platform, entrypoint: "/app.wasm", files }, sha256);
  }
  if (single(line, "platform") !== undefined)
    throw new UsageError("--artifact has no platform: it is wasm everywhere");
  return buildArtifact({ name, bytes, component }, sha256);
}

export const image: Command = {
  name: "image",
  summary: "Make an image archive of a module or an application",
  usage: "image [options] <file.wasm | spin.toml> -o <file.tar>",
  options: {
    output: { value: "FILE", short: "o", help: "where the archive goes; - for stdout" },
    name: { value: "NAME[:TAG]", help: "the image's name (default: localhost/ and the file's)" },
    platform: { value: "OS/ARCH", help: "the nodes' platform (default: linux and this machine's processor)" },
    artifact: { help: "make the CNCF's Wasm artifact instead, which registries and runwasi know" },
  },
  guestArgs: false,
  notes: `The archive is an OCI image layout: skopeo copy oci-archive:FILE docker://… sends it to a registry,
podman load -i FILE and ctr image import FILE take it. The same input gives the same bytes.
An application's image holds spin.toml, the modules and the files that it names.`,
  async execute(line, { io }) {
    const output = single(line, "output");
    if (output === undefined) throw new UsageError("no output given: -o FILE.tar, or -o - for stdout");
    let archive: Uint8Array;
    try {
      archive = await build(line);
    } catch (error) {
      if (error instanceof TarError) throw new InputError(printable(error.message));
      throw error;
    }
    if (output === "-") {
      if (io.stdout.isTerminal) throw new UsageError("-o -: an archive is no text for a terminal");
      io.stdout.write(archive);
      return STATUS.ok;
    }
    try {
      writeFileSync(output, archive);
    } catch (error) {
      throw new InputError(`cannot write ${printable(output)}: ${systemReason(error)}`);
    }
    return STATUS.ok;
  },
};
