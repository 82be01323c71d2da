// What of the network a guest was granted, and the answers to what it asks for. The default is nothing.
// An address is allowed by a rule that has it, or because this guest's lookup of a granted name gave it: names that later point
// elsewhere do not widen a grant.

import {
  listOf,
  type Read,
  readOptions,
  type Shape,
  STRING,
  shape,
  unexpected,
} from "../../checks/options.ts";
import {
  IP_KINDS,
  type IpAddress,
  type IpKind,
  type IpNetwork,
  ipAddressText,
  isInNetwork,
  isOfKind,
  parseIpAddress,
  parseIpNetwork,
  unmapped,
} from "./ip-address.ts";
import {
  allowsAddress,
  allowsPinned,
  parseListenRule,
  parseLookupRule,
  parseSocketRule,
  type SocketRule,
} from "./network-rules.ts";
import {
  allowsSelf,
  allowsTarget,
  defaultPort,
  type OutboundRule,
  type OutboundTarget,
  parseOutboundRule,
} from "./outbound-rules.ts";
import { canonicalName, type HostPattern, hostText, matchesName, RuleSyntaxError } from "./rule-syntax.ts";

/** Something that a guest asked for and did not get. */
export interface NetworkDenial {
  readonly operation: "connect" | "listen" | "udp" | "lookup" | "http";
  /** What was asked for, e.g. `203.0.113.5:443`. */
  readonly target: string;
  /** The command's flag that would allow it; `undefined` where none would, short of `--network=all`. */
  readonly flag: string | undefined;
  /** One line that says so. */
  readonly message: string;
}

/** What of the network a guest may use: rules as docs/network.md has them. */
export interface NetworkOptions {
  /** Where it may connect by TCP: `HOST:PORT`. A name implies its lookup. */
  readonly connect?: readonly string[];
  /** Where it may bind and listen: `ADDRESS:PORT`. Port 0 only by `:0` or `:*`. */
  readonly listen?: readonly string[];
  /** Where it may send datagrams to, and bind: `HOST:PORT`. */
  readonly udp?: readonly string[];
  /** Which names it may look up. */
  readonly lookup?: readonly string[];
  /** Which HTTP requests it may make: `scheme://host[:port]`, as Spin's `allowed_outbound_hosts`. */
  readonly http?: readonly string[];
  /** Addresses that are refused whatever else allows them: networks, or a kind such as `"private"`. */
  readonly blockNetworks?: readonly string[];
  /** Called for each denial, once for each message. */
  readonly onDenied?: (denial: NetworkDenial) => void;
}

/** A rule as a shape of an option: read when the option is. */
function rule<T>(parse: (text: string) => T): Shape<T> {
  return {
    expected: "a rule",
    read(value, what) {
      const text = STRING.read(value, what);
      try {
        return parse(text);
      } catch (error) {
        if (error instanceof RuleSyntaxError) throw new TypeError(`${what}: ${error.message}`);
        throw error;
      }
    },
  };
}

/** Refused networks, or a kind. */
function parseBlocked(text: string): IpNetwork | IpKind {
  const kind = IP_KINDS.find((name) => name === text);
  const found = kind ?? parseIpNetwork(text);
  if (found === undefined)
    throw new RuleSyntaxError(text, 0, `it is no network, and none of ${IP_KINDS.join(", ")}`);
  return found;
}

const NETWORK_OPTIONS = {
  connect: /* @__PURE__ */ listOf("an array of rules", /* @__PURE__ */ rule(parseSocketRule)),
  listen: /* @__PURE__ */ listOf("an array of rules", /* @__PURE__ */ rule(parseListenRule)),
  udp: /* @__PURE__ */ listOf("an array of rules", /* @__PURE__ */ rule(parseSocketRule)),
  lookup: /* @__PURE__ */ listOf("an array of names", /* @__PURE__ */ rule(parseLookupRule)),
  http: /* @__PURE__ */ listOf("an array of rules", /* @__PURE__ */ rule(parseOutboundRule)),
  blockNetworks: /* @__PURE__ */ listOf("an array of networks", /* @__PURE__ */ rule(parseBlocked)),
  onDenied: /* @__PURE__ */ shape<(denial: NetworkDenial) => void>(
    "a function",
    (value) => typeof value === "function",
  ),
};

type ReadNetwork = Read<typeof NETWORK_OPTIONS>;

/** The shape of an option `network`. */
export const NETWORK: Shape<ReadNetwork | "all"> = {
  expected: 'an object of rules, or "all"',
  read(value, what) {
    if (value === "all") return value;
    if (typeof value !== "object" || value === null) throw unexpected(what, NETWORK.expected, value);
    return readOptions(what, value, NETWORK_OPTIONS);
  },
};

/** Never reached through a name or a wildcard: only a rule that has the address itself allows it. */
const GUARDED: readonly IpKind[] = ["link-local", "multicast", "unspecified", "metadata"];

/** Different denials that are told; a guest could make up any number. */
const MAX_TOLD = 100;
/** Addresses that are remembered for names. One more forgets the first. */
const MAX_PINNED = 4096;

export class NetworkGrants {
  /** How often something was asked for and not granted. */
  denials = 0;
  readonly #all: boolean;
  readonly #connect: readonly SocketRule[];
  readonly #listen: readonly SocketRule[];
  readonly #udp: readonly SocketRule[];
  readonly #lookup: readonly HostPattern[];
  readonly #http: readonly OutboundRule[];
  readonly #blocked: readonly (IpNetwork | IpKind)[];
  readonly #onDenied: ((denial: NetworkDenial) => void) | undefined;
  readonly #told = new Set<string>();
  /** The names that lookups of this guest led to an address by, by the address as text. */
  readonly #pinned = new Map<string, Set<string>>();

  constructor(read: ReadNetwork | "all" | undefined) {
    const options: ReadNetwork = read === "all" || read === undefined ? {} : read;
    this.#all = read === "all";
    this.#connect = options.connect ?? [];
    this.#listen = options.listen ?? [];
    this.#udp = options.udp ?? [];
    this.#lookup = options.lookup ?? [];
    this.#http = options.http ?? [];
    this.#blocked = options.blockNetworks ?? [];
    this.#onDenied = options.onDenied;
  }

  /** Whether the guest may connect there by TCP; says so if not. */
  mayConnect(address: IpAddress, port: number): boolean {
    return this.#allows(this.#connect, address, port) || this.#deny("connect", address, port);
  }

  /** Whether the guest may bind a TCP socket there; says so if not. */
  mayListen(address: IpAddress, port: number): boolean {
    // Port 0 is any free one: a range that happens to hold 0 is none that was meant so.
    const fits = this.#listen.some(
      (rule) =>
        allowsAddress(rule, address, port) && (port > 0 || rule.ports.to === 1 || rule.ports.to === 65_536),
    );
    return this.#all || (fits && !this.#isBlocked(address)) || this.#deny("listen", address, port);
  }

  /** Whether the guest may bind a UDP socket there. Any free port of all addresses goes with each grant to send. */
  mayBindUdp(address: IpAddress, port: number): boolean {
    const isAnywhere = port === 0 && isOfKind("unspecified", address) && this.#udp.length > 0;
    return (
      isAnywhere || this.#all || this.#allows(this.#udp, address, port) || this.#deny("udp", address, port)
    );
  }

  /** Whether the guest may send datagrams there; says so if not. */
  maySendUdp(address: IpAddress, port: number): boolean {
    return this.#allows(this.#udp, address, port) || this.#deny("udp", address, port);
  }

  /** Whether the guest may have a datagram that came from there. Nothing is said: the guest did not ask for it. */
  mayReceiveUdp(address: IpAddress, port: number): boolean {
    return this.#allows(this.#udp, address, port);
  }

  /** Whether the guest may look a name up; says so if not. */
  mayLookUp(name: string): boolean {
    if (this.#all || this.#lookup.some((pattern) => matchesName(pattern, name))) return true;
    const socketRules = [...this.#connect, ...this.#udp];
    if (socketRules.some(({ host }) => matchesName(host, name))) return true;
    return this.#tell({ operation: "lookup", target: name, flag: `--allow-lookup ${name}` });
  }

  /** Remembers what a lookup gave, and gives the addresses that the guest may learn. */
  pin(name: string, addresses: readonly IpAddress[]): IpAddress[] {
    const canonical = canonicalName(name);
    const shown = addresses.filter((address) => this.#all || !this.#isBlocked(address));
    for (const address of shown) {
      const key = ipAddressText(unmapped(address));
      const names = this.#pinned.get(key) ?? new Set();
      this.#pinned.delete(key);
      this.#pinned.set(key, names.add(canonical));
      if (this.#pinned.size > MAX_PINNED)
        for (const [oldest] of this.#pinned) {
          this.#pinned.delete(oldest);
          break;
        }
    }
    return shown;
  }

  /** Whether the guest may make an HTTP request there; says so if not. The addresses are asked for by {@link mayReach}. */
  mayRequest(target: OutboundTarget): boolean {
    const address = parseIpAddress(target.host.replace(/^\[(.*)\]$/, "$1"));
    const isAllowed = this.#http.some((rule) => allowsTarget(rule, target));
    if (this.#all || (isAllowed && (address === undefined || this.mayReach(target, address)))) return true;
    const port = target.port ?? defaultPort(target.scheme);
    const url = `${target.scheme}://${target.host}${port === defaultPort(target.scheme) ? "" : `:${port}`}`;
    return this.#tell({
      operation: "http",
      target: url,
      flag: isAllowed ? undefined : `--allow-http ${url}`,
    });
  }

  /** Whether the guest may make a request to its own application; says so if not. A rule's scheme does not matter: in Spin neither. */
  mayRequestSelf(): boolean {
    const mayBe = (rule: OutboundRule): boolean => allowsSelf(rule, "http") || allowsSelf(rule, "https");
    if (this.#all || this.#http.some(mayBe)) return true;
    const url = "http://self";
    return this.#tell({ operation: "http", target: url, flag: `--allow-http ${url}` });
  }

  /** Whether a request that is allowed may go to an address that its host's name, or the host itself, led to. */
  mayReach(target: OutboundTarget, address: IpAddress): boolean {
    if (this.#all) return true;
    if (this.#isBlocked(address)) return false;
    if (!GUARDED.some((kind) => isOfKind(kind, address))) return true;
    const direct = { ...target, host: ipAddressText(address) };
    return this.#http.some(
      (rule) => rule.host !== "self" && rule.host.kind === "network" && allowsTarget(rule, direct),
    );
  }

  #allows(rules: readonly SocketRule[], address: IpAddress, port: number): boolean {
    if (this.#all) return true;
    if (this.#isBlocked(address)) return false;
    const isGuarded = GUARDED.some((kind) => isOfKind(kind, address));
    const names = this.#pinned.get(ipAddressText(unmapped(address)));
    return rules.some((rule) => {
      if (isGuarded && rule.host.kind !== "network") return false;
      return allowsAddress(rule, address, port) || (names !== undefined && allowsPinned(rule, names, port));
    });
  }

  #isBlocked(address: IpAddress): boolean {
    return this.#blocked.some((blocked) =>
      typeof blocked === "string" ? isOfKind(blocked, address) : isInNetwork(blocked, address),
    );
  }

  #deny(operation: "connect" | "listen" | "udp", address: IpAddress, port: number): false {
    const target = `${hostText(unmapped(address))}:${port}`;
    const flag = this.#isBlocked(address) ? undefined : `--allow-${operation} ${target}`;
    return this.#tell({ operation, target, flag });
  }

  #tell(denied: Omit<NetworkDenial, "message">): false {
    this.denials++;
    const { operation, target, flag } = denied;
    const advice = flag === undefined ? "its network is refused" : `${flag} would allow it`;
    const message = `${WHAT[operation]} ${target} was denied; ${advice}`;
    if (this.#onDenied === undefined || this.#told.has(message) || this.#told.size >= MAX_TOLD) return false;
    this.#told.add(message);
    this.#onDenied({ ...denied, message });
    return false;
  }
}

const WHAT = {
  connect: "connecting to",
  listen: "listening on",
  udp: "UDP with",
  lookup: "looking up",
  http: "a request to",
} as const;
