// Ports: opened, and told as a URL.

import type { AddressInfo, Server } from "node:net";

/** Where a server listens. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  /** E.g. `http://127.0.0.1:3000`. */
  readonly url: string;
}

/** Opens a port. @throws Node's error, by rejecting, where the address cannot be had */
export async function openPort(
  server: Server,
  address: { readonly host: string; readonly port: number },
): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    // Stays: once the port is open, an error is a connection that could not be accepted, and the client's to try again.
    const onError = (error: Error): void => {
      if (server.listening) return;
      server.off("error", onError).off("listening", resolve);
      reject(error);
    };
    server.on("error", onError).once("listening", resolve).listen(address);
  });
  return server.address() as AddressInfo;
}

/** @param address where a socket listens. */
export function listeningAt({ address, port, family }: AddressInfo, isSecure: boolean): Listening {
  const shown = family === "IPv6" ? `[${address}]` : address;
  return { host: address, port, url: `${isSecure ? "https" : "http"}://${shown}:${port}` };
}
