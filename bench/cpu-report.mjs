// Preloaded into measured programs: when the process exits, tells its parent on descriptor 3 how much CPU time it took.

import { writeSync } from "node:fs";

process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, String((user + system) / 1000));
});
