//! Instants: absolute, or relative to T0 or to a named mark.

use jiff::Timestamp;

use super::amount::duration;
use super::wrong::Wrong;

const TIME: &str = "a time such as T0, T0-30m, opening.end+2m or 2026-11-11T00:00:00+08:00";
const INSTANT: &str = "a date and time with its zone, such as 2026-11-11T00:00:00+08:00";

/// What a time is counted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The scenario's `run.t0`.
    T0,
    /// A named mark, such as `opening.end`.
    Mark(String),
    /// An instant of the calendar, in nanoseconds since 1970-01-01T00:00:00Z.
    Calendar(i128),
}

/// An instant as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Time {
    /// What it is counted from.
    pub anchor: Anchor,
    /// Seconds after the anchor; negative before it.
    pub offset: f64,
}

/// An instant of the calendar, in nanoseconds since 1970-01-01T00:00:00Z.
///
/// # Errors
/// If it is not RFC 3339 with a zone.
pub fn instant(text: &str) -> Result<i128, Wrong> {
    let text = text.trim();
    match text.parse::<Timestamp>() {
        Ok(timestamp) => Ok(timestamp.as_nanosecond()),
        Err(_) if text.parse::<jiff::civil::DateTime>().is_ok() => {
            let wrong = Wrong::new(format!("is `{text}`, which has no zone"), INSTANT);
            Err(wrong.help(format!("`{text}Z` for UTC, or with an offset such as +08:00")))
        }
        Err(_) => Err(Wrong::new(format!("is `{text}`"), INSTANT)),
    }
}

/// A time: `T0`, `T0±duration`, a mark such as `opening.end` with or without an offset, or a calendar instant.
///
/// # Errors
/// If it is none of these.
pub fn time(text: &str) -> Result<Time, Wrong> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
        let wrong = |wrong: Wrong| Wrong { expected: TIME, ..wrong };
        if duration(text.trim_start_matches(['-', '+'])).is_ok() {
            let signed = if text.starts_with(['-', '+']) { text.to_owned() } else { format!("+{text}") };
            let message = format!("is `{text}`, a duration where a time is expected");
            return Err(Wrong::new(message, TIME).help(format!("`T0{signed}`?")));
        }
        let calendar = instant(text).map_err(wrong)?;
        return Ok(Time { anchor: Anchor::Calendar(calendar), offset: 0.0 });
    }
    // A mark may have hyphens in its name, so the offset is the part after the last sign that is a duration.
    let (head, offset) = split_offset(text)?;
    let anchor = match head {
        "T0" | "t0" => Anchor::T0,
        _ if is_mark(head) => Anchor::Mark(head.to_owned()),
        _ => return Err(Wrong::new(format!("is `{text}`"), TIME)),
    };
    Ok(Time { anchor, offset })
}

fn split_offset(text: &str) -> Result<(&str, f64), Wrong> {
    let Some(at) = text.rfind(['+', '-', '−']) else { return Ok((text, 0.0)) };
    let sign = text[at..].chars().next().unwrap_or('+');
    let (head, tail) = (text[..at].trim_end(), text[at + sign.len_utf8()..].trim_start());
    match duration(tail) {
        Ok(seconds) => Ok((head, if sign == '+' { seconds } else { -seconds })),
        Err(_) if is_mark(text) => Ok((text, 0.0)),
        Err(wrong) => Err(Wrong { expected: TIME, ..wrong }),
    }
}

/// Whether this can be `NAME`, `NAME.start`, `NAME.top` or `NAME.end`.
fn is_mark(text: &str) -> bool {
    let (name, end) = text.split_once('.').unwrap_or((text, "end"));
    let label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    matches!(end, "start" | "top" | "end")
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(label)
}
