//! Spans of time: `T0 .. T0+12m`.

use super::time::{Time, time};
use super::wrong::Wrong;

const SPAN: &str = "a span such as T0 .. T0+12m";

/// From one instant to another; whether the second is later is known only when the anchors are.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeSpan {
    /// Where it begins.
    pub start: Time,
    /// Where it ends.
    pub end: Time,
}

/// A span of two times with `..` between them.
///
/// # Errors
/// If there is no `..`, or either side is not a time.
pub fn time_span(text: &str) -> Result<TimeSpan, Wrong> {
    let Some((start, end)) = text.split_once("..") else {
        return Err(Wrong::new(format!("is `{}`, which is not a span", text.trim()), SPAN));
    };
    Ok(TimeSpan { start: time(start)?, end: time(end)? })
}
