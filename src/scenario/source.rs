//! The texts a scenario was read from, and positions in them.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Which source a position lies in: an index into [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A stretch of one line of one source, counted in characters as a reader counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The source it lies in.
    pub file: FileId,
    /// Line, from 1.
    pub line: u32,
    /// Column of the first character, from 1.
    pub column: u32,
    /// Characters covered; 0 for a place between characters.
    pub length: u32,
}

impl Span {
    /// The part of this span that starts `offset` characters in and is `length` long.
    #[must_use]
    pub fn part(self, offset: usize, length: usize) -> Self {
        let shift = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { column: self.column.saturating_add(shift(offset)), length: shift(length), ..self }
    }
}

/// Where a value came from: later ones won over earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file named by `base:`.
    Base,
    /// The scenario file itself, or a manifest it names.
    File,
    /// The `set:` section or `--set`.
    Set,
    /// A factor of a sweep or a search.
    Sweep,
}

/// One text: a file, or an argument of the command line.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name to show: a path as the user wrote it, or an option.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Whether line numbers mean something to the reader.
    pub is_file: bool,
    /// SHA-256 of the text, for the record of a run.
    pub sha256: [u8; 32],
}

/// Where in a file something is written, for programs that show it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file as it was named.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column of the first character, from 1.
    pub column: u32,
    /// Column of the last character.
    pub end_column: u32,
}

/// Every text that took part in a document.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Adds a file's text.
    pub fn add_file(&mut self, name: &str, text: String) -> FileId {
        self.add(name, text, true)
    }

    /// Adds a text given on the command line or by a factor; `name` is the option, such as `--set`.
    pub fn add_argument(&mut self, name: &str, text: String) -> FileId {
        self.add(name, text, false)
    }

    fn add(&mut self, name: &str, text: String, is_file: bool) -> FileId {
        let sha256 = Sha256::digest(text.as_bytes()).into();
        self.list.push(Source { name: name.to_owned(), text, is_file, sha256 });
        FileId(u32::try_from(self.list.len() - 1).unwrap_or(u32::MAX))
    }

    /// The source with this id, if it belongs to this table.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.list.get(id.0 as usize)
    }

    /// Every source in the order it was read.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter()
    }

    /// Where in a file this is written; nothing for a text of the command line.
    #[must_use]
    pub fn written(&self, span: Span) -> Option<Place> {
        let source = self.get(span.file).filter(|source| source.is_file)?;
        let end_column = span.column.saturating_add(span.length.max(1)) - 1;
        Some(Place { file: source.name.clone(), line: span.line, column: span.column, end_column })
    }

    /// `file:line:column`, or the option's name for a text of the command line.
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        match self.get(span.file) {
            Some(source) if source.is_file => format!("{}:{}:{}", source.name, span.line, span.column),
            Some(source) => source.name.clone(),
            None => String::from("?"),
        }
    }
}
