//! Durations, rates, shares, counts, factors and money.

use super::leading::{leading, number_end};
use super::wrong::Wrong;

const DURATION: &str = "a duration with its unit (ns, us, ms, s, m, h, d), such as 150ms, 1.5s or 1m30s";
const RATE: &str = "a rate with its unit (/ms, /s, /min, /h, /d), such as 800/s or 50/min";
const RATIO: &str = "a share as 99.5% or 0.995, from 0 to 1";
const COUNT: &str = "a whole number, such as 64";
const FACTOR: &str = "a factor, such as 10 or 1.5";
const MONEY: &str = "an amount with its currency, such as 48 USD or 0.58 USD/h";
const NUMBER: &str = "a number, such as 0.5 or 3";

/// Seconds in one of the unit as a fraction, so that `40us` is 40 divided by a million and rounds once.
fn second_fraction(unit: &str) -> Option<(f64, f64)> {
    Some(match unit {
        "ns" => (1.0, 1e9),
        "us" | "µs" | "μs" => (1.0, 1e6),
        "ms" => (1.0, 1e3),
        "s" => (1.0, 1.0),
        "m" => (60.0, 1.0),
        "h" => (3600.0, 1.0),
        "d" => (86400.0, 1.0),
        _ => return None,
    })
}

/// A duration in seconds: one or more numbers with units, such as `1m30s`.
///
/// # Errors
/// If a unit is missing or unknown, or a number is not one.
pub fn duration(text: &str) -> Result<f64, Wrong> {
    let text = text.trim();
    let mut total = 0.0;
    let mut rest = text;
    loop {
        let (value, after) = leading(rest, DURATION)?;
        let end = after.find(|c: char| c.is_ascii_digit() || c.is_whitespace()).unwrap_or(after.len());
        let (unit, tail) = after.split_at(end);
        if unit.is_empty() {
            if value == 0.0 && rest == text && tail.is_empty() {
                return Ok(0.0);
            }
            let wrong = Wrong::new(format!("is `{text}`, which has no unit"), DURATION);
            return Err(wrong.help(format!("`{text}s` or `{text}ms`?")));
        }
        let Some((times, over)) = second_fraction(unit) else {
            return Err(unknown_unit(text, unit));
        };
        total += value * times / over;
        rest = tail.trim_start();
        if rest.is_empty() {
            return finite(total, text, DURATION);
        }
    }
}

fn unknown_unit(text: &str, unit: &str) -> Wrong {
    let guess = match unit.to_lowercase().as_str() {
        "min" | "mins" | "minute" | "minutes" => Some("m"),
        "sec" | "secs" | "second" | "seconds" => Some("s"),
        "msec" | "msecs" | "millisecond" | "milliseconds" | "millis" => Some("ms"),
        "usec" | "microsecond" | "microseconds" => Some("us"),
        "hour" | "hours" | "hr" | "hrs" => Some("h"),
        "day" | "days" => Some("d"),
        _ => None,
    };
    let wrong = Wrong::new(format!("is `{text}`, whose unit `{unit}` is not one of time"), DURATION);
    match guess {
        Some(right) => wrong.help(format!("`{}`?", text.replacen(unit, right, 1).replace(' ', ""))),
        None => wrong,
    }
}

fn finite(value: f64, text: &str, expected: &'static str) -> Result<f64, Wrong> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Wrong::new(format!("is `{text}`, which is too large"), expected))
    }
}

/// What a duration of minutes probably meant, where minutes are improbable: `4m` of work is four minutes, and
/// whoever thinks of Kubernetes' milli meant `4ms`.
#[must_use]
pub fn suspicious_minutes(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.strip_suffix('m')?;
    let plain = !digits.is_empty() && number_end(digits) == digits.len();
    plain.then(|| format!("`{text}` is {digits} minutes; {digits}ms?"))
}

/// A rate in 1/s.
///
/// # Errors
/// If the unit is missing or unknown, or the number is not one.
pub fn rate(text: &str) -> Result<f64, Wrong> {
    let text = text.trim();
    let (value, unit) = leading(text, RATE)?;
    let (times, over) = match unit.strip_prefix('/').map(str::trim) {
        Some("ms") => (1e3, 1.0),
        Some("s") => (1.0, 1.0),
        Some("min") => (1.0, 60.0),
        Some("h") => (1.0, 3600.0),
        Some("d") => (1.0, 86400.0),
        Some("m") => {
            let wrong = Wrong::new(format!("is `{text}`; minutes in a rate are written /min"), RATE);
            return Err(wrong.help(format!("`{value}/min`?")));
        }
        Some(_) => return Err(Wrong::new(format!("is `{text}`, whose unit is not one of a rate"), RATE)),
        None => {
            let wrong = Wrong::new(format!("is `{text}`, which has no unit of a rate"), RATE);
            return Err(if unit.is_empty() { wrong.help(format!("`{text}/s`?")) } else { wrong });
        }
    };
    finite(value * times / over, text, RATE)
}

/// A share from 0 to 1, written `99.5%` or `0.995`; `99.5` is an error, for nobody could tell a slip from a share.
///
/// # Errors
/// If it is not within 0 to 1 (0 % to 100 %).
pub fn ratio(text: &str) -> Result<f64, Wrong> {
    let text = text.trim();
    let (value, unit) = leading(text, RATIO)?;
    match unit {
        "%" if value <= 100.0 => Ok(value / 100.0),
        "%" => Err(Wrong::new(format!("is `{text}`, which is more than 100%"), RATIO)),
        "" if value <= 1.0 => Ok(value),
        "" => {
            Err(Wrong::new(format!("is `{text}`, which is more than 1"), RATIO).help(format!("`{text}%`?")))
        }
        _ => Err(Wrong::new(format!("is `{text}`"), RATIO)),
    }
}

/// A share that may be above one: `120%`.
///
/// # Errors
/// If it is not a percentage or a plain number.
pub fn any_ratio(text: &str) -> Result<f64, Wrong> {
    let text = text.trim();
    match leading(text, RATIO)? {
        (value, "%") => Ok(value / 100.0),
        (value, "") => Ok(value),
        _ => Err(Wrong::new(format!("is `{text}`"), RATIO)),
    }
}

/// A whole number below 2^53, so that `1e6` can be read as well.
///
/// # Errors
/// If it has a unit, a fraction or a sign, or is too large.
pub fn count(text: &str) -> Result<u64, Wrong> {
    let text = text.trim();
    let (value, unit) = leading(text, COUNT)?;
    if !unit.is_empty() {
        return Err(Wrong::new(format!("is `{text}`: a count has no unit"), COUNT));
    }
    if value.fract() != 0.0 {
        return Err(Wrong::new(format!("is `{text}`, which is not whole"), COUNT));
    }
    if value >= 9_007_199_254_740_992.0 {
        return Err(Wrong::new(format!("is `{text}`, which is too large"), COUNT));
    }
    Ok(value as u64)
}

/// A whole number of 64 bits, such as a seed.
///
/// # Errors
/// If it is not one.
pub fn integer(text: &str) -> Result<u64, Wrong> {
    let text = text.trim();
    text.parse::<u64>()
        .map_err(|_| Wrong::new(format!("is `{text}`"), "a whole number from 0 to 2^64 - 1, such as 1"))
}

/// A factor: a plain number, `10x` too.
///
/// # Errors
/// If it has another unit or is negative.
pub fn factor(text: &str) -> Result<f64, Wrong> {
    let text = text.trim();
    match leading(text, FACTOR)? {
        (value, "" | "x" | "times") => Ok(value),
        _ => Err(Wrong::new(format!("is `{text}`: a factor has no unit"), FACTOR)),
    }
}

/// A plain number, not negative.
///
/// # Errors
/// If it has a unit or is negative.
pub fn number(text: &str) -> Result<f64, Wrong> {
    let text = text.trim();
    match leading(text, NUMBER)? {
        (value, "") => Ok(value),
        (value, _) => {
            Err(Wrong::new(format!("is `{text}`: it has no unit"), NUMBER).help(format!("`{value}`?")))
        }
    }
}

/// An amount of money, or of money per hour.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    /// The amount.
    pub amount: f64,
    /// Three capital letters of ISO 4217.
    pub currency: String,
    /// Whether it is per hour.
    pub per_hour: bool,
}

/// Money: `48 USD`, `0.58 USD/h`.
///
/// # Errors
/// If the currency is missing.
pub fn money(text: &str) -> Result<Money, Wrong> {
    let text = text.trim();
    let (amount, unit) = leading(text, MONEY)?;
    let (currency, per_hour) = match unit.strip_suffix("/h") {
        Some(currency) => (currency.trim_end(), true),
        None => (unit, false),
    };
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Wrong::new(format!("is `{text}`, which has no currency"), MONEY));
    }
    Ok(Money { amount, currency: currency.to_owned(), per_hour })
}
