//! The verdict: the one place where a rule and a measurement become pass, fail or inconclusive.

use super::estimate::{CONFIDENCE, Estimate, FEW_RUNS, TAIL, estimate_of, mean_time};
use super::health::Recovery;
use super::pool::Pool;
use super::rows::{Conclusion, InputVerdict, ObjectiveResult, Outcome};
use super::slice::Part;
use super::track::{Observation, Track};
use super::when::{counted_from, relative};
use crate::metrics::catalogue::{Promised, promised};
use crate::model::{Measure, Model, Objective};
use crate::stats::{
    Interval, are_sections_close, bonferroni, ratio_interval, runs_that_show_share, sectioning_interval,
    t_interval, wilson,
};

/// What is known of one part: the estimate and whether its interval stands on one side of the limit.
struct Judged {
    estimate: Option<Estimate>,
    outcome: Outcome,
    part: Part,
    /// Its place among the parts.
    index: usize,
    note: Option<String>,
}

/// Judges every objective, in the author's order.
///
/// Without `in … of runs` the mean over runs (for quantiles the pooled quantile) is judged by its 95 %
/// interval: pass if all of it meets the limit, fail if none does, else inconclusive. With `every` all
/// windows are judged together at 95 % (Bonferroni's inequality) and the worst is reported. With `in … of
/// runs` each run is judged by itself, and the share of runs that meet the rule by its Wilson interval.
#[must_use]
pub fn judge(model: &Model, pool: &Pool) -> (Vec<ObjectiveResult>, Conclusion) {
    judge_at(model, pool, CONFIDENCE)
}

/// The same with intervals at another confidence, for searches that look often and spread their error over the
/// looks.
#[must_use]
pub fn judge_at(model: &Model, pool: &Pool, confidence: f64) -> (Vec<ObjectiveResult>, Conclusion) {
    let results: Vec<_> = model
        .objectives
        .iter()
        .zip(&pool.tracks)
        .map(|(o, track)| objective(model, pool, o, track, confidence))
        .collect();
    let count = |outcome| results.iter().filter(|r| r.outcome == outcome).count() as u32;
    let (passed, failed) = (count(Outcome::Pass), count(Outcome::Fail));
    let inconclusive = count(Outcome::Inconclusive);
    let outcome = match (failed, inconclusive, passed) {
        (0, 0, 0) => None,
        (0, 0, _) => Some(Outcome::Pass),
        (0, ..) => Some(Outcome::Inconclusive),
        _ => Some(Outcome::Fail),
    };
    (results, Conclusion { outcome, passed, failed, inconclusive, inputs: None })
}

/// The conclusion where inputs are uncertain: the middles must hold, and all objectives at the wanted share of the points
/// drawn. The share is judged by its Wilson interval, as a share of runs is.
#[must_use]
pub fn judge_inputs(middles: Conclusion, holds: Option<Estimate>, wanted: Option<f64>) -> Conclusion {
    let (Some(outcome), Some(holds), Some(wanted)) = (middles.outcome, holds, wanted) else { return middles };
    let of_points = if holds.ci95_low >= wanted {
        Outcome::Pass
    } else if holds.ci95_high < wanted {
        Outcome::Fail
    } else {
        Outcome::Inconclusive
    };
    let worst = match (outcome, of_points) {
        (Outcome::Fail, _) | (_, Outcome::Fail) => Outcome::Fail,
        (Outcome::Inconclusive, _) | (_, Outcome::Inconclusive) => Outcome::Inconclusive,
        _ => Outcome::Pass,
    };
    let inputs = Some(InputVerdict { holds, wanted, outcome: of_points });
    Conclusion { outcome: Some(worst), inputs, ..middles }
}

/// Whether each run by itself met the objective numbered `index`, in replication order; `None` for a run that says
/// nothing about it.
#[must_use]
pub fn met_by_run(model: &Model, pool: &Pool, index: usize) -> Vec<Option<bool>> {
    let (Some(objective), Some(track)) = (model.objectives.get(index), pool.tracks.get(index)) else {
        return Vec::new();
    };
    if let Measure::Recovers(limit, mark) = objective.measure {
        let runs = pool.health.from(mark).map(|recovery| recovery.runs.as_slice()).unwrap_or_default();
        return runs.iter().map(|run| Some(run.is_some_and(|t| t <= limit.as_secs_f64()))).collect();
    }
    track.runs.iter().map(|run| run_meets(&objective.measure, run)).collect()
}

/// Whether a run met a measure's limit in all its parts; `None` if nothing arrived in any.
fn run_meets(measure: &Measure, run: &[Observation]) -> Option<bool> {
    let mut seen = run.iter().filter(|o| o.value().is_some() || o.unanswered()).peekable();
    seen.peek()?;
    Some(seen.all(|o| o.value().is_some_and(|value| measure.holds(value))))
}

/// How far each run by itself lies from the limit of the objective numbered `index`, in its worst part and in the unit
/// of the measure; positive where it meets it. `None` for a run that says nothing; a run that never recovered or that
/// answered nobody is as far off as can be.
#[must_use]
pub(super) fn gap_by_run(model: &Model, pool: &Pool, index: usize) -> Vec<Option<f64>> {
    let (Some(objective), Some(track)) = (model.objectives.get(index), pool.tracks.get(index)) else {
        return Vec::new();
    };
    let measure = &objective.measure;
    let limit = promised(measure).limit;
    if let Measure::Recovers(_, mark) = *measure {
        let runs = pool.health.from(mark).map(|recovery| recovery.runs.as_slice()).unwrap_or_default();
        return runs.iter().map(|run| Some(run.map_or(f64::NEG_INFINITY, |t| limit - t))).collect();
    }
    let gap = |seen: &Observation| match seen.value() {
        Some(value) if measure.wants_small() => Some(limit - value),
        Some(value) => Some(value - limit),
        None => seen.unanswered().then_some(f64::NEG_INFINITY),
    };
    track.runs.iter().map(|run| run.iter().filter_map(gap).min_by(f64::total_cmp)).collect()
}

fn objective(
    model: &Model,
    pool: &Pool,
    objective: &Objective,
    track: &Track,
    confidence: f64,
) -> ObjectiveResult {
    let Promised { name: metric, unit, limit, comparison } = promised(&objective.measure);
    let mut result = ObjectiveResult {
        rule: objective.text.clone(),
        scope: objective.scope.written(model),
        metric,
        comparison,
        outcome: Outcome::Inconclusive,
        measured: None,
        limit,
        unit,
        worst_at: None,
        runs_met: None,
        runs_wanted: objective.in_runs,
        note: None,
        instead: None,
    };
    if let Measure::Recovers(_, mark) = objective.measure {
        match pool.health.from(mark) {
            Some(recovery) if !recovery.runs.is_empty() => {
                recovers(objective, recovery, confidence, &mut result);
                result.instead = at_once(recovery, &pool.health.unhealthy);
            }
            Some(_) => result.note = Some("no series was recorded, so recovery cannot be told".to_owned()),
            None => result.note = Some("no other objective says what healthy means".to_owned()),
        }
        return result;
    }
    if let Some(obstacle) = track.obstacle {
        result.note = Some(obstacle.to_owned());
        return result;
    }
    let judged = worst_part(objective, track, confidence);
    let Some(judged) = judged else {
        result.note = Some(nothing(pool.runs()));
        return result;
    };
    result.measured = judged.estimate;
    result.note = judged.note;
    result.outcome = judged.outcome;
    if let (Part::Windows(range), Some(_), Some(width)) = (&judged.part, objective.every, pool.series.width())
    {
        let start = counted_from(model).as_nanos() + width * range.start as u64;
        result.worst_at = Some(relative(start, model.plan.t0));
    }
    if let Some(wanted) = objective.in_runs {
        let runs: Vec<bool> =
            track.runs.iter().filter_map(|run| run_meets(&objective.measure, run)).collect();
        share_of_runs(&runs, wanted, confidence, &mut result);
    }
    result
}

fn nothing(runs: u32) -> String {
    if runs == 0 {
        "no replication was run".to_owned()
    } else {
        "nothing arrived, so nothing could be judged".to_owned()
    }
}

/// Judges the share of runs that met a rule by its Wilson interval.
fn share_of_runs(runs: &[bool], wanted: f64, confidence: f64, result: &mut ObjectiveResult) {
    let (met, all) = (runs.iter().filter(|&&ok| ok).count() as u64, runs.len() as u64);
    let Some(interval) = wilson(met, all, confidence) else {
        result.note = Some("no run could be judged".to_owned());
        result.outcome = Outcome::Inconclusive;
        return;
    };
    result.runs_met = Some(estimate_of(interval, all as u32));
    result.outcome = if interval.low >= wanted {
        Outcome::Pass
    } else if interval.high < wanted {
        Outcome::Fail
    } else {
        Outcome::Inconclusive
    };
    result.note = None;
    if result.outcome == Outcome::Inconclusive && met == all {
        let share = wanted * 100.0;
        result.note = Some(match runs_that_show_share(wanted, confidence) {
            Some(needed) => format!(
                "all {all} runs met it, but {share} % of runs can be shown from {needed} replications on"
            ),
            None => format!("all {all} runs met it, but no number of runs shows {share} % of runs"),
        });
    }
}

/// The place of the part in which an objective did worst.
pub(super) fn worst_of(objective: &Objective, track: &Track) -> Option<usize> {
    worst_part(objective, track, CONFIDENCE).map(|judged| judged.index)
}

/// Judges every part together at `confidence` and gives the worst; `None` if nothing arrived in any.
fn worst_part(objective: &Objective, track: &Track, confidence: f64) -> Option<Judged> {
    let parts = track.parts.as_deref().unwrap_or_default();
    let lively: Vec<usize> = (0..parts.len())
        .filter(|&p| track.runs.iter().any(|run| run[p].value().is_some() || run[p].unanswered()))
        .collect();
    let confidence = bonferroni(confidence, lively.len());
    let small = objective.measure.wants_small();
    let mut worst: Option<Judged> = None;
    let mut outcomes = Vec::with_capacity(lively.len());
    for &p in &lively {
        let judged = judge_part(objective, track, p, confidence);
        outcomes.push(judged.outcome);
        let worse = worst.as_ref().is_none_or(|worst| match (&judged.estimate, &worst.estimate) {
            // A part without a single answer is worse than any value.
            (None, Some(_)) => true,
            (_, None) => false,
            (Some(a), Some(b)) if small => a.mean > b.mean,
            (Some(a), Some(b)) => a.mean < b.mean,
        });
        if worse {
            worst = Some(judged);
        }
    }
    let mut worst = worst?;
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Pass => 0,
        Outcome::Inconclusive => 1,
        Outcome::Fail => 2,
    };
    // The rule fails with any of its windows, even where the worst mean has the wider interval.
    worst.outcome = outcomes.into_iter().max_by_key(rank).unwrap_or(Outcome::Inconclusive);
    Some(worst)
}

fn judge_part(objective: &Objective, track: &Track, p: usize, confidence: f64) -> Judged {
    let part = track.parts.as_ref().map_or(Part::Whole, |parts| parts[p].clone());
    let seen: Vec<_> = track.runs.iter().map(|run| run[p]).collect();
    let unanswered = seen.iter().filter(|o| o.unanswered()).count();
    let with_value: Vec<_> = seen.iter().filter(|o| o.value().is_some()).collect();
    if with_value.is_empty() {
        let note = Some("requests arrived but none was answered".to_owned());
        return Judged { estimate: None, outcome: Outcome::Fail, part, index: p, note };
    }
    let above: Vec<f64> = with_value.iter().map(|o| o.above).collect();
    let below: Vec<f64> = with_value.iter().map(|o| o.below).collect();
    let mut note = None;
    let (mean, interval) = match objective.measure.quantile() {
        Some(q) => {
            let pooled = track.pooled[p].as_ref();
            let count = pooled.map_or(0, |r| r.count());
            if (count as f64) * (1.0 - q) < TAIL {
                note = Some(format!(
                    "rests on {count} answers only, fewer than 10 of them beyond the percentile"
                ));
            }
            let centre = pooled.and_then(|r| r.quantile(q)).unwrap_or(above[0]);
            let sections = sectioning_interval(centre, &above, confidence);
            let interval = if seen.len() >= FEW_RUNS as usize {
                // Runs that differ by less than an outline's bin look equal beyond the percentile.
                let sections = sections.filter(|_| are_sections_close(centre, &above));
                let tails = track.of_quantile(p, q, |runs| runs.interval(confidence));
                tails.map(|tails| sections.map_or(tails, |sections| tails.joined(sections)))
            } else {
                sections
            };
            // Where in its bin a value lies is not known, so a limit inside that bin is neither met nor missed.
            let resolved = |interval: Interval| {
                let Some(times) = pooled else { return interval };
                let (low, high) = (times.resolved(interval.low).0, times.resolved(interval.high).1);
                Interval::between(centre, low.min(interval.low), high.max(interval.high))
            };
            (centre, interval.map(resolved))
        }
        None => {
            let mean = above.iter().sum::<f64>() / below.iter().sum::<f64>();
            let most = if objective.measure.is_share() { 1.0 } else { f64::INFINITY };
            (mean, ratio_interval(&above, &below, confidence).map(|i| i.within(0.0, most)))
        }
    };
    if unanswered > 0 {
        note = Some(format!("in {unanswered} runs requests arrived but none was answered"));
    }
    let ok = |value| objective.measure.holds(value);
    let Some(interval) = interval else {
        let side = if ok(mean) { "meets" } else { "misses" };
        note = Some(format!("one replication gives no interval; its value {side} the limit"));
        let estimate = Estimate { mean, ci95_low: mean, ci95_high: mean, replications: 1 };
        return Judged { estimate: Some(estimate), outcome: Outcome::Inconclusive, part, index: p, note };
    };
    let outcome = match (ok(interval.low), ok(interval.high)) {
        (true, true) if unanswered == 0 => Outcome::Pass,
        (false, false) => Outcome::Fail,
        _ => Outcome::Inconclusive,
    };
    Judged { estimate: Some(estimate_of(interval, with_value.len() as u32)), outcome, part, index: p, note }
}

/// What is said of runs that were all healthy when the mark came: a time of zero would read as if nothing had happened
/// where a disaster ended before it, and as if something had where nothing broke.
fn at_once(recovery: &Recovery, unhealthy: &[f64]) -> Option<String> {
    if recovery.runs.iter().any(|run| *run != Some(0.0)) {
        return None;
    }
    if unhealthy.iter().all(|&seconds| seconds == 0.0) {
        return Some("nothing to recover".to_owned());
    }
    let before = mean_time(&recovery.broken_before).filter(|broken| broken.mean > 0.0)?;
    Some(format!("healthy at {}, broken for {:.0} s before it", recovery.label, before.mean))
}

/// Judges recovery; a run that did not recover in the counted span met nothing.
fn recovers(objective: &Objective, recovery: &Recovery, confidence: f64, result: &mut ObjectiveResult) {
    let limit = result.limit;
    let times: Vec<f64> = recovery.runs.iter().flatten().copied().collect();
    let all = recovery.runs.len();
    result.measured = mean_time(&times);
    if times.len() < all {
        result.note = Some(format!("{} of {all} runs recovered before the counted span ended", times.len()));
    }
    if let Some(wanted) = objective.in_runs {
        let met: Vec<bool> = recovery.runs.iter().map(|run| run.is_some_and(|t| t <= limit)).collect();
        let note = result.note.take();
        share_of_runs(&met, wanted, confidence, result);
        result.note = note.or(result.note.take());
        return;
    }
    let interval = t_interval(&times, confidence);
    result.outcome = match interval {
        _ if times.is_empty() => Outcome::Fail,
        // The mean of those that did recover is a lower bound of the mean.
        Some(interval) if interval.low > limit => Outcome::Fail,
        Some(interval) if interval.high <= limit && times.len() == all => Outcome::Pass,
        _ => Outcome::Inconclusive,
    };
    if all == 1 && !times.is_empty() {
        let side = if times[0] <= limit { "meets" } else { "misses" };
        result.note = Some(format!("one replication gives no interval; its value {side} the limit"));
    }
}
