//! A law's text cut into words and signs, and a walk along them.

use crate::scenario::quantity::{self, Wrong};

/// A word or sign with its place, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub text: String,
    pub offset: usize,
    pub length: usize,
    /// Whether it stood in quotes, so that it is a name and nothing else.
    pub quoted: bool,
}

/// Words are separated by spaces and commas; `(`, `)`, `+` between spaces, and `..` stand for themselves.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        match chars[at] {
            c if c.is_whitespace() || c == ',' => {
                at += 1;
                continue;
            }
            '(' | ')' | '+' => at += 1,
            '"' | '\'' => {
                let quote = chars[at];
                let end =
                    chars[at + 1..].iter().position(|&c| c == quote).map_or(chars.len(), |n| at + 1 + n);
                let text = chars[at + 1..end].iter().collect();
                at = (end + 1).min(chars.len());
                found.push(Token { text, offset: start, length: at - start, quoted: true });
                continue;
            }
            '.' if chars.get(at + 1) == Some(&'.') && chars.get(at + 2) != Some(&'/') => at += 2,
            _ => at = word_end(&chars, at),
        }
        let text = chars[start..at].iter().collect();
        found.push(Token { text, offset: start, length: at - start, quoted: false });
    }
    found
}

/// Where a word ends: at a space, comma, bracket or `..`, and at a `+` that is not an exponent's.
fn word_end(chars: &[char], start: usize) -> usize {
    let mut at = start;
    while let Some(&c) = chars.get(at) {
        let exponent = |c: char| matches!(c, 'e' | 'E');
        let range = c == '.' && chars.get(at + 1) == Some(&'.') && chars.get(at + 2) != Some(&'/');
        let sum = c == '+' && !(at > start && exponent(chars[at - 1]));
        if c.is_whitespace() || matches!(c, ',' | '(' | ')') || range || sum {
            break;
        }
        at += 1;
    }
    at.max(start + 1)
}

/// A message about one word.
pub(super) fn at(token: &Token, message: String, expected: &'static str) -> Wrong {
    Wrong { part: Some((token.offset, token.length)), ..Wrong::new(message, expected) }
}

/// A quantity's complaint, moved to the word it is about.
pub(super) fn placed<T>(result: Result<T, Wrong>, token: &Token) -> Result<T, Wrong> {
    result.map_err(|wrong| Wrong { part: Some((token.offset, token.length)), ..wrong })
}

/// A walk along the words; the grammar is beside [`super::parse`].
pub(super) struct Parser<'a> {
    tokens: &'a [Token],
    pub at: usize,
    /// How many brackets of mixtures are open.
    pub depth: usize,
}

impl<'a> Parser<'a> {
    /// At the first word.
    pub(super) fn new(tokens: &'a [Token]) -> Self {
        Self { tokens, at: 0, depth: 0 }
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    pub(super) fn next(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.at);
        self.at += 1;
        token
    }

    pub(super) fn accept(&mut self, text: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.text == text && !token.quoted);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, text: &'static str, form: &'static str) -> Result<(), Wrong> {
        match self.next() {
            Some(token) if token.text == text && !token.quoted => Ok(()),
            Some(token) => Err(at(token, format!("has `{}` where `{text}` is expected", token.text), form)),
            None => Err(Wrong::new(format!("ends where `{text}` is expected"), form)),
        }
    }

    pub(super) fn duration(&mut self, form: &'static str) -> Result<f64, Wrong> {
        match self.next() {
            Some(token) => placed(quantity::duration(&token.text), token),
            None => Err(Wrong::new("ends where a duration is expected", form)),
        }
    }
}
