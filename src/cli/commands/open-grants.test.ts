import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseDirectory } from "../args/grants.ts";
import { InputError } from "../usage-error.ts";
import { openDirectories } from "./open-grants.ts";

describe.runIf(process.platform === "linux" && existsSync("/proc/version"))("a grant of procfs", () => {
  const grants = [parseDirectory("/proc::/proc:ro")];

  it("is refused, with what grants it all the same", () => {
    expect(() => openDirectories(grants)).toThrow(InputError);
    expect(() => openDirectories(grants, ["sysfs"])).toThrow("--dir: cannot grant /proc: it is on procfs");
    expect(() => openDirectories(grants)).toThrow("--allow-pseudo procfs grants it all the same");
  });

  it("is made when it is allowed by its name", () => {
    const files = openDirectories(grants, ["sysfs", "procfs"])["/proc"];
    expect(files?.root().statEntry("version").type).toBe("regular-file");
  });
});
