//! What is said of data that cannot be read.

/// What is wrong with a file, and what to do about it.
pub(super) type Said = (String, Option<String>);
