// Runs the suite in a page or a worker of a browser, under a policy that forbids eval and compiling WebAssembly.
// The page sends the outcome back to the server that it came from, which then ends the browser.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun, versionOf } from "./process.mjs";

const POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'";
const TIMEOUT_MS = 240_000;

const REPORT = `
const report = (text) => fetch("/outcome", { method: "POST", body: text });
suite.smoke().then(report, (error) => report(error + " " + error.stack));
`;
/** Whether the policy holds is a part of the outcome: with eval nothing would be shown. */
const GUARD = `
try { (0, eval)("1"); throw "eval works"; } catch (error) { if (error === "eval works") throw new Error(error); }
`;

function answer(text, place) {
  return {
    "/": [
      "text/html",
      `<!doctype html><script src="${place === "worker" ? "starter" : "suite"}.js"></script>`,
    ],
    "/starter.js": ["text/javascript; charset=utf-8", 'new Worker("suite.js");'],
    "/suite.js": ["text/javascript; charset=utf-8", `${GUARD}${text}${REPORT}`],
  };
}

/**
 * The outcome's line of JSON.
 * @param command the browser, and its arguments by the folder of a fresh profile and the address to show
 * @throws Error where there is no such browser, or it says nothing in time
 */
export async function runBrowser(text, place, { command, args }) {
  const profile = mkdtempSync(join(tmpdir(), "wasmeter-browser-"));
  const pages = answer(text, place);
  let settle = () => {};
  const outcome = new Promise((resolve, reject) => {
    settle = resolve;
    setTimeout(
      () => reject(new Error(`${command} said nothing in ${TIMEOUT_MS / 1000} s`)),
      TIMEOUT_MS,
    ).unref();
  });
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        response.end();
        settle(body);
      });
      return;
    }
    const page = pages[request.url];
    response.writeHead(page === undefined ? 404 : 200, {
      "Content-Type": page?.[0] ?? "text/plain",
      "Content-Security-Policy": POLICY,
    });
    response.end(page?.[1]);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = spawn(command, args(profile, `http://127.0.0.1:${server.address().port}/`), {
    stdio: "ignore",
    detached: true,
  });
  try {
    const failed = new Promise((_, reject) =>
      browser.on("error", (error) => reject(new Error(`${command}: ${error.message}`))),
    );
    const line = await Promise.race([outcome, failed]);
    if (!line.startsWith("{")) throw new Error(line);
    return line;
  } finally {
    server.close();
    server.closeAllConnections();
    stop(browser);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Ends a browser with all its processes. */
function stop({ pid }) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

const chromium = (flags) => ({
  command: "chromium",
  args: (profile, address) => [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-dev-shm-usage",
    `--user-data-dir=${profile}`,
    ...flags,
    address,
  ],
});
const firefox = {
  command: "firefox-esr",
  args: (profile, address) => ["--headless", "--no-remote", "--profile", profile, address],
};

/** As the distribution's packages `chromium` and `firefox-esr` install them. */
export const BROWSERS = [
  ["Chromium page", "page", chromium([])],
  ["Chromium worker", "worker", chromium([])],
  ["Chromium page jitless", "page", chromium(["--js-flags=--jitless"])],
  ["Chromium worker jitless", "worker", chromium(["--js-flags=--jitless"])],
  ["Firefox page", "page", firefox],
  ["Firefox worker", "worker", firefox],
].map(([name, place, how]) => ({
  name,
  version: () => versionOf(how.command),
  dialect: "es2022",
  run: (text) => runBrowser(text, place, how),
}));

/** The document that a page has become after a minute of its own time, which passes as soon as it has nothing to do. */
export function openPage(address) {
  const profile = mkdtempSync(join(tmpdir(), "wasmeter-browser-"));
  const { command, args } = chromium(["--virtual-time-budget=60000", "--dump-dom"]);
  try {
    return mustRun(command, args(profile, address), { timeout: TIMEOUT_MS });
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
