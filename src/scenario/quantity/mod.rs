//! Quantities as people write them: a number and its unit in one word.
//!
//! Every function takes the scalar's text and gives the value in SI units, or says what is wrong and what would
//! have been right, with an example. No value that comes out is NaN, infinite or negative.

mod amount;
mod kubernetes;
mod span;
mod time;

pub use amount::{Money, count, duration, factor, integer, money, number, rate, ratio, suspicious_minutes};
pub use kubernetes::{bytes, cpu};
pub use span::{TimeSpan, time_span};
pub use time::{Anchor, Time, instant, time};

/// What is wrong with a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong, to follow the key's name: `needs a unit`.
    pub message: String,
    /// What would have been right, with an example.
    pub expected: &'static str,
    /// What to write instead, if that can be guessed.
    pub help: Option<String>,
    /// The part of the text that is wrong, in characters: offset and length; nothing for all of it.
    pub part: Option<(usize, usize)>,
}

impl Wrong {
    /// A message about the whole text.
    pub fn new(message: impl Into<String>, expected: &'static str) -> Self {
        Self { message: message.into(), expected, help: None, part: None }
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// Splits a number off the front of `text` (already trimmed): its value and what follows, trimmed.
///
/// # Errors
/// If the text does not start with a finite number that is not negative; `expected` is what it should have been.
fn leading<'a>(text: &'a str, expected: &'static str) -> Result<(f64, &'a str), Wrong> {
    let lower = text.to_lowercase();
    let unsigned = lower.trim_start_matches(['-', '+', '.']);
    if unsigned.starts_with("nan") || unsigned.starts_with("inf") {
        return Err(Wrong::new(format!("is `{text}`, which is not a finite number"), expected));
    }
    if let Some(positive) = text.strip_prefix('-') {
        let message = format!("is `{text}`: it must not be negative");
        return Err(Wrong::new(message, expected).help(format!("`{}`?", positive.trim_start())));
    }
    if text.is_empty() {
        return Err(Wrong::new("is empty", expected));
    }
    let end = number_end(text);
    let (digits, rest) = text.split_at(end);
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() && digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            Ok((value, rest.trim_start()))
        }
        Ok(value) if value.is_infinite() => {
            Err(Wrong::new(format!("is `{text}`, which is too large"), expected))
        }
        _ => Err(Wrong::new(format!("is `{text}`"), expected)),
    }
}

/// Where the number at the start of `text` ends: digits, one point, and an exponent if digits follow it.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1) != Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    end
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
