import { expect, it } from "vitest";
import { allowsSelf, allowsTarget, parseOutboundRule } from "./outbound-rules.ts";

function allows(rule: string, url: string): boolean {
  const [, scheme = "", host = "", port] = /^([a-z]+):\/\/(\[.*\]|[^:]*)(?::(\d+))?$/.exec(url) ?? [];
  return allowsTarget(parseOutboundRule(rule), {
    scheme,
    host,
    port: port === undefined ? undefined : Number(port),
  });
}

it.each([
  ["https://example.com", "https://example.com", true],
  ["https://example.com", "https://example.com:443", true],
  ["https://example.com", "http://example.com:443", false],
  ["https://example.com/", "https://EXAMPLE.com", true],
  ["HTTPS://Example.COM", "https://example.com", true],
  ["https://example.com", "https://example.com.", true],
  ["https://example.com", "https://a.example.com", false],
  ["https://*.example.com", "https://a.b.example.com", true],
  ["https://*.example.com", "https://example.com", false],
  ["https://*.example.com", "https://badexample.com", false],
  ["*://*:*", "redis://anything:1", true],
  ["*://*:*", "unknown://anything", true],
  ["*://example.com:80", "unknown://example.com", false],
  ["http://*:8000..8010", "http://a:8000", true],
  ["http://*:8000..8010", "http://a:8009", true],
  ["http://*:8000..8010", "http://a:8010", false],
  ["http://*:7999..8000", "http://a:8000", false],
  ["http://*:65535..65536", "http://a:65535", true],
  ["http://127.0.0.1:3000", "http://127.0.0.1:3000", true],
  ["http://127.0.0.1:3000", "http://[::ffff:127.0.0.1]:3000", true],
  ["http://127.0.0.1:3000", "http://127.0.0.2:3000", false],
  ["http://10.0.0.0/9", "http://10.127.255.255", true],
  ["http://10.0.0.0/9", "http://10.128.0.0", false],
  ["http://[fd00::/8]", "http://[fdff::1]", true],
  ["http://fd00::/8:80", "http://[fc00::1]", false],
  ["http://[::1]:80", "http://[::1]", true],
  ["redis://*.example.com:*", "redis://a.example.com", true],
  ["postgres://db", "postgres://db:5432", true],
  ["http://self", "http://self", false],
])("%s and %s: %s", (rule, url, expected) => {
  expect(allows(rule, url)).toBe(expected);
});

it("requests to the application itself need a rule that names it, or everything", () => {
  expect(allowsSelf(parseOutboundRule("http://self"), "http")).toBe(true);
  expect(allowsSelf(parseOutboundRule("http://self"), "https")).toBe(false);
  expect(allowsSelf(parseOutboundRule("*://self.alt"), "https")).toBe(true);
  expect(allowsSelf(parseOutboundRule("*://*:*"), "http")).toBe(true);
  expect(allowsSelf(parseOutboundRule("*://example.com:*"), "http")).toBe(false);
});

it.each([
  ["", 1, "there is no scheme"],
  ["*", 1, "'*://*:*' allows everything"],
  ["example.com", 1, "write http://"],
  ["  example.com", 3, "there is no scheme"],
  ["insecure:allow-all", 1, "'*://*:*'"],
  ["ht2p://a", 3, "letters only"],
  ["{http,https}://a", 1, "lists of schemes"],
  ["http://", 8, "there is no host"],
  ["http://{a,b}", 8, "lists of hosts"],
  ["http://a.*.b", 10, "a wildcard"],
  ["http://*a", 8, "a wildcard"],
  ["http://a b", 8, "no name of a host"],
  ["http://a/path", 10, "a host has no path"],
  ["http://a:80/path", 12, "no path"],
  ["http://10.0.0.0/33", 17, "no length of a prefix"],
  ["http://10.0.0", 8, "no IPv4 address"],
  ["http://[::g]", 8, "no IPv6 address"],
  ["http://a:x", 10, "'x' is no port"],
  ["http://a:65536", 10, "no port"],
  ["http://a:80..", 14, "no port"],
  ["http://a:90..80", 10, "the range is empty"],
  ["http://a:{80,81}", 10, "lists of ports"],
  ["foo://a", 8, "none of its own"],
  ["*://a", 6, "there is no port"],
])("%j is wrong at character %i: %s", (rule, character, reason) => {
  expect(() => parseOutboundRule(rule)).toThrow(
    expect.objectContaining({ name: "RuleSyntaxError", position: character - 1 }),
  );
  expect(() => parseOutboundRule(rule)).toThrow(reason);
});
