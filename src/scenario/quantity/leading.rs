//! The number at the front of every quantity.

use super::wrong::Wrong;

/// Splits a number off the front of `text` (already trimmed): its value and what follows, trimmed.
///
/// # Errors
/// If the text does not start with a finite number that is not negative; `expected` is what it should have been.
pub(super) fn leading<'a>(text: &'a str, expected: &'static str) -> Result<(f64, &'a str), Wrong> {
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
pub(super) fn number_end(text: &str) -> usize {
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
