//! Values to strings and charts. Computes nothing: every number shown stands in the
//! [`Summary`](crate::analysis::Summary).

mod axis;
mod chart;
mod charts;
mod columns;
mod csv;
#[cfg(test)]
mod example;
mod html;
mod json;
mod line;
mod number;
mod page;
mod text;
mod view;

pub use charts::{DrawnChart, charts};
pub use csv::{summary_csv, timeseries_csv};
pub use json::summary_json;
pub use number::{clock, duration, human, instant, plain, share, shortest, thousands};
pub use page::{Origin, html};
pub use text::{TextOptions, text};
