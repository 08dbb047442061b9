//! The result of a study of one scenario: plain data that text, JSON, CSV and HTML all read.

pub(super) use super::estimate::Estimate;
use super::observed::ObservedRow;
use super::probes::ProbeRow;
use super::rows::{Conclusion, MetricRow, ObjectiveResult, SeriesRow, TheoryRow};
use serde::Serialize;

/// Version of the layout of [`Summary`] and so of `summary.json`.
pub const SUMMARY_VERSION: u32 = 1;

/// Everything a report shows about one scenario. Times in seconds, rates per second, shares 0..=1.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Version of this layout.
    pub version: u32,
    /// The scenario's name.
    pub name: String,
    /// The question it answers.
    pub question: String,
    /// The verdict over all objectives.
    pub conclusion: Conclusion,
    /// One an objective, in the author's order.
    pub objectives: Vec<ObjectiveResult>,
    /// Pods had and needed at T0, a row a service that has pods.
    pub needs: Vec<ServiceNeed>,
    /// Time to recover after the last peak, if there is one.
    pub recovery: Option<RecoveryEstimate>,
    /// Every metric: the rows of `summary.csv`.
    pub metrics: Vec<MetricRow>,
    /// Every series: the rows of `timeseries.csv`, grouped.
    pub series: Vec<SeriesRow>,
    /// Measured series beside simulated ones, where there are measurements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<ObservedRow>,
    /// What probes saw, where there are any; they have a file of their own.
    #[serde(skip)]
    pub probes: Vec<ProbeRow>,
    /// Closed forms beside what was simulated, where they exist.
    pub theory: Vec<TheoryRow>,
    /// What the model takes for granted.
    pub assumptions: Vec<Assumption>,
    /// Warnings of plausibility, as text.
    pub warnings: Vec<String>,
    /// Named spans, for charts.
    pub windows: Vec<ChartWindow>,
    /// What uncertain inputs do, if there are any and they were drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<super::uncertainty::Uncertainty>,
    /// How the runs went.
    pub facts: RunFacts,
}

impl Summary {
    /// The estimate of one metric, named as in `summary.csv`; `None` if the runs gave none.
    #[must_use]
    pub fn estimate(&self, scope: &str, metric: &str) -> Option<Estimate> {
        self.metrics.iter().find(|row| row.scope == scope && row.metric == metric).map(|row| row.estimate)
    }
}

/// Pods of a service at T0.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceNeed {
    /// The service.
    pub service: String,
    /// Ready at T0 (mean over runs).
    pub had: f64,
    /// Needed by the estimate of DESIGN rule 11; `None` if it cannot be told.
    pub needed: Option<u32>,
    /// Most ready pods in the counted span (mean over runs).
    pub most: f64,
    /// Seconds after T0 at which the first pod ordered after the opening was ready (mean over runs); where no run
    /// ordered one, an estimate of when it could be.
    pub reactive_at: Option<f64>,
    /// The same as measured, with how many runs had such a pod; `None` if no run ordered one.
    pub reactive_measured: Option<Estimate>,
    /// How `needed` was found.
    pub basis: String,
}

impl ServiceNeed {
    /// Whether `needed` was searched by simulation, and not estimated.
    #[must_use]
    pub fn is_searched(&self) -> bool {
        self.basis.starts_with("searched")
    }

    /// `searched` or `estimate`.
    #[must_use]
    pub fn origin(&self) -> &'static str {
        if self.is_searched() { "searched" } else { "estimate" }
    }
}

/// Time to recover.
#[derive(Clone, Debug, Serialize)]
pub struct RecoveryEstimate {
    /// What it counts from.
    pub after: String,
    /// Seconds, over the runs that recovered.
    pub seconds: Option<Estimate>,
    /// Share of runs that recovered within the counted span.
    pub recovered: f64,
    /// When promises were broken; `None` if they held in every window of every run.
    pub broken: Option<BrokenSpan>,
}

/// When promises about answers were broken. A recovery of zero seconds means one thing if they never were, and another
/// if all was over before the mark.
#[derive(Clone, Debug, Serialize)]
pub struct BrokenSpan {
    /// Share of runs in which a promise was broken in some window.
    pub runs: f64,
    /// Seconds in windows that broke a promise, over all runs.
    pub seconds: Estimate,
    /// The part of it before the mark.
    pub before_mark: Estimate,
    /// Start of the first such window, seconds from T0 (mean over the runs that had one).
    pub first: f64,
    /// End of the last.
    pub last: f64,
}

/// Something the model takes for granted.
#[derive(Clone, Debug, Serialize)]
pub struct Assumption {
    /// What, as a sentence.
    pub text: String,
    /// Whether it is a default (the user gave nothing) rather than given.
    pub default: bool,
    /// Whether nearly everybody means it so, so that pages fold it away.
    pub routine: bool,
}

/// A named span for charts, in seconds relative to T0.
#[derive(Clone, Debug, Serialize)]
pub struct ChartWindow {
    /// Its name.
    pub name: String,
    /// Start.
    pub start: f64,
    /// End.
    pub end: f64,
}

/// How the runs went.
#[derive(Clone, Debug, Serialize)]
pub struct RunFacts {
    /// Replications.
    pub replications: u32,
    /// Root seed.
    pub seed: u64,
    /// T0 as the author wrote it.
    pub t0: Option<String>,
    /// Counted span, seconds relative to T0.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// Uncounted lead-in in seconds.
    pub settle: f64,
    /// Warm-up deleted in steady mode, seconds.
    pub warm_up: Option<f64>,
    /// Measured requests over all runs.
    pub requests: u64,
    /// Of these, unfinished at the end.
    pub censored: u64,
    /// Events over all runs.
    pub events: u64,
    /// Whether the asked precision was reached; `None` if none was asked.
    pub precision_reached: Option<bool>,
    /// Replications that hit a bound, in words; empty when none did.
    pub bounds_hit: Vec<String>,
    /// Relative resolution of the latency recorders.
    pub resolution: f64,
}
