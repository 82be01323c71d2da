// Processes in which a host runs the suite.

import { spawnSync } from "node:child_process";

/** Runs a command; gives the last line that it printed. @throws Error with what it said */
export function lastLine(command, args, options = {}) {
  const { stdout, stderr, status, signal, error } = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    timeout: 300_000,
    ...options,
  });
  if (error !== undefined) throw error;
  const lines = stdout.trim().split("\n");
  const last = lines.findLast((line) => line.startsWith("{"));
  if (last === undefined)
    throw new Error(`status ${status ?? signal}: ${(stdout + stderr).trim().slice(0, 1000)}`);
  return last;
}

/** @throws Error with the last line that the command said, or that it is not there */
export function mustRun(command, args, options = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", ...options });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command}: ${(stdout + stderr).trim().split("\n").at(-1)}`);
  return stdout;
}

/** The version that a program tells of itself. */
export function versionOf(command, flag = "--version") {
  return /\d+(\.\d+)+/.exec(mustRun(command, [flag]))?.[0] ?? "unknown";
}
