//! What text, page and charts of a sweep say in the same words.

use crate::analysis::sweep::{COST, Measure, RISK, SweepPoint, SweepSummary};
use crate::analysis::{Estimate, Outcome};
use crate::metrics::catalogue::RECOVERY;
use crate::report::number::{duration, human, plain, share, thousands};
use crate::report::view::SYSTEM;

/// A verdict in a word; empty where nothing was promised.
pub(super) fn outcome_word(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Pass) => "pass",
        Some(Outcome::Fail) => "fail",
        Some(Outcome::Inconclusive) => "inconclusive",
        None => "",
    }
}

/// A verdict as a number.
pub(super) fn verdict_number(outcome: Outcome) -> f64 {
    match outcome {
        Outcome::Pass => 1.0,
        Outcome::Inconclusive => 0.5,
        Outcome::Fail => 0.0,
    }
}

/// A measure's name for people.
pub(super) fn title(measure: &Measure) -> String {
    match measure.metric.as_str() {
        RISK => "runs that miss an objective".to_owned(),
        COST => "pod hours".to_owned(),
        _ if measure.limit.is_some() => measure.metric.clone(),
        metric => format!("{metric} of {}", measure.scope),
    }
}

/// A short heading for a column.
pub(super) fn heading(measure: &Measure) -> String {
    match measure.metric.as_str() {
        RISK => "runs missing".to_owned(),
        COST => "pod hours".to_owned(),
        rule if rule.starts_with("recovers") && measure.limit.is_some() => RECOVERY.heading.to_owned(),
        rule if measure.limit.is_some() => {
            // The rule up to its limit: `buy p99`, `buy within 1s`.
            let words = rule.split_whitespace();
            words.take_while(|word| !word.starts_with(['<', '>'])).collect::<Vec<_>>().join(" ")
        }
        metric => format!("{} {metric}", measure.scope.rsplit('/').next().unwrap_or_default()),
    }
}

/// A value of a measure as people read it.
pub(super) fn value(number: f64, unit: &str) -> String {
    match unit {
        "s" => duration(number),
        "1" => share(number),
        "h" => format!("{} h", plain(number)),
        unit => human(number, unit),
    }
}

/// A tick of an axis: as few digits as it needs.
pub(super) fn tick(number: f64, unit: &str) -> String {
    match unit {
        "s" if number == 0.0 => "0".to_owned(),
        "s" => duration(number).replace(".00 ", " ").replace(".0 ", " "),
        "1" => share(number).replace(".0 %", " %").replace(".00 %", " %"),
        _ => crate::report::number::shortest((number * 1e6).round() / 1e6),
    }
}

/// The values of a point: `factor 10, minReplicas 20`.
pub(super) fn named_levels(summary: &SweepSummary, point: &SweepPoint) -> String {
    let pairs = summary.factors.iter().zip(&point.levels);
    pairs.map(|(factor, level)| format!("{} {}", factor.name, level.label)).collect::<Vec<_>>().join(", ")
}

/// How many points came out how, as a sentence.
pub(super) fn outcomes(summary: &SweepSummary) -> String {
    let total = summary.points.len();
    let mut parts = Vec::new();
    if summary.count(None) < summary.results().count() {
        parts.push(format!("{} of {total} points meet every objective", summary.count(Some(Outcome::Pass))));
        let [missed, open] = [Outcome::Fail, Outcome::Inconclusive].map(|o| summary.count(Some(o)));
        for (count, one, many) in
            [(missed, "misses one", "miss one"), (open, "is inconclusive", "are inconclusive")]
        {
            if count > 0 {
                parts.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        }
    } else if summary.failed() < total {
        parts.push(format!("{} points, nothing was asserted", total - summary.failed()));
    }
    match summary.failed() {
        0 => {}
        1 => parts.push("1 could not be run".to_owned()),
        count => parts.push(format!("{count} could not be run")),
    }
    parts.join(", ")
}

/// The cheapest point that meets every objective: its place and cost.
pub(super) fn cheapest(summary: &SweepSummary) -> Option<(usize, &Estimate)> {
    let passes = |(at, point): (usize, &'_ SweepPoint)| {
        let passed = point.result().is_some_and(|result| result.conclusion.outcome == Some(Outcome::Pass));
        passed.then_some(at)
    };
    let cost = |at: usize| Some((at, summary.points[at].result()?.metric(SYSTEM, COST)?));
    let found = summary.points.iter().enumerate().filter_map(passes).filter_map(cost);
    found.min_by(|one, two| one.1.mean.total_cmp(&two.1.mean))
}

/// What each factor does to a measure, the most important first: name, span of means, and share.
pub(super) fn ranking(summary: &SweepSummary, measure: usize) -> Vec<String> {
    let unit = &summary.measures[measure].unit;
    let mut all: Vec<_> = summary.effects[measure].iter().filter(|effect| effect.levels.len() > 1).collect();
    all.sort_by(|one, two| two.share.unwrap_or(0.0).total_cmp(&one.share.unwrap_or(0.0)));
    let line = |effect: &&crate::analysis::sweep::FactorEffect| {
        let (low, high) = effect.span();
        let share = effect
            .share
            .map(|part| format!(", {} of the differences", share(round(part))))
            .unwrap_or_default();
        let (name, low, high) = (summary.named(&effect.factors), value(low, unit), value(high, unit));
        if low == high {
            format!("{name}: makes no difference, {low} throughout")
        } else {
            format!("{name}: {low} to {high}{share}")
        }
    };
    let mut lines: Vec<String> = all.iter().map(line).collect();
    let alone: f64 = all.iter().filter_map(|effect| effect.share).sum();
    // Bins of a sample mix levels, so that what is left over says nothing there.
    if all.len() > 1 && !summary.is_sample && alone > 0.0 && alone < 0.95 {
        lines.push(format!(
            "the other {} is what they do together: one matters more or less by the level of another",
            share(round(1.0 - alone))
        ));
    }
    lines
}

/// A share in whole percent: more digits would claim an exactness that no design has.
fn round(part: f64) -> f64 {
    (part * 100.0).round() / 100.0
}

/// How much was run, as sentences.
pub(super) fn facts(summary: &SweepSummary) -> Vec<String> {
    let (requests, events) = summary
        .results()
        .fold((0.0, 0.0), |sum, result| (sum.0 + result.requests as f64, sum.1 + result.events as f64));
    let mut all = vec![
        format!(
            "{} replications over {} points, seed {}; {} requests measured, {} events simulated",
            thousands(summary.trials() as f64),
            summary.points.len(),
            summary.seed,
            thousands(requests),
            thousands(events)
        ),
        "every point meets the same shoppers with the same demands (common random numbers), so differences between \
         points are surer than their intervals side by side"
            .to_owned(),
        "intervals are 95 % across the replications of a point; the verdicts of many points are not adjusted for their \
         number"
            .to_owned(),
    ];
    if summary.is_sample {
        all.push(
            "points were drawn as a Latin hypercube; effects are means over bins of neighbouring values"
                .to_owned(),
        );
    }
    let imprecise = summary.results().filter(|result| result.precision_reached == Some(false)).count();
    if imprecise > 0 {
        all.push(format!("{imprecise} points did NOT reach the asked precision"));
    }
    all
}
