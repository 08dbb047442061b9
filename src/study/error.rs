//! Why a verb gave no result.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::scenario::Diagnostics;

/// Why a verb gave no result. Nothing is half written when one of these comes back.
#[derive(Debug)]
pub enum StudyError {
    /// What was asked for makes no sense; nothing was run and nothing written. The text is for people.
    Refused(String),
    /// A file could not be read.
    Read {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// A file could not be written.
    Write {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        reason: io::Error,
    },
    /// The work could not be done, for example because there are no threads.
    Failed(String),
    /// Somebody asked for an end.
    Interrupted,
}

impl StudyError {
    pub(super) fn read(path: &Path, reason: io::Error) -> Self {
        Self::Read { path: path.to_owned(), reason }
    }

    pub(super) fn write(path: &Path, reason: io::Error) -> Self {
        Self::Write { path: path.to_owned(), reason }
    }
}

impl fmt::Display for StudyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) | Self::Failed(text) => f.write_str(text),
            Self::Read { path, reason } => {
                write!(f, "cannot read `{}`: {}", path.display(), in_words(reason))
            }
            Self::Write { path, reason } => {
                write!(f, "cannot write `{}`: {}", path.display(), in_words(reason))
            }
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl std::error::Error for StudyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { reason, .. } | Self::Write { reason, .. } => Some(reason),
            _ => None,
        }
    }
}

/// The system's reason without its number, which says nothing to the reader.
fn in_words(reason: &io::Error) -> String {
    let text = reason.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The first error in one line, and how many more there are.
pub(super) fn reason(diagnostics: &Diagnostics) -> String {
    let sorted = diagnostics.sorted();
    let first =
        sorted.first().map_or_else(|| "no scenario".to_owned(), |first| first.message.replace('\n', " "));
    match diagnostics.errors() {
        0 | 1 => first,
        count => format!("{first}; and {} more", count - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_words() {
        let error = StudyError::write(Path::new("out/run.json"), io::Error::from_raw_os_error(28));
        assert_eq!(error.to_string(), "cannot write `out/run.json`: no space left on device");
    }
}
