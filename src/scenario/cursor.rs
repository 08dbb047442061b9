//! Walks a document by its declared keys, collects what is wrong and goes on.
//!
//! A [`MapCursor`] hands out the declared keys of one map. When it is dropped it reports keys that nobody asked for
//! and required keys that are missing, and lists the defaults that were taken. Reading an undeclared key, reading a
//! key as another kind than declared, and leaving a declared key unread are mistakes of the program: debug builds
//! stop there.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::assumption::Assumption;
use super::diagnostics::{Diagnostic, Diagnostics, nearest};
use super::inputs::Inputs;
use super::node::{Entry, Mapping, Node, Value};
use super::source::{Sources, Span};
use super::table::{Key, Kind, LATER, Table};

/// Entries that a map of names may have.
const MAX_NAMES: usize = 5_000;

/// What decoding shares: the texts, the files, and everything found so far.
pub struct Context<'a> {
    /// The texts, for file names relative to the file they are written in.
    pub sources: &'a Sources,
    /// Files that the scenario names.
    pub inputs: &'a dyn Inputs,
    diagnostics: RefCell<Diagnostics>,
    assumptions: RefCell<BTreeMap<String, Assumption>>,
}

impl<'a> Context<'a> {
    /// Nothing found so far.
    #[must_use]
    pub fn new(sources: &'a Sources, inputs: &'a dyn Inputs) -> Self {
        Self { sources, inputs, diagnostics: RefCell::default(), assumptions: RefCell::default() }
    }

    /// Adds a diagnostic.
    pub fn push(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// Adds a default that was taken.
    pub fn assume(&self, path: impl Into<String>, value: impl Into<String>, meaning: &'static str) {
        let path = path.into();
        let assumption = Assumption { path: path.clone(), value: value.into(), meaning };
        self.assumptions.borrow_mut().insert(path, assumption);
    }

    /// Whether an error was found so far.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.borrow().has_errors()
    }

    /// Everything found, assumptions sorted by address.
    #[must_use]
    pub fn finish(self) -> (Diagnostics, Vec<Assumption>) {
        (self.diagnostics.into_inner(), self.assumptions.into_inner().into_values().collect())
    }
}

/// A value with its address and what it was declared to be.
#[derive(Clone)]
pub struct Field<'a> {
    /// Where diagnostics go.
    pub context: &'a Context<'a>,
    /// The value.
    pub node: &'a Node,
    /// Where its key is written, or the value itself in a list.
    pub key_span: Span,
    /// Its address.
    pub path: String,
    /// What it was declared to be.
    pub kind: &'static Kind,
}

/// The keys of one map.
pub struct MapCursor<'a> {
    context: &'a Context<'a>,
    map: Option<&'a Mapping>,
    /// The map's own place.
    pub span: Span,
    /// The map's address.
    pub path: String,
    table: &'static Table,
    taken: Cell<u64>,
}

impl<'a> MapCursor<'a> {
    /// Opens `node` as a map of the kind `table`.
    #[must_use]
    pub fn open(context: &'a Context<'a>, node: &'a Node, path: String, table: &'static Table) -> Self {
        let map = node.as_mapping();
        if map.is_none() && !node.is_null() {
            let diagnostic =
                Diagnostic::error(node.span, format!("{} is {}", shown(&path), node.kind_name()));
            let first: Vec<&str> = table.keys.iter().map(|key| key.name).take(4).collect();
            context.push(diagnostic.expected(format!("a map with keys such as {}", first.join(", "))));
        }
        debug_assert!(table.keys.len() <= 64, "{} has too many keys", table.name);
        Self { context, map, span: node.span, path, table, taken: Cell::new(0) }
    }

    /// The value under a declared key; nothing if it is absent or null.
    pub fn field(&self, key: &str) -> Option<Field<'a>> {
        let declared = self.declared(key)?;
        let entry = self.map?.get(key).filter(|entry| !entry.node.is_null())?;
        Some(Field {
            context: self.context,
            node: &entry.node,
            key_span: entry.key_span,
            path: self.address(key),
            kind: &declared.kind,
        })
    }

    /// The default of a declared key, as it would be written.
    #[must_use]
    pub fn default_text(&self, key: &str) -> Option<&'static str> {
        self.table.key(key).and_then(|(_, declared)| declared.default)
    }

    fn declared(&self, key: &str) -> Option<&'static Key> {
        let found = self.table.key(key);
        debug_assert!(found.is_some(), "`{key}` is not declared in {}", self.table.name);
        let (at, declared) = found?;
        self.taken.set(self.taken.get() | 1 << at);
        Some(declared)
    }

    /// The address of a key of this map.
    #[must_use]
    pub fn address(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Adds a diagnostic.
    pub fn push(&self, diagnostic: Diagnostic) {
        self.context.push(diagnostic);
    }

    /// Lists what was taken for an absent key whose default depends on other keys.
    pub fn assume(&self, key: &str, value: &str) {
        if let Some((_, declared)) = self.table.key(key) {
            self.context.assume(self.address(key), value, declared.doc);
        }
    }

    /// The keys of `keys` that are there.
    #[must_use]
    pub fn present(&self, keys: &[&'static str]) -> Vec<&'static str> {
        let there =
            |key: &&&str| self.map.and_then(|map| map.get(key)).is_some_and(|entry| !entry.node.is_null());
        keys.iter().filter(there).copied().collect()
    }

    /// The one key of `keys` that is there; an error if there is none or more than one. Then it is nothing.
    pub fn exactly_one(&self, keys: &[&'static str]) -> Option<&'static str> {
        let listed = || keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
        match self.present(keys)[..] {
            [one] => Some(one),
            [] => {
                // A map that is no map, or a misspelt head key, has its own message.
                if self.map.is_some() && !self.has_unknown() {
                    let diagnostic =
                        Diagnostic::error(self.span, format!("{} says nothing", shown(&self.path)));
                    self.context.push(diagnostic.expected(format!("one of {}", listed())));
                }
                None
            }
            [first, second, ..] => {
                let span =
                    |key: &str| self.map.and_then(|map| map.get(key)).map_or(self.span, |e| e.key_span);
                let message = format!("{} has both `{first}` and `{second}`", shown(&self.path));
                let diagnostic =
                    Diagnostic::error(span(second), message).note_at(span(first), "the other one");
                self.context.push(diagnostic.expected(format!("exactly one of {}", listed())));
                None
            }
        }
    }

    fn has_unknown(&self) -> bool {
        self.map.is_some_and(|map| map.iter().any(|entry| self.table.key(&entry.key).is_none()))
    }

    /// Reports a key that is not declared; `unclosed` is an entry whose value lacks a closing bracket.
    fn report_unknown(&self, unclosed: Option<&Entry>, entry: &Entry) {
        if let Some(cut) = unclosed.filter(|_| entry.node.is_null()) {
            // A law says so itself.
            let declared = self.table.key(&cut.key).map(|(_, key)| &key.kind);
            if declared.is_some_and(|kind| kind.includes(|kind| matches!(kind, Kind::Law | Kind::ShortLaw))) {
                return;
            }
            let message = format!("a comma ended the value of `{}` before `{}`", cut.key, entry.key);
            let help = "inside { } a comma ends a value: leave commas out, such as lognormal(mean 2ms p99 9ms), or quote";
            return self.context.push(Diagnostic::error(entry.key_span, message).help(help));
        }
        let place = if self.path.is_empty() { String::new() } else { format!(" in {}", self.path) };
        if LATER.contains(&entry.key.as_str()) {
            let message = format!("unknown key `{}`{place}: it is planned, and not built yet", entry.key);
            return self.context.push(Diagnostic::error(entry.key_span, message));
        }
        let message = format!("unknown key `{}`{place}", entry.key);
        let names = || self.table.keys.iter().map(|key| key.name);
        let mut diagnostic = Diagnostic::error(entry.key_span, message);
        match nearest(&entry.key, names()) {
            Some(near) => diagnostic = diagnostic.help(format!("did you mean `{near}`?")),
            None => {
                diagnostic = diagnostic.expected(format!("one of {}", names().collect::<Vec<_>>().join(", ")))
            }
        }
        self.context.push(diagnostic);
    }
}

impl Drop for MapCursor<'_> {
    fn drop(&mut self) {
        let Some(map) = self.map else { return };
        if std::thread::panicking() {
            return;
        }
        let unclosed = map.iter().find(|entry| entry.node.as_text().is_some_and(is_unclosed));
        for entry in map.iter().filter(|entry| self.table.key(&entry.key).is_none()) {
            self.report_unknown(unclosed, entry);
        }
        for (at, key) in self.table.keys.iter().enumerate() {
            let read = self.taken.get() & (1 << at) != 0;
            debug_assert!(read, "nobody reads `{}` of {}", key.name, self.table.name);
            if map.get(key.name).is_some_and(|entry| !entry.node.is_null()) {
                continue;
            }
            if let Some(default) = key.default {
                self.context.assume(self.address(key.name), default, key.doc);
            } else if key.required {
                let message = format!("{} has no `{}`", shown(&self.path), key.name);
                let near =
                    map.iter().map(|entry| entry.key.as_str()).filter(|key| self.table.key(key).is_none());
                let misspelt = nearest(key.name, near).is_some();
                if !misspelt {
                    self.context.push(Diagnostic::error(self.span, message).expected(key.doc));
                }
            }
        }
    }
}

/// An address for a message; the root has a name too.
#[must_use]
pub fn shown(path: &str) -> &str {
    if path.is_empty() { "the scenario" } else { path }
}

fn is_unclosed(text: &str) -> bool {
    text.matches('(').count() > text.matches(')').count()
}

impl<'a> Field<'a> {
    /// The keys of the map this was declared to be.
    #[must_use]
    pub fn map(&self) -> MapCursor<'a> {
        let table = match self.kind {
            Kind::Map(table) => Some(*table),
            Kind::Either(choices) => choices.iter().find_map(|kind| match kind {
                Kind::Map(table) => Some(*table),
                _ => None,
            }),
            _ => None,
        };
        debug_assert!(table.is_some(), "{} is not declared a map", self.path);
        static NONE: Table = Table { name: "none", doc: "", keys: &[] };
        MapCursor::open(self.context, self.node, self.path.clone(), table.unwrap_or(&NONE))
    }

    /// Name and value of each entry of the map of names this was declared to be.
    #[must_use]
    pub fn entries(&self) -> Vec<(&'a str, Field<'a>)> {
        let (inner, labels) = match self.kind {
            Kind::Named(inner) => (*inner, true),
            Kind::Paths => (&Kind::Text, false),
            _ => {
                debug_assert!(false, "{} is not declared a map of names", self.path);
                return Vec::new();
            }
        };
        let Value::Mapping(map) = &self.node.value else {
            let message = format!("{} is {}", self.path, self.node.kind_name());
            let expected = "a map whose keys are names of your choice";
            self.context.push(Diagnostic::error(self.node.span, message).expected(expected));
            return Vec::new();
        };
        if map.len() > MAX_NAMES {
            let message = format!("{} has {} entries; at most {MAX_NAMES} are read", self.path, map.len());
            self.context.push(Diagnostic::error(self.node.span, message));
        }
        let mut found = Vec::new();
        for entry in map.iter().filter(|entry| !entry.node.is_null()).take(MAX_NAMES) {
            if labels && !is_label(&entry.key) {
                let message = format!("`{}` is not a name", entry.key);
                let diagnostic = Diagnostic::error(entry.key_span, message);
                self.context
                    .push(diagnostic.expected("lower-case letters, digits and hyphens, such as add-to-cart"));
            }
            let path = format!("{}.{}", self.path, entry.key);
            let (context, node, key_span) = (self.context, &entry.node, entry.key_span);
            found.push((entry.key.as_str(), Field { context, node, key_span, path, kind: inner }));
        }
        found
    }

    /// Each item of the list this was declared to be.
    #[must_use]
    pub fn items(&self) -> Vec<Field<'a>> {
        let inner = match self.kind {
            Kind::List(inner) => Some(*inner),
            Kind::Either(choices) => choices.iter().find_map(|kind| match kind {
                Kind::List(inner) => Some(*inner),
                _ => None,
            }),
            _ => None,
        };
        debug_assert!(inner.is_some(), "{} is not declared a list", self.path);
        let (Some(kind), Some(items)) = (inner, self.node.as_sequence()) else {
            let message = format!("{} is {}", self.path, self.node.kind_name());
            self.context.push(
                Diagnostic::error(self.node.span, message).expected("a list: [ … ], or a line with - each"),
            );
            return Vec::new();
        };
        let field = |(at, node): (usize, &'a Node)| {
            let path = format!("{}[{at}]", self.path);
            Field { context: self.context, node, key_span: node.span, path, kind }
        };
        items.iter().enumerate().map(field).collect()
    }

    /// Adds an error about this value.
    pub fn error(&self, message: impl Into<String>) {
        self.context.push(Diagnostic::error(self.node.span, message));
    }

    /// Adds an error about the key itself.
    pub fn key_error(&self, message: impl Into<String>) {
        self.context.push(Diagnostic::error(self.key_span, message));
    }

    /// Adds a warning about this value.
    pub fn warn(&self, message: impl Into<String>) {
        self.context.push(Diagnostic::warning(self.node.span, message));
    }
}

/// Whether `text` is a DNS label (RFC 1123): lower-case letters, digits, inner hyphens, at most 63.
#[must_use]
pub fn is_label(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty()
        && text.len() <= 63
        && text.chars().all(fits)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
#[path = "cursor_tests.rs"]
mod tests;
