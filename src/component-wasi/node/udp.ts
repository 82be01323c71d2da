// Node's UDP sockets for guests.

import * as dgram from "node:dgram";
import { WasiError } from "../../wasi/abi.ts";
import { toWasiError } from "../../wasi/node/errno.ts";
import { ipAddressText, parseIpAddress } from "../network/ip-address.ts";
import { sameEndpoint } from "../sockets/addresses.ts";
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

/** A socket of the system's; port 0 is any free one. */
async function open({ address, port }: Endpoint): Promise<dgram.Socket> {
  const socket = dgram.createSocket({
    type: address.tag === "ipv4" ? "udp4" : "udp6",
    ipv6Only: address.tag === "ipv6",
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown): void => {
      socket.close();
      reject(toWasiError(error));
    };
    socket.once("error", fail);
    socket.bind({ address: ipAddressText(address), port }, () => {
      socket.off("error", fail);
      resolve();
    });
  });
  socket.unref();
  return socket;
}

/** Binds a UDP socket; port 0 is any free one. */
export async function bindUdp(local: Endpoint): Promise<BoundUdp> {
  let socket = await open(local);
  const waiting: Datagram[] = [];
  let waitingBytes = 0;
  let unsent = 0;
  let sending = 0;
  let failure: unknown;
  const readable = new Signal(() => waiting.length > 0 || failure !== undefined);
  const idle = new Signal(() => sending === 0);
  const writable = new Signal(() => (unsent < MAX_UNSENT_BYTES && !isConnecting) || failure !== undefined);
  const fail = (error: unknown): void => {
    failure ??= toWasiError(error);
    readable.wake();
    writable.wake();
  };
  const arrived = (data: Buffer, { address, port }: dgram.RemoteInfo): void => {
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
  };
  const listen = (): void => {
    socket.on("error", fail);
    socket.on("message", arrived);
  };
  listen();
  let connected: Endpoint | undefined;
  let isConnecting = false;
  let isClosed = false;
  let hops: number | undefined;
  let waiters = 0;
  /** The port stays, which Linux forgets where it has chosen it: another socket takes it then. */
  const disconnect = async (): Promise<void> => {
    const { port } = socket.address();
    socket.disconnect();
    connected = undefined;
    if (socket.address().port === port) return;
    const next = await open({ address: local.address, port });
    if (isClosed) {
      next.close();
      throw new WasiError("badf");
    }
    socket.close();
    socket = next;
    listen();
    if (hops !== undefined) socket.setTTL(hops);
    if (waiters > 0) socket.ref();
  };
  const connect = (remote: Endpoint): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.connect(remote.port, ipAddressText(remote.address), (error?: Error | null) => {
        if (error != null) return reject(toWasiError(error));
        connected = remote;
        resolve();
      });
    });
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
        waiters++;
        socket.ref();
        await readable.whenReady();
        waiters--;
        if (waiters === 0) socket.unref();
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
      // It may have been connected to another one while there was no room.
      if (connected !== undefined && !sameEndpoint(connected, remote)) throw new WasiError("isconn");
      if (unsent >= MAX_UNSENT_BYTES || isConnecting) return false;
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
      if (connected !== undefined) socket.send(data.slice(), sent);
      else socket.send(data.slice(), remote.port, ipAddressText(remote.address), sent);
      return true;
    },
    async connect(remote) {
      if (isConnecting) throw new WasiError("already");
      isConnecting = true;
      try {
        await idle.whenReady();
        if (connected !== undefined) await disconnect();
        if (remote !== undefined) await connect(remote);
      } finally {
        isConnecting = false;
        writable.wake();
      }
    },
    setHopLimit(value) {
      hops = value;
      socket.setTTL(value);
    },
    /** What was handed over still leaves. */
    async close() {
      isClosed = true;
      await idle.whenReady();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}
