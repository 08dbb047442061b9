//! The answers of `capacity` as text, tables and a page; computes nothing.

mod csv;
mod page;
mod scatter;
mod text;
mod words;

pub use csv::capacity_csv;
pub use page::capacity_html;
pub use text::capacity_text;
