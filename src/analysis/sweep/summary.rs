//! The result of a sweep: plain data that text, CSV, JSON and HTML all read.

use serde::Serialize;

use super::effects::{FactorEffect, Measure, effects, label};
use super::pareto::{front, tradeoff};
use super::point::{COST, PointResult, RISK, SweepPoint};
use super::turns::turns;
use crate::analysis::rows::{MetricRow, Outcome};
use crate::analysis::summary::Assumption;
use crate::metrics::catalogue::{Metric, REPLICA_HOURS, RUNS_MISSING_OBJECTIVES, SOJOURN_P99};
use crate::model::ScopeKind;

/// Version of the layout of `sweep.json`.
pub const SWEEP_VERSION: u32 = 1;

/// Measures of objectives that are shown.
const OBJECTIVES_SHOWN: usize = 4;

/// Classes whose p99 is shown where nothing is promised.
const CLASSES_SHOWN: usize = 3;

/// Most levels of a factor on a heat map.
const MAP_LEVELS: usize = 40;

/// What varied.
#[derive(Clone, Debug, Serialize)]
pub struct FactorSummary {
    /// Its address.
    pub path: String,
    /// Its short name.
    pub name: String,
}

/// A measure over two factors, averaged over the others.
#[derive(Clone, Debug, Serialize)]
pub struct HeatMap {
    /// The factor along the horizontal axis, or those that move together.
    pub across: Vec<usize>,
    /// The factor along the vertical axis, or those that move together.
    pub up: Vec<usize>,
    /// Labels of the horizontal levels.
    pub columns: Vec<String>,
    /// Labels of the vertical levels.
    pub rows: Vec<String>,
    /// `cells[row][column]`: the mean, if any point lies there.
    pub cells: Vec<Vec<Option<f64>>>,
}

/// Cost against risk.
#[derive(Clone, Debug, Serialize)]
pub struct Tradeoff {
    /// What is weighed against the cost: the risk, or the slowest p99 where nothing is promised or all is equal.
    pub risk: String,
    /// Its unit.
    pub unit: String,
    /// Points that have both numbers: place, cost in pod hours, risk.
    pub points: Vec<(usize, f64, f64)>,
    /// Places in `points` that no other point beats, by rising cost.
    pub front: Vec<usize>,
}

/// Everything a report shows about a sweep.
#[derive(Clone, Debug)]
pub struct SweepSummary {
    /// The scenario's name.
    pub name: String,
    /// The question it answers.
    pub question: String,
    /// What varied.
    pub factors: Vec<FactorSummary>,
    /// Every point, in the order of the design.
    pub points: Vec<SweepPoint>,
    /// What points are compared by; the first is the main one.
    pub measures: Vec<Measure>,
    /// Effects by measure and factor; factors that move together are one.
    pub effects: Vec<Vec<FactorEffect>>,
    /// The main measure over the two factors that matter most.
    pub maps: Vec<Option<HeatMap>>,
    /// Cost against risk, where both differ.
    pub tradeoff: Option<Tradeoff>,
    /// Whether points were drawn instead of combined.
    pub is_sample: bool,
    /// Root seed of the base.
    pub seed: u64,
    /// Warnings as text.
    pub warnings: Vec<String>,
    /// What the base takes for granted.
    pub assumptions: Vec<Assumption>,
}

impl SweepSummary {
    /// Points that were run.
    pub fn results(&self) -> impl Iterator<Item = &PointResult> {
        self.points.iter().filter_map(SweepPoint::result)
    }

    /// The short name of a factor; of factors that move together `a + b`.
    #[must_use]
    pub fn named(&self, factors: &[usize]) -> String {
        let names: Vec<&str> = factors.iter().map(|&factor| self.factors[factor].name.as_str()).collect();
        names.join(" + ")
    }

    /// How many points came out so; `None` counts those without objectives.
    #[must_use]
    pub fn count(&self, outcome: Option<Outcome>) -> usize {
        self.results().filter(|result| result.conclusion.outcome == outcome).count()
    }

    /// Points that could not be run.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.points.iter().filter(|point| point.result().is_none()).count()
    }

    /// Replications over all points.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.results().map(|result| u64::from(result.replications)).sum()
    }
}

/// What a sweep's points say together. `groups` hold the places of factors that move together, each factor in one.
#[must_use]
pub fn summarize_sweep(
    head: (String, String, u64),
    (factors, groups): (Vec<FactorSummary>, &[Vec<usize>]),
    points: Vec<SweepPoint>,
    is_sample: bool,
    said: (Vec<String>, Vec<Assumption>),
) -> SweepSummary {
    let measures = measures(&points);
    let effects: Vec<_> = measures.iter().map(|measure| effects(&points, groups, measure)).collect();
    let map =
        |(measure, effects): (&Measure, &Vec<FactorEffect>)| heat_map(&points, measure, effects, is_sample);
    let maps = measures.iter().zip(&effects).map(map).collect();
    let tradeoff = weigh(&points);
    let (name, question, seed) = head;
    let (mut warnings, assumptions) = said;
    warnings.extend(idle_factors(&factors, &effects));
    if !is_sample {
        let holds = |point: &SweepPoint| match point.result()?.conclusion.outcome? {
            Outcome::Pass => Some(true),
            Outcome::Fail => Some(false),
            Outcome::Inconclusive => None,
        };
        let holds: Vec<Option<bool>> = points.iter().map(holds).collect();
        let names: Vec<String> = factors.iter().map(|factor| factor.name.clone()).collect();
        warnings.extend(turns(&points, groups, &names, &holds));
    }
    SweepSummary {
        name,
        question,
        factors,
        points,
        measures,
        effects,
        maps,
        tradeoff,
        is_sample,
        seed,
        warnings,
        assumptions,
    }
}

/// The share of runs that missed an objective, what each objective measures, and the cost; without objectives the p99
/// of the first classes. Those that are the same at all points say nothing and stay out, unless all are.
fn measures(points: &[SweepPoint]) -> Vec<Measure> {
    let Some(first) = points.iter().find_map(SweepPoint::result) else { return Vec::new() };
    let metric = |scope: &str, metric: &Metric| Measure {
        scope: scope.to_owned(),
        metric: metric.name.to_owned(),
        unit: metric.unit.to_owned(),
        limit: None,
        values: points.iter().map(|point| Some(point.result()?.metric(scope, metric.name)?.mean)).collect(),
    };
    let system = ScopeKind::System.called("");
    let mut all = Vec::new();
    if !first.objectives.is_empty() {
        all.push(metric(&system, &RUNS_MISSING_OBJECTIVES));
    }
    for objective in first.objectives.iter().take(OBJECTIVES_SHOWN) {
        let of_point = |point: &SweepPoint| {
            let mut found = point.result()?.objectives.iter().filter(|other| other.rule == objective.rule);
            Some(found.next()?.measured.as_ref()?.mean)
        };
        all.push(Measure {
            scope: objective.scope.clone(),
            metric: objective.rule.clone(),
            unit: objective.unit.to_owned(),
            limit: Some(objective.limit),
            values: points.iter().map(of_point).collect(),
        });
    }
    if first.objectives.is_empty() {
        let classes = first.metrics.iter().filter(|row| is_p99_of_class(row));
        let classes: Vec<String> = classes.map(|row| row.scope.clone()).take(CLASSES_SHOWN).collect();
        all.extend(classes.iter().map(|scope| metric(scope, &SOJOURN_P99)));
    }
    all.push(metric(&system, &REPLICA_HOURS));
    let moves = |measure: &Measure| {
        let mut values = measure.values.iter().flatten();
        values.next().is_some_and(|first| values.any(|value| value != first))
    };
    if all.iter().any(moves) {
        all.retain(moves);
    }
    all.retain(|measure| measure.values.iter().any(Option::is_some));
    all
}

/// The measure over the two factors that explain most of it. In a sample no two points share a cell, so there is none.
fn heat_map(
    points: &[SweepPoint],
    measure: &Measure,
    effects: &[FactorEffect],
    is_sample: bool,
) -> Option<HeatMap> {
    if is_sample {
        return None;
    }
    let fits = |effect: &&FactorEffect| (2..=MAP_LEVELS).contains(&effect.levels.len());
    let mut ranked: Vec<&FactorEffect> = effects.iter().filter(fits).collect();
    ranked.sort_by(|one, two| two.share.unwrap_or(0.0).total_cmp(&one.share.unwrap_or(0.0)));
    let [first, second, ..] = ranked[..] else { return None };
    // The factor with more levels lies along the wider axis.
    let (across, up) =
        if first.levels.len() >= second.levels.len() { (first, second) } else { (second, first) };
    let labels =
        |effect: &FactorEffect| effect.levels.iter().map(|level| level.label.clone()).collect::<Vec<_>>();
    let (columns, rows) = (labels(across), labels(up));
    let mut sums = vec![vec![(0.0, 0_u32); columns.len()]; rows.len()];
    for (point, value) in points.iter().zip(&measure.values) {
        let (of_column, of_row) = (label(point, &across.factors), label(point, &up.factors));
        let column = columns.iter().position(|label| *label == of_column);
        let row = rows.iter().position(|label| *label == of_row);
        if let (Some(column), Some(row), Some(value)) = (column, row, value) {
            sums[row][column].0 += value;
            sums[row][column].1 += 1;
        }
    }
    let cell = |&(sum, count): &(f64, u32)| (count > 0).then(|| sum / f64::from(count));
    let cells = sums.iter().map(|row| row.iter().map(cell).collect()).collect();
    Some(HeatMap { across: across.factors.clone(), up: up.factors.clone(), columns, rows, cells })
}

/// Whether a row is the p99 of a class.
fn is_p99_of_class(row: &MetricRow) -> bool {
    row.metric == SOJOURN_P99.name && ScopeKind::Class.holds(&row.scope)
}

/// Cost against risk; where the risk is the same everywhere, against the slowest class's p99.
fn weigh(points: &[SweepPoint]) -> Option<Tradeoff> {
    let system = ScopeKind::System.called("");
    let slowest_name = format!("slowest {}", SOJOURN_P99.name);
    let slowest = |result: &PointResult| {
        let of_class = result.metrics.iter().filter(|row| is_p99_of_class(row));
        of_class.map(|row| row.estimate.mean).max_by(f64::total_cmp)
    };
    type Weight<'a> = (&'a str, &'static str, &'a dyn Fn(&PointResult) -> Option<f64>);
    let risk = |result: &PointResult| Some(result.metric(&system, RISK)?.mean);
    let weights: [Weight<'_>; 2] =
        [(RISK, RUNS_MISSING_OBJECTIVES.unit, &risk), (&slowest_name, SOJOURN_P99.unit, &slowest)];
    for (name, unit, weight) in weights {
        let point = |(at, point): (usize, &SweepPoint)| {
            let result = point.result()?;
            Some((at, result.metric(&system, COST)?.mean, weight(result)?))
        };
        let found: Vec<_> = points.iter().enumerate().filter_map(point).collect();
        let pairs: Vec<(f64, f64)> = found.iter().map(|&(_, cost, risk)| (cost, risk)).collect();
        if tradeoff(&pairs) {
            let (risk, unit) = (name.to_owned(), unit.to_owned());
            return Some(Tradeoff { risk, unit, points: found, front: front(&pairs) });
        }
    }
    None
}

/// Factors that change nothing that is measured: probably they vary something that is not used.
fn idle_factors(factors: &[FactorSummary], effects: &[Vec<FactorEffect>]) -> Vec<String> {
    let idle = |at: &usize| {
        let of_factor: Vec<&FactorEffect> =
            effects.iter().flatten().filter(|effect| effect.factors.contains(at)).collect();
        let still = |effect: &&FactorEffect| effect.levels.len() > 1 && effect.span().0 == effect.span().1;
        !of_factor.is_empty() && of_factor.iter().all(still)
    };
    let sentence = |at: usize| {
        format!(
            "`{}` made no difference to anything that is measured: is the value it sets used?",
            factors[at].path
        )
    };
    (0..factors.len()).filter(idle).map(sentence).collect()
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;
