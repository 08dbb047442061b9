//! What a capacity study found: plain data that text, JSON, CSV and HTML all read.

use super::climb::Standing;
use super::elasticity::Elasticity;
use crate::analysis::summary::{ChartWindow, Estimate};
use serde::Serialize;

/// Version of the layout of [`CapacityAnswer`] and so of `capacity.json`.
pub const CAPACITY_VERSION: u32 = 1;

/// The answers to all questions about one scenario.
#[derive(Clone, Debug, Serialize)]
pub struct CapacityAnswer {
    /// Version of this layout.
    pub version: u32,
    /// The scenario's name.
    pub name: String,
    /// The question it answers.
    pub question: String,
    /// The rules that a point must meet, as written.
    pub objectives: Vec<String>,
    /// One a search, in the order asked.
    pub searches: Vec<SearchAnswer>,
    /// Supply beside required capacity, a service each; empty unless asked for.
    pub elasticity: Vec<Elasticity>,
    /// Pods that services need at T0 by a search, where one told.
    pub needs: Vec<SearchedNeed>,
    /// What a reader must know besides, where no search says it.
    pub notes: Vec<String>,
    /// Named spans, for charts.
    pub windows: Vec<ChartWindow>,
    /// Counted span, seconds relative to T0.
    pub span: (f64, f64),
    /// Root seed.
    pub seed: u64,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchEnd {
    /// An answer inside the range.
    Found,
    /// The boldest value of the range holds: the limit lies beyond it.
    AllHold,
    /// Not even the safest value holds.
    NoneHolds,
}

/// The answer of one search.
#[derive(Clone, Debug, Serialize)]
pub struct SearchAnswer {
    /// Its name in the section, or of the option that asked.
    pub name: String,
    /// `largest`, `latest` or `cheapest`.
    pub goal: &'static str,
    /// What was varied.
    pub parameters: Vec<SearchedParameter>,
    /// Share of runs that must meet every objective; nothing where objectives were judged as written.
    pub probability: Option<f64>,
    /// Probability of a wrong answer that was allowed, over all points.
    pub error: f64,
    /// How it ended.
    pub end: SearchEnd,
    /// The answer: a value for each parameter. With `NoneHolds` the safest values, which fail.
    pub setting: Vec<String>,
    /// The answer as numbers, in the unit of each parameter (times: seconds after their anchor).
    pub values: Vec<f64>,
    /// Whether fresh replications confirmed that the answer holds.
    pub confirmed: bool,
    /// Whether fresh replications showed that the next bolder value fails, so that the answer is exact to the step.
    pub sharp: bool,
    /// What the next bolder setting misses, one a parameter; empty where none was shown to fail.
    pub first: Vec<Breaking>,
    /// What breaks when the objectives of `first` are set aside, not confirmed on fresh replications; nothing if
    /// it was not looked for, without a setting if nothing breaks in the range.
    pub next: Option<Breaking>,
    /// Whether every tried point agrees with the order.
    pub monotone: bool,
    /// The setting that rates and means alone would have given.
    pub forecast: Option<Vec<String>>,
    /// Replica-hours of the answer in the simulated time.
    pub replica_hours: Option<Estimate>,
    /// Sentences about what the reader must know besides.
    pub notes: Vec<String>,
    /// Every point tried, in the order of trying.
    pub points: Vec<PointRow>,
}

/// A parameter and its range.
#[derive(Clone, Debug, Serialize)]
pub struct SearchedParameter {
    /// What was set.
    pub path: String,
    /// Smallest value.
    pub low: String,
    /// Largest value.
    pub high: String,
    /// Distance of two neighbours: the tolerance of the answer.
    pub step: String,
}

/// Where objectives break and what they measured there.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Breaking {
    /// The setting; empty if nothing breaks in the range.
    pub setting: Vec<String>,
    /// The objectives that fail there.
    pub missed: Vec<Missed>,
    /// The busiest service there and the busy share of its slots.
    pub busiest: Option<(String, f64)>,
}

/// An objective that was missed.
#[derive(Clone, Debug, Serialize)]
pub struct Missed {
    /// The rule as its author wrote it.
    pub rule: String,
    /// Whose measure.
    pub scope: String,
    /// The measure's name.
    pub metric: String,
    /// How the measured value must stand to the limit.
    pub comparison: &'static str,
    /// The limit.
    pub limit: f64,
    /// Unit of both.
    pub unit: &'static str,
    /// What was measured; nothing if nobody was answered.
    pub measured: Option<Estimate>,
}

/// Why a point was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// To find the answer.
    Search,
    /// To see whether the order holds away from the answer.
    Probe,
    /// To find what breaks next.
    Next,
    /// To confirm the answer on fresh replications.
    Confirm,
}

impl Phase {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Probe => "probe",
            Self::Next => "next",
            Self::Confirm => "confirm",
        }
    }
}

/// What a ruling rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuledBy {
    /// A stated probability of ruling wrongly.
    Error,
    /// How far the runs lie from the limits; no error is stated.
    Margin,
}

/// One point that was tried.
#[derive(Clone, Debug, Serialize)]
pub struct PointRow {
    /// Why.
    pub phase: Phase,
    /// A value for each parameter.
    pub setting: Vec<String>,
    /// The same as numbers.
    pub values: Vec<f64>,
    /// The ruling on all objectives.
    pub standing: Standing,
    /// How it was ruled.
    pub ruled_by: RuledBy,
    /// First replication's number.
    pub first_replication: u64,
    /// Replications.
    pub replications: u32,
    /// Share of runs that met every objective, with its 95 % interval.
    pub runs_met: Option<Estimate>,
    /// Replica-hours over all services, a run.
    pub replica_hours: Option<Estimate>,
    /// For each objective its ruling and what was measured.
    pub objectives: Vec<PointObjective>,
}

/// One objective at one point.
#[derive(Clone, Debug, Serialize)]
pub struct PointObjective {
    /// The ruling.
    pub standing: Standing,
    /// What was measured, with its 95 % interval.
    pub measured: Option<Estimate>,
    /// The limit.
    pub limit: f64,
    /// Unit of both.
    pub unit: &'static str,
}

/// Pods of a service at T0 in the answer of a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct SearchedNeed {
    /// The service.
    pub service: String,
    /// Ready at T0 in the answer.
    pub pods: u32,
    /// The search that told.
    pub search: String,
    /// Whether fresh replications confirmed the answer.
    pub confirmed: bool,
}
