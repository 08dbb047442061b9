//! The result of a comparison as plain data: what text, JSON, CSV and HTML all read.

use serde::Serialize;

use super::contrast::{
    Change, ContrastRow, Range, Side, all_contrasts, decision_contrasts, decision_samples,
};
use super::judge::judge;
use super::rows::{Conclusion, ObjectiveResult};
use crate::metrics::catalogue::better;
use crate::model::{DecisionMetric, Direction, decision_metrics};
use crate::scenario::Difference;
use crate::stats::{Best, DesignsDrawn, Elimination, Sample, multiple_comparison_with_best};

/// Version of the layout of [`SideBySide`].
pub const COMPARISON_VERSION: u32 = 1;

/// Confidence of everything that is decided.
const CONFIDENCE: f64 = 0.95;

/// Replications after which the selection of the best begins to drop designs; below ten the variances are too
/// uncertain.
const FIRST_STAGE: usize = 10;

/// Designs run with the same random numbers, each beside the first.
#[derive(Clone, Debug, Serialize)]
pub struct SideBySide {
    /// Version of this layout.
    pub version: u32,
    /// Root seed of all sides.
    pub seed: u64,
    /// Replications of each side.
    pub replications: u32,
    /// Each side; the first is the base.
    pub sides: Vec<ComparedSide>,
    /// With three sides or more: who is best, a metric each.
    pub best: Vec<BestOf>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// One side.
#[derive(Clone, Debug, Serialize)]
pub struct ComparedSide {
    /// What it is called here.
    pub label: String,
    /// The scenario's own name.
    pub name: String,
    /// The verdict over its objectives.
    pub conclusion: Conclusion,
    /// Its objectives.
    pub objectives: Vec<ObjectiveResult>,
    /// What differs from the base's scenario; empty for the base.
    pub differences: Vec<Difference>,
    /// Decision metrics beside the base's, all intervals together at 95 %; empty for the base.
    pub contrasts: Vec<ContrastRow>,
    /// All metrics beside the base's, each interval by itself at 95 %; empty for the base.
    pub metrics: Vec<ContrastRow>,
}

/// Which side is best in one metric: multiple comparisons with the best, at 95 % for all sides together.
#[derive(Clone, Debug, Serialize)]
pub struct BestOf {
    /// The metric's key.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// One a side, in their order.
    pub sides: Vec<FromBestSide>,
    /// The selection with a stated indifference, if one was stated.
    pub selection: Option<Selection>,
}

/// How far one side is from the best of the others.
#[derive(Clone, Debug, Serialize)]
pub struct FromBestSide {
    /// The side.
    pub label: String,
    /// Its value.
    pub value: f64,
    /// Its value less the best of the other sides', ends constrained.
    pub from_best: Range,
    /// Shown to be the best, alone or with sides that had the same value in every replication.
    pub best: bool,
    /// Shown not to be the best.
    pub beaten: bool,
}

/// Ranking and selection: with 95 % the side named is the best, or within the indifference of it.
#[derive(Clone, Debug, Serialize)]
pub struct Selection {
    /// Differences below this, in the metric's unit, do not matter.
    pub indifference: f64,
    /// The selected side, if the replications sufficed.
    pub selected: Option<String>,
    /// Sides that may still be the best.
    pub remaining: Vec<String>,
    /// Replications it took.
    pub stage: u64,
    /// Replications after which one side is left at the latest.
    pub last_stage: Option<u64>,
}

/// A side before it is compared.
pub struct Entrant<'a> {
    /// What it is called.
    pub label: String,
    /// What was run.
    pub side: Side<'a>,
    /// What differs from the first one's scenario.
    pub differences: Vec<Difference>,
}

impl SideBySide {
    /// Compares every side with the first, and from three sides on each with the best of the others. `indifference`
    /// is a share of the best value that does not matter.
    #[must_use]
    pub fn new(entrants: Vec<Entrant<'_>>, indifference: Option<f64>) -> Self {
        let best = if entrants.len() > 2 { best_of(&entrants, indifference) } else { Vec::new() };
        let base = entrants.first().map(|entrant| entrant.side);
        let plan = base.map(|side| side.model.plan.clone()).unwrap_or_default();
        let replications = base.map_or(0, |side| side.pool.runs());
        let sides: Vec<ComparedSide> = entrants
            .into_iter()
            .enumerate()
            .map(|(at, one)| compared(one, base.filter(|_| at > 0)))
            .collect();
        let warnings = warnings(&sides);
        Self { version: COMPARISON_VERSION, seed: plan.seed, replications, sides, best, warnings }
    }
}

fn compared(entrant: Entrant<'_>, base: Option<Side<'_>>) -> ComparedSide {
    let Entrant { label, side, differences } = entrant;
    let (objectives, conclusion) = judge(side.model, side.pool);
    let contrasts = base.map(|base| decision_contrasts(base, side, CONFIDENCE)).unwrap_or_default();
    let metrics = base.map(|base| all_contrasts(base.pool, side.pool, CONFIDENCE)).unwrap_or_default();
    let name = side.model.name.clone();
    ComparedSide { label, name, conclusion, objectives, differences, contrasts, metrics }
}

/// Common random numbers that do harm are said; so is a base that cannot be compared at all.
fn warnings(sides: &[ComparedSide]) -> Vec<String> {
    let mut all = Vec::new();
    for side in sides.iter().skip(1) {
        let harmed = side.contrasts.iter().filter(|row| {
            row.correlation.is_some_and(|correlation| correlation < 0.0) && row.change != Change::Identical
        });
        for row in harmed {
            all.push(format!(
                "{}: pairs of `{}` correlate at {:.2}: the common random numbers did not help here",
                side.label,
                row.metric,
                row.correlation.unwrap_or_default()
            ));
        }
    }
    all
}

fn best_of(entrants: &[Entrant<'_>], indifference: Option<f64>) -> Vec<BestOf> {
    let Some(first) = entrants.first() else { return Vec::new() };
    let metrics = decision_metrics(first.side.model);
    let measured: Vec<Measurements> = entrants.iter().map(Measurements::of).collect();
    let row = |metric: &DecisionMetric| {
        let best = match better(first.side.model, metric) {
            Direction::Small => Best::Smallest,
            Direction::Large => Best::Largest,
            Direction::Neutral => return None,
        };
        let samples: Vec<(Sample, String)> =
            measured.iter().map(|side| side.sample(&metric.key)).collect::<Option<_>>()?;
        one_metric(metric, best, &samples, entrants, indifference)
    };
    metrics.iter().filter_map(row).collect()
}

/// The decision metrics of one side.
struct Measurements {
    metrics: Vec<DecisionMetric>,
    samples: Vec<Option<(Sample, String)>>,
}

impl Measurements {
    fn of(entrant: &Entrant<'_>) -> Self {
        let metrics = decision_metrics(entrant.side.model);
        Self { samples: decision_samples(entrant.side, &metrics), metrics }
    }

    fn sample(&self, key: &str) -> Option<(Sample, String)> {
        self.samples[self.metrics.iter().position(|metric| metric.key == key)?].clone()
    }
}

fn one_metric(
    metric: &DecisionMetric,
    best: Best,
    samples: &[(Sample, String)],
    entrants: &[Entrant<'_>],
    indifference: Option<f64>,
) -> Option<BestOf> {
    let values: Vec<Vec<f64>> =
        samples.iter().map(|(s, _)| s.deviations.iter().map(|d| s.centre + d).collect()).collect();
    let slices: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
    let found = multiple_comparison_with_best(&slices, best, CONFIDENCE, DesignsDrawn::Together)?;
    let label = |at: usize| entrants[at].label.clone();
    let sides = found.iter().enumerate().map(|(at, from)| FromBestSide {
        label: label(at),
        value: samples[at].0.centre,
        from_best: from.difference.into(),
        best: from.best,
        beaten: from.beaten,
    });
    let centres = samples.iter().map(|(sample, _)| sample.centre);
    let top = match best {
        Best::Smallest => centres.fold(f64::INFINITY, f64::min),
        Best::Largest => centres.fold(f64::NEG_INFINITY, f64::max),
    };
    let selection = indifference.and_then(|share| select(&values, best, share * top.abs())).map(
        |(indifference, race)| Selection {
            indifference,
            selected: race.selected().map(label),
            remaining: race.survivors().iter().map(|&at| label(at)).collect(),
            stage: race.stage(),
            last_stage: race.last_stage(),
        },
    );
    let unit = samples.first().map(|(_, unit)| unit.clone()).unwrap_or_default();
    Some(BestOf { metric: metric.key.clone(), unit, sides: sides.collect(), selection })
}

/// Feeds the replications to the selection one after the other. `None` where an indifference of nothing decides
/// nothing.
fn select(values: &[Vec<f64>], best: Best, indifference: f64) -> Option<(f64, Elimination)> {
    let runs = values.first()?.len();
    let mut race = Elimination::new(values.len(), best, indifference, CONFIDENCE, FIRST_STAGE.min(runs))?;
    for run in 0..runs {
        let value = |&design: &usize| values[design].get(run).copied().unwrap_or(f64::NAN);
        let next: Vec<f64> = race.survivors().iter().map(value).collect();
        if race.push(&next) {
            break;
        }
    }
    Some((indifference, race))
}
