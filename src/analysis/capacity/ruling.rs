//! What the replications of one point say: it holds, it fails, or they do not tell yet.

use super::climb::Standing;
use crate::analysis::estimate::{Estimate, estimate_of};
use crate::analysis::judge::{judge, judge_at, met_by_run};
use crate::analysis::pool::Pool;
use crate::analysis::rows::{ObjectiveResult, Outcome};
use crate::metrics::Stopped;
use crate::model::Model;
use crate::stats::clopper_pearson;

/// What a point must meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Criterion {
    /// Every objective, judged as its author wrote it: means and pooled quantiles by their intervals.
    AsWritten,
    /// All objectives at once, in at least this share of runs.
    ShareOfRuns(f64),
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

/// Rules on a point. `error` is the probability of ruling wrongly, to either side, that this look may use.
///
/// As written, a point holds where every objective is met at this confidence: to be wrong the one that is truly
/// missed must have been called met, so errors do not add up (an intersection-union test; R. L. Berger,
/// Technometrics 24, 1982). It fails where one is missed, and there they do, so each gets its part of the error.
/// By the share of runs, the interval of Clopper and Pearson must lie on one side.
#[must_use]
pub fn rule(model: &Model, pool: &Pool, criterion: Criterion, set_aside: &[usize], error: f64) -> Ruling {
    let counts: Vec<usize> = (0..model.objectives.len()).filter(|o| !set_aside.contains(o)).collect();
    let confidence = 1.0 - 2.0 * error / counts.len().max(1) as f64;
    let sharp = judge_at(model, pool, confidence).0;
    let each: Vec<Standing> = sharp.iter().map(|result| standing(result.outcome)).collect();
    let met = runs_met(model, pool, &counts);
    let (all, good) = (met.len() as u64, met.iter().filter(|&&ok| ok).count() as u64);
    let by_runs = clopper_pearson(good, all, 0.95).map(|interval| estimate_of(interval, all as u32));
    let standing = match criterion {
        Criterion::AsWritten => together(counts.iter().map(|&o| each[o])),
        Criterion::ShareOfRuns(wanted) => match clopper_pearson(good, all, 1.0 - 2.0 * error) {
            Some(interval) if interval.low >= wanted => Standing::Holds,
            Some(interval) if interval.high < wanted => Standing::Fails,
            _ => Standing::Undecided,
        },
    };
    // What was cut short shows nothing; a system that ran into a bound does not hold.
    let standing = if is_bounded(pool) { Standing::Fails } else { standing };
    Ruling { standing, each, objectives: judge(model, pool).0, runs_met: by_runs }
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
    fn one_failure_decides_and_doubt_does_not() {
        use Standing::{Fails, Holds, Undecided};
        assert_eq!(together([Holds, Holds].into_iter()), Holds);
        assert_eq!(together([Holds, Undecided].into_iter()), Undecided);
        assert_eq!(together([Undecided, Fails, Holds].into_iter()), Fails);
        assert_eq!(together([].into_iter()), Holds);
    }
}
