//! From records to estimates with intervals; the verdict.
//!
//! [`Pool`] folds the records of replications, [`summarize`] makes the [`Summary`] of it that every report
//! reads, and [`judge`] is the only place where a rule and a measurement become a verdict.

mod beside;
pub mod capacity;
mod contrast;
mod estimate;
mod groups;
mod health;
mod judge;
mod needs;
mod observed;
mod offered;
mod pool;
mod probes;
mod reactive;
mod required;
mod rows;
mod samples;
mod scalars;
mod scope;
mod series;
mod side_by_side;
mod slice;
mod staff;
mod summarize;
mod summary;
pub mod sweep;
#[cfg(test)]
mod tests;
mod track;
pub mod uncertainty;
mod when;

pub use contrast::{Change, ContrastRow, Range, Side, all_contrasts, decision_contrasts, decision_samples};
pub use estimate::Estimate;
pub use judge::{judge, judge_at, judge_inputs, met_by_run};
pub use observed::{ObservedPoint, ObservedRow, beside_measured};
pub use pool::Pool;
pub use probes::ProbeRow;
pub use required::{RequiredCapacity, required_capacity};
pub use rows::{
    Conclusion, InputVerdict, MetricRow, ObjectiveResult, Outcome, SeriesPoint, SeriesRow, TheoryRow,
};
pub use samples::{MetricSample, objective_measure, objective_sample};
pub use side_by_side::{
    BestOf, COMPARISON_VERSION, ComparedSide, Entrant, FromBestSide, Selection, SideBySide,
};
pub use summarize::{Extra, summarize};
pub use summary::{
    Assumption, BrokenSpan, ChartWindow, RecoveryEstimate, RunFacts, SUMMARY_VERSION, ServiceNeed, Summary,
};
