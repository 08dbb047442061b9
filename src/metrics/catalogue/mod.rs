//! Every metric that results speak of, declared once: its name, its unit, how it is read, which way is better, whose it is
//! kept and how replications of it become one number.
//!
//! Tables, series, probes, comparisons and pages take all of that from here. A name is therefore written in `list.rs`
//! and nowhere else; code says [`GOODPUT`] and asks it.

mod list;
mod metric;
mod promised;

pub use list::*;
pub use metric::{Merge, Metric, Reading, Times};
pub use promised::{Promised, better, of_figure, promised};

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
