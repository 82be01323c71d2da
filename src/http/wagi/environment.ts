// What a WAGI guest is told of its request: CGI's variables (RFC 3875, section 4.1), those of WAGI and Spin, arguments.

import { type GuestRequest, withoutDots } from "../handler.ts";
import { type HeaderList, headerOf } from "../request.ts";

/** Headers that become no variable. What is in the first two is the server's affair; HTTP_PROXY would redirect a guest's own requests. */
const WITHHELD: ReadonlySet<string> = new Set(["authorization", "connection", "proxy"]);

/** The environment of one request. What the component is given by name wins over the client's headers, and CGI's own over both. */
export function cgiEnvironment(
  request: GuestRequest,
  given: ReadonlyMap<string, string>,
): Record<string, string> {
  const env = new Map<string, string>();
  for (const [name, value] of request.headers) addHeader(env, name, value);
  for (const [name, value] of given) env.set(name, value);
  for (const [name, value] of Object.entries(cgiVariables(request))) env.set(name, value);
  return Object.fromEntries(env);
}

function addHeader(env: Map<string, string>, name: string, value: string): void {
  if (WITHHELD.has(name) || name.startsWith("spin-")) return;
  const key = `HTTP_${name.toUpperCase().replaceAll("-", "_")}`;
  const before = env.get(key);
  const text = utf8OfBytes(value);
  env.set(key, before === undefined ? text : `${before}${name === "cookie" ? "; " : ", "}${text}`);
}

/** Values have a character for each byte; guests expect UTF-8. */
function utf8OfBytes(value: string): string {
  return /[\x80-\xff]/.test(value) ? Buffer.from(value, "latin1").toString("utf8") : value;
}

function cgiVariables(request: GuestRequest): Record<string, string> {
  const { route, client, body, headers } = request;
  const [host, port] = hostAndPort(request);
  const pathInfo = decodeUtf8Path(route.pathInfo);
  const length = body === undefined ? "0" : body.length?.toString();
  return {
    ...{
      GATEWAY_INTERFACE: "CGI/1.1",
      SERVER_SOFTWARE: "WAGI/1",
      SERVER_PROTOCOL: `HTTP/${request.httpVersion}`,
    },
    ...{ SERVER_NAME: host, SERVER_PORT: port, REQUEST_METHOD: request.method, QUERY_STRING: request.query },
    ...{ SCRIPT_NAME: withoutDots(route.route), PATH_INFO: pathInfo, PATH_TRANSLATED: pathInfo },
    ...{ REMOTE_ADDR: client.address, REMOTE_HOST: client.address, REMOTE_USER: "", AUTH_TYPE: "" },
    CONTENT_TYPE: headerOf(headers, "content-type") ?? "",
    // Of a body that comes in chunks nobody knows the length.
    ...(length !== undefined && { CONTENT_LENGTH: length }),
    X_RAW_PATH_INFO: route.pathInfo,
    ...Object.fromEntries(
      routeFacts(request).map(([name, value]) => [`X_${name.toUpperCase().replaceAll("-", "_")}`, value]),
    ),
  };
}

/** What Spin tells guests of a request beside its headers: `spin-NAME` for components, `X_NAME` for WAGI. */
export function routeFacts({ scheme, authority, target, route, client }: GuestRequest): HeaderList {
  return [
    ["full-url", `${scheme}://${authority}${target}`],
    ["matched-route", route.route],
    ["base-path", route.base],
    ["raw-component-route", route.componentRoute],
    ["component-route", withoutDots(route.componentRoute)],
    [
      "client-addr",
      client.address.includes(":")
        ? `[${client.address}]:${client.port}`
        : `${client.address}:${client.port}`,
    ],
    ...route.names.map(([name, value]): [string, string] => [
      `path-match-${name.toLowerCase().replaceAll("_", "-")}`,
      value,
    ]),
  ];
}

function hostAndPort({ authority, scheme }: GuestRequest): [host: string, port: string] {
  const [, host = "localhost", port = scheme === "https" ? "443" : "80"] =
    /^(\[[^\]]*\]|[^:]+)(?::(\d+))?$/.exec(authority) ?? [];
  return [host, port];
}

function decodeUtf8Path(path: string): string {
  if (!path.includes("%")) return path;
  const bytes = path.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/**
 * The words of `argv`, in which `${SCRIPT_NAME}` is the path and `${ARGS}` what stands between the query's ampersands. Empty
 * words are left out.
 */
export function wagiArguments(argv: string, { path, query }: GuestRequest): string[] {
  return argv
    .split(" ")
    .flatMap((word) =>
      word
        .replaceAll("$" + "{SCRIPT_NAME}", () => path)
        .replaceAll("$" + "{ARGS}", () => query.replaceAll("&", " "))
        .split(" "),
    )
    .filter((word) => word !== "");
}
