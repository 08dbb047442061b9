//! Two designs beside each other, metric by metric: what changed, by how much, and what could have been seen.
//!
//! Both sides ran the same replications with the same random numbers, so every difference is taken run by run
//! (paired t intervals; A. M. Law, Simulation Modeling and Analysis, 2015, section 10.2.1).

use serde::Serialize;

use super::MetricSample;
use super::pool::Pool;
use super::samples::{objective_measure, objective_sample};
use crate::metrics::catalogue::{REPLICA_HOURS, better, of_figure};
use crate::model::{DecisionMetric, Direction, Model, Subject, decision_metrics};
use crate::numerics::t_quantile;
use crate::stats::{Contrast, Interval, Sample, bonferroni, contrast};

/// Probability with which [`ContrastRow::detectable`] would have been shown.
const POWER: f64 = 0.9;

/// What can be said about a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The whole interval lies on the good side.
    Better,
    /// The whole interval lies on the bad side.
    Worse,
    /// It differs, and neither way is better.
    Changed,
    /// The interval holds zero.
    NoDifferenceShown,
    /// Every replication gave the same number.
    Identical,
    /// One side has no value, or the sides cannot be paired.
    NotComparable,
}

/// One metric on both sides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContrastRow {
    /// An objective without its limit (`checkout p99`), or scope and metric as in `summary.csv`.
    pub metric: String,
    /// Unit of values and differences.
    pub unit: String,
    /// Value of the base.
    pub base: Option<f64>,
    /// Value of the other side.
    pub head: Option<f64>,
    /// Head less base.
    pub difference: Option<Range>,
    /// Head over base, where the base is positive.
    pub ratio: Option<Range>,
    /// The verdict.
    pub change: Change,
    /// The smallest difference that these replications would have shown with a probability of 90 %.
    pub detectable: Option<f64>,
    /// Correlation of the pairs: what the common random numbers did.
    pub correlation: Option<f64>,
    /// How many times as many independent runs would have shown the same.
    pub variance_reduction: Option<f64>,
}

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// The estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl From<Interval> for Range {
    fn from(interval: Interval) -> Self {
        Self { value: interval.centre, low: interval.low, high: interval.high }
    }
}

/// A design point that was run: its model and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The model.
    pub model: &'a Model,
    /// Its replications.
    pub pool: &'a Pool,
}

/// The sample of each decision metric on one side, with its unit. `None` where there is no value.
#[must_use]
pub fn decision_samples(side: Side<'_>, metrics: &[DecisionMetric]) -> Vec<Option<(Sample, String)>> {
    let samples = side.pool.samples();
    metrics.iter().map(|metric| decision_sample(side, metric.subject, &samples)).collect()
}

fn decision_sample(side: Side<'_>, subject: Subject, samples: &[MetricSample]) -> Option<(Sample, String)> {
    let Side { model, pool } = side;
    match subject {
        Subject::Objective(at) => {
            let unit = objective_measure(model.objectives.get(at)?).1;
            Some((objective_sample(model, pool, at)?, unit.to_owned()))
        }
        Subject::Metric(scope, figure) => {
            let (scope, metric) = (scope.written(model), of_figure(figure));
            let found = samples.iter().find(|row| row.scope == scope && row.metric == metric.name)?;
            Some((found.sample.clone(), found.unit.clone()))
        }
        Subject::ReplicaHours => {
            let rows = samples.iter().filter(|row| row.metric == REPLICA_HOURS.name);
            let sum = rows.map(|row| row.sample.clone()).reduce(|sum, next| sum_of(&sum, &next))?;
            Some((sum, REPLICA_HOURS.unit.to_owned()))
        }
    }
}

/// Two estimates of the same replications added.
fn sum_of(one: &Sample, other: &Sample) -> Sample {
    let pairs = one.deviations.iter().zip(&other.deviations);
    Sample { centre: one.centre + other.centre, deviations: pairs.map(|(a, b)| a + b).collect() }
}

/// Every decision metric of either side, at 95 % for all of them together (Bonferroni's inequality). Metrics are
/// matched by their keys, so a limit that changed does not hide a metric.
#[must_use]
pub fn decision_contrasts(base: Side<'_>, head: Side<'_>, confidence: f64) -> Vec<ContrastRow> {
    let (ours, theirs) = (decision_metrics(base.model), decision_metrics(head.model));
    let mut keys: Vec<(&str, Direction)> = Vec::new();
    let (of_base, of_head) = (ours.iter().map(|m| (base.model, m)), theirs.iter().map(|m| (head.model, m)));
    for (model, metric) in of_head.chain(of_base) {
        if keys.iter().all(|(key, _)| *key != metric.key) {
            keys.push((&metric.key, better(model, metric)));
        }
    }
    let each = bonferroni(confidence, keys.len());
    let (before, after) = (decision_samples(base, &ours), decision_samples(head, &theirs));
    let sample = |metrics: &[DecisionMetric], samples: &[Option<(Sample, String)>], key: &str| {
        metrics.iter().position(|metric| metric.key == key).and_then(|at| samples[at].clone())
    };
    let row = |(key, direction): (&str, Direction)| {
        let pair = (sample(&ours, &before, key), sample(&theirs, &after, key));
        contrast_row(key, direction, pair.0, pair.1, each)
    };
    keys.into_iter().map(row).collect()
}

/// Every metric of `summary.csv`, each at `confidence` by itself: for looking, not for deciding.
#[must_use]
pub fn all_contrasts(base: &Pool, head: &Pool, confidence: f64) -> Vec<ContrastRow> {
    let (ours, theirs) = (base.samples(), head.samples());
    let same = |a: &MetricSample, b: &MetricSample| a.scope == b.scope && a.metric == b.metric;
    let rows = ours.into_iter().filter_map(|row| {
        let other = theirs.iter().find(|other| same(&row, other))?;
        let name = format!("{} {}", row.scope, row.metric);
        let head = Some((other.sample.clone(), other.unit.clone()));
        Some(contrast_row(&name, Direction::Neutral, Some((row.sample, row.unit)), head, confidence))
    });
    rows.collect()
}

fn contrast_row(
    metric: &str,
    direction: Direction,
    base: Option<(Sample, String)>,
    head: Option<(Sample, String)>,
    confidence: f64,
) -> ContrastRow {
    let unit = head.as_ref().or(base.as_ref()).map(|(_, unit)| unit.clone()).unwrap_or_default();
    let pair = base.as_ref().zip(head.as_ref()).filter(|(b, h)| b.1 == h.1);
    let found = pair.and_then(|(b, h)| contrast(&b.0, &h.0, confidence));
    let identical = pair.is_some_and(|(b, h)| b.0 == h.0);
    let change = match &found {
        _ if identical => Change::Identical,
        Some(found) => change(found, direction),
        None => Change::NotComparable,
    };
    let finite = |value: f64| value.is_finite().then_some(value);
    ContrastRow {
        metric: metric.to_owned(),
        unit,
        base: base.map(|(sample, _)| sample.centre),
        head: head.map(|(sample, _)| sample.centre),
        difference: found.map(|found| found.difference.into()),
        ratio: found.and_then(|found| found.ratio).map(Range::from),
        change,
        detectable: found.and_then(|found| detectable(&found, confidence)),
        correlation: found.and_then(|found| found.correlation),
        variance_reduction: found.and_then(|found| found.variance_reduction).and_then(finite),
    }
}

fn change(found: &Contrast, direction: Direction) -> Change {
    let Interval { low, high, .. } = found.difference;
    if low <= 0.0 && high >= 0.0 {
        return Change::NoDifferenceShown;
    }
    match (direction, low > 0.0) {
        (Direction::Neutral, _) => Change::Changed,
        (Direction::Small, true) | (Direction::Large, false) => Change::Worse,
        (Direction::Small, false) | (Direction::Large, true) => Change::Better,
    }
}

/// The difference that would have been shown with probability [`POWER`]: `(t(1-a/2) + t(power)) s / sqrt(R)`, the
/// usual approximation of the power of a t test.
fn detectable(found: &Contrast, confidence: f64) -> Option<f64> {
    let df = found.pairs.checked_sub(1).filter(|df| *df > 0)? as f64;
    let factor = t_quantile(0.5 + confidence / 2.0, df) + t_quantile(POWER, df);
    Some(factor * found.standard_error).filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Option<(Sample, String)> {
        Some((Sample::of_mean(values)?, "s".to_owned()))
    }

    const BASE: [f64; 6] = [1.0, 1.4, 0.8, 1.2, 1.1, 0.9];

    fn row(direction: Direction, shift: f64, noise: f64) -> ContrastRow {
        let head: Vec<f64> =
            BASE.iter().enumerate().map(|(i, v)| v + shift + noise * [1.0, -1.0][i % 2]).collect();
        contrast_row("checkout p99", direction, sample(&BASE), sample(&head), 0.95)
    }

    #[test]
    fn the_verdict_follows_the_direction() {
        assert_eq!(row(Direction::Small, 0.1, 0.01).change, Change::Worse);
        assert_eq!(row(Direction::Large, 0.1, 0.01).change, Change::Better);
        assert_eq!(row(Direction::Neutral, 0.1, 0.01).change, Change::Changed);
        assert_eq!(row(Direction::Small, -0.1, 0.01).change, Change::Better);
        assert_eq!(row(Direction::Small, 0.001, 0.01).change, Change::NoDifferenceShown);
        assert_eq!(row(Direction::Small, 0.0, 0.0).change, Change::Identical);
        assert_eq!(
            contrast_row("x", Direction::Small, sample(&BASE), None, 0.95).change,
            Change::NotComparable
        );
    }

    #[test]
    fn what_could_have_been_shown_is_known() {
        // Differences +0.01 and -0.01 around 0.001: s = 0.01 sqrt(6/5), R = 6, t(5, .975) + t(5, .9).
        let found = row(Direction::Small, 0.001, 0.01);
        let expected = (2.570581836 + 1.475884049) * 0.01 * (1.2_f64).sqrt() / 6.0_f64.sqrt();
        assert!((found.detectable.unwrap() / expected - 1.0).abs() < 1e-8);
        assert!(found.correlation.unwrap() > 0.99 && found.variance_reduction.unwrap() > 100.0);
    }
}
