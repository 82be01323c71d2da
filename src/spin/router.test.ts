import { describe, expect, it } from "vitest";
import { decodePath, normalisePath } from "./request-path.ts";
import { parseRoute } from "./route-pattern.ts";
import { Router } from "./router.ts";

function routerOf(routes: readonly string[], base = "/"): Router<string> {
  const router = new Router<string>();
  for (const route of routes) {
    const { pattern, problem } = parseRoute(route, base);
    if (pattern === undefined) throw new Error(problem);
    router.add(pattern, route);
  }
  return router;
}

describe("Router", () => {
  const ROUTES = [
    ...["/", "/foo", "/foo/bar", "/one/...", "/one/two/...", "/one/two/three/...", "/one/:x", "/one/:x/leaf"],
    ...["/users/:user", "/users/me", "/users/:user/posts/:post", "/users/me/posts/...", "/a/:b/c", "/a/b/d"],
    ...["/files/:kind/...", "/ü/a b", "/enc%2Fslash"],
  ];
  const router = routerOf(ROUTES);

  it.each<[string, string | undefined, string, Record<string, string>]>([
    ["/", "/", "", {}],
    ["/foo", "/foo", "", {}],
    ["/foo/", "/foo", "", {}],
    ["/Foo", undefined, "", {}],
    ["/foo/bar", "/foo/bar", "", {}],
    ["/foo/baz", undefined, "", {}],
    ["/one", "/one/...", "", {}],
    ["/one/", "/one/...", "/", {}],
    ["/one/two", "/one/two/...", "", {}],
    ["/one/two/", "/one/two/...", "/", {}],
    ["/one/two/x/y/", "/one/two/...", "/x/y/", {}],
    ["/one/two/three/four", "/one/two/three/...", "/four", {}],
    ["/one/other", "/one/:x", "", { x: "other" }],
    ["/one/other/leaf", "/one/:x/leaf", "", { x: "other" }],
    ["/one/other/bough", "/one/...", "/other/bough", {}],
    ["/users/me", "/users/me", "", {}],
    ["/users/you", "/users/:user", "", { user: "you" }],
    ["/users/", undefined, "", {}],
    ["/users/a/posts/7", "/users/:user/posts/:post", "", { user: "a", post: "7" }],
    ["/users/me/posts/7", "/users/me/posts/...", "/7", {}],
    ["/a/b/c", "/a/:b/c", "", { b: "b" }],
    ["/a/b/d", "/a/b/d", "", {}],
    ["/files/img/x.png", "/files/:kind/...", "/x.png", { kind: "img" }],
    ["/files/img//x", "/files/:kind/...", "//x", { kind: "img" }],
    ["/files//x", undefined, "", {}],
    ["/%C3%BC/a%20b", "/ü/a b", "", {}],
    ["/enc%2Fslash", "/enc%2Fslash", "", {}],
    ["/enc/slash", undefined, "", {}],
  ])("finds for %s the route %s", (path, route, rest, names) => {
    const match = router.match(path);
    expect(match?.value).toBe(route);
    if (match === undefined) return;
    expect(match.rest).toBe(rest);
    expect(Object.fromEntries(match.names)).toEqual(names);
  });

  it("puts a base before every route", () => {
    const based = routerOf(["/", "/foo", "/bar/..."], "/base/");
    expect(based.match("/base")?.value).toBe("/");
    expect(based.match("/base/foo")?.pattern.text).toBe("/base/foo");
    expect(based.match("/base/bar/x")?.rest).toBe("/x");
    expect(based.match("/foo")).toBeUndefined();
  });

  it("adds no route twice, whatever its names", () => {
    const add = (route: string) => twice.add(parseRoute(route).pattern!, route);
    const twice = new Router<string>();
    expect([add("/a/:x"), add("/a/:y"), add("/a/..."), add("/a/*"), add("a/"), add("/a")]).toEqual([
      ...[undefined, "/a/:x", undefined, "/a/...", undefined, "a/"],
    ]);
  });

  it.each([
    ["/a/.../b", "stands only at the end"],
    ["/a//b", "two slashes"],
    ["/a/../b", "'..' stands in no path"],
    ["/:", "is no name"],
    ["/:a b", "is no name"],
    ["/:x/:x", "twice"],
    ["/a?b", "no query"],
    ["/%zz", "hexadecimal"],
    ["/.well-known/spin/x", "the server's own"],
    ["/.well-known/spin/...", "the server's own"],
  ])("refuses %s", (route, problem) => {
    expect(parseRoute(route).problem).toContain(problem);
  });

  it("needs no time that depends on how many routes there are", () => {
    const many = routerOf(Array.from({ length: 1_000 }, (_, k) => `/group${k % 10}/item${k}/:id`));
    const begun = performance.now();
    for (let k = 0; k < 20_000; k++) many.match(`/group${k % 10}/item${k % 1000}/42`);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

describe("normalisePath", () => {
  it.each([
    ["/a/b", "/a/b"],
    ["/a/./b/../c", "/a/c"],
    ["/a/b/..", "/a/"],
    ["/a/.", "/a/"],
    ["/../../etc", "/etc"],
    ["/%2e%2e/%2E/x", "/x"],
    ["/a/%2e%2e/b", "/b"],
    ["/a%2fb", "/a%2Fb"],
    ["/%41%7e%c3%bc", "/A~%C3%BC"],
    ['/a b\\c"<>', "/a%20b%5Cc%22%3C%3E"],
    ["/\u00c3\u00bc", "/%C3%BC"],
    ["//a//", "//a//"],
    ["/.hidden/..x", "/.hidden/..x"],
    ["/%", undefined],
    ["/%4", undefined],
    ["/%zz", undefined],
    ["/a%00b", undefined],
  ])("makes of %j %j", (path, expected) => {
    expect(normalisePath(path)).toBe(expected);
  });

  it("changes nothing the second time", () => {
    for (const path of ["/a/%2e%2e/b c", "/%252e%252e/x", "/..%2f..", "/%c3%28"]) {
      const once = normalisePath(path);
      expect(normalisePath(once ?? "")).toBe(once);
    }
  });

  it("decodes for people", () => {
    expect(decodePath("/%C3%BC/%2F/%FF")).toBe("/ü///\ufffd");
  });
});
