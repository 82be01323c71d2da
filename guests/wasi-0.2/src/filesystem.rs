//! wasi:filesystem, in the first directory that is granted. It is empty before, and after.

use crate::table::{made, text};
use wasip2::clocks::wall_clock::Datetime;
use wasip2::filesystem::preopens;
use wasip2::filesystem::types::{
    Advice, Descriptor, DescriptorFlags, DescriptorStat, DirectoryEntry, ErrorCode, NewTimestamp, OpenFlags, PathFlags,
};

const NONE: PathFlags = PathFlags::empty();
const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;
const READ: DescriptorFlags = DescriptorFlags::READ;
const WRITE: DescriptorFlags = DescriptorFlags::WRITE;

type Opened = Result<Descriptor, ErrorCode>;

fn at(seconds: u64, nanoseconds: u32) -> NewTimestamp {
    NewTimestamp::Timestamp(Datetime { seconds, nanoseconds })
}

/// What of a stat does not depend on when and where.
fn shape(stat: Result<DescriptorStat, ErrorCode>) -> Result<(String, u64, u64), ErrorCode> {
    stat.map(|stat| (format!("{:?}", stat.type_), stat.size, stat.link_count))
}

/// What of a directory's stat does not depend on the file system.
fn kind(stat: Result<DescriptorStat, ErrorCode>) -> Result<String, ErrorCode> {
    stat.map(|stat| format!("{:?}", stat.type_))
}

fn times(stat: Result<DescriptorStat, ErrorCode>) -> Result<[Option<(u64, u32)>; 2], ErrorCode> {
    stat.map(|stat| {
        [stat.data_access_timestamp, stat.data_modification_timestamp]
            .map(|time| time.map(|time| (time.seconds, time.nanoseconds)))
    })
}

fn is_recent(stat: Result<DescriptorStat, ErrorCode>) -> bool {
    times(stat).is_ok_and(|[_, modified]| modified.is_some_and(|(seconds, _)| seconds > 1_700_000_000))
}

fn entries(directory: &Descriptor) -> Result<Vec<String>, ErrorCode> {
    let stream = directory.read_directory()?;
    let mut found = Vec::new();
    while let Some(DirectoryEntry { type_, name }) = stream.read_directory_entry()? {
        found.push(format!("{name}: {type_:?}"));
    }
    found.sort();
    Ok(found)
}

fn open(root: &Descriptor, path: &str, how: OpenFlags, flags: DescriptorFlags) -> Opened {
    root.open_at(NONE, path, how, flags)
}

pub fn table() {
    let mut granted = preopens::get_directories();
    table! { "filesystem/preopens":
        "get-directories", "their names" => granted.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>();
        "get-directories", "again: the same object" => preopens::get_directories()[0].0.is_same_object(&granted[0].0);
    }
    let (root, _) = granted.remove(0);
    opening(&root);
    files(&root);
    streams(&root);
    metadata(&root);
    directories(&root);
    links(&root);
    paths(&root);
    table! { "filesystem/types":
        "descriptor.read-directory", "empty again" => entries(&root);
    }
}

fn opening(root: &Descriptor) {
    let (create, exclusive, truncate, directory) =
        (OpenFlags::CREATE, OpenFlags::EXCLUSIVE, OpenFlags::TRUNCATE, OpenFlags::DIRECTORY);
    let none = OpenFlags::empty();
    table! { "filesystem/types":
        "descriptor.open-at", "missing" => made(open(root, "file", none, READ));
        "descriptor.open-at", "create" => made(open(root, "file", create, READ | WRITE));
        "descriptor.open-at", "create what is there" => made(open(root, "file", create, READ));
        "descriptor.open-at", "create exclusively what is there" => made(open(root, "file", create | exclusive, WRITE));
        "descriptor.open-at", "create exclusively" => made(open(root, "new", create | exclusive, WRITE));
        "descriptor.open-at", "truncate" => made(open(root, "new", truncate, WRITE));
        "descriptor.open-at", "truncate, to read" => made(open(root, "new", truncate, READ));
        "descriptor.open-at", "a file as a directory" => made(open(root, "file", directory, READ));
        "descriptor.open-at", "the directory itself" => made(open(root, ".", directory, READ));
        "descriptor.open-at", "the directory itself, as anything" => made(open(root, ".", none, READ));
        "descriptor.open-at", "a directory to write" => made(open(root, ".", none, READ | WRITE));
        "descriptor.open-at", "a directory to change" => made(open(root, ".", directory, READ | DescriptorFlags::MUTATE_DIRECTORY));
        "descriptor.open-at", "create a directory" => made(open(root, "sub", create | directory, READ));
        "descriptor.open-at", "a file as what is below it" => made(open(root, "file/below", create, WRITE));
        "descriptor.open-at", "nothing, by no flag" => made(open(root, "file", none, DescriptorFlags::empty()));
        "descriptor.open-at", "a slash at the end" => made(open(root, "file/", none, READ));
        "descriptor.open-at", "create with a slash at the end" => made(open(root, "made/", create, WRITE));
        "descriptor.open-at", "in a file" => made(open(&open(root, "file", none, READ).expect("a file"), "x", none, READ));
        "descriptor.get-flags", "a file to read" => open(root, "file", none, READ).and_then(|file| file.get_flags());
        "descriptor.get-flags", "a file to write" => open(root, "file", none, WRITE).and_then(|file| file.get_flags());
        "descriptor.get-flags", "a file for both" => open(root, "file", none, READ | WRITE).and_then(|file| file.get_flags());
        "descriptor.get-flags", "the grant" => root.get_flags();
        "descriptor.get-type", "a file" => open(root, "file", none, READ).and_then(|file| file.get_type());
        "descriptor.get-type", "a directory" => root.get_type();
        "descriptor.unlink-file-at", "both" => (root.unlink_file_at("file"), root.unlink_file_at("new"));
    }
}

fn files(root: &Descriptor) {
    let file = open(root, "file", OpenFlags::CREATE, READ | WRITE).expect("a file");
    let reader = open(root, "file", OpenFlags::empty(), READ).expect("the file to read");
    let writer = open(root, "file", OpenFlags::empty(), WRITE).expect("the file to write");
    let read = |file: &Descriptor, length, offset| file.read(length, offset).map(|(bytes, end)| (text(bytes), end));
    table! { "filesystem/types":
        "descriptor.read", "an empty file" => read(&file, 10, 0);
        "descriptor.write", "five" => file.write(b"12345", 0);
        "descriptor.write", "behind the end" => file.write(b"x", 8);
        "descriptor.write", "nothing" => file.write(b"", 3);
        "descriptor.write", "to read only" => reader.write(b"x", 0);
        "descriptor.write", "a directory" => root.write(b"x", 0);
        "descriptor.write", "at the largest offset" => file.write(b"x", u64::MAX);
        "descriptor.write", "beyond a signed offset" => file.write(b"x", 1 << 63);
        "descriptor.read", "all" => read(&file, 100, 0);
        "descriptor.read", "the middle" => read(&file, 2, 2);
        "descriptor.read", "nothing" => read(&file, 0, 0);
        "descriptor.read", "behind the end" => read(&file, 1, 100);
        "descriptor.read", "at the largest offset" => read(&file, 1, u64::MAX);
        "descriptor.read", "to write only" => read(&writer, 1, 0);
        "descriptor.read", "a directory" => read(root, 1, 0);
        "descriptor.read", "more than can be" => read(&file, u64::MAX, 0).map(|(text, end)| (text.len(), end));
        "descriptor.set-size", "shorter" => file.set_size(3);
        "descriptor.set-size", "longer" => file.set_size(6);
        "descriptor.read", "what is there now" => read(&file, 100, 0);
        "descriptor.set-size", "to read only" => reader.set_size(0);
        "descriptor.set-size", "a directory" => root.set_size(0);
        "descriptor.set-size", "more than can be" => file.set_size(u64::MAX).is_err();
        "descriptor.advise", "each kind" => [Advice::Normal, Advice::Sequential, Advice::Random, Advice::WillNeed, Advice::DontNeed, Advice::NoReuse].map(|advice| file.advise(0, 10, advice));
        "descriptor.advise", "a directory" => root.advise(0, 0, Advice::Normal);
        "descriptor.sync", "a file" => file.sync();
        "descriptor.sync", "to read only" => reader.sync();
        "descriptor.sync", "a directory" => root.sync();
        "descriptor.sync-data", "a file" => file.sync_data();
        "descriptor.sync-data", "to read only" => reader.sync_data();
        "descriptor.sync-data", "a directory" => root.sync_data();
        "descriptor.is-same-object", "two descriptors of one file" => file.is_same_object(&reader);
        "descriptor.is-same-object", "a file and a directory" => file.is_same_object(root);
        "descriptor.unlink-file-at", "while it is open" => root.unlink_file_at("file");
        "descriptor.read", "without a name" => read(&file, 3, 0);
        "descriptor.stat", "without a name" => shape(file.stat());
    }
}

fn streams(root: &Descriptor) {
    let file = open(root, "file", OpenFlags::CREATE, READ | WRITE).expect("a file");
    let reader = open(root, "file", OpenFlags::empty(), READ).expect("the file to read");
    let writer = open(root, "file", OpenFlags::empty(), WRITE).expect("the file to write");
    file.write(b"12345", 0).expect("contents");
    let write = |stream: wasip2::io::streams::OutputStream, bytes: &[u8]| stream.blocking_write_and_flush(bytes).is_ok();
    table! { "filesystem/types":
        "descriptor.read-via-stream", "from the middle" => file.read_via_stream(2).map(|stream| stream.blocking_read(10).map(text).ok());
        "descriptor.read-via-stream", "to write only" => made(writer.read_via_stream(0));
        "descriptor.read-via-stream", "a directory" => made(root.read_via_stream(0));
        "descriptor.read-via-stream", "two at once" => (file.read_via_stream(0).map(|stream| stream.blocking_read(1).map(text).ok()), file.read_via_stream(0).map(|stream| stream.blocking_read(2).map(text).ok()));
        "descriptor.write-via-stream", "in the middle" => file.write_via_stream(3).map(|stream| write(stream, b"ab"));
        "descriptor.write-via-stream", "behind the end" => file.write_via_stream(6).map(|stream| write(stream, b"c"));
        "descriptor.write-via-stream", "to read only" => made(reader.write_via_stream(0));
        "descriptor.write-via-stream", "a directory" => made(root.write_via_stream(0));
        "descriptor.append-via-stream", "twice" => (file.append_via_stream().map(|stream| write(stream, b"d")), writer.append_via_stream().map(|stream| write(stream, b"e")));
        "descriptor.append-via-stream", "to read only" => made(reader.append_via_stream());
        "descriptor.append-via-stream", "a directory" => made(root.append_via_stream());
        "descriptor.read", "what is there now" => file.read(100, 0).map(|(bytes, end)| (text(bytes), end));
        "descriptor.unlink-file-at", "" => root.unlink_file_at("file");
    }
}

fn metadata(root: &Descriptor) {
    let file = open(root, "file", OpenFlags::CREATE, READ | WRITE).expect("a file");
    let reader = open(root, "file", OpenFlags::empty(), READ).expect("the file to read");
    file.write(b"123", 0).expect("contents");
    root.symlink_at("file", "link").expect("a link");
    let keep = NewTimestamp::NoChange;
    table! { "filesystem/types":
        "descriptor.stat", "a file" => shape(file.stat());
        "descriptor.stat", "a directory" => kind(root.stat());
        "descriptor.stat", "a file: changed lately" => is_recent(file.stat());
        "descriptor.stat-at", "a file" => shape(root.stat_at(NONE, "file"));
        "descriptor.stat-at", "the directory itself" => kind(root.stat_at(NONE, "."));
        "descriptor.stat-at", "a link" => kind(root.stat_at(NONE, "link"));
        "descriptor.stat-at", "through a link" => shape(root.stat_at(FOLLOW, "link"));
        "descriptor.stat-at", "missing" => kind(root.stat_at(NONE, "missing"));
        "descriptor.stat-at", "below a file" => kind(root.stat_at(NONE, "file/x"));
        "descriptor.stat-at", "of a file" => kind(file.stat_at(NONE, "x"));
        "descriptor.set-times", "both" => file.set_times(at(1, 2000), at(3, 4000));
        "descriptor.stat", "both times" => times(file.stat());
        "descriptor.set-times", "one" => file.set_times(keep, at(5, 999_999_000));
        "descriptor.stat", "one time" => times(file.stat());
        "descriptor.set-times", "none" => file.set_times(keep, keep);
        "descriptor.stat", "as before" => times(file.stat());
        "descriptor.set-times", "now" => file.set_times(keep, NewTimestamp::Now);
        "descriptor.stat", "changed now" => is_recent(file.stat());
        "descriptor.set-times", "a second of 1,000,000,000 ns" => file.set_times(keep, at(1, 1_000_000_000));
        "descriptor.set-times", "beyond all time" => file.set_times(keep, at(u64::MAX, 0)).is_err();
        "descriptor.set-times", "to read only" => reader.set_times(at(7, 0), at(7, 0));
        "descriptor.set-times-at", "both" => root.set_times_at(NONE, "file", at(8, 0), at(9, 0));
        "descriptor.stat-at", "both times" => times(root.stat_at(NONE, "file"));
        "descriptor.set-times-at", "through a link" => root.set_times_at(FOLLOW, "link", at(10, 0), at(11, 0));
        "descriptor.stat-at", "through a link, times" => times(root.stat_at(FOLLOW, "link"));
        "descriptor.set-times-at", "a link" => root.set_times_at(NONE, "link", at(12, 0), at(13, 0));
        "descriptor.stat-at", "a link's times" => times(root.stat_at(NONE, "link")).map(|[_, modified]| modified);
        "descriptor.stat-at", "not the file's" => times(root.stat_at(NONE, "file"));
        "descriptor.set-times-at", "missing" => root.set_times_at(NONE, "missing", at(1, 0), at(1, 0));
        "descriptor.set-times-at", "a second of 1,000,000,000 ns" => root.set_times_at(NONE, "file", keep, at(1, 1_000_000_000));
        "descriptor.metadata-hash", "not twice different" => file.metadata_hash().is_ok_and(|hash| reader.metadata_hash().is_ok_and(|again| hash.lower == again.lower && hash.upper == again.upper));
        "descriptor.metadata-hash", "a directory" => root.metadata_hash().is_ok();
        "descriptor.metadata-hash-at", "as the descriptor's" => root.metadata_hash_at(NONE, "file").is_ok_and(|hash| file.metadata_hash().is_ok_and(|own| hash.lower == own.lower && hash.upper == own.upper));
        "descriptor.metadata-hash-at", "a link, unlike what it leads to" => root.metadata_hash_at(NONE, "link").is_ok_and(|hash| file.metadata_hash().is_ok_and(|own| (hash.lower, hash.upper) != (own.lower, own.upper)));
        "descriptor.metadata-hash-at", "through a link" => root.metadata_hash_at(FOLLOW, "link").is_ok_and(|hash| file.metadata_hash().is_ok_and(|own| hash.lower == own.lower && hash.upper == own.upper));
        "descriptor.metadata-hash-at", "missing" => root.metadata_hash_at(NONE, "missing").map(|_| ());
        "descriptor.unlink-file-at", "both" => (root.unlink_file_at("link"), root.unlink_file_at("file"));
    }
}

fn directories(root: &Descriptor) {
    let file = open(root, "file", OpenFlags::CREATE, READ | WRITE).expect("a file");
    table! { "filesystem/types":
        "descriptor.create-directory-at", "one" => root.create_directory_at("sub");
        "descriptor.create-directory-at", "again" => root.create_directory_at("sub");
        "descriptor.create-directory-at", "where a file is" => root.create_directory_at("file");
        "descriptor.create-directory-at", "below what is missing" => root.create_directory_at("missing/sub");
        "descriptor.create-directory-at", "below a file" => root.create_directory_at("file/sub");
        "descriptor.create-directory-at", "one below, with a slash" => root.create_directory_at("sub/deep/");
        "descriptor.create-directory-at", "in a file" => file.create_directory_at("x");
        "descriptor.read-directory", "the grant" => entries(root);
        "descriptor.read-directory", "a directory" => open(root, "sub", OpenFlags::DIRECTORY, READ).and_then(|sub| entries(&sub));
        "descriptor.read-directory", "an empty one" => open(root, "sub/deep", OpenFlags::DIRECTORY, READ).and_then(|deep| entries(&deep));
        "descriptor.read-directory", "a file" => made(file.read_directory());
        "directory-entry-stream.read-directory-entry", "behind the end" => open(root, "sub/deep", OpenFlags::DIRECTORY, READ).and_then(|deep| deep.read_directory()).map(|stream| { stream.read_directory_entry().ok(); stream.read_directory_entry().map(|entry| entry.is_none()) });
        "directory-entry-stream.read-directory-entry", "two streams at once" => root.read_directory().and_then(|one| root.read_directory().map(|other| (one.read_directory_entry().is_ok(), other.read_directory_entry().is_ok())));
        "descriptor.rename-at", "a file" => root.rename_at("file", root, "renamed");
        "descriptor.rename-at", "into a directory" => root.rename_at("renamed", root, "sub/renamed");
        "descriptor.rename-at", "between descriptors" => open(root, "sub", OpenFlags::DIRECTORY, READ | DescriptorFlags::MUTATE_DIRECTORY).and_then(|sub| sub.rename_at("renamed", root, "file"));
        "descriptor.rename-at", "missing" => root.rename_at("missing", root, "x");
        "descriptor.rename-at", "a file to itself" => root.rename_at("file", root, "file");
        "descriptor.rename-at", "a file onto a directory" => root.rename_at("file", root, "sub");
        "descriptor.rename-at", "a directory onto a file" => root.rename_at("sub", root, "file");
        "descriptor.rename-at", "a directory below itself" => root.rename_at("sub", root, "sub/deep/x");
        "descriptor.rename-at", "a directory onto one that is not empty" => { root.create_directory_at("other").ok(); root.rename_at("other", root, "sub") };
        "descriptor.rename-at", "a directory onto an empty one" => root.rename_at("other", root, "sub/deep");
        "descriptor.remove-directory-at", "not empty" => root.remove_directory_at("sub");
        "descriptor.remove-directory-at", "a file" => root.remove_directory_at("file");
        "descriptor.remove-directory-at", "missing" => root.remove_directory_at("missing");
        "descriptor.remove-directory-at", "itself" => root.remove_directory_at(".").is_err();
        "descriptor.unlink-file-at", "a directory" => root.unlink_file_at("sub");
        "descriptor.unlink-file-at", "missing" => root.unlink_file_at("missing");
        "descriptor.unlink-file-at", "a slash at the end" => root.unlink_file_at("file/");
        "descriptor.remove-directory-at", "with a slash at the end" => root.remove_directory_at("sub/deep/");
        "descriptor.remove-directory-at", "one in the other" => { root.remove_directory_at("sub/deep").ok(); root.remove_directory_at("sub") };
        "descriptor.unlink-file-at", "" => root.unlink_file_at("file");
    }
    let gone = root.create_directory_at("gone").and_then(|()| open(root, "gone", OpenFlags::DIRECTORY, READ | DescriptorFlags::MUTATE_DIRECTORY));
    table! { "filesystem/types":
        "descriptor.remove-directory-at", "while it is open" => root.remove_directory_at("gone");
        "descriptor.create-directory-at", "in a directory that is gone" => gone.as_ref().map(|gone| gone.create_directory_at("x"));
        "descriptor.read-directory", "a directory that is gone" => gone.as_ref().map(|gone| entries(gone));
    }
}

fn links(root: &Descriptor) {
    let file = open(root, "file", OpenFlags::CREATE, READ | WRITE).expect("a file");
    file.write(b"123", 0).expect("contents");
    root.create_directory_at("sub").expect("a directory");
    table! { "filesystem/types":
        "descriptor.symlink-at", "to a file" => root.symlink_at("file", "link");
        "descriptor.symlink-at", "again" => root.symlink_at("file", "link");
        "descriptor.symlink-at", "to nothing" => root.symlink_at("missing", "dangling");
        "descriptor.symlink-at", "to itself" => root.symlink_at("loop", "loop");
        "descriptor.symlink-at", "to an absolute path" => root.symlink_at("/etc", "absolute");
        "descriptor.symlink-at", "out of the grant" => root.symlink_at("../..", "out");
        "descriptor.symlink-at", "to a directory" => root.symlink_at("sub", "way");
        "descriptor.symlink-at", "to an empty path" => root.symlink_at("", "empty");
        "descriptor.symlink-at", "below what is missing" => root.symlink_at("file", "missing/link");
        "descriptor.readlink-at", "a link" => root.readlink_at("link");
        "descriptor.readlink-at", "a dangling one" => root.readlink_at("dangling");
        "descriptor.readlink-at", "out of the grant" => root.readlink_at("out");
        "descriptor.readlink-at", "a file" => root.readlink_at("file");
        "descriptor.readlink-at", "a directory" => root.readlink_at("sub");
        "descriptor.readlink-at", "missing" => root.readlink_at("missing");
        "descriptor.open-at", "a link, not followed" => made(root.open_at(NONE, "link", OpenFlags::empty(), READ));
        "descriptor.open-at", "a link, followed" => root.open_at(FOLLOW, "link", OpenFlags::empty(), READ).and_then(|file| file.read(10, 0)).map(|(bytes, _)| text(bytes));
        "descriptor.open-at", "a dangling link, followed" => made(root.open_at(FOLLOW, "dangling", OpenFlags::empty(), READ));
        "descriptor.open-at", "a loop" => made(root.open_at(FOLLOW, "loop", OpenFlags::empty(), READ));
        "descriptor.open-at", "through a link in the middle" => { root.open_at(NONE, "way/x", OpenFlags::CREATE, WRITE).and(root.unlink_file_at("sub/x")) };
        "descriptor.open-at", "out of the grant, followed" => made(root.open_at(FOLLOW, "out", OpenFlags::DIRECTORY, READ));
        "descriptor.open-at", "through what leads out" => made(root.open_at(NONE, "out/x", OpenFlags::empty(), READ));
        "descriptor.link-at", "a file" => root.link_at(NONE, "file", root, "hard");
        "descriptor.stat", "two names" => shape(file.stat());
        "descriptor.is-same-object", "by both names" => open(root, "hard", OpenFlags::empty(), READ).map(|hard| hard.is_same_object(&file));
        "descriptor.link-at", "again" => root.link_at(NONE, "file", root, "hard");
        "descriptor.link-at", "missing" => root.link_at(NONE, "missing", root, "x");
        "descriptor.link-at", "a directory" => root.link_at(NONE, "sub", root, "x");
        "descriptor.link-at", "with a slash at the end" => root.link_at(NONE, "file", root, "x/").is_err();
        "descriptor.link-at", "followed" => root.link_at(FOLLOW, "link", root, "x");
        "descriptor.rename-at", "a link" => root.rename_at("link", root, "moved");
        "descriptor.unlink-file-at", "all links" => ["moved", "dangling", "loop", "absolute", "out", "way", "hard"].map(|name| root.unlink_file_at(name));
        "descriptor.unlink-file-at", "what may not have been made" => { root.unlink_file_at("empty").ok(); root.unlink_file_at("x").ok(); };
        "descriptor.unlink-file-at", "" => (root.unlink_file_at("file"), root.remove_directory_at("sub"));
    }
}

fn paths(root: &Descriptor) {
    let long = "n".repeat(256);
    let deep = "d/".repeat(3000);
    table! { "filesystem/types":
        "descriptor.open-at", "an empty path" => made(open(root, "", OpenFlags::empty(), READ));
        "descriptor.open-at", "an absolute path" => made(open(root, "/etc/passwd", OpenFlags::empty(), READ));
        "descriptor.open-at", "above" => made(open(root, "..", OpenFlags::DIRECTORY, READ));
        "descriptor.open-at", "above and back" => made(open(root, "x/../../x", OpenFlags::CREATE, WRITE)).is_err();
        "descriptor.open-at", "a zero byte" => made(open(root, "a\0b", OpenFlags::CREATE, WRITE));
        "descriptor.open-at", "a name of 256 bytes" => made(open(root, &long, OpenFlags::CREATE, WRITE));
        "descriptor.open-at", "a path of 6,000 bytes" => made(open(root, &deep, OpenFlags::empty(), READ)).is_err();
        "descriptor.stat-at", "an empty path" => kind(root.stat_at(NONE, ""));
        "descriptor.stat-at", "above" => kind(root.stat_at(NONE, ".."));
        "descriptor.create-directory-at", "an empty path" => root.create_directory_at("");
        "descriptor.create-directory-at", "above" => root.create_directory_at("../made");
        "descriptor.create-directory-at", "itself" => root.create_directory_at(".");
        "descriptor.unlink-file-at", "an empty path" => root.unlink_file_at("");
        "descriptor.rename-at", "to above" => root.rename_at("x", root, "../x");
        "descriptor.readlink-at", "an empty path" => root.readlink_at("");
        "descriptor.open-at", "a name that is no ASCII" => open(root, "späße 🙂", OpenFlags::CREATE, WRITE).and_then(|_| entries(root));
        "descriptor.unlink-file-at", "a name that is no ASCII" => root.unlink_file_at("späße 🙂");
    }
}
