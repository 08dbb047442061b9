//! Reading declared values: scalars of every kind, with the defaults of the table.

use super::cursor::{Field, MapCursor};
use super::diagnostics::{Diagnostic, nearest};
use super::law::{self, LawSpec};
use super::quantity::{self, Money, Time, TimeSpan, Wrong};
use super::table::Kind;

/// Declares a reader of one kind of scalar, on a field and on a map's key with its default.
macro_rules! readers {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $kinds:pat => $parse:expr;)+) => {
        impl Field<'_> {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> Option<$type> {
                debug_assert!(self.kind.includes(|kind| matches!(kind, $kinds)), "{} is declared otherwise", self.path);
                self.parsed($parse)
            })+
        }
        impl MapCursor<'_> {
            $($(#[$doc])*
            /// The default of the table stands in for an absent or wrong value; nothing if there is none.
            #[must_use]
            pub fn $name(&self, key: &str) -> Option<$type> {
                let given = self.field(key).map(|field| field.$name());
                given.flatten().or_else(|| self.default_text(key).and_then(|text| $parse(text).ok()))
            })+
        }
    };
}

readers! {
    /// A whole number.
    count: u64 = Kind::Count => quantity::count;
    /// A whole number of 64 bits.
    integer: u64 = Kind::Integer => quantity::integer;
    /// A plain number, not negative.
    number: f64 = Kind::Number => quantity::number;
    /// A factor.
    factor: f64 = Kind::Factor => quantity::factor;
    /// A duration in seconds.
    duration: f64 = Kind::Duration => quantity::duration;
    /// A rate per second.
    rate: f64 = Kind::Rate => quantity::rate;
    /// A share from 0 to 1.
    ratio: f64 = Kind::Ratio => quantity::ratio;
    /// Money.
    money: Money = Kind::Money => quantity::money;
    /// Bytes.
    bytes: f64 = Kind::Bytes => quantity::bytes;
    /// Cores.
    cpu: f64 = Kind::Cpu => quantity::cpu;
    /// A time.
    time: Time = Kind::Time => quantity::time;
    /// An instant of the calendar in nanoseconds since 1970.
    instant: i128 = Kind::Instant => quantity::instant;
    /// From one time to another.
    time_span: TimeSpan = Kind::Span => quantity::time_span;
    /// `true` or `false`.
    boolean: bool = Kind::Bool => boolean;
    /// A text.
    text: String = Kind::Text | Kind::Reference | Kind::File | Kind::Objective => text;
}

fn boolean(text: &str) -> Result<bool, Wrong> {
    match text {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        _ => Err(Wrong::new(format!("is `{text}`"), "true or false")),
    }
}

fn text(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() { Err(Wrong::new("is empty", "a text")) } else { Ok(text.to_owned()) }
}

impl<'a> Field<'a> {
    /// The scalar through `parse`; what is wrong is reported with the key's address.
    pub fn parsed<T>(&self, parse: impl FnOnce(&str) -> Result<T, Wrong>) -> Option<T> {
        let Some(scalar) = self.node.as_scalar() else {
            let message = format!("{} is {}", self.path, self.node.kind_name());
            self.context.push(Diagnostic::error(self.node.span, message).expected("a single value"));
            return None;
        };
        parse(&scalar.text)
            .map_err(|wrong| {
                self.wrong(self.half_uncertain(&scalar.text).unwrap_or(self.or_word(&scalar.text, wrong)))
            })
            .ok()
    }

    /// What is wrong with a quantity, and the word beside it that may have been meant.
    fn or_word(&self, text: &str, wrong: Wrong) -> Wrong {
        let near = self.words().and_then(|words| nearest(text.trim(), words.iter().copied()));
        match near.filter(|_| wrong.help.is_none()) {
            Some(near) => wrong.help(format!("did you mean `{near}`?")),
            None => wrong,
        }
    }

    /// The words that may stand here.
    fn words(&self) -> Option<&'static [&'static str]> {
        match self.kind {
            Kind::OneOf(words) => Some(*words),
            Kind::Either(choices) => choices.iter().find_map(|kind| match kind {
                Kind::OneOf(words) => Some(*words),
                _ => None,
            }),
            _ => None,
        }
    }

    /// What is wrong with a quantity written `low .. high`.
    fn half_uncertain(&self, text: &str) -> Option<Wrong> {
        let is_quantity = self.kind.includes(|kind| {
            use Kind::{
                Bytes, Count, Cpu, Duration, Factor, Integer, Law, Money, Number, Rate, Ratio, ShortLaw,
            };
            matches!(
                kind,
                Bytes
                    | Count
                    | Cpu
                    | Duration
                    | Factor
                    | Integer
                    | Law
                    | Money
                    | Number
                    | Rate
                    | Ratio
                    | ShortLaw
            )
        });
        let (low, high) = text.split_once("..").filter(|_| is_quantity)?;
        let plain =
            |part: &str| part.trim().starts_with(|c: char| c.is_ascii_digit()) && !part.contains("..");
        if !plain(low) || !plain(high) || text.contains('(') {
            return None;
        }
        let message = format!("is `{}`, which lacks its middle", text.trim());
        Some(Wrong::new(
            message,
            "an uncertain input is low .. mid .. high, such as 700/s .. 800/s .. 1000/s",
        ))
    }

    /// Reports what is wrong with the scalar.
    pub fn wrong(&self, wrong: Wrong) {
        let quote = usize::from(self.node.as_scalar().is_some_and(|scalar| scalar.quoted));
        // A value over several lines is underlined as a whole.
        let whole = self.node.span.length as usize;
        let span = match wrong.part {
            Some((offset, length)) if offset + length + quote <= whole => {
                self.node.span.part(offset + quote, length)
            }
            _ => self.node.span,
        };
        let diagnostic = Diagnostic::error(span, format!("{} {}", self.path, wrong.message));
        let help = wrong.help;
        self.context.push(Diagnostic { help, ..diagnostic.expected(wrong.expected) });
    }

    /// A law of durations.
    #[must_use]
    pub fn law(&self) -> Option<LawSpec> {
        debug_assert!(self.kind.includes(|kind| matches!(kind, Kind::Law | Kind::ShortLaw)), "{}", self.path);
        let parsed = self.parsed(law::parse)?;
        if self.kind.includes(|kind| matches!(kind, Kind::ShortLaw)) {
            for (offset, length, message) in parsed.minutes {
                let span = self.node.span.part(offset, length);
                self.context.push(Diagnostic::warning(span, format!("{}: {message}", self.path)));
            }
        }
        Some(parsed.law)
    }

    /// One of the declared words.
    #[must_use]
    pub fn word(&self) -> Option<&'static str> {
        let words = self.words();
        debug_assert!(words.is_some(), "{} is not declared a choice of words", self.path);
        let words = words?;
        let given = self.parsed(|text| Ok(text.to_owned()))?;
        let found = words.iter().find(|word| **word == given).copied();
        if found.is_none() {
            let message = format!("{} is `{given}`", self.path);
            let diagnostic =
                Diagnostic::error(self.node.span, message).expected(format!("one of {}", words.join(", ")));
            self.context.push(match nearest(&given, words.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
        found
    }
}

impl MapCursor<'_> {
    /// A law of durations, or the default of the table.
    #[must_use]
    pub fn law(&self, key: &str) -> Option<LawSpec> {
        let given = self.field(key).map(|field| field.law());
        let default =
            || self.default_text(key).and_then(|text| law::parse(text).ok()).map(|parsed| parsed.law);
        given.flatten().or_else(default)
    }

    /// One of the declared words, or the default of the table.
    #[must_use]
    pub fn word(&self, key: &str) -> Option<&'static str> {
        self.field(key).and_then(|field| field.word()).or_else(|| self.default_text(key))
    }
}
