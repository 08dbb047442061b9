//! The parameters of a law: named (`k 3 mean 4ms`) or in their order (`3 4ms`).

use super::tokens::{Parser, at, placed};
use crate::scenario::diagnostics::nearest;
use crate::scenario::quantity::{self, Wrong};

/// What values a parameter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListOf {
    /// Plain numbers, which may be negative (the `mu` of a lognormal law).
    Numbers,
    /// Durations, in seconds.
    Durations,
    /// Rates, per second.
    Rates,
    /// The name of a file.
    File,
    /// A word, or several in quotes.
    Word,
}

/// The parameters that were given.
pub(super) struct Named {
    values: Vec<(&'static str, Vec<f64>)>,
    file: Option<String>,
    words: Vec<(&'static str, String)>,
    form: &'static str,
}

/// Reads parameters up to the closing bracket.
pub(super) fn arguments(
    parser: &mut Parser<'_>,
    allowed: &[(&'static str, ListOf)],
    form: &'static str,
) -> Result<Named, Wrong> {
    let mut named = Named { values: Vec::new(), file: None, words: Vec::new(), form };
    let mut current: Option<(&'static str, ListOf)> = None;
    let mut position = 0;
    while let Some(token) = parser.peek().filter(|token| token.text != ")" || token.quoted) {
        parser.next();
        let name = allowed.iter().find(|(name, kind)| *name == token.text && *kind != ListOf::File);
        if let Some(&(name, kind)) = name.filter(|_| !token.quoted) {
            if named.has(name) {
                return Err(at(token, format!("has `{name}` twice"), form));
            }
            named.values.push((name, Vec::new()));
            current = Some((name, kind));
            continue;
        }
        let (name, kind) = match current {
            Some(current) => current,
            None if position < allowed.len() => {
                let (name, kind) = allowed[position];
                position += 1;
                named.values.push((name, Vec::new()));
                (name, kind)
            }
            None => return Err(at(token, format!("has `{}` too much", token.text), form)),
        };
        let is_name = token.quoted || token.text.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_name && !matches!(kind, ListOf::File | ListOf::Word) {
            let wrong = at(token, format!("has `{}`, which is not a parameter", token.text), form);
            let near = nearest(&token.text, allowed.iter().map(|(name, _)| *name));
            return Err(near.map_or(wrong.clone(), |near| wrong.help(format!("did you mean `{near}`?"))));
        }
        let value = match kind {
            ListOf::Numbers => placed(signed(&token.text), token)?,
            ListOf::Durations => placed(quantity::duration(&token.text), token)?,
            ListOf::Rates => placed(quantity::rate(&token.text), token)?,
            ListOf::File => {
                named.file = Some(token.text.clone());
                0.0
            }
            ListOf::Word => {
                named.words.push((name, token.text.clone()));
                0.0
            }
        };
        if let Some((_, list)) = named.values.iter_mut().find(|(key, _)| *key == name) {
            list.push(value);
        }
    }
    Ok(named)
}

fn signed(text: &str) -> Result<f64, Wrong> {
    match text.strip_prefix('-') {
        Some(rest) => quantity::number(rest).map(|value| -value),
        None => quantity::number(text),
    }
}

impl Named {
    /// Whether the parameter was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(key, _)| *key == name)
    }

    /// The values of a parameter.
    pub(super) fn list(&self, name: &str) -> Result<Vec<f64>, Wrong> {
        match self.values.iter().find(|(key, _)| *key == name) {
            Some((_, list)) if !list.is_empty() => Ok(list.clone()),
            _ => Err(self.wrong(&format!("has no `{name}`"))),
        }
    }

    /// The one value of a parameter.
    pub(super) fn one(&self, name: &str) -> Result<f64, Wrong> {
        match self.list(name)?[..] {
            [value] => Ok(value),
            _ => Err(self.wrong(&format!("has more than one `{name}`"))),
        }
    }

    /// The one value of a parameter that is a whole number.
    pub(super) fn whole(&self, name: &str) -> Result<u32, Wrong> {
        let value = self.one(name)?;
        let whole = value.fract() == 0.0 && (1.0..=1e6).contains(&value);
        if whole { Ok(value as u32) } else { Err(self.wrong(&format!("needs a whole `{name}` from 1 on"))) }
    }

    /// The name of the file.
    pub(super) fn file(&self) -> Result<String, Wrong> {
        self.file.clone().filter(|file| !file.is_empty()).ok_or_else(|| self.wrong("has no file"))
    }

    /// The word of a parameter that may be absent.
    pub(super) fn word(&self, name: &str) -> Result<Option<String>, Wrong> {
        let mut found = self.words.iter().filter(|(key, _)| *key == name).map(|(_, word)| word.clone());
        match (found.next(), found.next()) {
            (None, _) if self.has(name) => Err(self.wrong(&format!("has no word after `{name}`"))),
            (_, Some(_)) => {
                Err(self.wrong(&format!("has two words after `{name}`; quote a name with blanks")))
            }
            (word, None) => Ok(word),
        }
    }

    /// A message about the parameters as a whole.
    pub(super) fn wrong(&self, message: &str) -> Wrong {
        Wrong::new(message, self.form)
    }
}
