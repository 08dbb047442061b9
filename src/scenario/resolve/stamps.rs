//! Time stamps of data: seconds after T0, numbers since 1970 in four units, dates with a zone, and local dates.
//!
//! A number alone does not say its unit, so its size does: the bounds leave each unit the years from 1973 to 5138. All
//! stamps of a file must be of one kind; one that differs is a mistake and not another kind.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use super::numerals::{Decimal, plain};
use super::said::Said;
use crate::scenario::cursor::Field;
use crate::scenario::diagnostics::{Diagnostic, nearest};
use crate::scenario::quantity;

/// Seconds below this count from T0.
const CALENDAR: i128 = 100_000_000;
const NANOS: i128 = 1_000_000_000;

/// The unit of stamps that are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    /// The unit as a scenario writes it.
    pub(super) fn named(word: &str) -> Option<Self> {
        match word {
            "s" => Some(Self::Seconds),
            "ms" => Some(Self::Millis),
            "us" => Some(Self::Micros),
            "ns" => Some(Self::Nanos),
            _ => None,
        }
    }

    fn nanos(self) -> i128 {
        match self {
            Self::Seconds => NANOS,
            Self::Millis => 1_000_000,
            Self::Micros => 1_000,
            Self::Nanos => 1,
        }
    }

    fn of_size(whole: i128) -> Self {
        match whole.abs() {
            size if size < 100_000_000_000 => Self::Seconds,
            size if size < 100_000_000_000_000 => Self::Millis,
            size if size < 100_000_000_000_000_000 => Self::Micros,
            _ => Self::Nanos,
        }
    }
}

/// What one cell says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stamp {
    /// A number: its whole part and billionths.
    Number(i64, i64),
    /// A date with its zone, in nanoseconds since 1970.
    Instant(i64),
    /// A date without one.
    Local(DateTime),
    /// A date such as 11/12/2026, whose first part is a month or a day: with the first and with the second taken for
    /// the month.
    Slashed(Option<DateTime>, Option<DateTime>),
}

impl Stamp {
    /// Reads a cell.
    pub(super) fn parse(cell: &str, decimal: Decimal) -> Option<Self> {
        if let Some((whole, part)) = fixed(cell, decimal) {
            return Some(Self::Number(whole, part));
        }
        if !cell.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let zoned = cell.strip_suffix(" UTC").or_else(|| cell.strip_suffix(" GMT"));
        let zoned = zoned.map_or_else(|| cell.to_owned(), |head| format!("{}Z", head.replacen(' ', "T", 1)));
        match quantity::instant(&zoned) {
            Ok(nanos) => i64::try_from(nanos).ok().map(Self::Instant),
            Err(_) => civil(cell),
        }
    }
}

/// A number in whole parts and billionths, so that nanoseconds since 1970 keep their last digit.
fn fixed(cell: &str, decimal: Decimal) -> Option<(i64, i64)> {
    let text = plain(cell, decimal)?;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if are_digits(whole) && are_digits(part) && !(whole.is_empty() && part.is_empty()) {
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let part: String = part.chars().chain("000000000".chars()).take(9).collect();
        return Some((sign * whole, sign * part.parse::<i64>().ok()?));
    }
    // With an exponent: 1.79435e9, as spreadsheets write large numbers.
    let value: f64 = text.parse().ok().filter(|value: &f64| value.abs() < 1e18)?;
    Some((value.trunc() as i64, (value.fract() * 1e9).round() as i64))
}

/// A date without a zone: 2026-11-11 00:00:00, 2026/11/11, 11.11.2026 00:00 (the day first), 11/12/2026 1:00 PM.
fn civil(cell: &str) -> Option<Stamp> {
    let (date, time) = cell.split_once(['T', ' ']).unwrap_or((cell, "0:00"));
    let time = clock(time.trim_start_matches([',', ' ']))?;
    let date = date.trim_end_matches(',');
    let sign = date.chars().find(|c| !c.is_ascii_digit())?;
    let parts: Vec<i16> = date.split(sign).map(str::parse).collect::<Result<_, _>>().ok()?;
    let [first, second, third] = parts[..] else { return None };
    let of = |year: i16, month: i16, day: i16| {
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        jiff::civil::Date::new(year, month, day).ok().map(|date| date.to_datetime(time))
    };
    match sign {
        '-' | '/' if first > 31 => of(first, second, third).map(Stamp::Local),
        '.' => of(third, second, first).map(Stamp::Local),
        '/' => match (of(third, first, second), of(third, second, first)) {
            (None, None) => None,
            (month_first, day_first) => Some(Stamp::Slashed(month_first, day_first)),
        },
        _ => None,
    }
}

/// A time of day with hours and minutes, of 24 hours or of twelve.
fn clock(text: &str) -> Option<jiff::civil::Time> {
    let upper = text.trim().to_ascii_uppercase();
    let half = ["AM", "PM"].into_iter().find(|half| upper.ends_with(half));
    let digits = upper.trim_end_matches(['A', 'P', 'M', ' ']);
    let mut parts = digits.splitn(3, ':');
    let (hour, minute): (i8, i8) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let (second, part) = fixed(parts.next().unwrap_or("0"), Decimal::Point)?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some("PM") => hour % 12 + 12,
        Some(_) => hour % 12,
        None => hour,
    };
    jiff::civil::Time::new(hour, minute, i8::try_from(second).ok()?, i32::try_from(part).ok()?).ok()
}

/// How the stamps of one file are to be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    /// The unit of numbers, if it is said.
    pub unit: Option<Unit>,
    /// The zone of dates without one, if it is said.
    pub zone: Option<TimeZone>,
}

/// The time axis of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Axis {
    /// Whether times count from 1970, and not from T0.
    pub calendar: bool,
    /// Whether they are dates without a zone that were taken for UTC.
    pub unzoned: bool,
    /// Whether any is a date without a zone.
    pub local: bool,
}

impl Reading {
    /// Nanoseconds of each stamp (with its line), on the file's axis. `name` is the file's.
    pub(super) fn settle(&self, stamps: &[(Stamp, u64)], name: &str) -> Result<(Vec<i64>, Axis), Said> {
        let mut axis = Axis::default();
        let month_first = month_first(stamps, name)?;
        let locals: Vec<Option<DateTime>> = stamps
            .iter()
            .map(|(stamp, _)| match stamp {
                Stamp::Local(at) => Some(*at),
                Stamp::Slashed(first, second) => {
                    if month_first {
                        *first
                    } else {
                        *second
                    }
                }
                _ => None,
            })
            .collect();
        let mut known = locals.iter().flatten();
        let backwards = known.next().zip(known.next_back()).is_some_and(|(first, last)| last < first);
        let order: Vec<usize> =
            if backwards { (0..stamps.len()).rev().collect() } else { (0..stamps.len()).collect() };
        let mut found = vec![0i64; stamps.len()];
        let mut first: Option<(bool, Option<Unit>, u64)> = None;
        let mut before: Option<i64> = None;
        for at in order {
            let (stamp, line) = stamps[at];
            let (nanos, calendar, unit) = match (stamp, locals[at]) {
                (Stamp::Number(whole, part), _) => {
                    let unit = self.unit.unwrap_or_else(|| Unit::of_size(i128::from(whole)));
                    let nanos = i128::from(whole) * unit.nanos() + i128::from(part) * unit.nanos() / NANOS;
                    (nanos, nanos.abs() >= CALENDAR * NANOS, Some(unit))
                }
                (Stamp::Instant(nanos), _) => (i128::from(nanos), true, None),
                (_, Some(local)) => {
                    axis.local = true;
                    axis.unzoned = self.zone.is_none();
                    (self.instant(local, before, (name, line))?, true, None)
                }
                (_, None) => return Err(bad(name, line, "is a date that does not exist")),
            };
            let same = *first.get_or_insert((calendar, unit, line));
            if (same.0, same.1) != (calendar, unit) {
                return Err(mixed((same.0, same.1, same.2), (calendar, unit, line), name));
            }
            found[at] = i64::try_from(nanos).map_err(|_| bad(name, line, "is too far from today"))?;
            before = Some(found[at]);
        }
        axis.calendar = first.is_some_and(|(calendar, ..)| calendar);
        Ok((found, axis))
    }

    /// The instant of a local date. In the hour that a clock going back repeats, it is the first that is later than
    /// the row before.
    fn instant(&self, local: DateTime, before: Option<i64>, (name, line): (&str, u64)) -> Result<i128, Said> {
        let zone = self.zone.clone().unwrap_or(TimeZone::UTC);
        let far = || bad(name, line, "is too far from today");
        let at = |offset: jiff::tz::Offset| {
            offset.to_timestamp(local).map(|at| at.as_nanosecond()).map_err(|_| far())
        };
        match zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => at(offset),
            AmbiguousOffset::Fold { before: earlier, after } => {
                let first = at(earlier)?;
                if before.is_some_and(|before| i128::from(before) >= first) { at(after) } else { Ok(first) }
            }
            AmbiguousOffset::Gap { .. } => {
                let zone = zone.iana_name().unwrap_or("its zone");
                let message = format!(
                    "`{name}` line {line}: {local} does not exist in {zone}, where the clock goes forward then"
                );
                Err((message, Some("say the `zone` in which the stamps were written".to_owned())))
            }
        }
    }
}

fn bad(name: &str, line: u64, what: &str) -> Said {
    (format!("`{name}` line {line}: the time {what}"), None)
}

/// Whether dates with slashes have the month first; some date of the file must tell.
fn month_first(stamps: &[(Stamp, u64)], name: &str) -> Result<bool, Said> {
    let (mut month, mut day, mut open) = (false, false, None);
    for (stamp, line) in stamps {
        match stamp {
            Stamp::Slashed(Some(_), None) => month = true,
            Stamp::Slashed(None, Some(_)) => day = true,
            Stamp::Slashed(first, second) if first != second => open = open.or(Some(*line)),
            _ => {}
        }
    }
    match (month, day, open) {
        (true, false, _) => Ok(true),
        (false, true, _) | (false, false, None) => Ok(false),
        (true, true, _) => {
            Err((format!("`{name}` has dates with the day first and with the month first"), None))
        }
        (false, false, Some(line)) => {
            let message =
                format!("`{name}` line {line}: nothing says whether the day or the month comes first");
            Err((message, Some("write dates such as 2026-11-12T00:00:00Z".to_owned())))
        }
    }
}

type Kind = (bool, Option<Unit>, u64);

fn mixed(first: Kind, second: Kind, name: &str) -> Said {
    let word = |(calendar, unit, _): Kind| match (calendar, unit) {
        (_, None) => "a date",
        (false, Some(_)) => "seconds after T0",
        (true, Some(Unit::Seconds)) => "seconds since 1970",
        (true, Some(Unit::Millis)) => "milliseconds since 1970",
        (true, Some(Unit::Micros)) => "microseconds since 1970",
        (true, Some(Unit::Nanos)) => "nanoseconds since 1970",
    };
    let (one, other) = if first.2 < second.2 { (first, second) } else { (second, first) };
    if one.1.is_none() || other.1.is_none() {
        return (format!("`{name}` line {}: dates and seconds are mixed", other.2), None);
    }
    let message = format!(
        "`{name}` line {}: the time is {}, that of line {} {}",
        other.2,
        word(other),
        one.2,
        word(one)
    );
    (message, Some("say the `unit` of the stamps: s, ms, us or ns".to_owned()))
}

/// The zone that a key names; `None` after a diagnostic. The database is part of the program, so that no machine's own
/// gives another answer.
pub(super) fn zone(field: &Field<'_>) -> Option<TimeZone> {
    let name = field.text()?;
    let zones = TimeZoneDatabase::bundled();
    if let Ok(zone) = zones.get(&name) {
        return Some(zone);
    }
    let known: Vec<String> = zones.available().map(|known| known.to_string()).collect();
    let diagnostic =
        Diagnostic::error(field.node.span, format!("{} is `{name}`, which is no time zone", field.path));
    let diagnostic = diagnostic.expected("a name of the time zone database, such as Europe/Berlin");
    let near = nearest(&name, known.iter().map(String::as_str));
    field.context.push(match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    });
    None
}

#[cfg(test)]
#[path = "stamps_tests.rs"]
mod tests;
