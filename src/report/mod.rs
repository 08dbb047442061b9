//! Values to strings and charts. Computes nothing: every number shown stands in the
//! [`Summary`](crate::analysis::Summary).

mod annotations;
mod axis;
mod capacity;
mod chart;
mod charts;
mod check_text;
mod columns;
mod comment_tables;
mod compare;
mod compare_chart;
mod compare_page;
mod compare_text;
mod context;
mod csv;
mod doubt;
#[cfg(test)]
mod example;
mod html;
mod json;
mod junit;
mod line;
mod markdown;
mod number;
mod observed;
mod page;
mod probes;
mod sweep;
mod text;
mod view;

pub use annotations::{check_annotations, diagnostic_annotations};
pub use capacity::{capacity_csv, capacity_html, capacity_text};
pub use charts::{DrawnChart, charts};
pub use check_text::{check_json, check_text};
pub use compare::{compare_csv, compare_json};
pub use compare_page::compare_html;
pub use compare_text::compare_text;
pub use csv::{summary_csv, timeseries_csv};
pub use json::summary_json;
pub use junit::check_junit;
pub use markdown::{MARKER, check_markdown};
pub use number::{clock, duration, human, instant, plain, share, shortest, thousands};
pub use observed::observed_csv;
pub use page::{Origin, html};
pub use probes::probes_csv;
pub use sweep::{
    points_csv, replications_csv, results_csv, sweep_charts, sweep_html, sweep_json, sweep_text,
};
pub use text::{TextOptions, text};
