// One test of WASI 0.3 from the official suite: the command runs its program, and its operations are done one after the other.

import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { type ServerConfig, startServers } from "./endpoints.ts";

/** Each operation, by its type, with what it may have. */
interface Operation {
  readonly type: "run" | "wait" | "read" | "write" | "connect" | "send" | "recv" | "request" | "kill";
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly root?: string;
  readonly id?: string;
  readonly payload?: string;
  readonly exit_code?: number;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: NodeJS.Signals;
  readonly response?: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
}

/** What a test's JSON file says; the short form is one run and its exit. */
interface Specification {
  readonly operations?: readonly Operation[];
  readonly proposals?: readonly string[];
  readonly world?: "wasi:cli/command" | "wasi:http/service";
  readonly servers?: readonly ServerConfig[];
  readonly root?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exit_code?: number;
}

/** An operation that waits longer hangs. */
const TIMEOUT_MS = 60_000;

/** All tests of 0.3 below a checked-out suite, by path. */
export function findTests(suite: string): string[] {
  return fs
    .readdirSync(suite, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".wasm") && path.basename(path.dirname(file)) === "wasm32-wasip3")
    .sort()
    .map((file) => path.join(suite, file));
}

/** Runs a test by the command at `cli`; gives what went wrong, if something did. */
export async function runTest(cli: string, file: string): Promise<string | undefined> {
  const json = file.replace(/\.wasm$/, ".json");
  const specification: Specification = fs.existsSync(json)
    ? (JSON.parse(fs.readFileSync(json, "utf8")) as Specification)
    : {};
  const { env, stop } = await startServers(specification.servers ?? []);
  const run = new Run(cli, file, specification, env);
  try {
    const { args = [], env: own = {}, root, exit_code = 0 } = specification;
    const short: readonly Operation[] = [
      { type: "run", args, env: own, ...(root !== undefined && { root }) },
      { type: "wait", exit_code },
    ];
    for (const operation of specification.operations ?? short) await run.do(operation);
    return undefined;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}${run.output}`;
  } finally {
    run.end();
    stop();
  }
}

/** A stream that is read up to what is expected of it. */
class Output {
  text = "";
  isOver = false;
  #changed: () => void = () => {};

  follow(stream: NodeJS.ReadableStream): void {
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      this.text += chunk;
      this.#changed();
    });
    stream.on("end", () => {
      this.isOver = true;
      this.#changed();
    });
  }

  /** Waits until what has come satisfies `take`. */
  async until<T>(what: string, take: (text: string) => T | undefined): Promise<T> {
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      const found = take(this.text);
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (this.isOver || left <= 0) throw new Error(`${what}: got ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

class Run {
  readonly #cli: string;
  readonly #file: string;
  readonly #specification: Specification;
  readonly #env: Readonly<Record<string, string>>;
  readonly #scratch = fs.mkdtempSync(path.join(os.tmpdir(), "wasi-p3-"));
  readonly #outputs = { stdout: new Output(), stderr: new Output() };
  readonly #sockets = new Map<string, { readonly socket: net.Socket; readonly output: Output }>();
  #child: ChildProcess | undefined;
  #exit: Promise<number> = Promise.resolve(0);

  constructor(
    cli: string,
    file: string,
    specification: Specification,
    env: Readonly<Record<string, string>>,
  ) {
    this.#cli = cli;
    this.#file = file;
    this.#specification = specification;
    this.#env = env;
  }

  get output(): string {
    const { stdout, stderr } = this.#outputs;
    return `\nstdout: ${stdout.text}\nstderr: ${stderr.text}`;
  }

  end(): void {
    this.#child?.kill("SIGKILL");
    for (const { socket } of this.#sockets.values()) socket.destroy();
    fs.rmSync(this.#scratch, { recursive: true, force: true });
  }

  async do(operation: Operation): Promise<void> {
    const { id = "", payload = "" } = operation;
    switch (operation.type) {
      case "run":
        return this.#run(operation);
      case "write":
        this.#child?.stdin?.write(payload);
        return;
      case "read":
        return take(this.#outputs[id as "stdout" | "stderr"], payload);
      case "connect":
        return this.#connect(id);
      case "send":
        this.#sockets.get(id)?.socket.write(payload);
        return;
      case "recv":
        return take((this.#sockets.get(id) as { readonly output: Output }).output, payload);
      case "request":
        return this.#request(operation);
      case "kill":
        this.#child?.kill(operation.signal ?? "SIGTERM");
        return;
      case "wait":
        return this.#wait(operation.exit_code ?? 0);
    }
  }

  #run({ args = [], env = {}, root }: Operation): void {
    const { proposals = [], world } = this.#specification;
    const options: string[] = [];
    for (const [name, value] of Object.entries({ ...env, ...this.#env }))
      options.push("--env", `${name}=${value}`);
    if (root !== undefined) {
      fs.cpSync(path.resolve(path.dirname(this.#file), root), this.#scratch, { recursive: true });
      options.push("--dir", `${this.#scratch}::/`);
    }
    const isService = world === "wasi:http/service";
    if (proposals.includes("http")) options.push("--allow-http", "*://*:*");
    if (proposals.includes("sockets")) options.push("--network=all");
    const command = isService ? ["serve", "--addr", "127.0.0.1:0", "--workers", "1"] : ["run"];
    const child = spawn(process.execPath, [this.#cli, ...command, ...options, this.#file, ...args]);
    this.#outputs.stdout.follow(child.stdout);
    this.#outputs.stderr.follow(child.stderr);
    this.#child = child;
    this.#exit = new Promise((resolve) => child.once("close", (code) => resolve(code ?? -1)));
  }

  async #wait(expected: number): Promise<void> {
    this.#child?.stdin?.end();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve("nothing: it hangs"), TIMEOUT_MS);
    });
    const code = await Promise.race([this.#exit, late]);
    clearTimeout(timer);
    if (code !== expected) throw new Error(`exit code ${expected} expected, got ${code}`);
  }

  async #connect(id: string): Promise<void> {
    const [host = "", port = ""] = await this.#outputs.stdout.until("an address on stdout", (text) =>
      text.includes("\n") ? text.slice(0, text.indexOf("\n")).split(":") : undefined,
    );
    const socket = net.connect(Number(port), host);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    const output = new Output();
    output.follow(socket);
    this.#sockets.set(id, { socket, output });
  }

  async #request({ method = "GET", path: target = "/", headers, body, response = {} }: Operation) {
    const find = (text: string): string | undefined => /http:\/\/[^\s/]+(?=[\s/])/.exec(text)?.[0];
    const { stdout, stderr } = this.#outputs;
    const server = await Promise.any([
      stdout.until("the server's address", find),
      stderr.until("the server's address", find),
    ]);
    const answer = await fetch(`${server}${target}`, {
      method,
      ...(headers && { headers }),
      ...(body && { body }),
    });
    const text = await answer.text();
    const { status = 200, headers: expected = {}, body: contents = "" } = response;
    if (answer.status !== status) throw new Error(`status ${status} expected, got ${answer.status}`);
    for (const [name, value] of Object.entries(expected)) {
      const found = answer.headers.get(name);
      if (found !== value) throw new Error(`header ${name}: ${value} expected, got ${found}`);
    }
    if (text !== contents) throw new Error(`body ${contents} expected, got ${text}`);
  }
}

/** Takes what is expected off the front of an output. */
async function take(output: Output, payload: string): Promise<void> {
  const found = await output.until(`${JSON.stringify(payload)} expected`, (text) =>
    text.length >= payload.length ? text.slice(0, payload.length) : undefined,
  );
  if (found !== payload) throw new Error(`${JSON.stringify(payload)} expected, got ${JSON.stringify(found)}`);
  output.text = output.text.slice(payload.length);
}
