//! Inputs that are read once: every design point sees the same bytes, whatever happens to the files meanwhile.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::scenario::{InputError, Inputs};
use crate::study::provenance::{FileDigest, digest};

/// Files and lists by name, kept from their first reading on.
pub struct RememberedInputs<'a> {
    inner: &'a dyn Inputs,
    files: RefCell<BTreeMap<String, File>>,
    lists: RefCell<BTreeMap<String, List>>,
}

/// What listing a folder or a pattern gave.
type List = Result<Option<Vec<String>>, InputError>;

struct File {
    content: Result<Vec<u8>, InputError>,
    sha256: String,
}

impl<'a> RememberedInputs<'a> {
    /// Remembers what is read from `inner`.
    #[must_use]
    pub fn new(inner: &'a dyn Inputs) -> Self {
        Self { inner, files: RefCell::default(), lists: RefCell::default() }
    }

    /// Every file read so far, by name.
    #[must_use]
    pub fn digests(&self) -> Vec<FileDigest> {
        let files = self.files.borrow();
        let read = files.iter().filter(|(_, file)| file.content.is_ok());
        read.map(|(name, file)| FileDigest { file: name.clone(), sha256: file.sha256.clone() }).collect()
    }
}

impl Inputs for RememberedInputs<'_> {
    fn read(&self, name: &str, limit: usize) -> Result<Vec<u8>, InputError> {
        if let Some(file) = self.files.borrow().get(name) {
            return match &file.content {
                Ok(content) if content.len() > limit => Err(InputError::TooLarge { limit }),
                content => content.clone(),
            };
        }
        let content = self.inner.read(name, limit);
        // A file too large for this limit is not remembered: nobody has seen its content.
        if !matches!(content, Err(InputError::TooLarge { .. })) {
            let sha256 = content.as_deref().map(digest).unwrap_or_default();
            self.files.borrow_mut().insert(name.to_owned(), File { content: content.clone(), sha256 });
        }
        content
    }

    fn list(&self, name: &str) -> Result<Option<Vec<String>>, InputError> {
        if let Some(list) = self.lists.borrow().get(name) {
            return list.clone();
        }
        let list = self.inner.list(name);
        self.lists.borrow_mut().insert(name.to_owned(), list.clone());
        list
    }
}
