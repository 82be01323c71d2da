// `wasmeter up` and `wasmeter watch`: an application of Spin's, from its spin.toml to answers.

import { dirname, relative, resolve } from "node:path";
import { readUpOptions, UP_FOREIGN_OPTIONS, UP_OPTIONS, type UpOptions } from "../args/up-options.ts";
import type { Command, CommandContext } from "../command.ts";
import type { UpSource } from "../serving/up-application.ts";
import type { Watched } from "../serving/watch-files.ts";
import { InputError } from "../usage-error.ts";

const NOTES = `The first line on standard output is 'Serving' and the address; the routes follow, then a line for each request.
SIGTERM and Ctrl-C let what is under way come to its end; a second one does not wait.

Environment: SPIN_HTTP_LISTEN_ADDR, SPIN_TLS_CERT, SPIN_TLS_KEY, SPIN_LOG_DIR, RUNTIME_CONFIG_FILE, SPIN_ALWAYS_BUILD,
SPIN_ALLOW_TRANSIENT_WRITE; SPIN_VARIABLE_NAME is the application's variable 'name'.`;

export const up: Command = {
  name: "up",
  summary: "Serve an application of Spin's, by its spin.toml",
  usage: "up [options] [path]",
  options: UP_OPTIONS,
  foreignOptions: UP_FOREIGN_OPTIONS,
  guestArgs: false,
  notes: NOTES,
  async execute(line, { io }) {
    const options = readUpOptions(line, io.env);
    const { UpSource, serveApplication, buildComponents, isPrimary, inputErrors } = await serving();
    return inputErrors(async () => {
      const source = new UpSource(options, io);
      if (options.build && isPrimary) await buildComponents(source.manifest(), io, options.components);
      if (isPrimary) await source.setKeyValues();
      if (isPrimary) await source.runSql();
      return serveApplication({
        ...{ io, file: source.file, settings: options.server },
        load: () => source.load(),
        close: () => source.close(),
      });
    });
  },
};

export const watch: Command = {
  name: "watch",
  summary: "Serve an application, and build and serve it anew when it changes",
  usage: "watch [options] [path]",
  options: UP_OPTIONS,
  foreignOptions: UP_FOREIGN_OPTIONS,
  guestArgs: false,
  notes: `Looks at the manifest, the .wasm files, and what components name in build.watch and files. Requests under way
come to their end with what they began with. Serves in one process.`,
  async execute(line, context) {
    const { io } = context;
    const given = readUpOptions(line, io.env);
    const options = { ...given, server: { ...given.server, workers: 1 } };
    const { UpSource, serveApplication, buildComponents, inputErrors } = await serving();
    return inputErrors(async () => {
      const source = new UpSource(options, io);
      await buildComponents(source.manifest(), io, options.components);
      await source.setKeyValues();
      await source.runSql();
      // Before it is loaded: what changes from now on is seen.
      const before = await lookAt(source);
      return serveApplication({
        ...{ io, file: source.file, settings: options.server },
        load: () => source.load(),
        close: () => source.close(),
        watch: (replace, signal) => void keepFresh(source, options, context, { replace, signal, before }),
      });
    });
  },
};

/** What serves is loaded only where something is served. */
async function serving() {
  const [{ UpSource }, { serveApplication }, { buildComponents }, { default: cluster }, { inputErrors }] =
    await Promise.all([
      import("../serving/up-application.ts"),
      import("../serving/serve-application.ts"),
      import("../serving/build.ts"),
      import("node:cluster"),
      import("../serving/input-errors.ts"),
    ]);
  return { UpSource, serveApplication, buildComponents, isPrimary: cluster.isPrimary, inputErrors };
}

type Replace = Parameters<NonNullable<import("../serving/serve-application.ts").Serving["watch"]>>[0];

/** Files as they are: those that make a build necessary, and all. */
interface Look {
  readonly sources: string;
  readonly all: string;
}

async function lookAt(source: UpSource): Promise<Look> {
  const { stateOf } = await import("../serving/watch-files.ts");
  return { sources: stateOf(sourcesOf(source)), all: stateOf(watchedOf(source)) };
}

/** Builds and loads after each change. What fails is told, and what was served before goes on. */
async function keepFresh(
  source: UpSource,
  options: UpOptions,
  { io, report }: CommandContext,
  {
    replace,
    signal,
    before,
  }: { readonly replace: Replace; readonly signal: AbortSignal; readonly before: Look },
): Promise<void> {
  const { changed } = await import("../serving/watch-files.ts");
  const { buildComponents, inputErrors } = await serving();
  let last = before;
  while (!signal.aborted) {
    await changed(() => watchedOf(source), last.all, signal);
    if (signal.aborted) return;
    try {
      await inputErrors(async () => {
        const { sources } = await lookAt(source);
        if (sources !== last.sources) await buildComponents(source.manifest(), io, options.components);
        last = await lookAt(source);
        replace(source.load());
      });
      io.stderr.write("wasmeter: serving the changed application\n");
    } catch (error) {
      report(error);
      last = await lookAt(source);
    }
  }
}

function watchedOf(source: UpSource): Watched[] {
  return [...sourcesOf(source), ...productsOf(source)];
}

/** What makes a build necessary. */
function sourcesOf(source: UpSource): Watched[] {
  const directory = dirname(resolve(source.file));
  return [...manifestOf(source).components.values()].flatMap(({ build }) =>
    build === undefined
      ? []
      : [
          {
            directory: resolve(directory, build.workdir ?? "."),
            patterns: build.watch.map(({ value }) => value),
          },
        ],
  );
}

/** What is served as it is. */
function productsOf(source: UpSource): Watched[] {
  const directory = dirname(resolve(source.file));
  const patterns = [...manifestOf(source).components.values()].flatMap(({ source: wasm, files }) => [
    wasm.value,
    ...files.map((file) => (file.kind === "pattern" ? file.pattern : `${file.source}/**`)),
  ]);
  return [{ directory, patterns: [relative(directory, resolve(source.file)), ...patterns] }];
}

/** The manifest as it is now; an empty one while it is wrong, which is told when it is loaded. */
function manifestOf(source: UpSource): Pick<ReturnType<UpSource["manifest"]>, "components"> {
  try {
    return source.manifest();
  } catch (error) {
    if (error instanceof InputError || (error as Error).name === "ManifestError")
      return { components: new Map() };
    throw error;
  }
}
