// The address of `--listen` had or refused: the next free port where one is looked for, and what the system says in the user's words.

import { printable } from "../../printable.ts";
import type { Address, ServerSettings } from "../args/server-options.ts";
import { systemCode, systemReason } from "../read-module.ts";
import { InputError } from "../usage-error.ts";

const LAST_PORT = 65_535;

/** @throws InputError, by rejecting, for an address that cannot be had */
export async function listenAt<T>(
  { listen: { host, port }, findFreePort }: Pick<ServerSettings, "listen" | "findFreePort">,
  open: (address: Address) => Promise<T>,
): Promise<T> {
  for (let tried = port; ; tried++) {
    try {
      return await open({ host, port: tried });
    } catch (error) {
      const isTaken = systemCode(error) === "EADDRINUSE" || systemCode(error) === "EACCES";
      if (!findFreePort || !isTaken || tried === LAST_PORT)
        throw cannotListen("--listen", host, tried, error);
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the address is in use; is another server running?",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "permission denied; ports below 1024 are the system's",
  ENOTFOUND: "unknown host",
  EAI_AGAIN: "the host's name cannot be looked up now",
};

export function cannotListen(option: string, host: string, port: number, error: unknown): InputError {
  const shown = printable(host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);
  const code = systemCode(error);
  // What is wrong with a certificate has no code of the system.
  if (code?.startsWith("ERR_OSSL") === true)
    return new InputError(`--tls-cert, --tls-key: ${systemReason(error)}`);
  return new InputError(
    `${option}: cannot listen on ${shown}: ${REASONS[code ?? ""] ?? systemReason(error)}`,
  );
}
