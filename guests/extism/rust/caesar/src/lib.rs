//! Shifts letters, with the PDK of Rust: bytes in and out, no JSON.

use extism_pdk::*;

#[plugin_fn]
pub fn caesar(text: Vec<u8>) -> FnResult<Vec<u8>> {
    let shift: u8 = match config::get("shift")? {
        Some(digits) => digits.parse()?,
        None => 13,
    };
    let turn = |letter: u8, first: u8| first + (letter - first + shift % 26) % 26;
    Ok(text
        .into_iter()
        .map(|byte| match byte {
            b'a'..=b'z' => turn(byte, b'a'),
            b'A'..=b'Z' => turn(byte, b'A'),
            _ => byte,
        })
        .collect())
}
