//! Prints the file named by the first argument.

use std::{env, fs, process::exit};

fn main() {
    let path = env::args().nth(1).unwrap_or_else(|| {
        eprintln!("usage: cat FILE");
        exit(2);
    });
    match fs::read_to_string(&path) {
        Ok(text) => print!("{text}"),
        Err(error) => {
            eprintln!("{path}: {error}");
            exit(1);
        }
    }
}
