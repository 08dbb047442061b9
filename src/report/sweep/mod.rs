//! The results of a sweep as text, tables, charts and one page.

mod canvas;
mod charts;
mod csv;
mod effects;
#[cfg(test)]
mod example;
mod heat;
mod json;
mod page;
mod scale;
mod text;
mod tornado;
mod tradeoff;
mod words;

pub use charts::sweep_charts;
pub use csv::{points_csv, replications_csv, results_csv};
pub use json::sweep_json;
pub use page::sweep_html;
pub use text::sweep_text;
