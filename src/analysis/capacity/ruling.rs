//! What the replications of one point say: it holds, it fails, or they do not tell yet.

use super::climb::Standing;
use super::margin::{COUNTED, by_margin};
use crate::analysis::estimate::{Estimate, estimate_of};
use crate::analysis::judge::{judge, judge_at, met_by_run};
use crate::analysis::pool::Pool;
use crate::analysis::rows::{ObjectiveResult, Outcome};
use crate::metrics::Stopped;
use crate::model::Model;
use crate::stats::{clopper_pearson, trials_without_a_miss};

/// What a point must meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Criterion {
    /// Every objective, judged as its author wrote it: means and pooled quantiles by their intervals.
    AsWritten,
    /// All objectives at once, in at least this share of runs.
    ShareOfRuns(f64),
}

/// How strictly a look rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rigor {
    /// With a probability of wrongly ruling that a point holds, and of wrongly ruling that it fails, of at most so much.
    /// With 0 this look does not rule so.
    Stated {
        /// Error of "it holds".
        holds: f64,
        /// Error of "it fails".
        fails: f64,
    },
    /// By how far the runs lie from the limits, without a stated error; for shares of runs only.
    Margin,
}

/// The ruling on one point.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// On all objectives that are not set aside.
    pub standing: Standing,
    /// On each objective, in the author's order; those set aside too.
    pub each: Vec<Standing>,
    /// What was measured, with 95 % intervals.
    pub objectives: Vec<ObjectiveResult>,
    /// Share of runs that met every objective that is not set aside, with its 95 % interval.
    pub runs_met: Option<Estimate>,
}

/// Runs after which a ruling by margin needs no margin any more, if none missed.
#[must_use]
pub fn runs_that_suffice(wanted: f64) -> u32 {
    trials_without_a_miss(wanted, COUNTED)
}

/// Rules on a point.
///
/// As written, a point holds where every objective is met at this confidence: to be wrong the one that is truly
/// missed must have been called met, so errors do not add up (an intersection-union test; R. L. Berger,
/// Technometrics 24, 1982). It fails where one is missed, and there they do, so each gets its part of the error.
/// By the share of runs, the interval of Clopper and Pearson must lie on one side, or the runs far from the limits.
#[must_use]
pub fn rule(model: &Model, pool: &Pool, criterion: Criterion, set_aside: &[usize], rigor: Rigor) -> Ruling {
    let counts: Vec<usize> = (0..model.objectives.len()).filter(|o| !set_aside.contains(o)).collect();
    let error = match rigor {
        Rigor::Stated { fails, .. } => fails,
        Rigor::Margin => COUNTED,
    };
    let confidence = 1.0 - 2.0 * error / counts.len().max(1) as f64;
    let sharp = judge_at(model, pool, confidence).0;
    let each: Vec<Standing> = sharp.iter().map(|result| standing(result.outcome)).collect();
    let met = runs_met(model, pool, &counts);
    let (all, good) = (met.len() as u64, met.iter().filter(|&&ok| ok).count() as u64);
    let by_runs = clopper_pearson(good, all, 0.95).map(|interval| estimate_of(interval, all as u32));
    let standing = match criterion {
        Criterion::AsWritten => together(counts.iter().map(|&o| each[o])),
        Criterion::ShareOfRuns(wanted) => match rigor {
            Rigor::Margin => by_margin(model, pool, &counts, &met, wanted),
            Rigor::Stated { holds, fails } => by_count(good, all, wanted, holds, fails),
        },
    };
    // What was cut short shows nothing; a system that ran into a bound does not hold.
    let standing = if is_bounded(pool) { Standing::Fails } else { standing };
    Ruling { standing, each, objectives: judge(model, pool).0, runs_met: by_runs }
}

/// Rules on `good` of `all` runs.
fn by_count(good: u64, all: u64, wanted: f64, holds: f64, fails: f64) -> Standing {
    let interval =
        |error: f64| (error > 0.0).then(|| clopper_pearson(good, all, 1.0 - 2.0 * error)).flatten();
    if interval(holds).is_some_and(|interval| interval.low >= wanted) {
        Standing::Holds
    } else if interval(fails).is_some_and(|interval| interval.high < wanted) {
        Standing::Fails
    } else {
        Standing::Undecided
    }
}

fn standing(outcome: Outcome) -> Standing {
    match outcome {
        Outcome::Pass => Standing::Holds,
        Outcome::Fail => Standing::Fails,
        Outcome::Inconclusive => Standing::Undecided,
    }
}

/// One that fails makes all fail; else one that is undecided leaves all undecided.
fn together(each: impl Iterator<Item = Standing>) -> Standing {
    each.fold(Standing::Holds, |all, one| match (all, one) {
        (Standing::Fails, _) | (_, Standing::Fails) => Standing::Fails,
        (Standing::Undecided, _) | (_, Standing::Undecided) => Standing::Undecided,
        _ => Standing::Holds,
    })
}

/// Whether a replication ran into a bound on events or requests and was cut short.
#[must_use]
pub fn is_bounded(pool: &Pool) -> bool {
    pool.endings.iter().any(|(ending, _)| matches!(ending, Stopped::EventLimit | Stopped::InFlightLimit))
}

/// Why an objective can never be judged in this scenario, as a sentence; nothing if all can.
#[must_use]
pub fn obstacle(model: &Model, pool: &Pool) -> Option<String> {
    let mut both = model.objectives.iter().zip(&pool.tracks);
    both.find_map(|(objective, track)| Some(format!("`{}`: {}", objective.text, track.obstacle?)))
}

/// For every run whether it met all of these objectives by itself. A run that says nothing about one misses nothing.
fn runs_met(model: &Model, pool: &Pool, counts: &[usize]) -> Vec<bool> {
    let mut met = vec![true; pool.runs() as usize];
    for &o in counts {
        for (all, one) in met.iter_mut().zip(met_by_run(model, pool, o)) {
            *all &= one.unwrap_or(true);
        }
    }
    met
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_shown_by_as_many_runs_as_it_takes() {
        for (wanted, error) in [(0.95, 0.0125), (0.9, 0.05), (0.99, 0.001)] {
            let runs = u64::from(trials_without_a_miss(wanted, error));
            assert_eq!(by_count(runs, runs, wanted, error, error), Standing::Holds);
            assert_eq!(by_count(runs - 1, runs - 1, wanted, error, error), Standing::Undecided);
            assert_eq!(by_count(runs, runs, wanted, 0.0, error), Standing::Undecided, "not asked");
            assert_eq!(by_count(0, runs, wanted, error, error), Standing::Fails);
        }
        assert_eq!(runs_that_suffice(0.95), 59);
    }

    #[test]
    fn one_failure_decides_and_doubt_does_not() {
        use Standing::{Fails, Holds, Undecided};
        assert_eq!(together([Holds, Holds].into_iter()), Holds);
        assert_eq!(together([Holds, Undecided].into_iter()), Undecided);
        assert_eq!(together([Undecided, Fails, Holds].into_iter()), Fails);
        assert_eq!(together([].into_iter()), Holds);
    }
}
