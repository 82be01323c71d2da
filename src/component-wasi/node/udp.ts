// Node's UDP sockets for guests.

import * as dgram from "node:dgram";
import { WasiError } from "../../wasi/abi.ts";
import { toWasiError } from "../../wasi/node/errno.ts";
import { type IpAddress, ipAddressText, parseIpAddress } from "../network/ip-address.ts";
import type { BoundUdp, Datagram, Endpoint } from "../sockets/socket-host.ts";

/** Datagrams and bytes that are kept for a guest; more are lost, as the network may lose any. */
const MAX_WAITING = 256;
const MAX_WAITING_BYTES = 2 ** 20;
/** Bytes under way to the system. */
const MAX_UNSENT_BYTES = 2 ** 20;

/** Something that others wait for, again and again. */
class Signal {
  readonly #isReady: () => boolean;
  #waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(isReady: () => boolean) {
    this.#isReady = isReady;
  }

  get ready(): boolean {
    return this.#isReady();
  }

  whenReady(): Promise<void> {
    if (this.ready) return Promise.resolve();
    if (this.#waiting === undefined) {
      let resolve: () => void = () => {};
      const promise = new Promise<void>((each) => {
        resolve = each;
      });
      this.#waiting = { promise, resolve };
    }
    return this.#waiting.promise;
  }

  wake(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}

/** The address from which datagrams leave: what a connected socket is bound to, without sending anything. */
export function routeUdp(remote: Endpoint): Promise<IpAddress | undefined> {
  const socket = dgram.createSocket(remote.address.tag === "ipv4" ? "udp4" : "udp6");
  return new Promise((resolve) => {
    const end = (address: IpAddress | undefined): void => {
      socket.close();
      resolve(address);
    };
    socket.once("error", () => end(undefined));
    socket.connect(remote.port, ipAddressText(remote.address), (error?: Error | null) =>
      end(error == null ? parseIpAddress(socket.address().address.replace(/%.*$/, "")) : undefined),
    );
  });
}

/** Binds a UDP socket; port 0 is any free one. */
export async function bindUdp(local: Endpoint): Promise<BoundUdp> {
  const socket = dgram.createSocket({
    type: local.address.tag === "ipv4" ? "udp4" : "udp6",
    ipv6Only: local.address.tag === "ipv6",
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown): void => {
      socket.close();
      reject(toWasiError(error));
    };
    socket.once("error", fail);
    socket.bind({ address: ipAddressText(local.address), port: local.port }, () => {
      socket.off("error", fail);
      resolve();
    });
  });
  socket.unref();
  const waiting: Datagram[] = [];
  let waitingBytes = 0;
  let unsent = 0;
  let sending = 0;
  let failure: unknown;
  const readable = new Signal(() => waiting.length > 0 || failure !== undefined);
  const idle = new Signal(() => sending === 0);
  const writable = new Signal(() => unsent < MAX_UNSENT_BYTES || failure !== undefined);
  const fail = (error: unknown): void => {
    failure ??= toWasiError(error);
    readable.wake();
    writable.wake();
  };
  socket.on("error", fail);
  socket.on("message", (data, { address, port }) => {
    const parsed = parseIpAddress(address.replace(/%.*$/, ""));
    if (
      parsed === undefined ||
      waiting.length >= MAX_WAITING ||
      waitingBytes + data.length > MAX_WAITING_BYTES
    )
      return;
    waitingBytes += data.length;
    waiting.push({ data: new Uint8Array(data), remote: { address: parsed, port } });
    // What has come together is read together: Node tells of each in a turn of its own.
    if (waiting.length === 1) setImmediate(() => readable.wake());
  });
  let isConnected = false;
  const throwIfFailed = (): void => {
    if (failure === undefined) return;
    const error = failure;
    failure = undefined;
    throw error;
  };
  return {
    get local() {
      const { address, port } = socket.address();
      return { address: parseIpAddress(address) ?? local.address, port };
    },
    // An idle socket must not keep a process alive whose guest has ended; one that is waited for must.
    readable: {
      get ready() {
        return readable.ready;
      },
      async whenReady() {
        socket.ref();
        await readable.whenReady();
        socket.unref();
      },
    },
    writable,
    receive() {
      throwIfFailed();
      const datagram = waiting.shift();
      waitingBytes -= datagram?.data.length ?? 0;
      return datagram;
    },
    send({ data, remote }) {
      throwIfFailed();
      if (remote.address.tag !== local.address.tag) throw new WasiError("inval");
      if (unsent >= MAX_UNSENT_BYTES) return false;
      unsent += data.length;
      sending++;
      const sent = (error: Error | null): void => {
        unsent -= data.length;
        sending--;
        if (sending === 0) idle.wake();
        if (error !== null) fail(error);
        writable.wake();
      };
      // The system knows the address of a connected socket, and Node takes no other.
      if (isConnected) socket.send(data.slice(), sent);
      else socket.send(data.slice(), remote.port, ipAddressText(remote.address), sent);
      return true;
    },
    connect(remote) {
      if (isConnected) socket.disconnect();
      isConnected = false;
      if (remote === undefined) return undefined;
      return new Promise((resolve, reject) => {
        socket.connect(remote.port, ipAddressText(remote.address), (error?: Error) => {
          isConnected = error === undefined || error === null;
          if (isConnected) resolve();
          else reject(toWasiError(error));
        });
      });
    },
    setHopLimit: (hops) => socket.setTTL(hops),
    /** What was handed over still leaves. */
    async close() {
      await idle.whenReady();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}
