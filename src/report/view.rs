//! What text and page show of a summary in the same words.

use super::number::{about, duration, human, plain, share, thousands};
use crate::analysis::{
    Estimate, MetricRow, ObjectiveResult, Outcome, RecoveryEstimate, RunFacts, ServiceNeed, Summary,
    TheoryRow,
};
use crate::metrics::catalogue::{LOST, LOST_VALUE, Metric, Reading, SOJOURN_P99, columns};
use crate::model::ScopeKind;

/// All classes together, as results write it.
pub(super) const SYSTEM: &str = ScopeKind::System.word();

/// The estimate of a metric, if the summary has it.
pub(super) fn metric<'a>(summary: &'a Summary, scope: &str, metric: &Metric) -> Option<&'a MetricRow> {
    summary.metrics.iter().find(|row| row.scope == scope && row.metric == metric.name)
}

/// Mean of a metric as people read it; `-` if the summary does not have it.
pub(super) fn shown(summary: &Summary, scope: &str, of: &Metric) -> String {
    let Some(row) = metric(summary, scope, of) else { return "-".to_owned() };
    let mean = row.estimate.mean;
    match (of.reading, row.unit.as_ref()) {
        (Reading::Factor, _) => plain(mean),
        (Reading::Share | Reading::Load, _) => share(mean),
        (_, "s") => duration(mean),
        (_, "requests" | "pods" | "1/s") => plain(mean),
        (_, unit) => human(mean, unit),
    }
}

/// Names of a kind of scope, in the summary's order.
pub(super) fn names(summary: &Summary, kind: ScopeKind) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    for row in &summary.metrics {
        if let Some(name) = kind.name_in(&row.scope)
            && !all.contains(&name)
        {
            all.push(name);
        }
    }
    all
}

/// Kinds of scopes that have a table.
pub(super) fn tables() -> impl Iterator<Item = ScopeKind> {
    ScopeKind::ALL.into_iter().filter(|kind| !columns(*kind).is_empty())
}

/// The first numbers of a kind of scope, headings first; empty if there is nothing to show. Columns without a single value
/// are left out.
pub(super) fn cells(summary: &Summary, kind: ScopeKind) -> Vec<Vec<String>> {
    let rows: Vec<(&str, String)> =
        names(summary, kind).into_iter().map(|name| (name, kind.called(name))).collect();
    let used = |of: &&Metric| rows.iter().any(|(_, scope)| metric(summary, scope, of).is_some());
    let columns: Vec<&Metric> = columns(kind).iter().copied().filter(used).collect();
    if columns.is_empty() {
        return Vec::new();
    }
    let mut all = vec![vec![kind.word().to_owned()]];
    all[0].extend(columns.iter().map(|of| of.heading.to_owned()));
    for (name, scope) in &rows {
        let mut line = vec![(*name).to_owned()];
        line.extend(columns.iter().map(|of| shown(summary, scope, of)));
        all.push(line);
    }
    all
}

/// The mark and the word of an outcome: never colour alone.
pub(super) fn mark(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Pass => ("✓", "met"),
        Outcome::Fail => ("✗", "missed"),
        Outcome::Inconclusive => ("?", "inconclusive"),
    }
}

/// The verdict in a word and a sentence.
pub(super) fn verdict(summary: &Summary) -> (&'static str, String) {
    let conclusion = &summary.conclusion;
    let word = match conclusion.outcome {
        None => {
            return ("NOTHING ASSERTED", "the scenario has no objectives, so nothing was judged".to_owned());
        }
        Some(Outcome::Pass) => "PASS",
        Some(Outcome::Fail) => "FAIL",
        Some(Outcome::Inconclusive) => "INCONCLUSIVE",
    };
    let total = conclusion.passed + conclusion.failed + conclusion.inconclusive;
    let mut parts = vec![format!("{} of {total} objectives met", conclusion.passed)];
    if conclusion.failed > 0 {
        parts.push(format!("{} missed", conclusion.failed));
    }
    let open = conclusion.inconclusive;
    if open == total && summary.facts.requests == 0 {
        return (word, "nothing arrived in the counted span, so no objective could be judged".to_owned());
    }
    // More replications tell only where an interval straddles its limit.
    let unmeasured = summary.objectives.iter().filter(|o| o.outcome == Outcome::Inconclusive);
    let unmeasured = unmeasured.filter(|o| o.measured.is_none()).count() as u32;
    if open > unmeasured {
        parts.push(format!("{} inconclusive: more replications are needed to tell", open - unmeasured));
    }
    if unmeasured > 0 {
        parts.push(format!("{unmeasured} could not be judged"));
    }
    (word, format!("{}{}", parts.join(", "), at_inputs(summary)))
}

/// How the verdict stands where inputs are uncertain: what holds in the middle need not hold around it.
fn at_inputs(summary: &Summary) -> String {
    let Some(holds) = summary.uncertainty.as_ref().and_then(|found| found.holds.as_ref()) else {
        return String::new();
    };
    let middle = format!(
        " at the middle of the uncertain inputs, and all hold at {} of what they may be",
        interval(holds, "1")
    );
    match &summary.conclusion.inputs {
        None => middle,
        Some(inputs) => {
            let wanted = format!("{} %", plain(inputs.wanted * 100.0));
            let word = match inputs.outcome {
                Outcome::Pass => "enough",
                Outcome::Fail => "too few",
                Outcome::Inconclusive => "more points (`run.inputs`) are needed to tell",
            };
            format!("{middle}, {word} where {wanted} must")
        }
    }
}

/// A value with its interval: `71.2 % (69.9 % .. 72.5 %)`; without an interval the value alone.
pub(super) fn interval(estimate: &Estimate, unit: &str) -> String {
    let value = human(estimate.mean, unit);
    if estimate.replications < 2 {
        return format!("{value} (one run)");
    }
    let (low, high) = (human(estimate.ci95_low, unit), human(estimate.ci95_high, unit));
    if low == high && low == value { value } else { format!("{value} ({low} .. {high})") }
}

/// What was measured for an objective.
pub(super) fn measured(objective: &ObjectiveResult) -> String {
    if let Some(text) = &objective.instead {
        return text.clone();
    }
    match &objective.measured {
        Some(estimate) => interval(estimate, objective.unit),
        None => "could not be measured".to_owned(),
    }
}

/// What else there is to say about an objective: where it was worst, runs that met it, its note.
pub(super) fn remarks(objective: &ObjectiveResult) -> Vec<String> {
    let mut all = Vec::new();
    all.extend(objective.worst_at.map(|t| format!("worst at {}", super::number::instant(t))));
    all.extend(objective.runs_met.as_ref().map(|runs| format!("met in {} of runs", interval(runs, "1"))));
    all.extend(objective.note.clone());
    all
}

/// The class whose response time comes first: that of the first objective about a class, else the slowest.
pub(super) fn first_class(summary: &Summary) -> Option<&str> {
    let known = names(summary, ScopeKind::Class);
    let p99 = |name: &str| {
        metric(summary, &ScopeKind::Class.called(name), &SOJOURN_P99).map(|row| row.estimate.mean)
    };
    let mut promised = summary.objectives.iter().filter_map(|o| ScopeKind::Class.name_in(&o.scope));
    let promised = promised.find(|name| p99(name).is_some());
    let slowest = || {
        known
            .into_iter()
            .filter(|name| p99(name).is_some())
            .max_by(|a, b| p99(a).partial_cmp(&p99(b)).unwrap_or(std::cmp::Ordering::Equal))
    };
    promised.or_else(slowest)
}

/// How the promises came to hold again after the mark, as a sentence.
pub(super) fn recovery(recovery: &RecoveryEstimate) -> String {
    let mark = &recovery.after;
    let share_of_runs = format!("{} of runs recovered", share(recovery.recovered));
    let Some(broken) = &recovery.broken else {
        return "Healthy throughout: no window of any run broke a promise, so nothing had to recover"
            .to_owned();
    };
    let some =
        if broken.runs < 1.0 { format!(" (in {} of runs)", share(broken.runs)) } else { String::new() };
    let between = format!("from {} to {}", about(broken.first), about(broken.last));
    match &recovery.seconds {
        Some(estimate) if is_at_once(recovery) && broken.before_mark.mean > 0.0 => {
            let before = human(broken.before_mark.mean, "s");
            let runs = if estimate.mean == 0.0 && recovery.recovered == 1.0 {
                String::new()
            } else {
                format!("; {share_of_runs}")
            };
            format!(
                "Already healthy at {mark}, after promises were broken for {before} before it{some}, {between}{runs}"
            )
        }
        Some(_) if is_at_once(recovery) => {
            format!(
                "Healthy at {mark} and before it; {share_of_runs}; promises were broken later{some}, {between}"
            )
        }
        Some(estimate) => {
            let all = human(broken.seconds.mean, "s");
            format!(
                "Recovered {} after {mark}; {share_of_runs}; promises were broken for {all} in all{some}, {between}",
                interval(estimate, "s")
            )
        }
        None => format!("Not recovered after {mark} within the counted span; promises were broken {between}"),
    }
}

/// Whether every run that recovered was healthy when the mark came.
pub(super) fn is_at_once(recovery: &RecoveryEstimate) -> bool {
    recovery.seconds.as_ref().is_some_and(|estimate| estimate.ci95_high == 0.0)
}

/// When the first pod ordered after the opening was ready, as measured; where none was ordered, the estimate.
pub(super) fn first_reactive(need: &ServiceNeed, replications: u32) -> String {
    let Some(seen) = &need.reactive_measured else {
        return need.reactive_at.map_or("none".to_owned(), |at| format!("{} (estimate)", about(at)));
    };
    let (mean, low, high) = (about(seen.mean), about(seen.ci95_low), about(seen.ci95_high));
    let range =
        if seen.replications < 2 || low == high { String::new() } else { format!(" ({low} .. {high})") };
    let runs = match (seen.replications, replications) {
        (some, all) if some < all => format!(" in {some} of {all} runs"),
        _ => String::new(),
    };
    format!("{mean}{range}{runs}")
}

/// How sure the numbers are, as sentences.
pub(super) fn confidence(facts: &RunFacts) -> Vec<String> {
    let mut all = vec![format!(
        "{} independent replication{}, seed {}; {} requests measured, {} events simulated",
        facts.replications,
        if facts.replications == 1 { "" } else { "s" },
        facts.seed,
        thousands(facts.requests as f64),
        thousands(facts.events as f64)
    )];
    if facts.replications < 2 {
        all.push("one replication gives no interval: nothing can be shown with it".to_owned());
    } else {
        all.push("ranges in brackets are 95 % intervals across replications".to_owned());
    }
    all.push(format!(
        "latency recorders resolve {} of a value (interpolated inside)",
        share(facts.resolution)
    ));
    if facts.censored > 0 {
        let censored = thousands(facts.censored as f64);
        all.push(format!("{censored} requests had not ended when the runs did; they count as not answered"));
    }
    match facts.precision_reached {
        Some(true) => all.push("the asked precision was reached".to_owned()),
        Some(false) => all.push("the asked precision was NOT reached".to_owned()),
        None => {}
    }
    if let Some(warm_up) = facts.warm_up {
        all.push(format!("{} of warm-up deleted", duration(warm_up)));
    }
    all.extend(facts.bounds_hit.iter().map(|bound| format!("bound hit: {bound}")));
    all
}

/// What is lost a run, in requests and money, in one sentence.
pub(super) fn losses(summary: &Summary) -> Option<String> {
    let lost = metric(summary, SYSTEM, &LOST)?;
    let worth: Vec<_> = money(summary).map(|row| interval(&row.estimate, &row.unit)).collect();
    let worth = if worth.is_empty() { String::new() } else { format!(", worth {}", worth.join(" and ")) };
    Some(format!("Lost a run: {}{worth}", interval(&lost.estimate, "requests")))
}

/// Worth of what is lost, a row a currency.
pub(super) fn money(summary: &Summary) -> impl Iterator<Item = &MetricRow> {
    summary.metrics.iter().filter(|row| row.scope == SYSTEM && LOST_VALUE.is_called(&row.metric))
}

/// A closed form's value and the simulated one beside it.
pub(super) fn theory_value(row: &TheoryRow) -> (String, String) {
    match row.unit {
        // Dimensionless values beside theory may be numbers of requests, so they stay plain.
        "1" => {
            let Estimate { mean, ci95_low, ci95_high, .. } = row.simulated;
            let simulated = format!("{} ({} .. {})", plain(mean), plain(ci95_low), plain(ci95_high));
            (plain(row.theory), simulated)
        }
        unit => (human(row.theory, unit), interval(&row.simulated, unit)),
    }
}
