import { expect, it } from "vitest";
import {
  type IpKind,
  ipAddressText,
  isInNetwork,
  isOfKind,
  parseIpAddress,
  parseIpNetwork,
} from "./ip-address.ts";

it.each([
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["0:0:0:0:0:0:0:0", "::"],
  ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::ffff:1.2.3.4", "::ffff:1.2.3.4"],
  ["::FFFF:102:304", "::ffff:1.2.3.4"],
  ["64:ff9b::1.2.3.4", "64:ff9b::102:304"],
])("%s is written %s", (text, written) => {
  const address = parseIpAddress(text);
  expect(address && ipAddressText(address)).toBe(written);
});

it.each([
  "",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.256",
  "01.2.3.4",
  "1.2.3.4 ",
  "0x7f.0.0.1",
  ":",
  ":::",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1::2::3",
  "1:2:3:4:5:6:7:8::",
  "::12345",
  "::g",
  "::1%eth0",
  "::1.2.3",
  "[::1]",
  ":1:2:3:4:5:6:7:8",
])("%j is no address", (text) => {
  expect(parseIpAddress(text)).toBeUndefined();
});

it.each([
  ["10.0.0.0/8", "10.255.255.255", true],
  ["10.0.0.0/8", "11.0.0.0", false],
  ["10.1.2.3/8", "10.9.9.9", true],
  ["10.0.0.0/31", "10.0.0.1", true],
  ["10.0.0.0/31", "10.0.0.2", false],
  ["10.0.0.1", "10.0.0.1", true],
  ["10.0.0.1", "10.0.0.2", false],
  ["0.0.0.0/0", "200.1.1.1", true],
  ["0.0.0.0/0", "::1", false],
  ["0.0.0.0/0", "::ffff:1.2.3.4", true],
  ["::/0", "1.2.3.4", false],
  ["::/0", "::ffff:1.2.3.4", false],
  ["::ffff:10.0.0.0/104", "10.1.1.1", true],
  ["fe80::/10", "febf::1", true],
  ["fe80::/10", "fec0::1", false],
  ["2001:db8::/33", "2001:db8:7fff::", true],
  ["2001:db8::/33", "2001:db8:8000::", false],
  ["::1", "::1", true],
])("%s has %s: %s", (network, address, expected) => {
  const parsed = parseIpNetwork(network);
  const read = parseIpAddress(address);
  if (parsed === undefined || read === undefined) throw new Error("cannot be read");
  expect(isInNetwork(parsed, read)).toBe(expected);
});

it.each(["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8/8", "/8", "a/8", "10.0.0.0/-1"])(
  "%s is no network",
  (text) => {
    expect(parseIpNetwork(text)).toBeUndefined();
  },
);

it.each<[IpKind, string, boolean]>([
  ["link-local", "169.254.169.254", true],
  ["link-local", "::ffff:169.254.169.254", true],
  ["link-local", "64:ff9b::169.254.169.254", true],
  ["link-local", "fe80::1", true],
  ["link-local", "169.253.255.255", false],
  ["metadata", "fd00:ec2::254", true],
  ["private", "172.31.255.255", true],
  ["private", "172.32.0.0", false],
  ["private", "fd00::1", true],
  ["private", "64:ff9b::10.0.0.1", true],
  ["private", "2606:4700::1", false],
  ["loopback", "127.9.9.9", true],
  ["multicast", "239.1.1.1", true],
  ["unspecified", "0.0.0.0", true],
  ["unspecified", "::", true],
  ["unspecified", "::1", false],
])("%s: %s %s", (kind, text, expected) => {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error("cannot be read");
  expect(isOfKind(kind, address)).toBe(expected);
});
