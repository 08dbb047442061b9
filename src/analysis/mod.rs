//! From records to estimates with intervals; the verdict.

mod summary;

pub use summary::{
    Assumption, ChartWindow, Conclusion, Estimate, MetricRow, ObjectiveResult, Outcome, RecoveryEstimate,
    RunFacts, SUMMARY_VERSION, SeriesPoint, SeriesRow, ServiceNeed, Summary, TheoryRow,
};
