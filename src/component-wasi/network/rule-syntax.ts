// What rules of the network are made of: hosts and ports, and the error that points at what is wrong in one.
// Which rules there are is in outbound-rules.ts and network-rules.ts.

import { printable } from "../../printable.ts";
import {
  type IpAddress,
  type IpNetwork,
  ipAddressText,
  isInNetwork,
  parseIpAddress,
  parseIpNetwork,
} from "./ip-address.ts";

/** A rule that cannot be read. Its message shows the part that is wrong. */
export class RuleSyntaxError extends TypeError {
  override name = "RuleSyntaxError";
  /** The whole rule. */
  readonly rule: string;
  /** Where the fault begins, in UTF-16 units from 0. */
  readonly position: number;

  constructor(rule: string, position: number, reason: string) {
    super(`${printable(rule)}: ${reason} (at character ${position + 1})`);
    this.rule = rule;
    this.position = position;
  }
}

/** A part of a rule, with its place in it for errors. */
export class RulePart {
  readonly rule: string;
  readonly start: number;
  readonly text: string;

  constructor(rule: string, start = 0, text = rule) {
    this.rule = rule;
    this.start = start;
    this.text = text;
  }

  slice(from: number, to?: number): RulePart {
    return new RulePart(this.rule, this.start + from, this.text.slice(from, to));
  }

  /** Without white space around it. */
  trim(): RulePart {
    const text = this.text.trimStart();
    return new RulePart(this.rule, this.start + this.text.length - text.length, text.trimEnd());
  }

  /** The error for this part, or for what stands at `offset` in it. */
  fault(reason: string, offset = 0): RuleSyntaxError {
    return new RuleSyntaxError(this.rule, this.start + offset, reason);
  }
}

// ---------------------------------------------------------------------- hosts

/** Which hosts a rule means. */
export type HostPattern =
  | { readonly kind: "any" }
  /** A name, in lower case, without a dot at its end. */
  | { readonly kind: "name"; readonly name: string }
  /** All names below one: `.example.com`. */
  | { readonly kind: "subdomains"; readonly suffix: string }
  | { readonly kind: "network"; readonly network: IpNetwork };

/** Names as the DNS has them, and underscores, which are in use. */
const NAME = /^(?!-)[\p{L}\p{N}_-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63})*\.?$/u;

/** A host's name as names are compared. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** Reads `*`, `*.name`, a name, an address or a network; IPv6 with or without brackets. @throws RuleSyntaxError */
export function parseHost(part: RulePart): HostPattern {
  const { text } = part;
  if (text === "") throw part.fault("there is no host");
  if (text === "*") return { kind: "any" };
  if (text.startsWith("{")) throw part.fault("lists of hosts are not supported; write a rule for each");
  const isBracketed = text.startsWith("[") && text.endsWith("]");
  const network = parseIpNetwork(isBracketed ? text.slice(1, -1) : text);
  if (network !== undefined) return { kind: "network", network };
  if (isBracketed || text.includes("[") || text.includes(":"))
    throw part.fault(`'${printable(text)}' is no IPv6 address or network`);
  const slash = text.indexOf("/");
  if (slash >= 0) {
    const isAddress = parseIpAddress(text.slice(0, slash)) !== undefined;
    throw part.fault(isAddress ? "that is no length of a prefix" : "a host has no path", slash + 1);
  }
  if (/^[\d.]+$/.test(text)) throw part.fault(`'${text}' is no IPv4 address`);
  const name = text.startsWith("*.") ? text.slice(2) : text;
  const star = name.indexOf("*");
  if (star >= 0)
    throw part.fault(
      "a wildcard is the whole host, or stands before a dot",
      text.length - name.length + star,
    );
  if (!NAME.test(name))
    throw part.fault(`'${printable(name)}' is no name of a host`, text.length - name.length);
  const canonical = canonicalName(name);
  return name === text ? { kind: "name", name: canonical } : { kind: "subdomains", suffix: `.${canonical}` };
}

/** Whether a pattern means a name. Networks mean no names. */
export function matchesName(pattern: HostPattern, name: string): boolean {
  switch (pattern.kind) {
    case "any":
      return true;
    case "name":
      return canonicalName(name) === pattern.name;
    case "subdomains":
      return canonicalName(name).endsWith(pattern.suffix);
    case "network":
      return false;
  }
}

/** Whether a pattern means an address by itself, whatever names lead to it. */
export function matchesAddress(pattern: HostPattern, address: IpAddress): boolean {
  if (pattern.kind === "any") return true;
  return pattern.kind === "network" && isInNetwork(pattern.network, address);
}

/** A host as it stands before `:port`: IPv6 in brackets. */
export function hostText(host: IpAddress | string): string {
  if (typeof host === "string") return host;
  return host.tag === "ipv6" ? `[${ipAddressText(host)}]` : ipAddressText(host);
}

// ---------------------------------------------------------------------- ports

/** Ports from `from` up to, and without, `to`. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export const ANY_PORT: PortRange = { from: 0, to: 65_536 };

/** Reads `*`, a port, or `from..to`, which holds `from` and does not hold `to`, as in Spin. @throws RuleSyntaxError */
export function parsePorts(part: RulePart): PortRange {
  const { text } = part;
  if (text === "*") return ANY_PORT;
  if (text.startsWith("{")) throw part.fault("lists of ports are not supported; write a rule for each");
  const dots = text.indexOf("..");
  if (dots < 0) {
    const port = parsePort(part, 65_535);
    return { from: port, to: port + 1 };
  }
  const from = parsePort(part.slice(0, dots), 65_535);
  const to = parsePort(part.slice(dots + 2), 65_536);
  if (to <= from) throw part.fault(`the range is empty: it ends before ${to}`);
  return { from, to };
}

function parsePort(part: RulePart, most: number): number {
  const port = Number(part.text);
  if (/^\d{1,5}$/.test(part.text) && port <= most) return port;
  throw part.fault(`'${printable(part.text)}' is no port`);
}

export function isInRange({ from, to }: PortRange, port: number): boolean {
  return port >= from && port < to;
}
