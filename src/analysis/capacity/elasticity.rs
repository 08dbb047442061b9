//! How well the supply of pods follows the required capacity.
//!
//! The metrics are those of N. Herbst, S. Kounev, A. Weber, H. Groenda, "BUNGEE: an elasticity benchmark for
//! self-adaptive IaaS cloud environments", SEAMS 2015, in the relative form of N. Herbst et al., "Quantifying cloud
//! performance and dependability", ACM TOMPECS 3(4), 2018: accuracy and timeshare of under- and over-provisioning,
//! instability, and jitter. Demand is the required capacity d(t), supply the ready pods s(t) of every run.

use crate::analysis::estimate::{Estimate, estimate_of};
use crate::analysis::pool::Pool;
use crate::analysis::required::{RequiredCapacity, required_capacity};
use crate::analysis::rows::SeriesPoint;
use crate::model::Model;
use crate::stats::{quantile, t_interval};
use serde::Serialize;

/// Differences of pods that are rounding and not a change: a window's mean of ready pods is an integral over time.
const NOISE: f64 = 1e-6;

/// Elasticity of one service. Shares of one are means over runs with their 95 % intervals.
#[derive(Clone, Debug, Serialize)]
pub struct Elasticity {
    /// The service.
    pub service: String,
    /// Missing pods as a share of those required, averaged over time (accuracy of under-provisioning).
    pub under_accuracy: Estimate,
    /// Idle pods as a share of those required, averaged over time.
    pub over_accuracy: Estimate,
    /// Share of time with too few pods.
    pub under_timeshare: Estimate,
    /// Share of time with too many.
    pub over_timeshare: Estimate,
    /// Share of time in which supply and demand move to different sides.
    pub instability: Estimate,
    /// Changes of the supply beyond those of the demand, per hour; below zero where the supply moves less often.
    pub jitter: Estimate,
    /// Required pods by window: start in seconds relative to T0, pods.
    pub required: Vec<(f64, Option<u32>)>,
    /// Ready pods by window over all runs.
    pub ready: Vec<SeriesPoint>,
}

/// One run's metrics, in the order of [`Elasticity`].
type Scores = [f64; 6];

/// Elasticity of every service with pods; empty if no series was recorded.
#[must_use]
pub fn elasticity(model: &Model, pool: &Pool) -> Vec<Elasticity> {
    let required = required_capacity(model);
    required.iter().filter_map(|demand| of_service(model, pool, demand)).collect()
}

fn of_service(model: &Model, pool: &Pool, demand: &RequiredCapacity) -> Option<Elasticity> {
    let s = model.service_named(&demand.service)?.index();
    let runs = pool.series.ready(s)?;
    let scores: Vec<Scores> = runs.iter().map(|supply| scores(demand, supply)).collect();
    let estimate = |metric: usize| -> Option<Estimate> {
        let values: Vec<f64> = scores.iter().map(|run| run[metric]).collect();
        let single = |mean: f64| Estimate { mean, ci95_low: mean, ci95_high: mean, replications: 1 };
        let found = t_interval(&values, 0.95).map(|interval| estimate_of(interval, values.len() as u32));
        found.or_else(|| values.first().copied().map(single))
    };
    Some(Elasticity {
        service: demand.service.clone(),
        under_accuracy: estimate(0)?,
        over_accuracy: estimate(1)?,
        under_timeshare: estimate(2)?,
        over_timeshare: estimate(3)?,
        instability: estimate(4)?,
        jitter: estimate(5)?,
        required: demand.windows.iter().map(|&(start, _, pods)| (start, pods)).collect(),
        ready: ready(demand, &runs),
    })
}

fn ready(demand: &RequiredCapacity, runs: &[Vec<f64>]) -> Vec<SeriesPoint> {
    let point = |(w, &(t, ..)): (usize, &(f64, f64, Option<u32>))| {
        let mut values: Vec<f64> = runs.iter().filter_map(|run| run.get(w).copied()).collect();
        let mean = (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        SeriesPoint { t, mean, p05: quantile(&mut values, 0.05), p95: quantile(&mut values, 0.95) }
    };
    demand.windows.iter().enumerate().map(point).collect()
}

/// The metrics of one run: `supply` is the mean of ready pods in each window.
fn scores(demand: &RequiredCapacity, supply: &[f64]) -> Scores {
    let mut sums = [0.0; 5];
    let (mut time, mut moving) = (0.0, 0.0);
    let mut changes = (0i32, 0i32);
    let mut last: Option<(f64, f64)> = None;
    for (&(start, end, pods), &have) in demand.windows.iter().zip(supply) {
        let Some(need) = pods.map(f64::from) else { continue };
        let length = end - start;
        time += length;
        let missing = need - have;
        let scale = need.max(1.0);
        if missing > NOISE {
            sums[0] += length * missing / scale;
            sums[2] += length;
        } else if missing < -NOISE {
            sums[1] += length * -missing / scale;
            sums[3] += length;
        }
        if let Some((had, needed)) = last {
            let (step, wish) = (direction(have - had), direction(need - needed));
            moving += length;
            if step != wish {
                sums[4] += length;
            }
            changes = (changes.0 + step.abs(), changes.1 + wish.abs());
        }
        last = Some((have, need));
    }
    let share = |sum: f64, of: f64| if of > 0.0 { sum / of } else { 0.0 };
    // A supply that moves less often than the demand is not steadier than steady: that it lags shows in the time.
    let jitter = share(f64::from((changes.0 - changes.1).max(0)), time / 3600.0);
    [
        share(sums[0], time),
        share(sums[1], time),
        share(sums[2], time),
        share(sums[3], time),
        share(sums[4], moving),
        jitter,
    ]
}

fn direction(change: f64) -> i32 {
    i32::from(change > NOISE) - i32::from(change < -NOISE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(pods: &[u32]) -> RequiredCapacity {
        let window = |(w, &pods): (usize, &u32)| (w as f64 * 10.0, w as f64 * 10.0 + 10.0, Some(pods));
        RequiredCapacity { service: "web".into(), windows: pods.iter().enumerate().map(window).collect() }
    }

    #[test]
    fn metrics_by_hand() {
        // Required 4 4 8 8 4, ready 4 4 4 6 8: missing 4/8 and 2/8, idle 4/4, each in windows of a fifth of the time.
        let [under, over, under_time, over_time, instability, jitter] =
            scores(&demand(&[4, 4, 8, 8, 4]), &[4.0, 4.0, 4.0, 6.0, 8.0]);
        let close =
            |value: f64, expected: f64| assert!((value - expected).abs() < 1e-12, "{value} {expected}");
        close(under, (0.5 + 0.25) / 5.0);
        close(over, 1.0 / 5.0);
        close(under_time, 0.4);
        close(over_time, 0.2);
        // Steps of the supply 0 0 + +, of the demand 0 + 0 -: three of four differ.
        close(instability, 0.75);
        // Two changes each in 50 s.
        close(jitter, 0.0);
        let restless = scores(&demand(&[4; 5]), &[4.0, 5.0, 4.0, 5.0, 4.0]);
        close(restless[5], 4.0 * 72.0);
        let rigid = scores(&demand(&[4, 5, 4, 5, 4]), &[4.0; 5]);
        close(rigid[5], 0.0);
    }

    #[test]
    fn a_perfect_supply_scores_zero() {
        assert_eq!(scores(&demand(&[3, 9, 1]), &[3.0, 9.0, 1.0]), [0.0; 6]);
    }
}
