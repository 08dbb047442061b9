//! An objective cut into words, with their places.

use crate::scenario::quantity::Wrong;

/// What can be measured.
pub(super) const MEASURES: &[&str] = &[
    "p50",
    "p90",
    "p95",
    "p99",
    "p99.9",
    "mean",
    "within",
    "success",
    "shed",
    "errors",
    "goodput",
    "replicas",
    "utilisation",
    "cpu",
    "cpu_limit",
    "throttled",
    "retries",
    "waits",
    "wait",
    "recovers",
];

/// Measures of the language that are not built yet.
pub(super) const LATER: &[&str] = &["cost", "lost_value", "deferred", "degraded"];

/// A word or a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word<'t> {
    pub text: &'t str,
    /// Where it begins, in characters.
    pub offset: usize,
}

/// Cuts at spaces and around comparisons; the `>` of `A->B` belongs to its word.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut start: Option<(usize, usize)> = None;
    let mut previous = ' ';
    let mut chars = text.char_indices().enumerate().peekable();
    while let Some((offset, (at, c))) = chars.next() {
        let compares = c == '<' || (c == '>' && previous != '-');
        if c.is_whitespace() || compares {
            if let Some((begin, offset)) = start.take() {
                found.push(Word { text: &text[begin..at], offset });
            }
        } else if start.is_none() {
            start = Some((at, offset));
        }
        if compares {
            let end = match chars.peek() {
                Some((_, (next, '='))) => next + 1,
                _ => at + 1,
            };
            if end > at + 1 {
                chars.next();
            }
            found.push(Word { text: &text[at..end], offset });
        }
        previous = c;
    }
    if let Some((begin, offset)) = start {
        found.push(Word { text: &text[begin..], offset });
    }
    found
}

/// Words read one after the other.
pub(super) struct Words<'r> {
    list: &'r [Word<'r>],
    at: usize,
}

impl<'r> Words<'r> {
    pub(super) fn new(list: &'r [Word<'r>]) -> Self {
        Self { list, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<Word<'r>> {
        self.list.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<Word<'r>> {
        let word = self.peek();
        self.at += 1;
        word
    }

    pub(super) fn accept(&mut self, text: &str) -> bool {
        let found = self.peek().is_some_and(|word| word.text == text);
        self.at += usize::from(found);
        found
    }

    /// A message about the word read last.
    pub(super) fn wrong(&self, message: String, expected: &'static str) -> Wrong {
        let word = self.at.checked_sub(1).and_then(|at| self.list.get(at));
        let part = word.map(|word| (word.offset, word.text.chars().count()));
        Wrong { part, ..Wrong::new(message, expected) }
    }

    pub(super) fn expect(&mut self, texts: &[&str], form: &'static str) -> Result<(), Wrong> {
        match self.next() {
            Some(word) if texts.contains(&word.text) => Ok(()),
            Some(word) => {
                Err(self.wrong(format!("has `{}` where `{}` is expected", word.text, texts[0]), form))
            }
            None => Err(Wrong::new(format!("ends where `{}` is expected", texts[0]), form)),
        }
    }

    /// The next word as a quantity.
    pub(super) fn value<T>(
        &mut self,
        parse: impl Fn(&str) -> Result<T, Wrong>,
        expected: &str,
        form: &'static str,
    ) -> Result<T, Wrong> {
        match self.next() {
            Some(word) => parse(word.text).map_err(|wrong| Wrong {
                help: wrong.help.clone(),
                ..self.wrong(wrong.message, wrong.expected)
            }),
            None => Err(Wrong::new(format!("ends where {expected} is expected"), form)),
        }
    }

    /// The words up to one of `ends`, put together.
    pub(super) fn until(&mut self, ends: &[&str]) -> String {
        let mut parts = Vec::new();
        while let Some(word) = self.peek().filter(|word| !ends.contains(&word.text)) {
            parts.push(word.text);
            self.at += 1;
        }
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_stand_alone_and_arrows_do_not() {
        let text = "edge/web->api p99<=800ms > 3";
        let cut: Vec<_> = words(text).iter().map(|word| word.text).collect();
        assert_eq!(cut, ["edge/web->api", "p99", "<=", "800ms", ">", "3"]);
        assert_eq!(words(text)[3].offset, 19);
        assert!(words("").is_empty());
    }
}
