// Files that are not files: what a guest cannot do through procfs, sysfs and their like, below a grant or as one.

import * as fs from "node:fs";
import { describe, expect, test } from "vitest";
import { TestGuest } from "../testing/wasi-guest.ts";
import { pathAnchorAt } from "./node/anchor.ts";
import type { InternalOptions } from "./node/host-file-system.ts";
import { HostFileSystem, PseudoFileSystemError } from "./node/index.ts";

const GRANT = 3;
const KINDS: Readonly<Record<string, InternalOptions>> = {
  "by descriptors": {},
  "as other platforms hold directories": { anchorAt: pathAnchorAt },
};

const hasProc = process.platform === "linux" && fs.existsSync("/proc/self/environ");

describe.runIf(hasProc).each(Object.entries(KINDS))("%s", (_, options) => {
  const guestOf = (directory: string, more: InternalOptions = {}) =>
    new TestGuest({ preopens: { "/": new HostFileSystem(directory, { ...options, ...more }) } });

  test("with / granted, the host's processes are seen, and neither read nor written", () => {
    const guest = guestOf("/");
    const own = `proc/${process.pid}`;
    for (const name of ["environ", "mem", "maps", "cmdline", "status"]) {
      for (const rights of [0x2n, 0x40n, 0x42n]) {
        expect(guest.open(GRANT, `${own}/${name}`, { rights }), name).toBe("nxio");
      }
      for (const oflags of [1, 8]) {
        expect(guest.open(GRANT, `${own}/${name}`, { rights: 0x42n, oflags }), name).toBe("nxio");
      }
    }
    // Through a link of the kernel's, too.
    expect(guest.open(GRANT, "proc/self/environ", { follow: true })).toBe("nxio");
    expect(guest.stat(GRANT, `${own}/environ`)).toMatchObject({ type: "regular-file" });
    expect(guest.list(GRANT, own)).toContain("environ");
    // Magic links tell nothing of where they lead.
    for (const link of ["exe", "cwd", "root"]) expect(guest.readLink(GRANT, `${own}/${link}`)).toBe("perm");
    guest.wasi.close();
  });

  test("nothing can be changed there, as to make a directory can be to configure the kernel", () => {
    const guest = guestOf("/");
    expect(guest.path("path_create_directory", GRANT, "proc/new")).toBe("nxio");
    expect(guest.open(GRANT, "proc/new", { oflags: 1, rights: 0x40n })).toBe("nxio");
    expect(guest.path("path_unlink_file", GRANT, "proc/version")).toBe("nxio");
    expect(guest.path("path_remove_directory", GRANT, "proc/sys")).toBe("nxio");
    expect(guest.symlink("x", GRANT, "proc/new")).toBe("nxio");
    expect(guest.rename(GRANT, "proc/version", GRANT, "tmp/stolen")).toBe("nxio");
    guest.wasi.close();
  });

  test("a grant of such a file system is an error that says which, unless it is allowed by its name", () => {
    expect(() => new HostFileSystem("/proc", options)).toThrow(PseudoFileSystemError);
    expect(() => new HostFileSystem("/proc/self", options)).toThrow(/on procfs.*allowPseudo: "procfs"/);
    expect(() => new HostFileSystem("/proc", { ...options, allowPseudo: "sysfs" })).toThrow(
      PseudoFileSystemError,
    );
    expect(() => new HostFileSystem("/tmp", { allowPseudo: "proc" as never })).toThrow(TypeError);
    const guest = guestOf("/proc", { allowPseudo: "procfs", readOnly: true });
    expect(guest.readFile(GRANT, "version")).toMatchObject({ text: expect.stringContaining("Linux") });
    guest.wasi.close();
  });

  test.runIf(fs.existsSync("/sys/kernel/mm"))("sysfs is one of them", () => {
    expect(() => new HostFileSystem("/sys", options)).toThrow(/sysfs/);
    const guest = guestOf("/");
    const [file] = fs
      .readdirSync("/sys/kernel", { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
    expect(guest.open(GRANT, `sys/kernel/${file}`)).toBe("nxio");
    guest.wasi.close();
  });
});
