//! How a scenario reads files: by name, through whoever holds them. Nothing below the study room opens a file.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256};

use super::yaml;

/// Why an input could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputError {
    /// There is nothing of that name.
    Missing,
    /// It is larger than `limit` bytes.
    TooLarge {
        /// Bytes allowed.
        limit: usize,
    },
    /// The system's reason.
    Unreadable(String),
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "no such file"),
            Self::TooLarge { limit } => write!(f, "larger than {limit} bytes"),
            Self::Unreadable(reason) => write!(f, "{reason}"),
        }
    }
}

impl std::error::Error for InputError {}

/// Files by name. A name is a path with `/`; a relative one is relative to the file that names it, and
/// [`beside`] has already joined the two.
pub trait Inputs {
    /// The whole content of `name`, or an error if it is larger than `limit` bytes.
    ///
    /// # Errors
    /// If it is missing, too large or cannot be read.
    fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, InputError>;

    /// The names of the files in the directory `name`, or matching the pattern `name` (with `*` and `?`), sorted,
    /// without descending into directories; `None` if `name` is neither a directory nor a pattern.
    ///
    /// # Errors
    /// If the directory is missing or cannot be read.
    fn list(&self, name: &str) -> Result<Option<Vec<String>>, InputError>;
}

/// The name of `target` as written in the file `source`: relative names start at that file's directory.
#[must_use]
pub fn beside(source: &str, target: &str) -> String {
    let directory = source.rfind('/').map(|at| &source[..=at]);
    match directory {
        Some(directory) if !target.starts_with('/') => normal(&format!("{directory}{target}")),
        _ => normal(target),
    }
}

/// Takes `.` and `x/..` out, so that one file has one name.
fn normal(name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for (at, part) in name.split('/').enumerate() {
        match part {
            "." => {}
            "" if at > 0 => {}
            ".." if parts.last().is_some_and(|last| !last.is_empty() && *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let trailing = if name.ends_with('/') && parts.iter().any(|part| !part.is_empty()) { "/" } else { "" };
    format!("{}{trailing}", parts.join("/"))
}

/// Reads a document's text within the bounds of the YAML reader.
pub(super) fn read_text(name: &str, inputs: &dyn Inputs) -> Result<String, String> {
    let bytes = inputs.read(name, yaml::MAX_BYTES).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|&&byte| byte == b'\n').count() + 1;
        format!("line {line} is not UTF-8 text")
    })
}

/// Whether `name` matches `pattern`, in which `*` stands for any characters except `/` and `?` for one.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // The last star and where its match ends: on a mismatch that match grows by one character.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        let fits = p < pattern.len() && (pattern[p] == name[n] || (pattern[p] == '?' && name[n] != '/'));
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, n));
            p += 1;
        } else if fits {
            (p, n) = (p + 1, n + 1);
        } else if let Some((at, end)) = star.filter(|&(_, end)| name[end] != '/') {
            star = Some((at, end + 1));
            (p, n) = (at + 1, end + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

/// Inputs held in memory, for tests and for scenarios that are part of the program.
#[derive(Clone, Debug, Default)]
pub struct MemoryInputs {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryInputs {
    /// Adds a file.
    #[must_use]
    pub fn with(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(name.to_owned(), content.into());
        self
    }
}

impl Inputs for MemoryInputs {
    fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, InputError> {
        let content = self.files.get(name).ok_or(InputError::Missing)?;
        if content.len() > limit { Err(InputError::TooLarge { limit }) } else { Ok(content.clone()) }
    }

    fn list(&self, name: &str) -> Result<Option<Vec<String>>, InputError> {
        if name.contains(['*', '?']) {
            return Ok(Some(self.files.keys().filter(|file| matches(name, file)).cloned().collect()));
        }
        let directory = format!("{}/", name.trim_end_matches('/'));
        let inside = |file: &&String| file.strip_prefix(&directory).is_some_and(|rest| !rest.contains('/'));
        let files: Vec<String> = self.files.keys().filter(inside).cloned().collect();
        Ok((!files.is_empty()).then_some(files))
    }
}

/// Inputs that remember what was read through them, for the record of a run.
pub struct RecordedInputs<'a> {
    inner: &'a dyn Inputs,
    read: RefCell<BTreeMap<String, [u8; 32]>>,
}

impl<'a> RecordedInputs<'a> {
    /// Records what is read from `inner`.
    #[must_use]
    pub fn new(inner: &'a dyn Inputs) -> Self {
        Self { inner, read: RefCell::new(BTreeMap::new()) }
    }

    /// The name and SHA-256 of every input read so far.
    #[must_use]
    pub fn digests(&self) -> BTreeMap<String, [u8; 32]> {
        self.read.borrow().clone()
    }
}

impl Inputs for RecordedInputs<'_> {
    fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, InputError> {
        let content = self.inner.read(name, limit)?;
        self.read.borrow_mut().insert(name.to_owned(), Sha256::digest(&content).into());
        Ok(content)
    }

    fn list(&self, name: &str) -> Result<Option<Vec<String>>, InputError> {
        self.inner.list(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_relative_to_the_file_that_names_them() {
        assert_eq!(beside("scenarios/a.yaml", "b.csv"), "scenarios/b.csv");
        assert_eq!(beside("scenarios/a.yaml", "../x/./b.csv"), "x/b.csv");
        assert_eq!(beside("a.yaml", "../b.csv"), "../b.csv");
        assert_eq!(beside("d/a.yaml", "/abs/b.csv"), "/abs/b.csv");
        assert_eq!(beside("d/a.yaml", "k8s/"), "d/k8s/");
    }

    #[test]
    fn patterns_stay_inside_one_directory() {
        assert!(matches("k8s/*.yaml", "k8s/web.yaml"));
        assert!(!matches("k8s/*.yaml", "k8s/sub/web.yaml"));
        assert!(matches("k8s/w?b-*-*.yaml", "k8s/web-a-b-c.yaml"));
        assert!(!matches("*.yaml", "web.yml"));
    }

    #[test]
    fn memory_lists_directories_and_records_digests() {
        let inputs = MemoryInputs::default().with("k/a.yaml", "1").with("k/b.yaml", "2").with("c", "3");
        assert_eq!(inputs.list("k/"), Ok(Some(vec!["k/a.yaml".into(), "k/b.yaml".into()])));
        assert_eq!(inputs.list("c"), Ok(None));
        let recorded = RecordedInputs::new(&inputs);
        assert_eq!(recorded.read("c", 10), Ok(b"3".to_vec()));
        assert_eq!(recorded.read("c", 0), Err(InputError::TooLarge { limit: 0 }));
        assert_eq!(recorded.digests().len(), 1);
    }
}
