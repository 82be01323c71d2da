// The network by grant, against real listeners on loopback: what each grant lets through, and what not.

import { createServer as createHttpServer, type Server } from "node:http";
import * as net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { failureOf, hostsOf, whenReady } from "../../testing/component-hosts.ts";
import { type IpAddress, parseIpAddress } from "../network/ip-address.ts";
import type { NetworkDenial, NetworkOptions } from "../network/network-grants.ts";
import { nodeComponentHost } from "./index.ts";

function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

function socketAddress(text: string, port: number): object {
  const { tag, val } = ip(text);
  return { tag, val: { port, address: val, ...(tag === "ipv6" && { flowInfo: 0, scopeId: 0 }) } };
}

/** A guest with grants; names lead to where `names` says, one list for each lookup, the last again and again. */
function guest(network: NetworkOptions | "all" | undefined, names: Record<string, string[][]> = {}) {
  const denials: NetworkDenial[] = [];
  const host = nodeComponentHost();
  const lists = new Map(Object.entries(names).map(([name, all]) => [name, [...all]]));
  const lookup = async (name: string): Promise<readonly IpAddress[]> => {
    const list = lists.get(name.toLowerCase()) ?? [];
    return ((list.length > 1 ? list.shift() : list[0]) ?? []).map(ip);
  };
  const hosts = hostsOf({
    ...(network !== undefined && {
      network: network === "all" ? network : { ...network, onDenied: (denial) => denials.push(denial) },
    }),
    host: { ...host, ...(host.sockets && { sockets: { ...host.sockets, lookup } }) },
  });
  const sockets = (name: string) => hosts.get(`sockets/${name}`);
  const grant = sockets("instance-network").instanceNetwork();
  return {
    hosts,
    denials,
    /** What the listener says, or the error code. */
    async connect(address: string, port: number): Promise<unknown> {
      const socket = sockets("tcp-create-socket").createTcpSocket(ip(address).tag);
      try {
        return await failureOf(() => socket.startConnect(grant, socketAddress(address, port)));
      } catch {
        // It has begun.
      }
      await whenReady(socket);
      try {
        const [input, output] = socket.finishConnect();
        await output.blockingWriteAndFlush(new TextEncoder().encode("hello"));
        const answer = new TextDecoder().decode(await input.blockingRead(100n));
        for (const resource of [input, output]) resource[Symbol.dispose]();
        return answer;
      } catch (error) {
        return (error as { payload: unknown }).payload;
      } finally {
        socket[Symbol.dispose]();
      }
    },
    async lookup(name: string): Promise<unknown> {
      const { resolveAddresses } = sockets("ip-name-lookup");
      try {
        const stream = resolveAddresses(grant, name);
        await whenReady(stream);
        const found: unknown[] = [];
        for (let each = stream.resolveNextAddress(); each !== undefined; each = stream.resolveNextAddress())
          found.push(each.val.join(each.tag === "ipv4" ? "." : ":"));
        return found;
      } catch (error) {
        return (error as { payload: unknown }).payload;
      }
    },
    async bind(kind: "tcp" | "udp", address: string, port: number) {
      const create = kind === "tcp" ? "createTcpSocket" : "createUdpSocket";
      const socket = sockets(`${kind}-create-socket`)[create](ip(address).tag);
      socket.startBind(grant, socketAddress(address, port));
      await whenReady(socket);
      socket.finishBind();
      return socket;
    },
    async request(url: string): Promise<unknown> {
      const { Fields, OutgoingRequest } = hosts.get("http/types");
      const [, scheme, authority, path] = /^(https?):\/\/([^/]*)(.*)$/.exec(url) ?? [];
      const request = new OutgoingRequest(new Fields());
      request.setScheme({ tag: scheme?.toUpperCase() });
      request.setAuthority(authority);
      request.setPathWithQuery(path || "/");
      try {
        const future = hosts.get("http/outgoing-handler").handle(request, undefined);
        await whenReady(future);
        const { val } = future.get();
        if (val.tag === "err") return val.val.tag;
        const stream = val.val.consume().stream();
        return `${val.val.status()} ${new TextDecoder().decode(await stream.blockingRead(100n))}`;
      } catch (error) {
        return (error as { payload: { tag: string } }).payload.tag;
      }
    },
  };
}

let echo: net.Server;
let web: Server;
let port: number;
let webPort: number;
let hasIpv6 = true;

beforeAll(async () => {
  echo = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (data) => socket.end(`${data}!`));
  });
  // Dual stack where there is IPv6: all of 127.0.0.0/8 and ::1 lead here.
  await new Promise<void>((resolve) => {
    echo.once("error", () => {
      hasIpv6 = false;
      echo.listen(0, "0.0.0.0", resolve);
    });
    echo.listen(0, "::", resolve);
  });
  port = (echo.address() as net.AddressInfo).port;
  web = createHttpServer((request, response) => {
    if (request.url === "/redirect") response.writeHead(302, { location: `http://127.0.0.2:${webPort}/` });
    response.end("upstream");
  });
  await new Promise<void>((resolve) => web.listen(0, "0.0.0.0", resolve));
  webPort = (web.address() as net.AddressInfo).port;
});

afterAll(() => {
  echo.close();
  web.closeAllConnections();
  web.close();
});

describe("connecting", () => {
  it("is denied by default, and the denial says which flag would allow it", async () => {
    const { connect, denials } = guest({});
    expect(await connect("127.0.0.1", port)).toBe("access-denied");
    expect(await connect("127.0.0.1", port)).toBe("access-denied");
    expect(denials.map(({ message }) => message)).toEqual([
      `connecting to 127.0.0.1:${port} was denied; --allow-connect 127.0.0.1:${port} would allow it`,
    ]);
    expect(await guest(undefined).connect("127.0.0.1", port)).toBe("access-denied");
  });

  it.each<[string, string, boolean]>([
    ["127.0.0.1:PORT", "127.0.0.1", true],
    ["127.0.0.1:PORT", "127.0.0.2", false],
    ["127.0.0.1:*", "127.0.0.1", true],
    ["*:PORT", "127.0.0.3", true],
    ["*:*", "127.0.0.3", true],
    ["127.0.0.0/30:PORT", "127.0.0.3", true],
    ["127.0.0.0/30:PORT", "127.0.0.4", false],
    ["127.0.0.4/30:PORT", "127.0.0.3", false],
    ["127.0.0.4/30:PORT", "127.0.0.4", true],
    ["127.0.0.4/30:PORT", "127.0.0.7", true],
    ["127.0.0.4/30:PORT", "127.0.0.8", false],
    ["127.0.0.1/32:PORT", "127.0.0.1", true],
    ["0.0.0.0/0:PORT", "127.0.0.1", true],
    ["[::ffff:127.0.0.1]:PORT", "127.0.0.1", true],
    ["[::]/0:PORT", "127.0.0.1", false],
    ["127.0.0.1:1..PORT", "127.0.0.1", false],
    ["127.0.0.1:PORT..NEXT", "127.0.0.1", true],
    ["127.0.0.1:NEXT..65536", "127.0.0.1", false],
    ["localhost:PORT", "127.0.0.1", true],
    ["localhost:NEXT", "127.0.0.1", false],
    ["example.com:PORT", "127.0.0.1", false],
  ])("with %s to %s: %s", async (rule, address, isAllowed) => {
    const filled = rule
      .replace("PORT", String(port))
      .replace("NEXT", String(port + 1))
      .replace("[::]/0", "[::/0]");
    expect(await guest({ connect: [filled] }).connect(address, port)).toBe(
      isAllowed ? "hello!" : "access-denied",
    );
  });

  it("reaches IPv6 by grants of its own", async () => {
    if (!hasIpv6) return console.warn("no IPv6 here: not tested");
    expect(await guest({ connect: [`[::1]:${port}`] }).connect("::1", port)).toBe("hello!");
    expect(await guest({ connect: [`[::/64]:${port}`] }).connect("::1", port)).toBe("hello!");
    expect(await guest({ connect: [`127.0.0.1:${port}`] }).connect("::1", port)).toBe("access-denied");
    expect(await guest("all").connect("::1", port)).toBe("hello!");
  });

  it("takes no IPv4-mapped addresses, as sockets of 0.2 are IPv6 alone", async () => {
    expect(await guest("all").connect("::ffff:127.0.0.1", port)).toBe("invalid-argument");
  });

  it("tells what goes wrong behind a grant", async () => {
    expect(await guest("all").connect("127.0.0.1", 1)).toBe("connection-refused");
    expect(await guest("all").connect("0.0.0.0", port)).toBe("invalid-argument");
    expect(await guest("all").connect("127.0.0.1", 0)).toBe("invalid-argument");
    expect(await guest("all").connect("224.0.0.1", port)).toBe("invalid-argument");
  });
});

describe("names", () => {
  it("are looked up only as granted; a name to connect to implies it", async () => {
    const names = { "a.test": [["127.0.0.1"]], "b.test": [["127.0.0.1"]] };
    expect(await guest({}, names).lookup("a.test")).toBe("permanent-resolver-failure");
    expect(await guest({ lookup: ["a.test"] }, names).lookup("A.test")).toEqual(["127.0.0.1"]);
    expect(await guest({ lookup: ["a.test"] }, names).lookup("b.test")).toBe("permanent-resolver-failure");
    expect(await guest({ lookup: ["*.test"] }, names).lookup("b.test")).toEqual(["127.0.0.1"]);
    expect(await guest({ connect: ["a.test:1"] }, names).lookup("a.test")).toEqual(["127.0.0.1"]);
    expect(await guest({ lookup: ["*"] }, names).lookup("none.test")).toBe("name-unresolvable");
    expect(await guest({ lookup: ["*"] }, names).lookup("no name")).toBe("invalid-argument");
    expect(await guest({}).lookup("127.0.0.9")).toEqual(["127.0.0.9"]);
  });

  it("a lookup alone grants no connection", async () => {
    const { lookup, connect } = guest({ lookup: ["a.test"] }, { "a.test": [["127.0.0.1"]] });
    await lookup("a.test");
    expect(await connect("127.0.0.1", port)).toBe("access-denied");
  });

  it("a name grants the addresses that it led to, all of them, at its ports, after the lookup", async () => {
    const { lookup, connect } = guest(
      { connect: [`a.test:${port}`] },
      { "a.test": [["127.0.0.1", "127.0.0.2"]] },
    );
    expect(await connect("127.0.0.1", port)).toBe("access-denied");
    expect(await lookup("a.test")).toEqual(["127.0.0.1", "127.0.0.2"]);
    expect(await connect("127.0.0.1", port)).toBe("hello!");
    expect(await connect("127.0.0.2", port)).toBe("hello!");
    expect(await connect("127.0.0.3", port)).toBe("access-denied");
    expect(await connect("127.0.0.1", port + 1)).toBe("access-denied");
  });

  it("a name that later points elsewhere widens nothing before the guest looks again", async () => {
    const { lookup, connect } = guest(
      { connect: [`a.test:${port}`] },
      { "a.test": [["127.0.0.1"], ["127.0.0.9"]] },
    );
    await lookup("a.test");
    expect(await connect("127.0.0.9", port)).toBe("access-denied");
    expect(await connect("127.0.0.1", port)).toBe("hello!");
  });

  it("another guest's lookup counts for nothing", async () => {
    const names = { "a.test": [["127.0.0.1"]] };
    await guest({ connect: [`a.test:${port}`] }, names).lookup("a.test");
    expect(await guest({ connect: [`a.test:${port}`] }, names).connect("127.0.0.1", port)).toBe(
      "access-denied",
    );
  });

  it.each(["169.254.169.254", "fe80::1", "100.100.100.200", "fd00:ec2::254", "0.1.2.3"])(
    "no name and no wildcard leads to %s, where clouds and links have their own",
    async (address) => {
      const { lookup, connect } = guest({ connect: ["evil.test:80", "*:80"] }, { "evil.test": [[address]] });
      await lookup("evil.test");
      expect(await connect(address, 80)).toBe("access-denied");
    },
  );

  it("networks that are refused are refused whatever else is granted", async () => {
    const network = { connect: ["a.test:*", "127.0.0.1:*"], blockNetworks: ["private"] };
    const { lookup, connect, denials } = guest(network, { "a.test": [["127.0.0.1", "8.8.8.8"]] });
    expect(await lookup("a.test")).toEqual(["8.8.8.8"]);
    expect(await connect("127.0.0.1", port)).toBe("access-denied");
    expect(denials.at(-1)?.message).toContain("its network is refused");
  });
});

describe("listening", () => {
  it("needs a grant; port 0 only where it was meant", async () => {
    const bind = (listen: string[], address: string, at: number) =>
      failureOf(() => guest({ listen }).bind("tcp", address, at)).catch(() => "bound");
    expect(await bind([], "127.0.0.1", 0)).toBe("access-denied");
    expect(await bind(["127.0.0.1:1..65536"], "127.0.0.1", 0)).toBe("access-denied");
    expect(await bind(["127.0.0.1:0..9000"], "127.0.0.1", 0)).toBe("access-denied");
    expect(await bind(["127.0.0.1:0"], "127.0.0.1", 0)).not.toBe("access-denied");
    expect(await bind(["127.0.0.1:*"], "0.0.0.0", 0)).toBe("access-denied");
    expect(await bind([`127.0.0.1:${port}`], "127.0.0.1", port)).toBe("address-in-use");
  });

  it("accepts whoever comes after it listens, and nobody before", async () => {
    const { bind, hosts } = guest({ listen: ["127.0.0.1:0"] });
    const socket = await bind("tcp", "127.0.0.1", 0);
    const at: number = socket.localAddress().val.port;
    expect(at).toBeGreaterThan(0);
    const early = net.connect(at, "127.0.0.1");
    await new Promise((resolve) => early.once("close", resolve).once("error", () => {}));
    socket.startListen();
    socket.finishListen();
    expect(socket.isListening()).toBe(true);
    expect(await failureOf(() => socket.accept())).toBe("would-block");
    const client = net.connect(at, "127.0.0.1");
    const received = new Promise((resolve) => client.once("data", (data) => resolve(String(data))));
    await whenReady(socket);
    const [accepted, input, output] = socket.accept();
    client.write("ping");
    expect(new TextDecoder().decode(await input.blockingRead(10n))).toBe("ping");
    await output.blockingWriteAndFlush(new TextEncoder().encode("pong"));
    expect(await received).toBe("pong");
    expect(accepted.remoteAddress().val.port).toBe(client.localPort);
    const before = hosts.wasi.openDescriptors;
    for (const resource of [accepted, input, output, socket]) resource[Symbol.dispose]();
    expect(before - hosts.wasi.openDescriptors).toBe(2);
    client.destroy();
    await hosts.wasi.flushed();
  });

  it("states that do not fit are invalid", async () => {
    const { hosts, bind } = guest("all");
    const socket = hosts.get("sockets/tcp-create-socket").createTcpSocket("ipv4");
    expect(await failureOf(() => socket.finishBind())).toBe("not-in-progress");
    expect(await failureOf(() => socket.finishConnect())).toBe("not-in-progress");
    expect(await failureOf(() => socket.startListen())).toBe("invalid-state");
    expect(await failureOf(() => socket.accept())).toBe("invalid-state");
    expect(await failureOf(() => socket.localAddress())).toBe("invalid-state");
    expect(await failureOf(() => socket.shutdown("both"))).toBe("invalid-state");
    expect(await failureOf(() => socket.setHopLimit(0))).toBe("invalid-argument");
    const bound = await bind("tcp", "127.0.0.1", 0);
    expect(await failureOf(() => bound.startBind({}, socketAddress("127.0.0.1", 0)))).toBe("invalid-state");
    const binding = hosts.get("sockets/tcp-create-socket").createTcpSocket("ipv4");
    binding.startBind({}, socketAddress("127.0.0.1", 0));
    expect(await failureOf(() => binding.startConnect({}, socketAddress("127.0.0.1", port)))).toBe(
      "concurrency-conflict",
    );
    hosts.wasi.close();
    await hosts.wasi.flushed();
  });
});

describe("UDP", () => {
  it("goes to and comes from whom it is granted, and is bound anywhere for that", async () => {
    const one = guest({ udp: ["127.0.0.1:*"] });
    const other = await guest("all").bind("udp", "127.0.0.1", 0);
    const socket = await one.bind("udp", "0.0.0.0", 0);
    const [input, output] = socket.stream(undefined);
    const [theirs, answers] = other.stream(undefined);
    const { port: at } = other.localAddress().val;
    expect(output.checkSend()).toBe(64n);
    const data = new TextEncoder().encode("hi");
    expect(output.send([{ data, remoteAddress: socketAddress("127.0.0.1", at) }])).toBe(1n);
    await whenReady(theirs);
    const [got] = theirs.receive(10n);
    expect(new TextDecoder().decode(got.data)).toBe("hi");
    answers.checkSend();
    answers.send([
      { data: got.data, remoteAddress: socketAddress("127.0.0.1", socket.localAddress().val.port) },
    ]);
    await whenReady(input);
    expect(input.receive(10n)).toHaveLength(1);
    output.checkSend();
    expect(
      await failureOf(() => output.send([{ data, remoteAddress: socketAddress("127.0.0.2", at) }])),
    ).toBe("access-denied");
    expect(() => output.send([{ data }])).toThrow("more than check-send has permitted");
    expect(one.denials[0]?.flag).toBe(`--allow-udp 127.0.0.2:${at}`);
    one.hosts.wasi.close();
  });

  it("is denied by default", async () => {
    expect(await failureOf(() => guest({}).bind("udp", "0.0.0.0", 0))).toBe("access-denied");
    expect(await failureOf(() => guest({ udp: ["127.0.0.1:53"] }).bind("udp", "127.0.0.1", 0))).toBe(
      "access-denied",
    );
  });
});

describe("HTTP", () => {
  const url = (host: string, path = "/") => `http://${host}:${webPort}${path}`;

  it("is denied by default, and allowed by rules of requests alone", async () => {
    const { request, denials } = guest({ connect: ["*:*"] });
    expect(await request(url("127.0.0.1"))).toBe("HTTP-request-denied");
    expect(denials[0]?.flag).toBe(`--allow-http http://127.0.0.1:${webPort}`);
    expect(await guest({ http: [url("127.0.0.1")] }).request(url("127.0.0.1"))).toBe("200 upstream");
    expect(await guest({ http: [url("127.0.0.1")] }).request(url("127.0.0.2"))).toBe("HTTP-request-denied");
    expect(await guest({ http: ["https://127.0.0.1:*"] }).request(url("127.0.0.1"))).toBe(
      "HTTP-request-denied",
    );
    expect(await guest({ http: ["http://127.0.0.0/31:*"] }).request(url("127.0.0.1"))).toBe("200 upstream");
    expect(await guest({ http: ["http://localhost:*"] }).request(url("localhost"))).toBe("200 upstream");
    expect(await guest("all").request(url("localhost"))).toBe("200 upstream");
  });

  it("follows no redirect: where it leads is a request of its own", async () => {
    const { request } = guest({ http: [url("127.0.0.1")] });
    expect(await request(url("127.0.0.1", "/redirect"))).toBe("302 upstream");
  });

  it("a name whose addresses are refused is not connected to", async () => {
    const network = { http: ["http://localhost:*"], blockNetworks: ["loopback"] };
    expect(await guest(network).request(url("localhost"))).toBe("destination-IP-prohibited");
    expect(await guest({ http: ["http://*:*"] }).request("http://169.254.169.254/")).toBe(
      "HTTP-request-denied",
    );
  });

  it("tells what goes wrong", async () => {
    expect(await guest("all").request("http://127.0.0.1:1/")).toBe("connection-refused");
    expect(await guest("all").request("http://name.invalid/")).toBe("DNS-error");
    expect(await guest("all").request(`https://127.0.0.1:${webPort}/`)).toBe("TLS-protocol-error");
  });
});
