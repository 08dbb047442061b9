//! Conditions on the points of a sweep: `hpa/web.spec.minReplicas <= hpa/web.spec.maxReplicas`.
//!
//! A condition compares two sides; a side is numbers and factors with `+ - * /` between them, left to right with the
//! usual precedence. Words are separated by blanks, because paths hold hyphens and slashes.

use super::level::{Level, size};

/// Most words of a condition.
const MAX_WORDS: usize = 64;

/// A condition that a point of a sweep meets or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// As it was written.
    pub text: String,
    left: Side,
    comparison: Comparison,
    right: Side,
}

/// What is wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// What is wrong.
    pub message: String,
    /// The word it is about: offset and length in characters.
    pub part: Option<(usize, usize)>,
    /// A word that names no factor.
    pub unknown: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    More,
    AtLeast,
    Same,
    Other,
}

/// Terms that are added; each is factors that are multiplied or divided.
type Side = Vec<(bool, Vec<(bool, Operand)>)>;

#[derive(Clone, Debug, PartialEq)]
enum Operand {
    /// The place of a factor.
    Factor(usize),
    /// A value: its text and its size.
    Value(String, Option<f64>),
}

struct Word<'a> {
    text: &'a str,
    part: (usize, usize),
}

impl Condition {
    /// Reads a condition. `factor` gives the place of a factor by its path or short name.
    ///
    /// # Errors
    /// If it is no comparison, or a word is neither a factor nor a quantity.
    pub fn parse(text: &str, factor: &dyn Fn(&str) -> Option<usize>) -> Result<Self, ConditionError> {
        let words = words(text);
        let whole = |message: &str| ConditionError { message: message.to_owned(), part: None, unknown: None };
        if words.len() > MAX_WORDS {
            return Err(whole("is too long"));
        }
        let comparisons: Vec<usize> =
            (0..words.len()).filter(|&at| comparison_of(words[at].text).is_some()).collect();
        let [at] = comparisons[..] else {
            let message = if comparisons.is_empty() { "compares nothing" } else { "compares more than once" };
            return Err(whole(message));
        };
        let comparison = comparison_of(words[at].text).ok_or_else(|| whole("compares nothing"))?;
        // Only a word that stands alone can be the same as a factor's value; every other word must have a size.
        let is_equality = matches!(comparison, Comparison::Same | Comparison::Other);
        let part = |words| side(words, is_equality, factor);
        let (left, right) = (part(&words[..at])?, part(&words[at + 1..])?);
        if !has_factor(&left) && !has_factor(&right) {
            // Which of the words was meant for a factor: one that is no quantity, if there is one.
            let slip =
                words.iter().find(|word| comparison_of(word.text).is_none() && size(word.text).is_none());
            return Err(match slip {
                Some(word) => no_factor(word),
                None => whole("has no factor of this sweep"),
            });
        }
        Ok(Self { text: text.trim().to_owned(), left, comparison, right })
    }

    /// Whether a point with these values, one a factor, meets it.
    #[must_use]
    pub fn holds(&self, point: &[Level]) -> bool {
        if let (Some(left), Some(right)) = (value(&self.left, point), value(&self.right, point)) {
            return match self.comparison {
                Comparison::Less => left < right,
                Comparison::AtMost => left <= right,
                Comparison::More => left > right,
                Comparison::AtLeast => left >= right,
                Comparison::Same => left == right,
                Comparison::Other => left != right,
            };
        }
        // Words have no size: they are the same or not.
        let same = lone(&self.left, point).zip(lone(&self.right, point)).map(|(left, right)| left == right);
        match self.comparison {
            Comparison::Same => same == Some(true),
            Comparison::Other => same == Some(false),
            _ => false,
        }
    }
}

fn comparison_of(word: &str) -> Option<Comparison> {
    Some(match word {
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        ">" => Comparison::More,
        ">=" => Comparison::AtLeast,
        "==" | "=" => Comparison::Same,
        "!=" => Comparison::Other,
        _ => return None,
    })
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut at = 0;
    while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
        at += rest[..start].chars().count();
        rest = &rest[start..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let length = rest[..end].chars().count();
        found.push(Word { text: &rest[..end], part: (at, length) });
        at += length;
        rest = &rest[end..];
    }
    found
}

fn has_factor(side: &Side) -> bool {
    let mut operands = side.iter().flat_map(|(_, factors)| factors);
    operands.any(|(_, operand)| matches!(operand, Operand::Factor(_)))
}

fn no_factor(word: &Word<'_>) -> ConditionError {
    let message = format!("names `{}`, which is no factor of this sweep", word.text);
    ConditionError { message, part: Some(word.part), unknown: Some(word.text.to_owned()) }
}

/// A side of a comparison; `may_be_word` says that a single word need be neither a factor nor a quantity.
fn side(
    words: &[Word<'_>],
    may_be_word: bool,
    factor: &dyn Fn(&str) -> Option<usize>,
) -> Result<Side, ConditionError> {
    let may_be_word = may_be_word && words.len() == 1;
    let wrong = |message: String, part, unknown| Err(ConditionError { message, part, unknown });
    let mut terms: Side = vec![(false, Vec::new())];
    let mut divided = false;
    for (at, word) in words.iter().enumerate() {
        let is_operator = at % 2 == 1;
        match (is_operator, word.text) {
            (true, "+" | "-") => {
                terms.push((word.text == "-", Vec::new()));
                divided = false;
            }
            (true, "*" | "/") => divided = word.text == "/",
            (true, other) => {
                return wrong(format!("has `{other}` where + - * / is expected"), Some(word.part), None);
            }
            (false, text) => {
                let operand = match (factor(text), size(text)) {
                    (Some(place), _) => Operand::Factor(place),
                    (None, Some(size)) => Operand::Value(text.to_owned(), Some(size)),
                    // A path is meant as a factor; another word may be a value such as `random`.
                    (None, None) if may_be_word && (!text.contains('.') || text.contains('(')) => {
                        Operand::Value(text.to_owned(), None)
                    }
                    (None, None) => return Err(no_factor(word)),
                };
                if let Some((_, factors)) = terms.last_mut() {
                    factors.push((divided, operand));
                }
            }
        }
    }
    if words.len().is_multiple_of(2) {
        return wrong("has a side that ends in nothing".to_owned(), None, None);
    }
    Ok(terms)
}

fn value(side: &Side, point: &[Level]) -> Option<f64> {
    let size = |operand: &Operand| match operand {
        Operand::Factor(place) => point.get(*place)?.size,
        Operand::Value(_, size) => *size,
    };
    let mut sum = 0.0;
    for (is_negative, factors) in side {
        let mut product = 1.0;
        for (divided, operand) in factors {
            let size = size(operand)?;
            product = if *divided { product / size } else { product * size };
        }
        sum += if *is_negative { -product } else { product };
    }
    Some(sum)
}

/// The text of a side that is a single word.
fn lone<'a>(side: &'a Side, point: &'a [Level]) -> Option<&'a str> {
    match &side[..] {
        [(false, factors)] => match &factors[..] {
            [(_, Operand::Factor(place))] => point.get(*place).map(|level| level.label.as_str()),
            [(_, Operand::Value(text, _))] => Some(text),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTORS: [&str; 3] =
        ["hpa/web.spec.minReplicas", "hpa/web.spec.maxReplicas", "services.web.balancer"];

    fn parse(text: &str) -> Result<Condition, ConditionError> {
        Condition::parse(text, &|word| {
            FACTORS.iter().position(|path| *path == word || path.ends_with(&format!(".{word}")))
        })
    }

    fn holds(text: &str, point: [&str; 3]) -> bool {
        let point = point.map(|text| Level::new(text, false));
        parse(text).unwrap_or_else(|error| panic!("{text}: {}", error.message)).holds(&point)
    }

    #[test]
    fn sides_are_computed() {
        let point = ["20", "80", "random"];
        assert!(holds("hpa/web.spec.minReplicas <= hpa/web.spec.maxReplicas", point));
        assert!(holds("minReplicas * 4 == maxReplicas", point));
        assert!(holds("minReplicas + 2 * 30 >= maxReplicas", point));
        assert!(holds("maxReplicas / minReplicas - 4 = 0", point));
        assert!(!holds("minReplicas > maxReplicas", point));
        assert!(holds("balancer == random", point) && holds("balancer != least-request", point));
        assert!(!holds("balancer < 3", point));
        assert!(holds("random == balancer", point) && !holds("balancer == p2c", point));
    }

    #[test]
    fn mistakes_are_placed() {
        assert_eq!(parse("minReplicas maxReplicas").unwrap_err().message, "compares nothing");
        assert_eq!(parse("1 < 2 < 3").unwrap_err().message, "compares more than once");
        let unknown = parse("minReplicas <= hpa/web.spec.max").unwrap_err();
        assert_eq!((unknown.part, unknown.unknown.as_deref()), (Some((15, 16)), Some("hpa/web.spec.max")));
        // A word that is no value of anything is a slip, not a condition that nothing meets.
        for text in ["minRepicas > 1", "1 < minRepicas", "minRepicas == 20", "minReplicas * minRepicas = 4"] {
            let unknown = parse(text).unwrap_err();
            assert_eq!(unknown.unknown.as_deref(), Some("minRepicas"), "{text}");
        }
        assert!(parse("1 < 2").unwrap_err().message.contains("no factor"));
        assert!(parse("minReplicas <=").unwrap_err().message.contains("ends in nothing"));
        assert!(parse("minReplicas 4 <= 2").unwrap_err().message.contains("+ - * /"));
    }
}
