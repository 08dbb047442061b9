//! What is said of a text that is not the quantity it should be.

/// What is wrong with a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong, to follow the key's name: `needs a unit`.
    pub message: String,
    /// What would have been right, with an example.
    pub expected: &'static str,
    /// What to write instead, if that can be guessed.
    pub help: Option<String>,
    /// The part of the text that is wrong, in characters: offset and length; nothing for all of it.
    pub part: Option<(usize, usize)>,
}

impl Wrong {
    /// A message about the whole text.
    pub fn new(message: impl Into<String>, expected: &'static str) -> Self {
        Self { message: message.into(), expected, help: None, part: None }
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
