//! All values of a factor: read from a text or a list, and drawn from.

use super::level::{Level, MAX_LEVELS, VALUES};
use super::range::Range;
use crate::scenario::quantity::Wrong;

/// The values a factor may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// These, in this order.
    Levels(Vec<Level>),
    /// Any from here to there; only a sample can draw from it.
    Range(Range),
}

impl Values {
    /// Reads one text: a range, or values with commas between them.
    ///
    /// # Errors
    /// If it is neither, or holds no value.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        // A list may be written as in a file; a single value that is a list would vary nothing.
        let text = bracketed(text).unwrap_or(text);
        let parts = split(text);
        if parts.len() == 1 && Range::is_one(text) {
            return Range::parse(text).map(Self::from_range)?;
        }
        if let Some(empty) = parts.iter().position(|part| part.trim().is_empty()) {
            let what =
                if parts.len() == 1 { "is empty".to_owned() } else { format!("has no value {}", empty + 1) };
            return Err(Wrong::new(what, VALUES));
        }
        let unquoted = |part: &str| {
            let inner = part.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            inner.map_or_else(|| Level::new(part, false), |inner| Level::new(inner, true))
        };
        Self::list(parts.into_iter().map(|part| unquoted(part.trim())).collect())
    }

    /// A list of values.
    ///
    /// # Errors
    /// If it is empty, too long, or says a value twice.
    pub fn list(levels: Vec<Level>) -> Result<Self, Wrong> {
        if levels.is_empty() {
            return Err(Wrong::new("has no values", VALUES));
        }
        if levels.len() > MAX_LEVELS {
            return Err(Wrong::new(format!("has {} values, more than {MAX_LEVELS}", levels.len()), VALUES));
        }
        for (at, level) in levels.iter().enumerate() {
            if levels[..at].iter().any(|other| other.text == level.text) {
                return Err(Wrong::new(format!("has the value `{}` twice", level.label), VALUES));
            }
        }
        Ok(Self::Levels(levels))
    }

    fn from_range(range: Range) -> Result<Self, Wrong> {
        match range.levels()? {
            Some(texts) => Self::list(texts.iter().map(|text| Level::new(text, false)).collect()),
            None => Ok(Self::Range(range)),
        }
    }

    /// The same values for what only whole numbers make sense of: a range to draw from whose ends are whole gives
    /// whole numbers, each equally likely.
    #[must_use]
    pub fn of_whole(self) -> Self {
        match self {
            Self::Range(range) => Self::Range(range.drawn_whole()),
            levels @ Self::Levels(_) => levels,
        }
    }

    /// How many values there are; nothing for a range to draw from.
    #[must_use]
    pub fn count(&self) -> Option<usize> {
        match self {
            Self::Levels(levels) => Some(levels.len()),
            Self::Range(_) => None,
        }
    }

    /// The value at the share `u` of the way, 0 to 1 without 1: of a list its element, of a range the quantile.
    #[must_use]
    pub fn at(&self, u: f64) -> Level {
        match self {
            Self::Levels(levels) => {
                let at = ((u * levels.len() as f64) as usize).min(levels.len() - 1);
                levels[at].clone()
            }
            Self::Range(range) => Level::new(&range.at(u), false),
        }
    }
}

/// What stands between brackets that hold the whole text.
fn bracketed(text: &str) -> Option<&str> {
    let text = text.trim();
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let mut depth = 0_i32;
    for c in inner.chars() {
        depth += i32::from(c == '[') - i32::from(c == ']');
        if depth < 0 {
            // The first bracket ends before the last: `[a], [b]`.
            return None;
        }
    }
    Some(inner)
}

/// Splits at commas outside brackets and quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_u32, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::axis::size;

    fn texts(text: &str) -> Vec<String> {
        match Values::parse(text).unwrap_or_else(|wrong| panic!("{text}: {}", wrong.message)) {
            Values::Levels(levels) => levels.into_iter().map(|level| level.text).collect(),
            Values::Range(range) => vec![format!("{range:?}")],
        }
    }

    fn wrong(text: &str) -> String {
        Values::parse(text).expect_err(text).message
    }

    #[test]
    fn lists_split_outside_brackets() {
        assert_eq!(texts("8, 10,12"), ["8", "10", "12"]);
        assert_eq!(texts("lognormal(mean 4ms, p99 20ms),5ms"), ["lognormal(mean 4ms, p99 20ms)", "5ms"]);
        assert_eq!(texts("[a, b],{c: 1}"), ["[a, b]", "{c: 1}"]);
        assert_eq!(texts(" [8, 10,12]"), ["8", "10", "12"]);
        assert_eq!(texts("[a],[b]"), ["[a]", "[b]"]);
        assert_eq!(texts("[[a, b], [c]]"), ["[a, b]", "[c]"]);
        assert_eq!(texts("\"1.30\",\"1.31\""), ["\"1.30\"", "\"1.31\""]);
        assert_eq!(texts("T0 .. T0+12m,T0 .. T0+5m").len(), 2);
    }

    #[test]
    fn ranges_are_exact() {
        assert_eq!(texts("40 .. 80 step 10"), ["40", "50", "60", "70", "80"]);
        assert_eq!(texts("0.1 .. 0.5 step 0.1"), ["0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert_eq!(texts("500ms .. 2s step 500ms"), ["500ms", "1000ms", "1500ms", "2000ms"]);
        assert_eq!(texts("100/s..300/s step 100/s"), ["100/s", "200/s", "300/s"]);
        assert_eq!(texts("T0-20m .. T0 step 10m"), ["T0-20m", "T0-10m", "T0"]);
        assert_eq!(texts("10 .. 35 step 10"), ["10", "20", "30"]);
        assert_eq!(texts("1 .. 1000 log 4"), ["1", "10", "100", "1000"]);
        assert_eq!(texts("1 .. 100 log 4"), ["1", "4.642", "21.54", "100"]);
        assert_eq!(texts("1 .. 100 log 4 whole"), ["1", "5", "22", "100"]);
        assert_eq!(texts("10ms .. 1s log 3"), ["10ms", "100ms", "1000ms"]);
    }

    #[test]
    fn mistakes_say_what_is_wrong() {
        assert!(wrong("").contains("empty") && wrong("[]").contains("empty"));
        assert!(wrong("1,,2").contains("no value 2"));
        assert!(wrong("1,1").contains("twice"));
        assert!(wrong("80 .. 40 step 10").contains("holds nothing"));
        assert!(wrong("40 .. 80 step 0").contains("step"));
        assert!(wrong("40 .. 80 step 10ms").contains("unit"));
        assert!(wrong("0 .. 80 log 3").contains("above zero"));
        assert!(wrong("1 .. 10 log 1").contains("at least 2"));
        assert!(wrong("1 .. 2 .. 3").contains("uncertain"));
        assert!(wrong("1 .. 2 stride 3").contains("2 stride 3"));
        assert!(wrong("0 .. 1 step 0.000001").contains("more than"));
    }

    #[test]
    fn a_range_without_step_is_drawn_from() {
        let at = |text: &str, u: f64| Values::parse(text).expect("a range").at(u).text;
        assert_eq!(at("10 .. 20", 0.0), "10");
        assert_eq!(at("10 .. 20", 0.55), "15.5");
        assert_eq!(at("1 .. 100 log", 0.5), "10");
        assert_eq!(at("4 .. 6 whole", 0.999), "6");
        assert_eq!(at("4 .. 6 whole", 0.3), "4");
        assert_eq!(at("100ms .. 1s", 0.5), "550ms");
        assert_eq!(at("a,b,c", 0.4), "b");
        let whole = |text: &str, u: f64| Values::parse(text).expect("a range").of_whole().at(u).text;
        let fifths = [0.0, 0.199, 0.2, 0.5, 0.79, 0.8, 0.999].map(|u| whole("1..5", u));
        assert_eq!(fifths, ["1", "1", "2", "3", "4", "5", "5"]);
        assert_eq!(whole("1.5 .. 3", 0.5), "2.25");
        assert_eq!(whole("10ms .. 20ms", 0.55), "15.5ms");
    }

    #[test]
    fn sizes_are_in_si_units() {
        for (text, expected) in [
            ("10", Some(10.0)),
            ("150ms", Some(0.15)),
            ("30/min", Some(0.5)),
            ("95%", Some(0.95)),
            ("512Mi", Some(512.0 * 1024.0 * 1024.0)),
            ("T0-5m", Some(-300.0)),
            ("0.58 USD/h", Some(0.58)),
            ("least-request", None),
        ] {
            assert_eq!(size(text), expected, "{text}");
        }
    }
}
