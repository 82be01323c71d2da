//! Counts the words of standard input; prints the most frequent ones.

use std::collections::HashMap;
use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let (mut lines, mut words, mut characters) = (0, 0, 0);
    for line in io::stdin().lock().lines() {
        let line = line?;
        lines += 1;
        characters += line.chars().count() + 1;
        for word in line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            words += 1;
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut out = io::stdout().lock();
    writeln!(out, "{lines} lines, {words} words, {} different, {characters} characters", sorted.len())?;
    for (word, count) in sorted.iter().take(10) {
        writeln!(out, "{count:>5} {word}")?;
    }
    Ok(())
}
