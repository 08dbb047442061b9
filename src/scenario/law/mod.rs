//! The grammar of laws: `lognormal(mean 4ms p99 20ms)`, `2ms + exponential(3ms)`, `mixture(90% … 10% …)`.
//!
//! Commas are optional everywhere, because inside `{ }` a comma ends a YAML scalar. Times are in seconds. What is
//! read here is only the grammar; whether the parameters make a law is decided where laws are constructed.

mod arguments;
mod parse;
mod spec;
mod tokens;

#[cfg(test)]
pub(in crate::scenario) use parse::FORMS;
pub use parse::{ParsedLaw, parse};
pub use spec::{ColumnOf, LawSpec, LognormalForm};

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
