// Rules of outgoing requests in the syntax of Spin's `allowed_outbound_hosts`: `scheme://host[:port]`.
// Pure: whoever asks brings scheme, host and port. Addresses behind names are network-grants.ts's.

import { parseIpAddress } from "./ip-address.ts";
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

/** One rule, e.g. `https://*.example.com`. */
export interface OutboundRule {
  /** As it was written. */
  readonly text: string;
  /** `undefined` for any. */
  readonly scheme: string | undefined;
  /** `"self"`: the application itself, by requests without a host. */
  readonly host: HostPattern | "self";
  readonly ports: PortRange;
}

/** Where a request goes. */
export interface OutboundTarget {
  /** In lower case, e.g. `https`, `redis`. */
  readonly scheme: string;
  /** A name, or an address; IPv6 with or without brackets. */
  readonly host: string;
  /** Default: the scheme's, see {@link defaultPort}. */
  readonly port?: number | undefined;
}

const DEFAULT_PORTS: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ["http", 80],
  ["https", 443],
  ["postgres", 5432],
  ["mysql", 3306],
  ["redis", 6379],
  ["mqtt", 1883],
]);

/** The port that a scheme means where none is given; `undefined` where it has none. */
export function defaultPort(scheme: string): number | undefined {
  return DEFAULT_PORTS.get(scheme);
}

/**
 * Reads a rule: `scheme://host[:port]`. The scheme is a word or `*`; the host a name, `*.name` for all names below one, an address, a
 * network (`10.0.0.0/8`), `*`, or `self`; the port a number, a range `8000..8010` without its end, or `*`. Without a port it is
 * the scheme's own.
 * @throws RuleSyntaxError, whose message shows what is wrong and where
 */
export function parseOutboundRule(text: string): OutboundRule {
  const rule = new RulePart(text).trim();
  if (rule.text === "insecure:allow-all")
    throw rule.fault("'insecure:allow-all' is no rule any more; '*://*:*' allows everything");
  const colon = rule.text.indexOf("://");
  if (colon < 0) {
    const advice = rule.text === "*" ? "'*://*:*' allows everything" : "write http://… or *://…";
    throw rule.fault(`there is no scheme; ${advice}`);
  }
  const schemePart = rule.slice(0, colon);
  const scheme = parseScheme(schemePart);
  let rest = rule.slice(colon + 3);
  // One slash at the end is custom.
  if (rest.text.endsWith("/") && !rest.text.endsWith("//")) rest = rest.slice(0, -1);
  const { host: hostPart, port } = partHost(rest);
  const isSelf = hostPart.text === "self" || hostPart.text === "self.alt";
  const host = isSelf ? "self" : parseHost(hostPart);
  if (port !== undefined && port.text !== "") {
    const slash = port.text.indexOf("/");
    if (slash >= 0) throw port.fault("a rule has no path", slash);
    return { text: rule.text, scheme, host, ports: parsePorts(port) };
  }
  const own = scheme === undefined ? undefined : defaultPort(scheme);
  if (own === undefined && !isSelf)
    throw rest.fault(
      `there is no port, and the scheme '${schemePart.text}' has none of its own; write one, or :*`,
      rest.text.length,
    );
  return {
    text: rule.text,
    scheme,
    host,
    ports: own === undefined ? { from: 0, to: 65_536 } : { from: own, to: own + 1 },
  };
}

function parseScheme(part: RulePart): string | undefined {
  if (part.text === "*") return undefined;
  if (part.text.startsWith("{"))
    throw part.fault("lists of schemes are not supported; write a rule for each");
  const bad = /[^A-Za-z]/.exec(part.text);
  if (part.text === "") throw part.fault("there is no scheme; write http://… or *://…");
  if (bad !== null) throw part.fault("a scheme has letters only", bad.index);
  return part.text.toLowerCase();
}

/** Parts `host:port` at the last colon, unless that stands in an IPv6 address. */
export function partHost(part: RulePart): { host: RulePart; port: RulePart | undefined } {
  const { text } = part;
  const colon = text.lastIndexOf(":");
  const bracket = text.lastIndexOf("]");
  if (colon < 0 || colon < bracket) return { host: part, port: undefined };
  return { host: part.slice(0, colon), port: part.slice(colon + 1) };
}

/** Whether a rule allows a request to a host. */
export function allowsTarget(rule: OutboundRule, target: OutboundTarget): boolean {
  const { scheme } = target;
  if (rule.scheme !== undefined && rule.scheme !== scheme) return false;
  if (rule.host === "self") return false;
  const port = target.port ?? defaultPort(scheme);
  if (port === undefined ? rule.ports.to - rule.ports.from < 65_536 : !isInRange(rule.ports, port))
    return false;
  const address = parseIpAddress(target.host.replace(/^\[(.*)\]$/, "$1"));
  return address === undefined ? matchesName(rule.host, target.host) : matchesAddress(rule.host, address);
}

/** Whether a rule allows a request without a host, to the application itself. */
export function allowsSelf(rule: OutboundRule, scheme: string): boolean {
  if (rule.scheme !== undefined && rule.scheme !== scheme) return false;
  return rule.host === "self" || rule.host.kind === "any";
}
