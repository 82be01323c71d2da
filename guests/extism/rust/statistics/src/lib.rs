//! Statistics of a text as JSON, with the PDK of Rust.

use extism_pdk::*;
use serde::Serialize;

#[host_fn]
extern "ExtismHost" {
    fn shout(text: String) -> String;
}

#[derive(Serialize, ToBytes)]
#[encoding(Json)]
struct Statistics {
    lines: usize,
    words: usize,
    letters: usize,
    calls: u32,
    unit: Option<String>,
}

#[plugin_fn]
pub fn statistics(text: String) -> FnResult<Statistics> {
    let calls = var::get::<u32>("calls")?.unwrap_or(0) + 1;
    var::set("calls", calls)?;
    info!("call {calls}");
    Ok(Statistics {
        lines: text.lines().count(),
        words: text.split_whitespace().count(),
        letters: text.chars().filter(|c| c.is_alphabetic()).count(),
        calls,
        unit: config::get("unit")?,
    })
}

#[plugin_fn]
pub fn shouted(text: String) -> FnResult<String> {
    Ok(unsafe { shout(text)? })
}

#[plugin_fn]
pub fn parse(text: String) -> FnResult<String> {
    let number: i64 = text.trim().parse()?;
    Ok(format!("{}", number * 2))
}

#[plugin_fn]
pub fn panics(text: String) -> FnResult<String> {
    if text.len() < 1000 {
        panic!("too short");
    }
    Ok(text)
}
