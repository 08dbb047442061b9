//! A range of values: `40 .. 80 step 10`, `1 .. 1000 log 4`, `0.5 .. 2`.

use super::fixed::{Fixed, ONE, rounded, text};
use super::level::{MAX_LEVELS, VALUES};
use crate::numerics::{exp, ln};
use crate::scenario::quantity::Wrong;

/// Significant digits of values between the ends of a logarithmic range.
const LOG_DIGITS: i32 = 4;

/// Significant digits of values that are drawn.
const DRAWN_DIGITS: i32 = 4;

/// What a range looks like, for messages.
const EXPECTED: &str = "a range such as 40 .. 80 step 10, 100ms .. 1s step 100ms or 1 .. 1000 log 4";

/// Words behind the end of a range.
const WORDS: [&str; 3] = ["step", "log", "whole"];

/// How a range is cut into values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// Every so much, in parts of the unit.
    Step(i128),
    /// So many, each the same factor above the one before.
    Log(usize),
    /// Not at all: values are drawn.
    None,
}

/// From one value to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    low: i128,
    high: i128,
    unit: String,
    is_instant: bool,
    cut: Cut,
    is_log: bool,
    is_whole: bool,
}

impl Range {
    /// Whether a text means to be a range of numbers or of instants.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        text.split_once("..").is_some_and(|(low, _)| Fixed::parse(low, EXPECTED).is_ok())
    }

    /// Reads `A .. B`, with `step C`, `log N`, `log` or nothing behind it, and `whole` at the end for values
    /// without fractions.
    ///
    /// # Errors
    /// If it is not a range, holds nothing, or its units differ.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let wrong = |message: String| Wrong::new(message, EXPECTED);
        let Some((low, rest)) = text.split_once("..") else {
            return Err(wrong(format!("is `{}`, which is no range", text.trim())));
        };
        if rest.contains("..") {
            let message = "has three parts, which is an uncertain input and not a range".to_owned();
            return Err(wrong(message));
        }
        let mut words = rest.split_whitespace().peekable();
        let mut phrase = || {
            let mut words_of = Vec::new();
            while let Some(word) = words.next_if(|word| !WORDS.contains(word)) {
                words_of.push(word);
            }
            (words_of.join(" "), words.next())
        };
        let (high, mut word) = phrase();
        let (mut low, mut high) = (Fixed::parse(low, EXPECTED)?, Fixed::parse(&high, EXPECTED)?);
        let (mut step, mut count, mut is_log, mut is_whole) = (None, None, false, false);
        while let Some(head) = word {
            let (argument, next) = phrase();
            match (head, argument.as_str()) {
                ("step", size) => step = Some(Fixed::parse(size, EXPECTED)?),
                ("log", "") => is_log = true,
                ("log", number) => {
                    let number = number.parse::<usize>();
                    let number = number.map_err(|_| wrong("has no whole number behind `log`".to_owned()))?;
                    (is_log, count) = (true, Some(number));
                }
                (_, "") => is_whole = true,
                (_, other) => return Err(wrong(format!("has `{other}` behind `{head}`"))),
            }
            word = next;
        }
        match &mut step {
            Some(step) => Fixed::align(&mut [&mut low, &mut high, step], EXPECTED)?,
            None => Fixed::align(&mut [&mut low, &mut high], EXPECTED)?,
        }
        let cut = match (step, count) {
            (Some(_), _) if is_log => return Err(wrong("has both `step` and `log`".to_owned())),
            (Some(step), _) => Cut::Step(step.parts),
            (None, Some(count)) => Cut::Log(count),
            (None, None) => Cut::None,
        };
        let is_instant = low.is_instant || high.is_instant;
        let range =
            Self { low: low.parts, high: high.parts, unit: low.unit, is_instant, cut, is_log, is_whole };
        range.checked((low.is_instant, high.is_instant))
    }

    /// The same range drawn in whole numbers, if both ends are whole and have no unit.
    #[must_use]
    pub(super) fn drawn_whole(self) -> Self {
        let bare = self.unit.is_empty() && !self.is_instant;
        let ends_whole = self.low % ONE == 0 && self.high % ONE == 0;
        Self { is_whole: self.is_whole || (bare && ends_whole), ..self }
    }

    fn checked(self, instants: (bool, bool)) -> Result<Self, Wrong> {
        let wrong = |message: String| Err(Wrong::new(message, EXPECTED));
        if instants.0 != instants.1 {
            return wrong("is a range from an instant to what is none".to_owned());
        }
        if self.high <= self.low {
            let (low, high) = (self.shown(self.low), self.shown(self.high));
            return wrong(format!("is a range from {low} to {high}, which holds nothing"));
        }
        if self.is_log && self.low <= 0 {
            return wrong("is a logarithmic range, which must begin above zero".to_owned());
        }
        match self.cut {
            Cut::Step(step) if step <= 0 => wrong("has a step that is not above zero".to_owned()),
            Cut::Step(step) if (self.high - self.low) / step >= MAX_LEVELS as i128 => {
                wrong(format!("has more than {MAX_LEVELS} values"))
            }
            Cut::Log(count) if count < 2 => wrong("has a `log` of too few values: at least 2".to_owned()),
            Cut::Log(count) if count > MAX_LEVELS => wrong(format!("has more than {MAX_LEVELS} values")),
            _ => Ok(self),
        }
    }

    /// The values; nothing if they are to be drawn.
    ///
    /// # Errors
    /// If rounding to whole numbers leaves fewer than two.
    pub(super) fn levels(&self) -> Result<Option<Vec<String>>, Wrong> {
        let parts: Vec<i128> = match self.cut {
            Cut::None => return Ok(None),
            Cut::Step(step) => (0..).map(|i| self.low + i * step).take_while(|&v| v <= self.high).collect(),
            Cut::Log(count) => {
                let inner = |i: usize| match i {
                    0 => self.low,
                    i if i == count - 1 => self.high,
                    i => self.between(i as f64 / (count - 1) as f64, LOG_DIGITS),
                };
                (0..count).map(inner).collect()
            }
        };
        let mut whole: Vec<i128> = parts.into_iter().map(|part| self.made_whole(part)).collect();
        whole.dedup();
        if whole.len() < 2 && self.is_whole {
            return Err(Wrong::new("holds fewer than two whole numbers", VALUES));
        }
        Ok(Some(whole.into_iter().map(|part| self.shown(part)).collect()))
    }

    /// The value at the share `u` of the way from low to high, 0 to 1 without 1.
    #[must_use]
    pub(super) fn at(&self, u: f64) -> String {
        if self.is_whole && !self.is_log {
            // Every whole number has the same share.
            let (low, high) = (-(-self.low).div_euclid(ONE), self.high.div_euclid(ONE));
            let at = low + (u * (high - low + 1) as f64) as i128;
            return self.shown(at.min(high) * ONE);
        }
        self.shown(self.made_whole(self.between(u, DRAWN_DIGITS)))
    }

    fn between(&self, u: f64, digits: i32) -> i128 {
        let (low, high) = (self.low as f64, self.high as f64);
        let value =
            if self.is_log { exp(ln(low) + u * (ln(high) - ln(low))) } else { low + u * (high - low) };
        rounded(value, digits).clamp(self.low, self.high)
    }

    fn made_whole(&self, part: i128) -> i128 {
        if self.is_whole { (part + ONE / 2).div_euclid(ONE) * ONE } else { part }
    }

    fn shown(&self, part: i128) -> String {
        text(part, &self.unit, self.is_instant)
    }
}
