//! How a table is written, and what its rows print.

/// Rows of one interface: a function, what it is given, and an expression for what it answers, evaluated in this order.
macro_rules! table {
    ($interface:literal: $($function:literal, $given:literal => $answer:expr;)*) => {
        $($crate::table::row($interface, $function, $given, &$answer);)*
    };
}

pub fn row(interface: &str, function: &str, given: &str, answer: &dyn std::fmt::Debug) {
    println!("{interface} {function} ({given}) = {}", short(format!("{answer:?}")));
}

/// With error codes by their names alone, which the bindings show with number and explanation.
fn short(mut text: String) -> String {
    const START: &str = "ErrorCode { code: ";
    while let Some(start) = text.find(START) {
        let Some(quote) = text[start..].find('"').map(|at| start + at + 1) else { break };
        let Some(name_end) = text[quote..].find('"').map(|at| quote + at) else { break };
        let Some(end) = text[name_end..].find("\" }").map(|at| name_end + at + 3) else { break };
        text = format!("{}{}{}", &text[..start], &text[quote..name_end], &text[end..]);
    }
    text
}

/// What an answer is when the resource in it does not matter.
pub fn made<T, E>(answer: Result<T, E>) -> Result<(), E> {
    answer.map(drop)
}

/// Bytes as text.
pub fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
