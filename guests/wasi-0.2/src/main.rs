//! Calls every function of WASI 0.2 with good and bad arguments, and prints what each answers: a row for each call.
//! What differs from run to run (times, ports, handles) is printed as what must be true of it.
//!
//!     wasi-0-2 cli|clocks|random|io|filesystem|sockets|denied|http AUTHORITY|trap N

#[macro_use]
mod table;
mod cli;
mod clocks;
mod filesystem;
mod http;
mod io;
mod random;
mod sockets;
mod traps;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let given = args.get(2).map_or("", |text| text);
    match args.get(1).map_or("", |text| text) {
        "cli" => cli::table(),
        "exit" => cli::exit(given),
        "clocks" => clocks::table(),
        "random" => random::table(),
        "io" => io::table(),
        "filesystem" => filesystem::table(),
        "sockets" => sockets::table(),
        "denied" => sockets::denied(),
        "http" => http::table(given),
        "trap" => traps::run(given),
        other => panic!("no table: {other}"),
    }
}
