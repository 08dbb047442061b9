//! A stretch of values that a search may try: `5 .. 40`, `100/s .. 900/s step 20/s`, `T0-30m .. T0`.
//!
//! A search walks on rungs: whole numbers by ones, everything else by a round step of about a hundredth of the
//! stretch unless the author says another.

use super::quantity::{Anchor, Wrong, duration, number, time};

/// Most rungs of one stretch.
const MOST_RUNGS: f64 = 1e6;

/// Rungs that a stretch without a step of its own has at least.
const RUNGS: f64 = 100.0;

const FORM: &str = "a range such as 5 .. 40, 100/s .. 900/s step 20/s, or T0-30m .. T0";

/// Steps of time that people count in, in seconds.
const ROUND_TIMES: [f64; 13] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0];

/// The values of one parameter that may be tried, in rising order.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// What is set, such as `traffic.shoppers.peaks.opening.factor`.
    pub path: String,
    low: f64,
    high: f64,
    step: f64,
    form: Form,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    /// A number with this unit behind it, if any.
    Number { unit: String, decimals: usize },
    /// Seconds after this anchor, `T0` or a mark.
    Time { anchor: String },
}

impl Stretch {
    /// Reads a stretch of `path`. `is_whole` says that only whole numbers make sense there.
    ///
    /// # Errors
    /// If it is no range, or empty, or its ends have different units or anchors.
    pub fn parse(path: &str, text: &str, is_whole: bool) -> Result<Self, Wrong> {
        let Some((low, rest)) = text.split_once("..") else {
            return Err(Wrong::new(format!("is `{}`, which is not a range", text.trim()), FORM));
        };
        let (high, step) = match rest.split_once("step") {
            Some((high, step)) => (high.trim(), Some(step.trim())),
            None => (rest.trim(), None),
        };
        let low = low.trim();
        let stretch = match (time(low), time(high)) {
            (Ok(first), Ok(last)) => {
                let anchor = anchor(&first.anchor, &last.anchor, text)?;
                let step = step.map(duration).transpose()?;
                let step = step.unwrap_or_else(|| round_time(last.offset - first.offset));
                Self {
                    path: path.to_owned(),
                    low: first.offset,
                    high: last.offset,
                    step,
                    form: Form::Time { anchor },
                }
            }
            _ => Self::of_numbers(path, (low, high), step, is_whole)?,
        };
        stretch.checked(text)
    }

    fn of_numbers(path: &str, ends: (&str, &str), step: Option<&str>, is_whole: bool) -> Result<Self, Wrong> {
        let ((low_text, low_unit), (high_text, high_unit)) = (split(ends.0), split(ends.1));
        let same = low_unit == high_unit || low_unit.is_empty();
        let spans = |text: &str| duration(text).ok();
        let (low, high, unit, mut decimals) = if same {
            let decimals = decimals(low_text).max(decimals(high_text));
            (number(low_text)?, number(high_text)?, high_unit.to_owned(), decimals)
        } else if let (Some(low), Some(high)) = (spans(ends.0), spans(ends.1)) {
            (low, high, "s".to_owned(), 9)
        } else {
            let message = format!("has ends with different units, `{low_unit}` and `{high_unit}`");
            return Err(Wrong::new(message, FORM));
        };
        let whole = is_whole && unit.is_empty();
        let step = match step.map(split) {
            None if whole => 1.0,
            None => round_number(high - low),
            Some((size, own)) if own == unit || own.is_empty() => {
                decimals = decimals.max(self::decimals(size));
                number(size)?
            }
            Some((_, own)) => {
                return Err(Wrong::new(format!("has a step in `{own}`, but ends in `{unit}`"), FORM));
            }
        };
        if whole && [low, high, step].iter().any(|value| value.fract() != 0.0) {
            return Err(Wrong::new("counts something whole, so its ends must be whole numbers", FORM));
        }
        let mut finer = decimals;
        while finer < 12 && !is_near_whole(step * pow10(finer)) {
            finer += 1;
        }
        let decimals = finer;
        Ok(Self { path: path.to_owned(), low, high, step, form: Form::Number { unit, decimals } })
    }

    fn checked(self, text: &str) -> Result<Self, Wrong> {
        let text = text.trim();
        if self.high < self.low {
            return Err(Wrong::new(format!("is `{text}`, whose end lies before its start"), FORM));
        }
        if self.high == self.low {
            return Err(Wrong::new(format!("is `{text}`, a single value: there is nothing to search"), FORM));
        }
        if self.step.is_nan() || self.step <= 0.0 {
            return Err(Wrong::new(format!("is `{text}`, whose step is not above zero"), FORM));
        }
        if (self.high - self.low) / self.step > MOST_RUNGS {
            return Err(Wrong::new(format!("is `{text}`, more than a million steps"), FORM));
        }
        Ok(self)
    }

    /// The index of the last value; the first is 0.
    #[must_use]
    pub fn last(&self) -> u32 {
        ((self.high - self.low) / self.step - 1e-9).ceil() as u32
    }

    /// The value at an index, in the unit it is written in (times: seconds after the anchor).
    #[must_use]
    pub fn value(&self, index: u32) -> f64 {
        if index >= self.last() { self.high } else { self.low + f64::from(index) * self.step }
    }

    /// The value as a scenario has it.
    #[must_use]
    pub fn text(&self, index: u32) -> String {
        let value = self.value(index);
        match &self.form {
            Form::Number { unit, decimals } => format!("{}{unit}", shortened(value, *decimals)),
            Form::Time { anchor } if value == 0.0 => anchor.clone(),
            Form::Time { anchor } => {
                let sign = if value < 0.0 { '-' } else { '+' };
                format!("{anchor}{sign}{}", clock(value.abs()))
            }
        }
    }

    /// The distance of two neighbours, as it would be written.
    #[must_use]
    pub fn step_text(&self) -> String {
        match &self.form {
            Form::Number { unit, decimals } => format!("{}{unit}", shortened(self.step, *decimals)),
            Form::Time { .. } => clock(self.step),
        }
    }
}

/// The common anchor of two times, as it is written.
fn anchor(first: &Anchor, last: &Anchor, text: &str) -> Result<String, Wrong> {
    match (first, last) {
        (Anchor::T0, Anchor::T0) => Ok("T0".to_owned()),
        (Anchor::Mark(a), Anchor::Mark(b)) if a == b => Ok(a.clone()),
        _ => {
            let message = format!("is `{}`, whose ends are not counted from the same anchor", text.trim());
            Err(Wrong::new(message, "two times such as T0-30m .. T0"))
        }
    }
}

/// Number and unit of a value; a unit begins with the first character that no number has.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

fn decimals(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

fn pow10(exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * 10.0)
}

fn is_near_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6 * value.abs().max(1.0)
}

/// The largest of 1, 2, 5 times a power of ten that cuts the width into at least a hundred.
fn round_number(width: f64) -> f64 {
    let wanted = width / RUNGS;
    let mut scale = 1.0;
    while scale > wanted && scale > 1e-12 {
        scale /= 10.0;
    }
    while scale * 10.0 <= wanted {
        scale *= 10.0;
    }
    [5.0, 2.0, 1.0].into_iter().map(|times| times * scale).find(|&step| step <= wanted).unwrap_or(scale)
}

fn round_time(width: f64) -> f64 {
    let fits = ROUND_TIMES.iter().rev().find(|&&step| step <= width / RUNGS);
    fits.copied().unwrap_or(ROUND_TIMES[0])
}

/// Without the zeros at the end of a fraction.
fn shortened(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A span as people write it: `12m30s`, `0.5s`.
fn clock(seconds: f64) -> String {
    let minutes = (seconds / 60.0 + 1e-9).floor();
    let rest = seconds - minutes * 60.0;
    let rest = shortened(rest.max(0.0), 3);
    match (minutes > 0.0, rest.as_str()) {
        (true, "0") => format!("{minutes}m"),
        (true, rest) => format!("{minutes}m{rest}s"),
        (false, rest) => format!("{rest}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, is_whole: bool) -> Stretch {
        Stretch::parse("a.b", text, is_whole).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"))
    }

    #[test]
    fn whole_numbers_go_by_ones_and_reals_by_a_round_step() {
        let pods = read("24..120", true);
        assert_eq!(
            (pods.last(), pods.text(0), pods.text(1), pods.text(96)),
            (96, "24".into(), "25".into(), "120".into())
        );
        let factor = read("5 .. 40", false);
        assert_eq!((factor.step_text(), factor.last()), ("0.2".to_owned(), 175));
        assert_eq!(
            (factor.text(0), factor.text(37), factor.text(175)),
            ("5".into(), "12.4".into(), "40".into())
        );
        let rate = read("100/s .. 905/s step 20/s", false);
        assert_eq!((rate.last(), rate.text(40), rate.text(41)), (41, "900/s".into(), "905/s".into()));
        assert_eq!(read("50 .. 200ms", false).text(1), "51ms");
        assert_eq!(read("30s .. 2m", false).text(0), "30s");
    }

    #[test]
    fn times_keep_their_anchor() {
        let late = read("T0-30m .. T0", false);
        assert_eq!((late.step_text(), late.last()), ("15s".to_owned(), 120));
        assert_eq!([0, 1, 119, 120].map(|at| late.text(at)), ["T0-30m", "T0-29m45s", "T0-15s", "T0"]);
        assert_eq!(read("opening.start-5m .. opening.start+1m step 1m", false).text(6), "opening.start+1m");
    }

    #[test]
    fn what_is_no_range_is_refused_with_its_reason() {
        let cases = [
            ("5", "not a range"),
            ("40 .. 5", "end lies before its start"),
            ("5 .. 5", "nothing to search"),
            ("5/s .. 9ms", "different units"),
            ("T0 .. opening.end", "same anchor"),
            ("5 .. 9 step 0", "not above zero"),
            ("1 .. 90000000 step 0.001", "million steps"),
            (".. 9", "is"),
        ];
        for (text, part) in cases {
            let wrong = Stretch::parse("a", text, false).expect_err(text);
            assert!(wrong.message.contains(part), "{text}: {}", wrong.message);
        }
        assert!(Stretch::parse("a", "1.5 .. 9", true).is_err());
    }
}
