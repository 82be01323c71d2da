//! wasi:io, on files, standard streams and timers.

use crate::table::text;
use wasip2::cli::{stdin, stdout};
use wasip2::clocks::monotonic_clock;
use wasip2::filesystem::preopens;
use wasip2::filesystem::types::{self, Descriptor, DescriptorFlags, OpenFlags, PathFlags};
use wasip2::io::poll;
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

/// A failure without the number of its handle.
fn plain<T>(answer: Result<T, StreamError>) -> Result<T, &'static str> {
    answer.map_err(|error| match error {
        StreamError::Closed => "closed",
        StreamError::LastOperationFailed(_) => "last-operation-failed",
    })
}

fn file(root: &Descriptor, name: &str, contents: &[u8]) -> Descriptor {
    let file = root
        .open_at(PathFlags::empty(), name, OpenFlags::CREATE | OpenFlags::TRUNCATE, DescriptorFlags::READ | DescriptorFlags::WRITE)
        .expect("a new file");
    file.write(contents, 0).expect("its contents");
    file
}

fn contents(file: &Descriptor) -> String {
    text(file.read(1 << 16, 0).expect("contents").0)
}

fn input(file: &Descriptor, offset: u64) -> InputStream {
    file.read_via_stream(offset).expect("a stream to read")
}

/// Waits until something may be written.
fn permit(stream: &OutputStream) -> bool {
    stream.subscribe().block();
    stream.check_write().is_ok_and(|permit| permit > 0)
}

fn output(file: &Descriptor, offset: u64) -> OutputStream {
    file.write_via_stream(offset).expect("a stream to write")
}

pub fn table() {
    let (root, _) = preopens::get_directories().remove(0);
    let source = file(&root, "io-source", b"0123456789");
    let reader = input(&source, 0);
    table! { "io/streams":
        "input-stream.read", "nothing" => plain(reader.read(0)).map(text);
        "input-stream.subscribe", "a file: ready" => { reader.subscribe().block(); reader.subscribe().ready() };
        "input-stream.blocking-read", "four" => plain(reader.blocking_read(4)).map(text);
        "input-stream.blocking-skip", "two" => plain(reader.blocking_skip(2));
        "input-stream.skip", "none" => plain(reader.skip(0));
        "input-stream.blocking-read", "more than there is" => plain(reader.blocking_read(1 << 40)).map(text);
        "input-stream.blocking-read", "at the end" => plain(reader.blocking_read(1)).map(text);
        "input-stream.blocking-read", "behind the end" => plain(reader.blocking_read(1)).map(text);
        "input-stream.blocking-skip", "behind the end" => plain(reader.blocking_skip(1));
        "input-stream.read", "behind the end" => plain(reader.read(1)).map(text);
        "input-stream.skip", "behind the end" => plain(reader.skip(1));
        "input-stream.blocking-read", "from beyond the file" => plain(input(&source, 1 << 40).blocking_read(1)).map(text);
    }

    let standard = stdin::get_stdin();
    table! { "io/streams":
        "input-stream.blocking-read", "stdin" => plain(standard.blocking_read(4)).map(text);
        "input-stream.blocking-skip", "stdin" => plain(standard.blocking_skip(2));
        "input-stream.subscribe", "stdin" => { standard.subscribe().block(); true };
        "input-stream.blocking-read", "the rest of stdin" => plain(standard.blocking_read(1 << 20)).map(text);
        "input-stream.blocking-read", "the end of stdin" => plain(standard.blocking_read(1)).map(text);
        "input-stream.read", "behind the end of stdin" => plain(standard.read(1)).map(text);
    }

    let target = file(&root, "io-target", b"");
    let writer = output(&target, 0);
    table! { "io/streams":
        "output-stream.subscribe", "a file: ready" => { writer.subscribe().block(); writer.subscribe().ready() };
        "output-stream.check-write", "a file: permits" => plain(writer.check_write()).map(|permit| permit > 0);
        "output-stream.write", "nothing" => plain(writer.write(b""));
        "output-stream.write", "three" => { permit(&writer); plain(writer.write(b"abc")) };
        "output-stream.blocking-flush", "" => plain(writer.blocking_flush());
        "output-stream.blocking-write-and-flush", "three" => plain(writer.blocking_write_and_flush(b"def"));
        "output-stream.blocking-write-and-flush", "4,096" => plain(writer.blocking_write_and_flush(&[b'.'; 4096]));
        "output-stream.write-zeroes", "two" => { permit(&writer); plain(writer.write_zeroes(2)) };
        "output-stream.blocking-flush", "again" => plain(writer.blocking_flush());
        "output-stream.blocking-write-zeroes-and-flush", "two" => plain(writer.blocking_write_zeroes_and_flush(2));
        "output-stream.flush", "" => plain(writer.flush());
        "output-stream.blocking-flush", "at last" => plain(writer.blocking_flush());
        "output-stream.blocking-write-and-flush", "what is there now" => { let all = contents(&target); (all.len(), all[..8].to_string(), all[4100..].to_string()) };
    }

    let copy = file(&root, "io-copy", b"");
    let (from, to) = (input(&source, 3), output(&copy, 1));
    table! { "io/streams":
        "output-stream.blocking-splice", "two" => plain(to.blocking_splice(&from, 2));
        "output-stream.blocking-flush", "after a splice" => plain(to.blocking_flush());
        "output-stream.splice", "none" => { permit(&to); plain(to.splice(&from, 0)) };
        "output-stream.splice", "ready at both ends" => { from.subscribe().block(); permit(&to); plain(to.splice(&from, 1)).is_ok() };
        "output-stream.blocking-splice", "more than there is" => plain(to.blocking_splice(&from, 1000)).is_ok();
        "output-stream.blocking-flush", "after the last splice" => plain(to.blocking_flush());
        "output-stream.blocking-splice", "from the end" => plain(to.blocking_splice(&from, 1));
        "output-stream.blocking-splice", "what is there now" => contents(&copy).starts_with("\u{0}34");
    }

    let standard = stdout::get_stdout();
    table! { "io/streams":
        "output-stream.check-write", "stdout: permits" => { standard.subscribe().block(); plain(standard.check_write()).map(|permit| permit > 0) };
        "output-stream.blocking-write-and-flush", "stdout" => plain(standard.blocking_write_and_flush(b"to stdout\n"));
        "output-stream.blocking-write-and-flush", "stdout, nothing" => plain(standard.blocking_write_and_flush(b""));
        "output-stream.flush", "stdout" => plain(standard.flush());
    }

    let directory = root
        .open_at(PathFlags::empty(), ".", OpenFlags::DIRECTORY, DescriptorFlags::READ)
        .expect("the directory itself");
    let failure = directory.read_via_stream(0).map(|stream| stream.blocking_read(1));
    let opened = failure.is_ok();
    let error = match failure {
        Ok(Err(StreamError::LastOperationFailed(error))) => Some(error),
        _ => None,
    };
    table! { "io/error":
        "error.to-debug-string", "reading a directory: an error at once, or one with words" => !opened || error.as_ref().is_some_and(|error| !error.to_debug_string().is_empty());
    }
    table! { "filesystem/types":
        "filesystem-error-code", "of that" => !opened || error.as_ref().and_then(types::filesystem_error_code).is_some();
    }
    let full = file(&root, "io-limit", b"");
    let beyond = output(&full, u64::MAX - 1);
    let failure = beyond.blocking_write_and_flush(b"12345678");
    table! { "io/streams":
        "output-stream.blocking-write-and-flush", "beyond what a file can hold" => failure.is_err();
        "output-stream.check-write", "after a failure that was told" => plain(beyond.check_write());
        "output-stream.blocking-flush", "after a failure that was told" => plain(beyond.blocking_flush());
    }
    if let Err(StreamError::LastOperationFailed(error)) = failure {
        table! { "io/error":
            "error.to-debug-string", "beyond what a file can hold: words" => !error.to_debug_string().is_empty();
        }
        table! { "filesystem/types":
            "filesystem-error-code", "beyond what a file can hold" => types::filesystem_error_code(&error);
        }
        table! { "http/types":
            "http-error-code", "of a file's error" => wasip2::http::types::http_error_code(&error).is_some();
        }
    }

    let soon = monotonic_clock::subscribe_duration(1_000_000);
    let never = monotonic_clock::subscribe_duration(u64::MAX);
    let past = monotonic_clock::subscribe_instant(0);
    table! { "io/poll":
        "pollable.ready", "never" => never.ready();
        "pollable.block", "soon" => soon.block();
        "pollable.ready", "soon, after it" => soon.ready();
        "poll", "one that is ready" => poll::poll(&[&past]);
        "poll", "one of three" => poll::poll(&[&never, &past, &never]);
        "poll", "the same twice" => poll::poll(&[&past, &past]);
        "poll", "a timer and one that is never" => poll::poll(&[&never, &monotonic_clock::subscribe_duration(2_000_000)]);
        "poll", "a stream" => poll::poll(&[&input(&source, 0).subscribe(), &never]);
    }
    for name in ["io-source", "io-target", "io-copy", "io-limit"] {
        root.unlink_file_at(name).expect("what was made here");
    }
}
