//! The decision about a regression: pure, and the same for the command line and for the experiments that measure
//! how often it is wrong.
//!
//! A check looks at its replications several times, and at several metrics. Each look at each metric gets an equal
//! part of the error that the whole check may make (Bonferroni's inequality), which holds whatever depends on
//! whatever, and also when a budget ends the check before its last look. It spends a little more than the tests with
//! joint distributions of group sequential analysis would (C. Jennison and B. W. Turnbull, Group Sequential Methods,
//! 2000), and needs none of their assumptions.

use serde::Serialize;

use crate::model::Direction;
use crate::numerics::t_quantile;
use crate::scenario::Tolerance;
use crate::stats::{Sample, mean, sample_variance};

/// Probability that a check without any regression fails, over all its metrics and looks.
pub const ALPHA: f64 = 0.01;

/// Probability that a metric that became worse than its tolerance passes, over all looks.
pub const BETA: f64 = 0.05;

/// Spread below which differences count as constant, as a part of the values' size: rounding, not randomness.
const ROUNDING: f64 = 1e-12;

/// One metric on both sides of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// Its key, such as `checkout p99`.
    pub key: String,
    /// Unit of its values.
    pub unit: String,
    /// Which way is better.
    pub direction: Direction,
    /// How much worse it may become.
    pub tolerance: Tolerance,
    /// The base's estimate and what each replication adds to it; `None` where the base has no value.
    pub base: Option<Sample>,
    /// The head's.
    pub head: Option<Sample>,
}

/// Which look at the replications this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Number of looks that the check may take in all; at least 1.
    pub of: u32,
    /// Number of checks that share the error, such as scenarios checked at once; at least 1.
    pub sharing: u32,
}

/// What a look found out about a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It cannot have become worse than tolerated.
    Held,
    /// It became worse than tolerated.
    Regressed,
    /// More replications are needed to tell.
    Undecided,
    /// It is not judged: tolerated whatever it is, neutral, or new.
    Shown,
}

/// A metric's finding with what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The finding.
    pub finding: Finding,
    /// Change for the worse beyond what is tolerated, in the metric's unit; negative is inside.
    pub excess: Option<f64>,
    /// Standard error of the excess.
    pub standard_error: Option<f64>,
    /// A sentence where something needs saying.
    pub note: Option<String>,
}

impl Decision {
    fn without_numbers(finding: Finding, note: Option<String>) -> Self {
        Self { finding, excess: None, standard_error: None, note }
    }
}

/// Decides about every metric: a regression where a one-sided paired t test at `alpha` over metrics, looks and
/// checks shows that the change exceeds the tolerance; held where the upper bound of the change at `beta` over the
/// looks is inside it; else undecided.
#[must_use]
pub fn decide(metrics: &[Watched], look: Look, alpha: f64, beta: f64) -> Vec<Decision> {
    let judged = metrics.iter().filter(|metric| is_judged(metric)).count().max(1) as f64;
    let looks = f64::from(look.of.max(1));
    let alpha = alpha / (judged * looks * f64::from(look.sharing.max(1)));
    metrics.iter().map(|metric| decide_one(metric, alpha, beta / looks)).collect()
}

/// Whether no decision is waiting for replications.
#[must_use]
pub fn is_settled(decisions: &[Decision]) -> bool {
    decisions.iter().all(|decision| decision.finding != Finding::Undecided)
}

fn is_judged(metric: &Watched) -> bool {
    let neutral = metric.direction == Direction::Neutral && metric.tolerance != Tolerance::Exact;
    metric.tolerance != Tolerance::Ignore && !neutral
}

fn decide_one(metric: &Watched, alpha: f64, beta: f64) -> Decision {
    let said = |finding, note: &str| Decision::without_numbers(finding, Some(note.to_owned()));
    if !is_judged(metric) {
        return Decision::without_numbers(Finding::Shown, None);
    }
    let (base, head) = match (&metric.base, &metric.head) {
        (Some(base), Some(head)) => (base, head),
        (Some(_), None) => return said(Finding::Undecided, "the new side has no value, the old one had"),
        (None, Some(_)) => return said(Finding::Shown, "the old side has no value to compare with"),
        (None, None) => return said(Finding::Shown, "neither side has a value"),
    };
    if base.runs() != head.runs() {
        return said(Finding::Undecided, "different numbers of replications cannot be paired");
    }
    let (weight, amount) = match metric.tolerance {
        Tolerance::Exact => return exactly(base, head),
        Tolerance::Relative(share) => (share * sign(base.centre), 0.0),
        Tolerance::Absolute(amount, _) => (0.0, amount),
        Tolerance::Ignore => return Decision::without_numbers(Finding::Shown, None),
    };
    let excess = excess(metric.direction, base, head, weight, amount);
    judge(&excess, base.centre.abs().max(head.centre.abs()), alpha, beta)
}

/// A tolerance is a share of the base's size.
fn sign(value: f64) -> f64 {
    if value < 0.0 { -1.0 } else { 1.0 }
}

/// The change for the worse less what is tolerated of it. Linear in both sides, so a tolerance in percent moves with
/// the base's own randomness.
fn excess(direction: Direction, base: &Sample, head: &Sample, weight: f64, amount: f64) -> Sample {
    let worse = if direction == Direction::Large { -1.0 } else { 1.0 };
    let of_base = -worse - weight;
    let pairs = base.deviations.iter().zip(&head.deviations);
    Sample {
        centre: worse * head.centre + of_base * base.centre - amount,
        deviations: pairs.map(|(b, h)| worse * h + of_base * b).collect(),
    }
}

fn judge(excess: &Sample, size: f64, alpha: f64, beta: f64) -> Decision {
    let runs = excess.runs();
    let decided =
        |finding, error| Decision { finding, excess: Some(excess.centre), standard_error: error, note: None };
    let (Some(variance), Some(middle)) = (sample_variance(&excess.deviations), mean(&excess.deviations))
    else {
        let note = "one replication shows nothing".to_owned();
        return Decision { note: Some(note), ..decided(Finding::Undecided, None) };
    };
    let error = (variance / runs as f64).sqrt();
    let noise = ROUNDING * (size + middle.abs());
    if error <= noise {
        // Every pair differs by the same amount: nothing is left to chance.
        let finding = if excess.centre > noise { Finding::Regressed } else { Finding::Held };
        return decided(finding, Some(0.0));
    }
    let df = (runs - 1) as f64;
    let statistic = excess.centre / error;
    let finding = if statistic > t_quantile(1.0 - alpha, df) {
        Finding::Regressed
    } else if statistic <= -t_quantile(1.0 - beta, df) {
        Finding::Held
    } else {
        Finding::Undecided
    };
    decided(finding, Some(error))
}

/// Equal in every replication, or regressed: no test, for nothing may differ.
fn exactly(base: &Sample, head: &Sample) -> Decision {
    let values = |sample: &Sample| sample.deviations.iter().map(|d| sample.centre + d).collect::<Vec<_>>();
    let is_equal = base.centre == head.centre && values(base) == values(head);
    let finding = if is_equal { Finding::Held } else { Finding::Regressed };
    let excess = (head.centre - base.centre).abs();
    Decision { finding, excess: Some(excess), standard_error: Some(0.0), note: None }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
