// Counts words with the PDK of AssemblyScript, and keeps the longest so far in a variable.

import { Config, Host, LogLevel, Var } from "@extism/as-pdk";

export function myAbort(_message: string | null, _file: string | null, _line: u32, _column: u32): void {
  unreachable();
}

export function words(): i32 {
  const input = Host.inputString();
  const found = input.split(" ");
  let count = 0;
  let longest = "";
  const before = Var.getString("longest");
  if (before !== null) longest = before;
  for (let i = 0; i < found.length; i++) {
    if (found[i].length === 0) continue;
    count++;
    if (found[i].length > longest.length) longest = found[i];
  }
  Var.set("longest", Uint8Array.wrap(String.UTF8.encode(longest)));
  const label = Config.get("label");
  Host.outputString(`${label === null ? "words" : label}: ${count}, longest: ${longest}`);
  return 0;
}

export function fails(): i32 {
  Host.log(LogLevel.Warn, "about to fail");
  return 1;
}
