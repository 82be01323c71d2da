// Rules of sockets and lookups: `HOST:PORT` and names. Pure; what is asked of them is in network-grants.ts.

import { type IpAddress, isOfKind, parseIpNetwork } from "./ip-address.ts";
import { partHost } from "./outbound-rules.ts";
import {
  type HostPattern,
  isInRange,
  matchesAddress,
  matchesName,
  type PortRange,
  parseHost,
  parsePorts,
  RulePart,
} from "./rule-syntax.ts";

/** `HOST:PORT`: where a guest may connect to, or send to. */
export interface SocketRule {
  readonly text: string;
  readonly host: HostPattern;
  readonly ports: PortRange;
}

/**
 * Reads `HOST:PORT`. The host is a name, `*.name`, an address, a network or `*`; IPv6 stands in brackets. The port is a number, a range
 * `a..b` without its end, or `*`.
 * @throws RuleSyntaxError
 */
export function parseSocketRule(text: string): SocketRule {
  const rule = new RulePart(text).trim();
  const scheme = rule.text.indexOf("://");
  if (scheme >= 0) throw rule.fault("a socket has no scheme; write HOST:PORT", scheme);
  const { host, port } = partHost(rule);
  if (port === undefined)
    throw rule.fault("there is no port; write HOST:PORT, or HOST:* for all", rule.text.length);
  if (host.text.includes(":") && !host.text.startsWith("["))
    throw rule.fault("an IPv6 address stands in brackets: [::1]:80");
  return { text: rule.text, host: parseHost(host), ports: parsePorts(port) };
}

/** Reads `ADDRESS:PORT` to listen on: `localhost` is the only name. @throws RuleSyntaxError */
export function parseListenRule(text: string): SocketRule {
  const rule = parseSocketRule(text);
  const { host } = rule;
  if (host.kind === "network" || host.kind === "any" || (host.kind === "name" && host.name === "localhost"))
    return rule;
  throw new RulePart(text).trim().fault("the guest listens on an address of this machine, not on a name");
}

/** Reads a name that may be looked up: `example.com`, `*.example.com` or `*`. @throws RuleSyntaxError */
export function parseLookupRule(text: string): HostPattern {
  const rule = new RulePart(text).trim();
  const colon = rule.text.indexOf(":");
  if (colon >= 0) throw rule.fault("a lookup has no port and no scheme; write the name", colon);
  if (parseIpNetwork(rule.text) !== undefined) throw rule.fault("an address needs no lookup");
  return parseHost(rule);
}

/** Whether a rule allows an address by itself, whatever name led to it. */
export function allowsAddress({ host, ports }: SocketRule, address: IpAddress, port: number): boolean {
  if (!isInRange(ports, port)) return false;
  if (host.kind === "name" && host.name === "localhost") return isOfKind("loopback", address);
  return matchesAddress(host, address);
}

/** Whether a rule allows an address that one of some names has led to. */
export function allowsPinned({ host, ports }: SocketRule, names: Iterable<string>, port: number): boolean {
  if (!isInRange(ports, port)) return false;
  for (const name of names) if (matchesName(host, name)) return true;
  return false;
}
