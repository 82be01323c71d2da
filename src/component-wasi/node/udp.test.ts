// Connected UDP sockets, of both versions of wasi:sockets, over the system's.

import { describe, expect, it } from "vitest";
import { failureOf, hostsOf, whenReady } from "../../testing/component-hosts.ts";
import { nodeComponentHost } from "./index.ts";

const hosts = () => hostsOf({ network: "all", host: nodeComponentHost() });
const at = (port: number, ...address: number[]) => ({
  tag: "ipv4",
  val: { port, address: address.length > 0 ? address : [127, 0, 0, 1] },
});
const hello = new TextEncoder().encode("hello");

describe("udp-socket of 0.3", () => {
  const create = async (isBound: boolean) => {
    const socket = hosts().get3("sockets/types").UdpSocket.create("ipv4");
    if (isBound) await socket.bind(at(0));
    return socket;
  };

  it("connects as the system does: from the address that leads there, and keeps its port whatever it does next", async () => {
    const [one, other] = [await create(true), await create(true)];
    const socket = await create(false);
    await socket.connect(one.getLocalAddress());
    const local = socket.getLocalAddress();
    expect(local.val.address).toEqual([127, 0, 0, 1]);
    await socket.send(hello, undefined);
    expect(await one.receive()).toEqual([hello, local]);
    await socket.connect(other.getLocalAddress());
    expect(socket.getLocalAddress()).toEqual(local);
    await socket.send(hello, undefined);
    expect(await other.receive()).toEqual([hello, local]);
    await socket.disconnect();
    expect(() => socket.getRemoteAddress()).toThrow();
    expect(socket.getLocalAddress()).toEqual(at(local.val.port, 0, 0, 0, 0));
    await one.send(hello, local);
    expect(await socket.receive()).toEqual([hello, one.getLocalAddress()]);
    for (const each of [one, other, socket]) each[Symbol.dispose]();
  });

  it("tells that nobody is there, and sends to no other one", async () => {
    const gone = await create(true);
    const address = gone.getLocalAddress();
    const socket = await create(true);
    gone[Symbol.dispose]();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await socket.connect(address);
    expect(await failureOf(() => socket.send(hello, at(9)))).toEqual({ tag: "invalid-argument" });
    await socket.send(hello, undefined);
    expect(await failureOf(() => socket.receive())).toEqual({ tag: "connection-refused" });
    socket[Symbol.dispose]();
  });

  it("cannot be connected twice at once, and nothing leaves meanwhile", async () => {
    const [one, socket] = [await create(true), await create(true)];
    const connecting = socket.connect(one.getLocalAddress());
    expect(await failureOf(() => socket.connect(at(9)))).toEqual({ tag: "invalid-state" });
    const sent = socket.send(hello, one.getLocalAddress());
    await connecting;
    await sent;
    expect((await one.receive())[0]).toEqual(hello);
    for (const each of [one, socket]) each[Symbol.dispose]();
  });
});

it("a socket of 0.2 keeps its port when its streams are for another one", async () => {
  const sockets = hosts();
  const grant = sockets.get("sockets/instance-network").instanceNetwork();
  const bind = async () => {
    const socket = sockets.get("sockets/udp-create-socket").createUdpSocket("ipv4");
    socket.startBind(grant, at(0));
    await whenReady(socket);
    socket.finishBind();
    return socket;
  };
  const [one, socket] = [await bind(), await bind()];
  const { port } = socket.localAddress().val;
  await socket.stream(one.localAddress());
  const [, output] = await socket.stream(undefined);
  expect(socket.localAddress()).toEqual(at(port));
  expect(() => socket.remoteAddress()).toThrow();
  const [input] = one.stream(undefined);
  output.checkSend();
  expect(output.send([{ data: hello, remoteAddress: one.localAddress() }])).toBe(1n);
  await whenReady(input);
  expect(input.receive(1n)).toEqual([{ data: hello, remoteAddress: at(port) }]);
  sockets.wasi.close();
});
