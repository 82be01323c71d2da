import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type TestConfig, testConfig, testNode } from "../testing/oci-config.ts";
import type { Program } from "./decision.ts";
import { guestVariables } from "./grants.ts";
import { REFUSALS, Refusal, type RefusalCode } from "./refusal.ts";
import { rewriteConfig, type Surroundings } from "./rewrite.ts";

const MIB = 2 ** 20;

interface Mount {
  readonly destination: string;
  readonly source: string;
  readonly type: string;
  readonly options: readonly string[];
}

interface Rewritten {
  readonly process: {
    readonly args: readonly string[];
    readonly env: readonly string[];
    readonly cwd: string;
    readonly user: unknown;
    readonly capabilities: Record<string, readonly string[]>;
    readonly noNewPrivileges: boolean;
  };
  readonly root: { readonly readonly: boolean; readonly path: string };
  readonly mounts: readonly Mount[];
  readonly linux: {
    readonly seccomp: { readonly syscalls: readonly { readonly names: readonly string[] }[] };
  };
}

function rewritten(config: Partial<TestConfig>, node: Surroundings = testNode()): Rewritten {
  const text = rewriteConfig(JSON.stringify(testConfig(config)), node);
  if (text === undefined) throw new Error("left as it was");
  return JSON.parse(text) as Rewritten;
}

/** The words of the command, from `run` on. */
function words(config: Partial<TestConfig>, node?: Surroundings): string[] {
  const { args } = rewritten(config, node).process;
  return args.slice(args.indexOf("/.wasmeter/package/dist/container.cjs") + 1);
}

function refusal(config: Partial<TestConfig> | string, node: Surroundings = testNode()): Refusal {
  const text = typeof config === "string" ? config : JSON.stringify(testConfig(config));
  try {
    rewriteConfig(text, node);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error("not refused");
}

function withProcess(changes: object): Partial<TestConfig> {
  return { process: { ...testConfig().process, ...changes } };
}

const native: Program = {
  kind: "file",
  path: "/bin/sh",
  beginning: new Uint8Array([0x7f, 0x45, 0x4c, 0x46]),
};

describe("which containers are ours", () => {
  const isOurs = (
    annotations: Record<string, unknown>,
    args: readonly string[],
    program?: Program,
  ): boolean => {
    const config = { annotations, ...withProcess({ args }) };
    const node = testNode({ ...(program && { program }) });
    return rewriteConfig(JSON.stringify(testConfig(config)), node) !== undefined;
  };

  it.each([
    ["bytes of a module", {}, ["/app.wasm"], undefined, true],
    ["bytes of a module under any name", {}, ["/app"], undefined, true],
    ["other bytes", {}, ["/bin/sh"], native, false],
    ["other bytes in a file called .wasm", {}, ["/x.wasm"], native, false],
    ["nothing there", {}, ["/app.wasm"], { kind: "absent", path: "/app.wasm" }, false],
    ["a module in a volume", {}, ["/v/a.wasm"], { kind: "in-volume", path: "/v/a.wasm" }, true],
    ["something in a volume", {}, ["/v/a"], { kind: "in-volume", path: "/v/a" }, false],
    ["handler", { "run.oci.handler": "wasm" }, ["/bin/sh"], native, true],
    ["another handler", { "run.oci.handler": "krun" }, ["/app.wasm"], undefined, false],
    [
      "handler before variant",
      { "run.oci.handler": "krun", "module.wasm.image/variant": "compat" },
      ["/app.wasm"],
      undefined,
      false,
    ],
    ["variant", { "module.wasm.image/variant": "compat" }, ["/bin/sh"], native, true],
    ["smart handler, a module", { "run.oci.handler": "wasm-smart" }, ["/APP.WASM"], undefined, true],
    ["smart handler, a program", { "run.oci.handler": "wasm-smart" }, ["/bin/sh"], native, false],
    [
      "smart handler, a module without the ending",
      { "run.oci.handler": "wasm-smart" },
      ["/app"],
      undefined,
      false,
    ],
    ["smart variant, a program", { "module.wasm.image/variant": "compat-smart" }, ["/bin/sh"], native, false],
    [
      "smart variant, a module",
      { "module.wasm.image/variant": "compat-smart" },
      ["/app.wasm"],
      undefined,
      true,
    ],
    [
      "containerd's sandbox",
      { "io.kubernetes.cri.container-type": "sandbox", "run.oci.handler": "wasm" },
      ["/app.wasm"],
      undefined,
      false,
    ],
    [
      "CRI-O's sandbox",
      { "io.kubernetes.cri-o.ContainerType": "sandbox", "run.oci.handler": "wasm" },
      ["/app.wasm"],
      undefined,
      false,
    ],
    ["no program, by bytes", {}, [], undefined, false],
  ] as [string, Record<string, unknown>, string[], Program | undefined, boolean][])(
    "%s",
    (_, annotations, args, program, expected) => {
      expect(isOurs(annotations, args, program)).toBe(expected);
    },
  );

  it("looks at nothing where an annotation decides against it", () => {
    const look = (): never => {
      throw new Error("looked");
    };
    const config = testConfig({
      annotations: { "run.oci.handler": "wasm-smart" },
      ...withProcess({ args: ["/bin/sh"] }),
    });
    expect(rewriteConfig(JSON.stringify(config), { ...testNode(), look })).toBeUndefined();
  });

  it("leaves what it has rewritten", () => {
    const once = rewriteConfig(JSON.stringify(testConfig()), testNode());
    expect(rewriteConfig(once!, testNode())).toBeUndefined();
  });
});

describe("the process", () => {
  it("is an init, Node and the command, with the guest's arguments behind", () => {
    const { args, cwd, user } = rewritten(
      withProcess({ args: ["/app.wasm", "--help", "", "a b"], cwd: "/srv", user: { uid: 1000, gid: 5 } }),
    ).process;
    expect(args.slice(0, 5)).toEqual([
      ...["/.wasmeter/lib/loader", "--library-path", "/.wasmeter/lib"],
      ...["/.wasmeter/bin/sh", "/.wasmeter/package/bin/wasmeter-init"],
    ]);
    expect(args.slice(5, 9)).toEqual([
      "/.wasmeter/lib/loader",
      "--library-path",
      "/.wasmeter/lib",
      "/.wasmeter/bin/node",
    ]);
    expect(args.slice(args.indexOf("--"))).toEqual(["--", "/app.wasm", "--help", "", "a b"]);
    expect(cwd).toBe("/srv");
    expect(user).toEqual({ uid: 1000, gid: 5 });
  });

  it("needs no loader where the node's programs are static", () => {
    const files = testNode().nodeFiles();
    const fixed = { path: "/node", loader: undefined, libraries: new Map<string, string>() };
    const { args } = rewritten(
      {},
      testNode({ nodeFiles: () => ({ ...files, node: fixed, shell: fixed }) }),
    ).process;
    expect(args.slice(0, 3)).toEqual([
      "/.wasmeter/bin/sh",
      "/.wasmeter/package/bin/wasmeter-init",
      "/.wasmeter/bin/node",
    ]);
  });

  it("has no rights", () => {
    const { process, root } = rewritten({});
    expect(process.noNewPrivileges).toBe(true);
    expect(Object.values(process.capabilities).flat()).toEqual([]);
    expect(Object.keys(process.capabilities)).toHaveLength(5);
    expect(root).toEqual({ path: "rootfs", readonly: true });
  });

  it("has the pod's variables where only the command looks for them", () => {
    const { env } = rewritten(
      withProcess({ env: ["NODE_OPTIONS=--require=/x.js", "LD_PRELOAD=/x.so", "A==b"] }),
    ).process;
    expect(env).toEqual([
      "WASMETER_POD_0=NODE_OPTIONS=--require=/x.js",
      "WASMETER_POD_1=LD_PRELOAD=/x.so",
      "WASMETER_POD_2=A==b",
    ]);
  });

  it("gives the guest any variable back, of one name the last", () => {
    const names = Array.from({ length: 12 }, (_, index) => `N${index}=${index}`);
    const { env } = rewritten(withProcess({ env: [...names, "my.var=1", "Ü=ö", "E=", "N3=again"] })).process;
    const passedOn = Object.fromEntries(
      env.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
    );
    // A shell passes on no other names.
    for (const name of Object.keys(passedOn)) expect(name).toMatch(/^[A-Z_][A-Z0-9_]*$/);
    expect(guestVariables({ HOME: "/", ...passedOn })).toEqual({
      ...Object.fromEntries(names.map((entry) => entry.split("="))),
      "my.var": "1",
      Ü: "ö",
      E: "",
      N3: "again",
    });
  });

  it("gets what Node needs, read-only, in a place of its own", () => {
    const { mounts } = rewritten({});
    const own = mounts.filter(({ destination }) => destination.startsWith("/.wasmeter"));
    expect(own[0]).toMatchObject({ destination: "/.wasmeter", type: "tmpfs" });
    expect(Object.fromEntries(own.slice(1).map(({ destination, source }) => [destination, source]))).toEqual({
      "/.wasmeter/bin/node": "/usr/bin/node",
      "/.wasmeter/bin/sh": "/usr/bin/dash",
      "/.wasmeter/package": "/usr/lib/node_modules/wasmeter",
      "/.wasmeter/lib/loader": "/lib64/ld-linux-x86-64.so.2",
      "/.wasmeter/lib/libc.so.6": "/lib/libc.so.6",
      "/.wasmeter/lib/libm.so.6": "/lib/libm.so.6",
    });
    for (const { options } of own.slice(1)) expect(options).toEqual(["bind", "ro", "nosuid", "nodev"]);
    expect(mounts.slice(0, 4)).toEqual(testConfig().mounts);
  });
});

describe("grants", () => {
  const volume = (destination: string, source: string, ...options: string[]): object => ({
    destination,
    source,
    type: "bind",
    options: ["rbind", ...options],
  });
  const granted = (...mounts: object[]): string[] =>
    words({ mounts: [...(testConfig().mounts as object[]), ...mounts] }).filter((word) =>
      word.startsWith("--dir"),
    );

  it("grants volumes, and nothing that the runtime mounts itself", () => {
    expect(granted()).toEqual([]);
    expect(
      granted(
        volume("/data", "/pods/data", "rw"),
        volume("/conf/", "/pods/conf", "ro"),
        volume("/dev/termination-log", "/pods/log", "rw"),
        volume("/var/run/secrets/kubernetes.io/serviceaccount", "/pods/token", "ro"),
        { destination: "/scratch", type: "tmpfs", source: "tmpfs" },
        { destination: "/run", type: "tmpfs", source: "tmpfs" },
        volume("/.wasmeter/package", "/pods/evil", "rw"),
        volume("/a/../proc/x", "/pods/evil", "rw"),
      ),
    ).toEqual(["--dir=/conf::/conf:ro", "--dir=/data::/data", "--dir=/scratch::/scratch"]);
  });

  it("reaches a volume inside another through that", () => {
    expect(granted(volume("/a", "/1", "rw"), volume("/a/b", "/2", "ro"))).toEqual(["--dir=/a::/a"]);
    expect(granted(volume("/a/b", "/2", "rw"), volume("/a", "/1", "ro"))).toEqual([
      "--dir=/a::/a:ro",
      "--dir=/a/b::/a/b:rw",
    ]);
    expect(granted(volume("/ab", "/2", "rw"), volume("/a", "/1", "ro"))).toEqual([
      "--dir=/a::/a:ro",
      "--dir=/ab::/ab",
    ]);
  });

  it("leaves one volume at two places to the kernel's mounts", () => {
    expect(granted(volume("/r", "/1", "ro"), volume("/w", "/1", "rw"))).toEqual([
      "--dir=/r::/r",
      "--dir=/w::/w:rw",
    ]);
  });

  it("takes the last of what is mounted at one place", () => {
    expect(granted(volume("/a", "/1", "rw"), volume("/a", "/2", "ro"))).toEqual(["--dir=/a::/a:ro"]);
  });

  it("says that a single file cannot be granted", () => {
    const mounts = [volume("/etc/app.conf", "/pods/file", "ro")];
    expect(words({ mounts }, testNode({ isDirectory: () => false }))[0]).toBe(
      "--note=/etc/app.conf is mounted as a single file, which a guest cannot be granted: mount its directory",
    );
  });

  it.each(["/a:b", "/a::/etc", "/a:rw", "/a\nb"])(
    "refuses a place that an option would misread: %j",
    (place) => {
      expect(refusal({ mounts: [volume(place, "/1", "ro")] }).code).toBe("mount");
    },
  );

  it("refuses the root", () => {
    expect(refusal({ mounts: [volume("/x/..", "/1", "ro")] }).message).toContain("whole root file system");
  });
});

describe("annotations", () => {
  const options = (annotations: Record<string, unknown>): string[] =>
    words({ annotations }).filter((word) => /^--(fuel|timeout|det|tcp)/.test(word));
  const fault = (key: string, value: unknown): string =>
    refusal({ annotations: { [`wasmeter.dev/${key}`]: value } }).message;

  it("are options, one word each whatever they hold", () => {
    expect(options({ "wasmeter.dev/fuel": "1000", "wasmeter.dev/timeout": "5s --dir=/" })).toEqual([
      "--fuel=1000",
      "--timeout=5s --dir=/",
    ]);
    expect(options({ "wasmeter.dev/tcplisten": "0.0.0.0:80, [::]:81\n127.0.0.1:1" })).toEqual([
      "--tcplisten=0.0.0.0:80",
      "--tcplisten=[::]:81",
      "--tcplisten=127.0.0.1:1",
    ]);
    expect(options({ "wasmeter.dev/deterministic": "true" })).toEqual(["--deterministic"]);
    expect(options({ "wasmeter.dev/deterministic": "7" })).toEqual(["--deterministic=7"]);
    expect(options({ "wasmeter.dev/deterministic": "false" })).toEqual([]);
  });

  it("are refused by name or value", () => {
    expect(fault("fuel", "lots")).toBe("annotation wasmeter.dev/fuel: 'lots' is not a whole number");
    expect(fault("fule", "1")).toContain("did you mean 'wasmeter.dev/fuel'?");
    expect(fault("constructor", "1")).toContain("there is none of this name");
    expect(fault("__proto__", "1")).toContain("there is none of this name");
    expect(fault("fuel", 5)).toContain("must be a string");
    expect(fault("tcplisten", " , ")).toContain("empty");
    expect(fault("fuel", "")).toContain("empty");
    expect(fault("allow-connect", "*:443")).toContain("no option of this name");
    expect(refusal({ annotations: { "wasmeter.dev/fuel": "x" } }).status).toBe(85);
  });
});

/** In the log of servers that have little; the sample has 64Mi. */
const TIGHT =
  "--note=a server under a memory limit of 64Mi may be ended by the kernel while it works; write limits.memory: 128Mi";

describe("an application", () => {
  const program: Program = { kind: "file", path: "/spin.toml", beginning: new Uint8Array([0x73]) };
  const testCommand = testNode().command;
  const node = testNode({ program, command: { ...testCommand, has: () => true, hasOption: () => true } });
  const application = withProcess({ args: ["/spin.toml"] });

  it("is served, by as many processes as there are processors for it", () => {
    const base = [TIGHT, "up", "--log-dir=", "--workers=1"];
    const end = [`--max-memory=${8 * MIB}`, "--listen=0.0.0.0:3000", "--", "/spin.toml"];
    expect(words(application, node)).toEqual([...base, ...end]);
    const cpu = { quota: 350_000, period: 100_000 };
    expect(words({ ...application, linux: { resources: { cpu } } }, node)[2]).toBe("--workers=3");
    const annotations = { "wasmeter.dev/listen": "[::]:80" };
    expect(words({ ...application, annotations }, node)).toEqual([
      ...base,
      "--listen=[::]:80",
      end[0],
      ...end.slice(2),
    ]);
  });

  it("is refused where the command cannot serve it", () => {
    expect(refusal(application, testNode({ program })).message).toContain("does not run");
  });
});

describe("a component", () => {
  const component = (isHttpHandler: boolean): Surroundings =>
    testNode({
      module: { kind: "component", memoryBytes: 0, isHttpHandler },
      command: {
        ...testNode().command,
        has: (name) => name === "run" || name === "serve",
        hasOption: (name, option) => name === "serve" && option === "addr",
        faultOf: (_, { value }) => (value === "there" ? "--addr: 'there' is no address" : undefined),
      },
    });
  const end = [`--max-memory=${8 * MIB}`, "--addr=0.0.0.0:3000", "--", "/app.wasm"];

  it("is a program, or is served if it handles requests", () => {
    expect(words({}, component(false))[0]).toBe("run");
    expect(words({}, component(true))).toEqual([TIGHT, "serve", "--inherit-env", "--workers=1", ...end]);
  });

  it("leaves Node a heap for many requests", () => {
    const limit = { linux: { resources: { memory: { limit: 128 * MIB } } } };
    const { args } = rewritten(limit, component(true)).process;
    expect(args).toContain(`--max-memory=${40 * MIB}`);
    expect(args).toContain("--max-old-space-size=64");
    expect(args.filter((word) => word.startsWith("--note="))).toEqual([]);
  });

  it("is served with the pod's volumes, where an annotation says", () => {
    const mounts = [{ destination: "/data", source: "/pods/data", type: "bind", options: ["rbind", "ro"] }];
    const annotations = { "wasmeter.dev/listen": "[::]:80" };
    expect(words({ mounts, annotations }, component(true))).toEqual([
      ...[TIGHT, "serve", "--inherit-env", "--workers=1", "--dir=/data::/data:ro", "--addr=[::]:80"],
      ...[end[0], ...end.slice(2)],
    ]);
    const wrong = { "wasmeter.dev/listen": "there" };
    expect(refusal({ annotations: wrong }, component(true)).message).toBe(
      "annotation wasmeter.dev/listen: 'there' is no address",
    );
    expect(refusal({ annotations }, component(false)).message).toContain("run has no option of this name");
  });
});

describe("memory", () => {
  const limit = (mebibytes: number | undefined): Partial<TestConfig> => ({
    linux: { resources: { memory: mebibytes === undefined ? {} : { limit: mebibytes * MIB } } },
  });
  const given = (config: Partial<TestConfig>, memoryBytes = 0): string | undefined =>
    words(config, testNode({ module: { kind: "module", memoryBytes, isHttpHandler: false } })).find((word) =>
      word.startsWith("--max-memory"),
    );
  const annotated = (size: string): Partial<TestConfig> => ({
    annotations: { "wasmeter.dev/max-memory": size },
  });

  it("is the limit less what Node takes", () => {
    expect(given(limit(64))).toBe(`--max-memory=${16 * MIB}`);
    expect(given(limit(128))).toBe(`--max-memory=${80 * MIB}`);
    expect(given(limit(48))).toBe(`--max-memory=${MIB}`);
    expect(given({ ...limit(64), ...annotated("24MiB") })).toBe(`--max-memory=${24 * MIB}`);
  });

  it("bounds Node's heap by what is left", () => {
    const heap = (config: Partial<TestConfig>): string | undefined =>
      rewritten(config).process.args.find((word) => word.startsWith("--max-old-space-size"));
    expect(heap(limit(64))).toBe("--max-old-space-size=24");
    expect(heap({ ...limit(64), ...annotated("24MiB") })).toBe("--max-old-space-size=24");
    expect(heap({ ...limit(256), ...annotated("32MiB") })).toBe("--max-old-space-size=200");
    expect(heap(limit(undefined))).toBeUndefined();
  });

  it("is not bound without a limit", () => {
    for (const none of [undefined, 0, -1, 2 ** 43]) expect(given(limit(none))).toBeUndefined();
    const text = JSON.stringify(testConfig(limit(1))).replace(
      `"limit":${MIB}`,
      '"limit":9223372036854775807',
    );
    expect(rewriteConfig(text, testNode())).not.toContain("--max-memory");
    expect(given({ ...limit(undefined), ...annotated("24MiB") })).toBe(`--max-memory=${24 * MIB}`);
  });

  it("is refused where it cannot be had, with the number to write", () => {
    const declaring = (memory: number, config: Partial<TestConfig>): string =>
      refusal(
        config,
        testNode({ module: { kind: "module", memoryBytes: memory * MIB, isHttpHandler: false } }),
      ).message;
    expect(refusal(limit(32)).message).toContain(
      "limit of 32Mi is too low: Node itself takes about 39Mi; write 48Mi",
    );
    expect(declaring(128, limit(64))).toBe(
      "the module declares 128Mi of memory and may have 16Mi of the container's 64Mi; write limits.memory: 176Mi",
    );
    expect(declaring(20, limit(64))).toContain(
      "write limits.memory: 68Mi, or the annotation wasmeter.dev/max-memory: 20MiB",
    );
    expect(declaring(20, { ...limit(64), ...annotated("8MiB") })).toContain(
      "write wasmeter.dev/max-memory: 20MiB and limits.memory: 68Mi",
    );
    expect(refusal({ ...limit(64), ...annotated("32MiB") }).message).toContain(
      "leaves at most 24Mi; for more write limits.memory: 72Mi",
    );
    expect(declaring(20, { ...limit(undefined), ...annotated("8MiB") })).toContain(
      "write the annotation wasmeter.dev/max-memory: 20MiB",
    );
  });
});

describe("seccomp", () => {
  it("refuses what Node never calls, with or without a profile", () => {
    const refused = rewritten({}).linux.seccomp.syscalls[0]!.names;
    expect(refused).toEqual(expect.arrayContaining(["ptrace", "setns", "mount", "bpf", "io_uring_setup"]));
    const allow = { names: ["read", "ptrace", "mount"], action: "SCMP_ACT_ALLOW" };
    const profile = {
      defaultAction: "SCMP_ACT_ERRNO",
      architectures: ["SCMP_ARCH_X86_64"],
      syscalls: [
        allow,
        { names: ["bpf"], action: "SCMP_ACT_ALLOW" },
        { names: ["bpf"], action: "SCMP_ACT_ERRNO" },
      ],
    };
    expect(rewritten({ linux: { seccomp: profile } }).linux.seccomp).toEqual({
      ...profile,
      syscalls: [
        { ...allow, names: ["read"] },
        { names: ["bpf"], action: "SCMP_ACT_ERRNO" },
      ],
    });
  });

  it("adds to a profile that allows what it does not name", () => {
    const profile = {
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["ptrace"], action: "SCMP_ACT_KILL" }],
    };
    const { syscalls } = rewritten({ linux: { seccomp: profile } }).linux.seccomp;
    expect(syscalls[0]).toEqual(profile.syscalls[0]);
    expect(syscalls[1]!.names).toContain("mount");
    expect(syscalls[1]!.names).not.toContain("ptrace");
  });
});

describe("what is refused", () => {
  it.each([
    ["config", "{"],
    ["config", "[]"],
    ["config", '{"annotations":{"run.oci.handler":"wasm"},"process":[]}'],
    ["config", withProcess({ args: "x" })],
    ["config", withProcess({ env: ["=x"] })],
    ["config", withProcess({ env: ["x"] })],
    ["config", withProcess({ args: ["/app.wasm", "a\0b"] })],
    ["config", { mounts: {} }],
    ["config", { mounts: [{}] }],
    ["config", { linux: { seccomp: {} } }],
    ["no-args", { ...withProcess({ args: [] }), annotations: { "run.oci.handler": "wasm" } }],
    ["no-args", { process: {}, annotations: { "run.oci.handler": "wasm" } }],
    ["env", withProcess({ env: [`A=${"x".repeat(131_072)}`] })],
    ["env", withProcess({ env: Array.from({ length: 40_000 }, (_, i) => `V${i}=${"x".repeat(40)}`) })],
    ["env", withProcess({ env: ["A=\0"] })],
  ] as [RefusalCode, Partial<TestConfig> | string][])("%s", (code, config) => {
    expect(refusal(config).code).toBe(code);
  });

  it("a program that is not there, or none", () => {
    const annotations = { "run.oci.handler": "wasm" };
    expect(refusal({ annotations }, testNode({ program: { kind: "absent", path: "/app.wasm" } })).code).toBe(
      "no-file",
    );
    expect(refusal({ annotations }, testNode({ program: { kind: "no-file", path: "/app.wasm" } })).code).toBe(
      "not-wasm",
    );
  });

  it("has a status of its own each", () => {
    const statuses = Object.values(REFUSALS);
    expect(new Set(statuses).size).toBe(statuses.length);
  });
});

describe("any config.json", () => {
  const key = fc.constantFrom(
    "process",
    "args",
    "env",
    "mounts",
    "annotations",
    "linux",
    "resources",
    "memory",
    "limit",
    "seccomp",
    "syscalls",
    "names",
    "root",
    "__proto__",
    "destination",
    "options",
    "run.oci.handler",
    "wasmeter.dev/fuel",
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, 0, -1, 64 * MIB, "wasm", "/app.wasm", "bind", "ro", "A=b"),
      fc.string(),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(key, tie("value"), { maxKeys: 6 }),
    ),
  })).value;

  it("is left, rewritten or refused, whatever replaces a part of it", () => {
    const places = [
      ["process"],
      ["process", "args"],
      ["process", "env"],
      ["process", "cwd"],
      ["mounts"],
      ["annotations"],
      ["root"],
      ["linux"],
      ["linux", "resources"],
      ["linux", "seccomp"],
      ["mounts", "0"],
      ["mounts", "0", "options"],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), json, (path, value) => {
        const config: Record<string, unknown> = { ...testConfig() };
        let at: Record<string, unknown> = config;
        for (const name of path.slice(0, -1)) {
          at[name] = structuredClone(at[name]);
          at = at[name] as Record<string, unknown>;
        }
        at[path.at(-1)!] = value;
        const text = JSON.stringify(config);
        try {
          const result = rewriteConfig(text, testNode());
          if (result === undefined) return;
          const { process, mounts } = JSON.parse(result) as Rewritten;
          expect(process.noNewPrivileges).toBe(true);
          expect(process.env.every((entry) => entry.startsWith("WASMETER_POD_"))).toBe(true);
          expect(process.args[0]).toBe("/.wasmeter/lib/loader");
          // Every directory that is granted is a mount's.
          const places = new Set(
            mounts.map(
              ({ destination }) =>
                `/${destination
                  .split("/")
                  .filter((part) => part !== "" && part !== ".")
                  .join("/")}`,
            ),
          );
          for (const word of process.args.filter((each) => each.startsWith("--dir="))) {
            expect(places).toContain(word.slice("--dir=".length).split("::")[0]);
          }
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          expect(error.message).not.toMatch(/[\n\0]/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps what is not ours, numbers beyond 2^53 among it", () => {
    const rlimits = '[{"type":"RLIMIT_NOFILE","hard":18446744073709551615,"soft":-9223372036854775808}]';
    const text = JSON.stringify(
      testConfig({ extra: { note: "number:1", "\u2028": [1.5e300, 'a"\\'] } }),
    ).replace('"args"', `"rlimits":${rlimits},"args"`);
    const result = rewriteConfig(text, testNode())!;
    expect(result).toContain(rlimits);
    expect((JSON.parse(result) as TestConfig).extra).toEqual((JSON.parse(text) as TestConfig).extra);
  });
});
