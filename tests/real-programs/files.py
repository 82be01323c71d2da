# What programs do with files, by CPython's own modules: prints what it sees, and leaves a tree behind.
# Nothing that is printed depends on the time, on inode numbers or on the order of directories.
# files.expected.txt is what a CPython of the system prints: python3 files.py "$(mktemp -d)" > files.expected.txt
import errno
import json
import os
import pathlib
import shutil
import stat
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(sys.argv[1])


def attempt(what, action, *args, **options):
    """Prints what `action` gives, or the name of the error that it raises."""
    try:
        result = action(*args, **options)
    except OSError as error:
        result = f"{type(error).__name__} {errno.errorcode.get(error.errno, error.errno)}"
    if not isinstance(result, (str, int, bool, list, bytes, type(None))):
        result = type(result).__name__
    print(f"  {what}: {result}")


def show(directory):
    """Prints the tree below `directory`."""
    for parent, directories, files in os.walk(directory):
        directories.sort()
        for name in sorted(files):
            path = os.path.join(parent, name)
            info = os.lstat(path)
            kind = "link" if stat.S_ISLNK(info.st_mode) else "file"
            print(f"  {os.path.relpath(path, directory)}: {kind}, {info.st_size} bytes, {info.st_nlink} names")


def section_os():
    top = os.path.join(ROOT, "os")
    os.makedirs(os.path.join(top, "a", "b", "c"))
    attempt("mkdir again", os.mkdir, top)
    attempt("mkdir below nothing", os.mkdir, os.path.join(top, "none", "x"))
    attempt("makedirs exist_ok", os.makedirs, os.path.join(top, "a"), exist_ok=True)

    path = os.path.join(top, "numbers")
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    attempt("exclusive again", os.open, path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    attempt("write", os.write, fd, b"0123456789" * 10)
    attempt("lseek back", os.lseek, fd, -20, os.SEEK_END)
    attempt("read", os.read, fd, 5)
    attempt("pread", os.pread, fd, 4, 3)
    attempt("pwrite", os.pwrite, fd, b"abc", 200)
    attempt("tell", os.lseek, fd, 0, os.SEEK_CUR)
    attempt("lseek before the start", os.lseek, fd, -1, os.SEEK_SET)
    attempt("size", lambda: os.fstat(fd).st_size)
    os.ftruncate(fd, 50)
    attempt("size", lambda: os.fstat(fd).st_size)
    attempt("read past the end", os.pread, fd, 10, 60)
    os.fsync(fd)
    os.close(fd)
    attempt("closed", os.read, fd, 1)
    read_only = os.open(path, os.O_RDONLY)
    attempt("write to what is read only", os.write, read_only, b"x")
    os.close(read_only)
    append = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.lseek(append, 0, os.SEEK_SET)
    os.write(append, b"appended")
    os.close(append)
    with open(path, "rb") as file:
        attempt("after appending", lambda: file.read()[40:])

    os.utime(path, ns=(1_500_000_000_000_001_000, 1_600_000_000_123_456_000))
    attempt("times", lambda: [os.stat(path).st_atime_ns, os.stat(path).st_mtime_ns])
    os.link(path, os.path.join(top, "a", "second name"))
    attempt("names", lambda: os.stat(path).st_nlink)
    attempt("link to a directory", os.link, os.path.join(top, "a"), os.path.join(top, "no"))
    os.symlink("../numbers", os.path.join(top, "a", "symbolic"))
    attempt("readlink", os.readlink, os.path.join(top, "a", "symbolic"))
    attempt("through the link", lambda: os.stat(os.path.join(top, "a", "symbolic")).st_size)
    os.symlink("nowhere", os.path.join(top, "dangling"))
    attempt("dangling", os.stat, os.path.join(top, "dangling"))
    attempt("dangling exists", os.path.lexists, os.path.join(top, "dangling"))
    os.symlink("loop", os.path.join(top, "loop"))
    attempt("loop", os.stat, os.path.join(top, "loop"))

    attempt("rename to a missing directory", os.rename, path, os.path.join(top, "none", "x"))
    os.rename(path, os.path.join(top, "renamed"))
    attempt("gone", os.stat, path)
    attempt("replace", os.replace, os.path.join(top, "renamed"), os.path.join(top, "a", "second name"))
    attempt("rename a directory into itself", os.rename, os.path.join(top, "a"), os.path.join(top, "a", "b", "a"))
    attempt("rename a file over a directory", os.rename, os.path.join(top, "renamed"), os.path.join(top, "a"))
    os.rename(os.path.join(top, "a", "b"), os.path.join(top, "moved"))
    attempt("rmdir not empty", os.rmdir, os.path.join(top, "moved"))
    attempt("rmdir of a file", os.rmdir, os.path.join(top, "renamed"))
    attempt("open a directory to write", open, top, "w")
    attempt("a file as a directory", os.stat, os.path.join(top, "renamed", "x"))
    attempt("long name", os.stat, os.path.join(top, "n" * 300))
    attempt("listing", lambda: sorted(os.listdir(top)))
    with os.scandir(top) as entries:
        attempt("scandir", lambda: sorted(f"{e.name} {e.is_dir(follow_symlinks=False)} {e.is_symlink()}" for e in entries))
    os.remove(os.path.join(top, "loop"))
    attempt("unlink a directory", os.unlink, os.path.join(top, "a"))
    show(top)


def section_pathlib():
    top = ROOT / "pathlib"
    for name in ["x.txt", "sub/y.txt", "sub/deep/z.txt", "sub/deep/data.bin", "größe/ß ü.txt"]:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}\n", encoding="utf8")
    attempt("glob", lambda: sorted(str(p.relative_to(top)) for p in top.glob("*.txt")))
    attempt("rglob", lambda: sorted(str(p.relative_to(top)) for p in top.rglob("*.txt")))
    attempt("iterdir", lambda: sorted(p.name for p in top.iterdir()))
    attempt("read", (top / "größe" / "ß ü.txt").read_text, encoding="utf8")
    attempt("missing", (top / "missing").read_text)
    attempt("is_file", (top / "x.txt").is_file)
    attempt("samefile", (top / "x.txt").samefile, top / "sub" / ".." / "x.txt")
    (top / "link").symlink_to("sub")
    attempt("resolve", lambda: str((top / "link" / "y.txt").resolve().relative_to(ROOT)))
    (top / "x.txt").rename(top / "sub" / "x2.txt")
    (top / "touched").touch()
    attempt("touch again", (top / "touched").touch, exist_ok=False)
    (top / "sub" / "y.txt").unlink()
    attempt("unlink again", (top / "sub" / "y.txt").unlink)
    (top / "sub" / "y.txt").unlink(missing_ok=True)
    attempt("rmdir", (top / "sub").rmdir)
    show(top)


def section_shutil():
    source, top = ROOT / "pathlib", ROOT / "shutil"
    shutil.copytree(source, top / "copy", symlinks=True)
    attempt("copytree again", shutil.copytree, source, top / "copy")
    shutil.copyfile(source / "sub" / "x2.txt", top / "file")
    attempt("copy onto itself", shutil.copyfile, top / "file", top / "file")
    shutil.move(top / "file", top / "copy" / "größe")
    shutil.move(top / "copy" / "sub", top / "moved")
    shutil.rmtree(top / "moved" / "deep")
    attempt("rmtree of nothing", shutil.rmtree, top / "none")
    with open(top / "big", "wb") as file:
        for k in range(64):
            file.write(bytes([k]) * 4096)
    shutil.copyfile(top / "big", top / "copy" / "big")
    attempt("big copy equal", lambda: (top / "big").read_bytes() == (top / "copy" / "big").read_bytes())
    show(top)


def section_tempfile():
    top = ROOT / "tempfile"
    top.mkdir()
    tempfile.tempdir = str(top)
    with tempfile.TemporaryDirectory() as directory:
        attempt("a directory", os.path.isdir, directory)
        attempt("its parent", lambda: os.path.dirname(directory) == str(top))
        with open(os.path.join(directory, "f"), "w") as file:
            file.write("x" * 10_000)
    attempt("directory removed", os.path.exists, directory)
    with tempfile.NamedTemporaryFile("w+") as file:
        file.write("named")
        file.flush()
        attempt("named, size", lambda: os.stat(file.name).st_size)
        name = file.name
    attempt("named, removed", os.path.exists, name)
    with tempfile.TemporaryFile() as file:
        file.write(b"open, but without a name")
        file.seek(6)
        attempt("unlinked, read", file.read)
    fd, name = tempfile.mkstemp(suffix=".keep")
    os.close(fd)
    os.rename(name, top / "kept")
    with tempfile.SpooledTemporaryFile(max_size=100) as file:
        file.write(b"y" * 200)
        file.seek(190)
        attempt("spooled", lambda: file.read(20))
    show(top)


def section_json():
    data = {"list": [1, 2.5, -1e300, None, True], "text": "ü\u2028\U0001f600\\\"\n", "nested": {"a": {"b": []}}}
    path = ROOT / "data.json"
    with open(path, "w", encoding="utf8") as file:
        json.dump(data, file, indent=1, sort_keys=True)
    with open(path, encoding="utf8") as file:
        attempt("equal", lambda: json.load(file) == data)
    attempt("text", path.read_text, encoding="utf8")


def section_zipfile():
    path = ROOT / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, method in [("stored.txt", zipfile.ZIP_STORED), ("deflated.txt", zipfile.ZIP_DEFLATED)]:
            entry = zipfile.ZipInfo(name, (2020, 2, 2, 2, 2, 2))
            archive.writestr(entry, "all work and no play " * 200, method)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo("größe/ü.txt"), "ü")
    with zipfile.ZipFile(path) as archive:
        attempt("test", archive.testzip)
        attempt("entries", lambda: [f"{e.filename} {e.file_size} {e.compress_size} {e.CRC:08x}" for e in archive.infolist()])
        archive.extractall(ROOT / "unzipped")
    damaged = bytearray(path.read_bytes())
    damaged[60] ^= 1
    path.with_name("damaged.zip").write_bytes(damaged)
    with zipfile.ZipFile(path.with_name("damaged.zip")) as archive:
        attempt("damaged", archive.testzip)
    show(ROOT / "unzipped")


def section_outside():
    if sys.platform != "wasi":
        return
    print("outside")
    for path in ["/etc/passwd", f"{ROOT}/../etc/passwd", f"{ROOT}/os/../..", "/"]:
        attempt(path, os.stat, path)
    os.symlink("../../../../../../etc/passwd", ROOT / "escape")
    attempt("through a link that leads out", open, ROOT / "escape")
    os.unlink(ROOT / "escape")


for section in [section_os, section_pathlib, section_shutil, section_tempfile, section_json, section_zipfile]:
    print(section.__name__.removeprefix("section_"))
    section()
section_outside()
