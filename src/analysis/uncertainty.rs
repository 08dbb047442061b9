//! What of a result's spread is doubt about inputs, and what is chance: a random-effects analysis of variance over
//! points drawn from the inputs, with independent replications at each (S. R. Searle, G. Casella, C. E. McCulloch,
//! Variance Components, 1992, chapter 3; for simulation: R. R. Barton, B. L. Nelson, W. Xie, INFORMS JoC 26, 2014).
//!
//! Replications of different points must be independent. Common random numbers would hide chance from the variance
//! between points and leave it in the one within them.

use serde::Serialize;

use super::estimate::{Estimate, estimate_of};
use super::rows::{ObjectiveResult, Outcome};
use super::sweep::PointResult;
use crate::metrics::catalogue::{self, Metric};
use crate::model::ScopeKind;
use crate::numerics::{exp, ln, norm_quantile, sqrt};
use crate::stats::{correlation, wilson};

/// Confidence of every interval here.
const CONFIDENCE: f64 = 0.95;

/// Fewest points for variances and correlations.
const FEWEST: usize = 5;

/// One uncertain input: its address and how it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputRow {
    /// Its address.
    pub path: String,
    /// `low .. mid .. high` as written.
    pub written: String,
}

/// What one input does to one metric.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Influence {
    /// The input's place.
    pub input: usize,
    /// Spearman's rank correlation of the input and the mean of its points.
    pub correlation: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The variance of one metric of one run, taken apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VarianceRow {
    /// `class/NAME` or `system`.
    pub scope: String,
    /// Its name.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// Mean over all points and runs.
    pub mean: f64,
    /// 5 % of points lie below: a quantile of the points' means.
    pub p05: f64,
    /// 95 % of points lie below.
    pub p95: f64,
    /// Standard deviation that comes from not knowing the inputs.
    pub input_deviation: f64,
    /// Standard deviation of one run at known inputs.
    pub noise_deviation: f64,
    /// Share of the inputs in the variance of one run.
    pub input_share: f64,
    /// Inputs by falling size of their correlation.
    pub influences: Vec<Influence>,
    /// The first influence is larger than the second by more than chance explains: they are apart by 95 %.
    pub is_clear: bool,
}

/// What uncertain inputs do to a result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Uncertainty {
    /// The inputs.
    pub inputs: Vec<InputRow>,
    /// Points drawn from them.
    pub points: usize,
    /// Points that could not be run, with the first reason.
    pub failed: usize,
    /// The first reason.
    pub first_reason: Option<String>,
    /// Replications at each point.
    pub replications: u32,
    /// Share of points at which every objective is met by what was measured, with its Wilson interval; nothing without
    /// objectives. A point that could not be run meets none.
    pub holds: Option<Estimate>,
    /// Share of points at which each objective is met, in the author's order: rule and share.
    pub objectives: Vec<(String, Estimate)>,
    /// One a decision metric.
    pub metrics: Vec<VarianceRow>,
}

/// Metrics by which classes are judged.
const OF_CLASS: [&Metric; 3] =
    [&catalogue::MEAN_SOJOURN, &catalogue::RUN_SOJOURN_P99, &catalogue::SUCCESS_RATIO];

/// Metrics of all classes together that stand beside them.
const OF_SYSTEM: [&Metric; 2] = [&catalogue::ARRIVED, &catalogue::LOST];

/// Takes apart what the `points` say, drawn at the shares `design[point][input]` of the inputs' laws.
#[must_use]
pub fn uncertainty(
    inputs: Vec<InputRow>,
    design: &[Vec<f64>],
    points: &[Result<PointResult, String>],
    replications: u32,
) -> Uncertainty {
    let results: Vec<(usize, &PointResult)> =
        points.iter().enumerate().filter_map(|(at, point)| Some((at, point.as_ref().ok()?))).collect();
    let mut metrics = Vec::new();
    for row in results.first().map(|(_, first)| first.runs.as_slice()).unwrap_or_default() {
        let is_one = |metrics: &[&Metric]| metrics.iter().any(|metric| metric.is_called(&row.metric));
        let of_class = ScopeKind::Class.holds(&row.scope) && is_one(&OF_CLASS);
        if of_class || ScopeKind::System.holds(&row.scope) && is_one(&OF_SYSTEM) {
            metrics.extend(variance(&row.scope, &row.metric, &row.unit, &results, design));
        }
    }
    let (holds, objectives) = held(&results, points.len());
    Uncertainty {
        inputs,
        points: points.len(),
        failed: points.len() - results.len(),
        first_reason: points.iter().find_map(|point| point.as_ref().err().cloned()),
        replications,
        holds,
        objectives,
        metrics,
    }
}

fn variance(
    scope: &str,
    metric: &str,
    unit: &str,
    results: &[(usize, &PointResult)],
    design: &[Vec<f64>],
) -> Option<VarianceRow> {
    let values = |result: &PointResult| -> Option<Vec<f64>> {
        let row = result.runs.iter().find(|row| row.scope == scope && row.metric == metric)?;
        row.values.iter().copied().collect()
    };
    let groups: Vec<(usize, Vec<f64>)> =
        results.iter().filter_map(|(at, result)| Some((*at, values(result)?))).collect();
    let groups_only: Vec<&[f64]> = groups.iter().map(|(_, values)| values.as_slice()).collect();
    let parts = components(&groups_only)?;
    let means: Vec<f64> =
        groups.iter().map(|(_, values)| crate::stats::mean(values).unwrap_or(0.0)).collect();
    let mut sorted = means.clone();
    sorted.sort_by(f64::total_cmp);
    let quantile = |p: f64| crate::stats::quantile_of_sorted(&sorted, p).unwrap_or(f64::NAN);
    let inputs = design.first().map_or(0, Vec::len);
    let column = |input: usize| groups.iter().map(|(at, _)| design[*at][input]).collect::<Vec<_>>();
    let mut influences: Vec<Influence> =
        (0..inputs).filter_map(|input| influence(input, &column(input), &means)).collect();
    influences.sort_by(|one, two| two.correlation.abs().total_cmp(&one.correlation.abs()));
    let all = parts.input + parts.noise;
    Some(VarianceRow {
        scope: scope.to_owned(),
        metric: metric.to_owned(),
        unit: unit.to_owned(),
        mean: parts.mean,
        p05: quantile(0.05),
        p95: quantile(0.95),
        input_deviation: sqrt(parts.input),
        noise_deviation: sqrt(parts.noise),
        input_share: if all > 0.0 { parts.input / all } else { 0.0 },
        is_clear: is_clear(&influences, means.len()),
        influences,
    })
}

/// Variance between points and within them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Components {
    /// Mean of all.
    pub mean: f64,
    /// Variance of the points' true means: `(MSB - MSW) / n`, not below zero. For k points of a Latin hypercube it is too
    /// large by up to `1 / (k - 1)` of itself, which errs on the side of doubt.
    pub input: f64,
    /// Variance of one run at its point: `MSW`.
    pub noise: f64,
}

/// The components of `groups` of equal size. `None` with fewer than five groups or fewer than two values in each.
#[must_use]
pub fn components(groups: &[&[f64]]) -> Option<Components> {
    let n = groups.first()?.len();
    if groups.len() < FEWEST || n < 2 || groups.iter().any(|group| group.len() != n) {
        return None;
    }
    let (k, n) = (groups.len() as f64, n as f64);
    let means: Vec<f64> = groups.iter().map(|group| group.iter().sum::<f64>() / n).collect();
    let mean = means.iter().sum::<f64>() / k;
    let between: f64 = means.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() * n / (k - 1.0);
    let squares = |(group, m): (&&[f64], &f64)| group.iter().map(|x| (x - m) * (x - m)).sum::<f64>();
    let within: f64 = groups.iter().zip(&means).map(squares).sum::<f64>() / (k * (n - 1.0));
    let finite = mean.is_finite() && between.is_finite() && within.is_finite();
    finite.then_some(Components { mean, input: ((between - within) / n).max(0.0), noise: within })
}

/// Spearman's correlation with the interval of Fisher's transformation and the standard error of D. G. Bonett and
/// T. A. Wright (Psychometrika 65, 2000): `sqrt((1 + r^2 / 2) / (k - 3))`.
fn influence(input: usize, shares: &[f64], means: &[f64]) -> Option<Influence> {
    let count = means.len();
    if count < FEWEST {
        return None;
    }
    let r = correlation(&ranks(shares), &ranks(means))?;
    let score = fisher(r);
    let half = norm_quantile(0.5 + CONFIDENCE / 2.0) * deviation(r, count);
    Some(Influence { input, correlation: r, low: unfisher(score - half), high: unfisher(score + half) })
}

fn deviation(r: f64, count: usize) -> f64 {
    sqrt((1.0 + r * r / 2.0) / (count as f64 - 3.0))
}

fn fisher(r: f64) -> f64 {
    let r = r.clamp(-0.999_999, 0.999_999);
    0.5 * ln((1.0 + r) / (1.0 - r))
}

fn unfisher(z: f64) -> f64 {
    let e = exp(2.0 * z);
    (e - 1.0) / (e + 1.0)
}

/// Whether the first influence is surely the largest: the sizes of the first two differ by 95 %.
fn is_clear(influences: &[Influence], count: usize) -> bool {
    match influences {
        [] => false,
        [one] => one.low > 0.0 || one.high < 0.0,
        [first, second, ..] => {
            let (a, b) = (first.correlation.abs(), second.correlation.abs());
            let error =
                sqrt(deviation(a, count) * deviation(a, count) + deviation(b, count) * deviation(b, count));
            fisher(a) - fisher(b) > norm_quantile(0.5 + CONFIDENCE / 2.0) * error
        }
    }
}

/// Ranks from one; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() && values[order[end]] == values[order[start]] {
            end += 1;
        }
        let rank = (start + end + 1) as f64 / 2.0;
        order[start..end].iter().for_each(|&at| ranks[at] = rank);
        start = end;
    }
    ranks
}

/// Whether what was measured meets the objective; where runs are judged, whether the share of those that met it does.
/// The few runs of a point could seldom show either, so the verdict is asked only where nothing was measured.
fn is_met(objective: &ObjectiveResult) -> bool {
    if let (Some(met), Some(wanted)) = (&objective.runs_met, objective.runs_wanted) {
        return met.mean >= wanted;
    }
    let Some(measured) = &objective.measured else {
        return objective.outcome == Outcome::Pass;
    };
    match objective.comparison {
        "<" => measured.mean < objective.limit,
        "<=" => measured.mean <= objective.limit,
        ">" => measured.mean > objective.limit,
        _ => measured.mean >= objective.limit,
    }
}

fn held(results: &[(usize, &PointResult)], points: usize) -> (Option<Estimate>, Vec<(String, Estimate)>) {
    let share = |count: usize| {
        let interval = wilson(count as u64, points as u64, CONFIDENCE)?;
        Some(estimate_of(interval, points as u32))
    };
    let rules: Vec<&str> = results
        .first()
        .map(|(_, first)| first.objectives.iter().map(|objective| objective.rule.as_str()).collect())
        .unwrap_or_default();
    if rules.is_empty() {
        return (None, Vec::new());
    }
    let all = results.iter().filter(|(_, result)| result.objectives.iter().all(is_met)).count();
    let of_rule = |at: usize| {
        let met = results.iter().filter(|(_, result)| result.objectives.get(at).is_some_and(is_met));
        Some((rules[at].to_owned(), share(met.count())?))
    };
    (share(all), (0..rules.len()).filter_map(of_rule).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, unit};

    fn normal(key: Key, purpose: u64) -> f64 {
        norm_quantile(unit(key.draw(purpose)))
    }

    /// Response `3 a + b` and noise `2 e` of standard normals, at 40 points with 6 runs each.
    fn linear(seed: u64) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let design = crate::experiment::latin_hypercube(seed, 40, 2);
        let runs = |(at, shares): (usize, &Vec<f64>)| {
            let mean = 3.0 * norm_quantile(shares[0]) + norm_quantile(shares[1]);
            let key = Key::root(seed, at as u64, 1);
            (0..6).map(|run| mean + 2.0 * normal(key, run)).collect()
        };
        let groups = design.iter().enumerate().map(runs).collect();
        (design, groups)
    }

    #[test]
    fn variances_of_a_linear_response_are_taken_apart() {
        // True values: 9 + 1 from the inputs, 4 from chance; 300 experiments.
        let mut inputs = Vec::new();
        let mut noises = Vec::new();
        for seed in 0..300 {
            let (_, groups) = linear(seed);
            let groups: Vec<&[f64]> = groups.iter().map(Vec::as_slice).collect();
            let found = components(&groups).unwrap();
            inputs.push(found.input);
            noises.push(found.noise);
        }
        let check = |values: &[f64], truth: f64| {
            let mean = crate::stats::mean(values).unwrap();
            let error = crate::stats::standard_deviation(values).unwrap() / sqrt(values.len() as f64);
            assert!((mean - truth).abs() < 3.5 * error, "{mean} +- {error} beside {truth}");
        };
        // The mean of a stratified sample does not move, so the squares around it sum to k variances, not to k - 1.
        check(&inputs, 10.0 * 40.0 / 39.0);
        check(&noises, 4.0);
    }

    #[test]
    fn the_input_that_matters_most_is_named_with_its_error() {
        // Correlation of 3 a with 3 a + b + the mean of six 2 e: 3 / sqrt(10 + 4/6) = 0.919; ranks give slightly less.
        let (design, groups) = linear(5);
        let means: Vec<f64> = groups.iter().map(|group| crate::stats::mean(group).unwrap()).collect();
        let column = |at: usize| design.iter().map(|row| row[at]).collect::<Vec<_>>();
        let (a, b) = (influence(0, &column(0), &means).unwrap(), influence(1, &column(1), &means).unwrap());
        assert!(a.low < 0.905 && 0.905 < a.high, "{a:?}");
        assert!(is_clear(&[a.clone(), b], 40));
        assert!(!is_clear(&[a.clone(), a], 40));
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
    }

    #[test]
    fn too_little_is_no_answer() {
        assert_eq!(components(&[&[1.0, 2.0], &[1.0, 2.0]]), None);
        assert_eq!(components(&[&[1.0][..]; 9]), None);
        let still = components(&[&[1.0, 1.0][..]; 9]).unwrap();
        assert_eq!((still.input, still.noise), (0.0, 0.0));
    }
}
