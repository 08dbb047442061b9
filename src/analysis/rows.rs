//! The rows that results are made of: plain data without any sum.

use super::estimate::Estimate;
use serde::Serialize;
use std::borrow::Cow;

/// An estimate of one metric with its name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Named {
    pub(super) scope: String,
    pub(super) metric: String,
    pub(super) unit: Cow<'static, str>,
    pub(super) estimate: Estimate,
}

impl Named {
    /// The row that results have.
    pub(super) fn into_row(self) -> MetricRow {
        let Self { scope, metric, unit, estimate } = self;
        MetricRow { scope, metric, unit, estimate }
    }
}

/// One metric.
#[derive(Clone, Debug, Serialize)]
pub struct MetricRow {
    /// `system`, `class/NAME`, `service/NAME`, `edge/A->B`.
    pub scope: String,
    /// Its name, as in `truth/README.md` where one fits.
    pub metric: String,
    /// Its unit: `s`, `s^2`, `1`, `1/s`, `pods`, `requests`, `h`, or a currency.
    pub unit: Cow<'static, str>,
    /// The estimate; an interval is NaN-free: without one, both ends equal the mean and `replications` is 1.
    pub estimate: Estimate,
}

/// One metric over time.
#[derive(Clone, Debug, Serialize)]
pub struct SeriesRow {
    /// As in [`MetricRow`].
    pub scope: String,
    /// Its name.
    pub metric: String,
    /// Its unit.
    pub unit: &'static str,
    /// One a window.
    pub points: Vec<SeriesPoint>,
}

/// One window of a series.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SeriesPoint {
    /// The window's start in seconds relative to T0.
    pub t: f64,
    /// Mean over runs (pooled for quantiles); `None` where too few requests support it.
    pub mean: Option<f64>,
    /// 5 % of runs lie below.
    pub p05: Option<f64>,
    /// 95 % of runs lie below.
    pub p95: Option<f64>,
}

/// A closed form beside the simulation.
#[derive(Clone, Debug, Serialize)]
pub struct TheoryRow {
    /// As in [`MetricRow`].
    pub scope: String,
    /// Its name.
    pub metric: String,
    /// Its unit.
    pub unit: &'static str,
    /// The closed form's value.
    pub theory: f64,
    /// What was simulated.
    pub simulated: Estimate,
    /// Which theory, in words ("M/M/1").
    pub model: String,
}

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The limit is met, interval and all.
    Pass,
    /// The limit is missed, interval and all.
    Fail,
    /// The interval straddles the limit.
    Inconclusive,
}

/// The verdict over all objectives: fail if any fails, else inconclusive if any is, else pass.
#[derive(Clone, Debug, Serialize)]
pub struct Conclusion {
    /// The worst outcome; `None` when nothing was asserted.
    pub outcome: Option<Outcome>,
    /// How many passed, failed and were inconclusive.
    pub passed: u32,
    /// Failed.
    pub failed: u32,
    /// Inconclusive.
    pub inconclusive: u32,
    /// What the points drawn from uncertain inputs say; nothing if there are none or the middles alone are judged.
    pub inputs: Option<InputVerdict>,
}

/// Whether all objectives hold at enough of the points drawn from uncertain inputs.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct InputVerdict {
    /// Share of the points at which all hold, with its Wilson interval.
    pub holds: Estimate,
    /// The share that must.
    pub wanted: f64,
    /// Pass if the whole interval reaches the share, fail if none of it does.
    pub outcome: Outcome,
}

/// One objective's rule and what was measured.
#[derive(Clone, Debug, Serialize)]
pub struct ObjectiveResult {
    /// The rule as its author wrote it.
    pub rule: String,
    /// Whose measure: `system`, `class/NAME`, `service/NAME`, `edge/A->B`.
    pub scope: String,
    /// The measure's name (`sojourn_p99`, `within_0.8s`, `success_ratio`, `recovery`).
    pub metric: String,
    /// `<`, `<=`, `>` or `>=`: how `measured` must stand to `limit`.
    pub comparison: &'static str,
    /// The verdict.
    pub outcome: Outcome,
    /// What was measured, in the unit of the limit; `None` if nothing could be.
    pub measured: Option<Estimate>,
    /// The limit.
    pub limit: f64,
    /// Unit of both: `s`, `1` (a share), `1/s`, `pods`, `x` (a factor).
    pub unit: &'static str,
    /// Where it was worst: a window's start relative to T0, if windows were judged.
    pub worst_at: Option<f64>,
    /// Share of runs that met it, where runs were judged.
    pub runs_met: Option<Estimate>,
    /// Share of runs that must meet it, where runs were judged.
    pub runs_wanted: Option<f64>,
    /// A sentence for people when something needs saying (for example too few requests).
    pub note: Option<String>,
    /// What people read in the place of a number that would mislead alone: of a recovery, that there was nothing to recover,
    /// or for how long promises were broken before it.
    pub instead: Option<String>,
}
