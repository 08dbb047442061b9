//! What is kept of one design point once its replications are folded and their pool is dropped.

use crate::analysis::estimate::{CONFIDENCE, Estimate, estimate_of};
use crate::analysis::judge::{judge, met_by_run};
use crate::analysis::pool::Pool;
use crate::analysis::rows::{Conclusion, MetricRow, Named, ObjectiveResult};
use crate::metrics::{Stopped, catalogue};
use crate::model::{Model, ScopeKind};
use crate::scenario::axis::Level;
use crate::stats::{Sample, wilson};

/// Share of runs that missed an objective: the risk of a point.
pub const RISK: &str = catalogue::RUNS_MISSING_OBJECTIVES.name;

/// Hours of pods of all services: what a point costs until prices exist.
pub const COST: &str = catalogue::REPLICA_HOURS.name;

/// One metric of one replication.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRow {
    /// As in [`MetricRow`].
    pub scope: String,
    /// Its name.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// One value a replication, in their order; `None` where a run has none.
    pub values: Vec<Option<f64>>,
}

/// The estimates and the verdict of a design point.
#[derive(Clone, Debug)]
pub struct PointResult {
    /// Replications.
    pub replications: u32,
    /// Whether the asked precision was reached; `None` if none was asked.
    pub precision_reached: Option<bool>,
    /// Bounds that replications hit, in words.
    pub bounds_hit: Vec<String>,
    /// Share of runs that hit a bound.
    pub bounded: f64,
    /// The verdict.
    pub conclusion: Conclusion,
    /// One an objective, in the author's order.
    pub objectives: Vec<ObjectiveResult>,
    /// Every metric: risk and cost first.
    pub metrics: Vec<MetricRow>,
    /// Measured requests over all runs.
    pub requests: u64,
    /// Events over all runs.
    pub events: u64,
    /// Every metric by run, if asked for.
    pub runs: Vec<RunRow>,
}

impl PointResult {
    /// The estimate of a metric.
    #[must_use]
    pub fn metric(&self, scope: &str, metric: &str) -> Option<&Estimate> {
        let row = self.metrics.iter().find(|row| row.scope == scope && row.metric == metric)?;
        Some(&row.estimate)
    }
}

/// What came of a point.
#[derive(Clone, Debug)]
pub enum PointOutcome {
    /// It was run.
    Ran(Box<PointResult>),
    /// It could not be, and why.
    Failed(String),
}

/// One design point.
#[derive(Clone, Debug)]
pub struct SweepPoint {
    /// The value of each factor.
    pub levels: Vec<Level>,
    /// What came of it.
    pub outcome: PointOutcome,
}

impl SweepPoint {
    /// Its result, if it was run.
    #[must_use]
    pub fn result(&self) -> Option<&PointResult> {
        match &self.outcome {
            PointOutcome::Ran(result) => Some(result),
            PointOutcome::Failed(_) => None,
        }
    }

    /// Why it failed, wholly or in part.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match &self.outcome {
            PointOutcome::Failed(reason) => Some(reason.clone()),
            PointOutcome::Ran(result) if result.bounds_hit.is_empty() => None,
            PointOutcome::Ran(result) => Some(result.bounds_hit.join("; ")),
        }
    }
}

/// What the replications in `pool`, which must be of `model`, say about their point. `with_runs` keeps every metric
/// of every run, too.
#[must_use]
pub fn point_result(
    model: &Model,
    pool: &Pool,
    precision_reached: Option<bool>,
    with_runs: bool,
) -> PointResult {
    let (objectives, conclusion) = judge(model, pool);
    let mut metrics: Vec<MetricRow> = Vec::new();
    let mut push = |metric: &catalogue::Metric, estimate: Option<Estimate>| {
        let (scope, name) = (ScopeKind::System.called(""), metric.name.to_owned());
        let row = |estimate| MetricRow { scope, metric: name, unit: metric.unit.into(), estimate };
        metrics.extend(estimate.map(row));
    };
    push(&catalogue::RUNS_MISSING_OBJECTIVES, risk(model, pool));
    push(&catalogue::REPLICA_HOURS, cost(pool));
    let mut estimates = pool.estimates();
    estimates.extend(pool.health.rows());
    metrics.extend(estimates.into_iter().map(Named::into_row));
    let total = pool.total.as_ref();
    let bounded: u32 =
        pool.endings.iter().filter(|(stopped, _)| *stopped != Stopped::Finished).map(|(_, runs)| runs).sum();
    PointResult {
        replications: pool.runs(),
        precision_reached,
        bounds_hit: pool.bounds_hit(),
        bounded: f64::from(bounded) / f64::from(pool.runs().max(1)),
        conclusion,
        objectives,
        metrics,
        requests: total.map_or(0, |total| total.classes.iter().map(|class| class.arrived).sum()),
        events: total.map_or(0, |total| total.events),
        runs: if with_runs { run_rows(pool) } else { Vec::new() },
    }
}

/// Share of runs that missed at least one objective by themselves, with its Wilson interval. A run that says nothing
/// about an objective did not miss it.
fn risk(model: &Model, pool: &Pool) -> Option<Estimate> {
    if model.objectives.is_empty() {
        return None;
    }
    let mut missed = vec![false; pool.runs() as usize];
    for index in 0..model.objectives.len() {
        let met = met_by_run(model, pool, index);
        missed.iter_mut().zip(met).for_each(|(missed, met)| *missed |= met == Some(false));
    }
    let count = missed.iter().filter(|&&missed| missed).count() as u64;
    let interval = wilson(count, missed.len() as u64, CONFIDENCE)?;
    Some(estimate_of(interval, pool.runs()))
}

/// Pod hours of all services together, run by run.
fn cost(pool: &Pool) -> Option<Estimate> {
    let mut sum: Option<Sample> = None;
    for row in pool.samples().into_iter().filter(|row| row.metric == COST) {
        match &mut sum {
            None => sum = Some(row.sample),
            Some(sum) => {
                sum.centre += row.sample.centre;
                sum.deviations.iter_mut().zip(&row.sample.deviations).for_each(|(a, b)| *a += b);
            }
        }
    }
    let sum = sum?;
    Some(match sum.interval(CONFIDENCE) {
        Some(interval) => estimate_of(interval.within(0.0, f64::INFINITY), pool.runs()),
        None => Estimate { mean: sum.centre, ci95_low: sum.centre, ci95_high: sum.centre, replications: 1 },
    })
}

fn run_rows(pool: &Pool) -> Vec<RunRow> {
    let row = |(at, name): (usize, &crate::analysis::pool::Name)| RunRow {
        scope: name.scope.clone(),
        metric: name.name.to_string(),
        unit: name.unit.to_string(),
        values: pool.run_values(at),
    };
    pool.names.iter().enumerate().map(row).collect()
}
