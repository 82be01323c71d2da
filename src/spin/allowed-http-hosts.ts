// `allowed_http_hosts`, the older form of `allowed_outbound_hosts`, which named no schemes.
// Owns the conversion; the rules of the newer form are read elsewhere.

import type { Located, TableReader } from "./table-reader.ts";

const ALL = "insecure:allow-all";

/** The same hosts in the newer form: http and https of each. */
export function convertHttpHosts(hosts: readonly Located<string>[], table: TableReader): Located<string>[] {
  return hosts.flatMap(({ line, value }, k): Located<string>[] => {
    if (value === ALL) return ["http://*:*", "https://*:*"].map((rule) => ({ line, value: rule }));
    const [, scheme, host, port] = /^(?:(https?):\/\/)?([^/:\s]+)(?::(\d{1,5}))?$/.exec(value) ?? [];
    if (host === undefined) {
      const advice = `write a host, e.g. "api.example.com" or "api.example.com:8080", without a path`;
      table.problems.error(
        line,
        `${table.pathOf("allowed_http_hosts")}[${k}]`,
        `'${value}' is no host; ${advice}`,
      );
      return [];
    }
    const behind = port === undefined ? "" : `:${port}`;
    const schemes = scheme === undefined ? ["http", "https"] : [scheme];
    return host === "self"
      ? [{ line, value: "http://self" }]
      : schemes.map((each) => ({ line, value: `${each}://${host}${behind}` }));
  });
}
