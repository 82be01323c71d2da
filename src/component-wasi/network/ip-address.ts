// IP addresses and networks as values: reading them, writing them, and which kind they are. In the shape that WIT's `ip-address` has.
// Knows nothing of names, ports and grants.

/** An address, as hosts of wasi:sockets see it: four bytes, or eight groups of 16 bits. */
export type IpAddress =
  | { readonly tag: "ipv4"; readonly val: readonly [number, number, number, number] }
  | {
      readonly tag: "ipv6";
      readonly val: readonly [number, number, number, number, number, number, number, number];
    };

/** Addresses whose first `bits` bits are those of `address`. */
export interface IpNetwork {
  readonly address: IpAddress;
  readonly bits: number;
}

/** Reads an address as it is usually written, without brackets and zone; `undefined` for anything else. */
export function parseIpAddress(text: string): IpAddress | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Extract<IpAddress, { tag: "ipv4" }> | undefined {
  const parts = text.split(".");
  // No leading zeros: some read them as octal.
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const [a = 256, b = 256, c = 256, d = 256] = parts.map(Number);
  if (a > 255 || b > 255 || c > 255 || d > 255) return undefined;
  return { tag: "ipv4", val: [a, b, c, d] };
}

function parseIpv6(text: string): IpAddress | undefined {
  // The longest is eight groups, the last two as IPv4.
  if (text.length > 45) return undefined;
  let head = text;
  const lastColon = text.lastIndexOf(":");
  if (text.includes(".")) {
    const tail = parseIpv4(text.slice(lastColon + 1));
    if (tail === undefined) return undefined;
    const [a, b, c, d] = tail.val;
    head = `${text.slice(0, lastColon + 1)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const halves = head.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const [left = [], right] = groups;
  const given = left.length + (right?.length ?? 0);
  if (right === undefined ? given !== 8 : given > 7) return undefined;
  const all = right === undefined ? left : [...left, ...Array<string>(8 - given).fill("0"), ...right];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return ipv6(all.map((group) => Number.parseInt(group, 16)));
}

function ipv6(groups: readonly number[]): IpAddress {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  return { tag: "ipv6", val: [a, b, c, d, e, f, g, h] };
}

/** An address as text: IPv6 as RFC 5952 has it, without brackets. */
export function ipAddressText({ tag, val }: IpAddress): string {
  if (tag === "ipv4") return val.join(".");
  // The longest run of zeros, the first of equal ones, but not a single one.
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && val[end] === 0) end++;
    if (end - i > length) {
      start = i;
      length = end - i;
    }
    if (end > i) i = end;
  }
  const text = (groups: readonly number[]): string => groups.map((group) => group.toString(16)).join(":");
  if (isMapped(val)) return `::ffff:${mappedIpv4(val).join(".")}`;
  if (start < 0) return text(val);
  return `${text(val.slice(0, start))}::${text(val.slice(start + length))}`;
}

type Ipv6Groups = Extract<IpAddress, { tag: "ipv6" }>["val"];

function isMapped(groups: Ipv6Groups): boolean {
  return groups[5] === 0xffff && groups.every((group, i) => i >= 5 || group === 0);
}

function mappedIpv4(groups: Ipv6Groups): readonly [number, number, number, number] {
  return [groups[6] >> 8, groups[6] & 255, groups[7] >> 8, groups[7] & 255];
}

/** The IPv4 address behind an IPv4-mapped one, `::ffff:a.b.c.d`: to the network they are the same. Others as they are. */
export function unmapped(address: IpAddress): IpAddress {
  if (address.tag === "ipv4" || !isMapped(address.val)) return address;
  return { tag: "ipv4", val: mappedIpv4(address.val) };
}

/** Whether an address is IPv4-mapped IPv6. */
export function isIpv4Mapped(address: IpAddress): boolean {
  return address.tag === "ipv6" && isMapped(address.val);
}

/** Reads `address/bits`, or an address alone, which is a network of one; `undefined` for anything else. Bits behind the prefix are ignored. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [, base = "", digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseIpAddress(base);
  if (address === undefined) return undefined;
  const most = address.tag === "ipv4" ? 32 : 128;
  const bits = digits === undefined ? most : Number(digits);
  if (bits > most) return undefined;
  const plain = unmapped(address);
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8. A shorter prefix holds more than mapped addresses.
  if (plain.tag !== address.tag && bits >= 96) return { address: plain, bits: bits - 96 };
  return { address, bits };
}

/** Whether a network has an address. An IPv4-mapped address counts as IPv4. */
export function isInNetwork({ address: base, bits }: IpNetwork, address: IpAddress): boolean {
  const { tag, val } = unmapped(address);
  if (tag !== base.tag) return false;
  const width = tag === "ipv4" ? 8 : 16;
  for (let i = 0, left = bits; left > 0; i++, left -= width) {
    const unused = Math.max(0, width - left);
    if ((val[i] ?? 0) >> unused !== (base.val[i] ?? 0) >> unused) return false;
  }
  return true;
}

function networks(...texts: readonly string[]): readonly IpNetwork[] {
  return texts.map((text) => {
    const network = parseIpNetwork(text);
    if (network === undefined) throw new Error(`no network: ${text}`);
    return network;
  });
}

/** Kinds of addresses that have names in options. */
export type IpKind = "loopback" | "link-local" | "multicast" | "unspecified" | "metadata" | "private";

/**
 * The networks of each kind. `private`: whatever is not reachable from the whole internet, by the special-purpose registries of
 * RFC 6890. `metadata`: where clouds tell a machine its own credentials, beyond the link-local addresses.
 */
const NETWORKS: Readonly<Record<IpKind, readonly IpNetwork[]>> = {
  loopback: /* @__PURE__ */ networks("127.0.0.0/8", "::1"),
  "link-local": /* @__PURE__ */ networks("169.254.0.0/16", "fe80::/10"),
  multicast: /* @__PURE__ */ networks("224.0.0.0/4", "ff00::/8"),
  unspecified: /* @__PURE__ */ networks("0.0.0.0/8", "::"),
  metadata: /* @__PURE__ */ networks("fd00:ec2::254", "100.100.100.200", "168.63.129.16"),
  private: /* @__PURE__ */ networks(
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "::",
    "::1",
    "64:ff9b:1::/48",
    "100::/64",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
  ),
};

/** The names of all kinds. */
export const IP_KINDS = /* @__PURE__ */ Object.keys(NETWORKS) as readonly IpKind[];

/** Whether an address is of a kind; one behind NAT64 (64:ff9b::/96) is also of its IPv4 address's kind. */
export function isOfKind(kind: IpKind, address: IpAddress): boolean {
  const { val } = address;
  const isNat64 = address.tag === "ipv6" && isInNetwork(NAT64, address);
  const behind = isNat64 ? ipv6([0, 0, 0, 0, 0, 0xffff, val[6] ?? 0, val[7] ?? 0]) : address;
  return NETWORKS[kind].some((network) => isInNetwork(network, address) || isInNetwork(network, behind));
}

const NAT64: IpNetwork = { address: /* @__PURE__ */ ipv6([0x64, 0xff9b]), bits: 96 };
