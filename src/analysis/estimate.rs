//! Estimates with their intervals, and the promises that all of them keep.

use crate::metrics::{Outline, Recorder};
use crate::stats::{Interval, PooledQuantile, t_interval};
use serde::Serialize;

/// Confidence of every interval.
pub(super) const CONFIDENCE: f64 = 0.95;

/// With fewer runs no interval of a quantile keeps its promise; sectioning at least gives one.
pub(super) const FEW_RUNS: u32 = 10;

/// Observations beyond a quantile without which it is not reported: `n (1 - p)`.
pub(super) const TAIL: f64 = 10.0;

/// A mean with its interval across replications.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The point estimate.
    pub mean: f64,
    /// Lower end of the 95 % interval.
    pub ci95_low: f64,
    /// Upper end.
    pub ci95_high: f64,
    /// Replications behind it.
    pub replications: u32,
}

/// An interval as results have it.
pub(super) fn estimate_of(interval: Interval, replications: u32) -> Estimate {
    Estimate { mean: interval.centre, ci95_low: interval.low, ci95_high: interval.high, replications }
}

/// Mean time over the runs that recovered; never below zero.
pub(super) fn mean_time(times: &[f64]) -> Option<Estimate> {
    match t_interval(times, CONFIDENCE) {
        Some(interval) => {
            let mut estimate = estimate_of(interval, times.len() as u32);
            estimate.ci95_low = estimate.ci95_low.max(0.0);
            Some(estimate)
        }
        None => {
            let mean = *times.first()?;
            Some(Estimate { mean, ci95_low: mean, ci95_high: mean, replications: 1 })
        }
    }
}

/// What `ask` makes of what runs say about the `p` quantile of the pooled `times`.
pub(super) fn ask_runs<T>(
    times: &Recorder,
    outlines: &[&Outline],
    p: f64,
    ask: impl Fn(&PooledQuantile<'_>) -> Option<T>,
) -> Option<T> {
    let value = times.quantile(p)?;
    let beyond: Vec<f64> = outlines.iter().map(|run| run.beyond(value)).collect();
    let counts: Vec<f64> = outlines.iter().map(|run| run.count()).collect();
    ask(&PooledQuantile { p, beyond: &beyond, counts: &counts, quantile: &|p| times.quantile(p) })
}
