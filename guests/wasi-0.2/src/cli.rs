//! wasi:cli

use wasip2::cli::{
    environment, exit, stderr, stdin, stdout, terminal_stderr, terminal_stdin, terminal_stdout,
};

pub fn table() {
    table! { "cli/environment":
        "get-environment", "" => environment::get_environment();
        "get-arguments", "" => environment::get_arguments();
        "initial-cwd", "" => environment::initial_cwd();
    }
    table! { "cli/terminal-stdin":
        "get-terminal-stdin", "not one" => terminal_stdin::get_terminal_stdin().is_some();
    }
    table! { "cli/terminal-stdout":
        "get-terminal-stdout", "not one" => terminal_stdout::get_terminal_stdout().is_some();
    }
    table! { "cli/terminal-stderr":
        "get-terminal-stderr", "not one" => terminal_stderr::get_terminal_stderr().is_some();
    }
    table! { "cli/stdin":
        "get-stdin", "the first time" => stdin::get_stdin().blocking_read(4).map(crate::table::text).ok();
        "get-stdin", "again: the same position" => stdin::get_stdin().blocking_read(100).map(crate::table::text).ok();
    }
    table! { "cli/stdout":
        "get-stdout", "written to" => stdout::get_stdout().blocking_write_and_flush(b"here\n").is_ok();
    }
    table! { "cli/stderr":
        "get-stderr", "written to" => stderr::get_stderr().blocking_write_and_flush(b"there\n").is_ok();
    }
}

/// Each way to end, by name.
pub fn exit(way: &str) {
    match way {
        "ok" => exit::exit(Ok(())),
        "err" => exit::exit(Err(())),
        "return" => {}
        code => exit::exit_with_code(code.parse().expect("a status")),
    }
    println!("goes on");
}
