//! A file of a result, before it is anywhere.

/// One file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Its name below the output place, with `/` between folders.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

impl OutputFile {
    /// A text file.
    #[must_use]
    pub fn text(name: &str, content: impl Into<String>) -> Self {
        Self { name: name.to_owned(), content: content.into().into_bytes() }
    }
}
