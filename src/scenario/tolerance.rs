//! How much worse a metric may become before a check calls it a regression.

use std::fmt;

use super::quantity::{self, Wrong};

/// How much worse a metric may become.
#[derive(Clone, Debug, PartialEq)]
pub enum Tolerance {
    /// By this share of its value in the base, such as 0.05.
    Relative(f64),
    /// By this amount.
    Absolute(f64, Allowance),
    /// Not at all, in either direction: every replication must give the same number.
    Exact,
    /// By anything: it is shown and not judged.
    Ignore,
}

/// What an absolute tolerance is an amount of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Seconds.
    Time,
    /// A difference of shares; 0.001 is 0.1 percentage points.
    Points,
    /// Events a second.
    Rate,
    /// A plain number: requests, pods, money, hours.
    Number,
}

const EXPECTED: &str = "exact, ignore, a share such as +5%, or an amount such as 10ms, 0.1pp, 5/s or 3; always how much worse, not below zero";

impl Tolerance {
    /// Reads `+5%`, `10ms`, `0.1pp`, `5/s`, `3`, `exact` or `ignore`. A plus may stand in front and says nothing: a
    /// tolerance is always for the worse.
    ///
    /// # Errors
    /// What is wrong, if it is none of these, or below zero.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let text = text.trim();
        match text {
            "exact" => return Ok(Self::Exact),
            "ignore" => return Ok(Self::Ignore),
            _ => {}
        }
        let amount = text.strip_prefix('+').unwrap_or(text).trim_start();
        let wrong = |_| Wrong::new(format!("is `{text}`"), EXPECTED);
        if amount.starts_with(['+', '-', '−']) {
            // A minus could be read as an improvement that is asked for; no check has a word for that.
            return Err(Wrong::new(format!("is `{text}`, but a tolerance has no minus"), EXPECTED));
        }
        let number = |digits: &str| quantity::number(digits.trim()).map_err(wrong);
        if let Some(points) = amount.strip_suffix("pp") {
            return Ok(Self::Absolute(number(points)? / 100.0, Allowance::Points));
        }
        if let Some(percent) = amount.strip_suffix('%') {
            return Ok(Self::Relative(number(percent)? / 100.0));
        }
        if amount.contains('/') {
            return Ok(Self::Absolute(quantity::rate(amount).map_err(wrong)?, Allowance::Rate));
        }
        if let Ok(value) = quantity::number(amount) {
            return Ok(Self::Absolute(value, Allowance::Number));
        }
        Ok(Self::Absolute(quantity::duration(amount).map_err(wrong)?, Allowance::Time))
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Relative(share) => write!(f, "{} %", rounded(share * 100.0)),
            Self::Absolute(amount, Allowance::Time) if *amount < 1.0 => {
                write!(f, "{} ms", rounded(amount * 1e3))
            }
            Self::Absolute(amount, Allowance::Time) => write!(f, "{} s", rounded(*amount)),
            Self::Absolute(amount, Allowance::Points) => write!(f, "{} pp", rounded(amount * 100.0)),
            Self::Absolute(amount, Allowance::Rate) => write!(f, "{}/s", rounded(*amount)),
            Self::Absolute(amount, Allowance::Number) => write!(f, "{}", rounded(*amount)),
            Self::Exact => f.write_str("exact"),
            Self::Ignore => f.write_str("ignored"),
        }
    }
}

/// Without the noise of a multiplication by 100 or 1000.
fn rounded(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

/// Tolerances by the heads of objectives. Later ones win, so that an option may follow a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tolerances(Vec<(String, Tolerance)>);

impl Tolerances {
    /// Adds one for all metrics whose key begins with the words of `head`.
    pub fn put(&mut self, head: &str, tolerance: Tolerance) {
        self.0.push((normal(head), tolerance));
    }

    /// The tolerance given for the metric `key`: the one with the most words wins, of equally long ones the last.
    #[must_use]
    pub fn of(&self, key: &str) -> Option<&Tolerance> {
        let fits = self.0.iter().filter(|(head, _)| begins(key, head));
        fits.max_by_key(|(head, _)| head.len()).map(|(_, tolerance)| tolerance)
    }

    /// Heads that none of `keys` begins with.
    pub fn unmatched<'a>(&'a self, keys: &'a [String]) -> impl Iterator<Item = &'a str> {
        let heads = self.0.iter().map(|(head, _)| head.as_str());
        heads.filter(move |head| !keys.iter().any(|key| begins(key, head)))
    }
}

/// Whether the words of `head` are the first words of `key`.
fn begins(key: &str, head: &str) -> bool {
    key.strip_prefix(head).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// A head with single blanks and without what classes and the system may have in front.
fn normal(head: &str) -> String {
    let words: Vec<&str> = head.split_whitespace().filter(|word| *word != "system").collect();
    let joined = words.join(" ");
    joined.strip_prefix("class/").map(str::to_owned).unwrap_or(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerances_are_shares_amounts_or_words() {
        let cases = [
            ("+5%", Tolerance::Relative(0.05)),
            ("+1 %", Tolerance::Relative(0.01)),
            ("150%", Tolerance::Relative(1.5)),
            ("10ms", Tolerance::Absolute(0.01, Allowance::Time)),
            ("+0.5pp", Tolerance::Absolute(0.005, Allowance::Points)),
            ("5/s", Tolerance::Absolute(5.0, Allowance::Rate)),
            ("3", Tolerance::Absolute(3.0, Allowance::Number)),
            ("exact", Tolerance::Exact),
            ("ignore", Tolerance::Ignore),
        ];
        for (text, expected) in cases {
            assert_eq!(Tolerance::parse(text), Ok(expected), "{text}");
        }
        for text in [
            "", "many", "-50%", "-1pp", "- 10ms", "+-3", "++3", "-0.1/s", "+%", "--", "5 apples", "nan%",
            "10x",
        ] {
            let wrong = Tolerance::parse(text).unwrap_err();
            assert_eq!(wrong.expected, EXPECTED, "{text}");
        }
    }

    #[test]
    fn the_most_exact_head_wins_and_then_the_last() {
        let mut all = Tolerances::default();
        all.put("checkout p99", Tolerance::Relative(0.05));
        all.put("checkout p99 during  opening", Tolerance::Exact);
        all.put("checkout p99", Tolerance::Relative(0.01));
        assert_eq!(all.of("checkout p99"), Some(&Tolerance::Relative(0.01)));
        assert_eq!(all.of("checkout p99 during opening"), Some(&Tolerance::Exact));
        assert_eq!(all.of("checkout p99.9"), None);
        let keys = ["checkout p99.9".to_owned()];
        assert_eq!(all.unmatched(&keys).count(), 3);
    }
}
