//! What text and page show of a summary in the same words.

use super::number::{about, duration, human, plain, share, thousands};
use crate::analysis::{
    Estimate, MetricRow, ObjectiveResult, Outcome, RecoveryEstimate, RunFacts, ServiceNeed, Summary,
    TheoryRow,
};

/// The estimate of a metric, if the summary has it.
pub(super) fn metric<'a>(summary: &'a Summary, scope: &str, name: &str) -> Option<&'a MetricRow> {
    summary.metrics.iter().find(|row| row.scope == scope && row.metric == name)
}

/// Mean of a metric as people read it; `-` if the summary does not have it.
pub(super) fn shown(summary: &Summary, scope: &str, name: &str) -> String {
    let Some(row) = metric(summary, scope, name) else { return "-".to_owned() };
    match row.unit.as_ref() {
        "s" => duration(row.estimate.mean),
        "1" if is_factor(name) => plain(row.estimate.mean),
        "1" => share(row.estimate.mean),
        "requests" | "pods" | "1/s" => plain(row.estimate.mean),
        unit => human(row.estimate.mean, unit),
    }
}

/// Dimensionless metrics that are factors rather than shares.
fn is_factor(name: &str) -> bool {
    name.contains("slowdown") || name.contains("per_") || name.contains("in_system") || name.contains("queue")
}

/// Names of a kind of scope, in the summary's order.
pub(super) fn names<'a>(summary: &'a Summary, prefix: &str) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for row in &summary.metrics {
        if let Some(name) = row.scope.strip_prefix(prefix)
            && !all.contains(&name)
        {
            all.push(name);
        }
    }
    all
}

/// One table: heading of the first column, further headings with the metric they show.
pub(super) struct MetricTable {
    pub(super) prefix: &'static str,
    pub(super) heading: &'static str,
    pub(super) columns: &'static [(&'static str, &'static str)],
}

/// The first numbers of classes, services and edges. Columns without a single value are left out.
pub(super) const TABLES: [MetricTable; 3] = [
    MetricTable {
        prefix: "class/",
        heading: "class",
        columns: &[
            ("offered/s", "arrival_rate"),
            ("goodput/s", "goodput"),
            ("success", "success_ratio"),
            ("lost", "lost"),
            ("lost value", "lost_value"),
            ("p50", "sojourn_p50"),
            ("p95", "sojourn_p95"),
            ("p99", "sojourn_p99"),
        ],
    },
    MetricTable {
        prefix: "service/",
        heading: "service",
        columns: &[
            ("slots busy", "utilisation"),
            ("cpu/request", "cpu_utilisation"),
            ("mean queue", "mean_queue_length"),
            ("peak queue", "peak_queue"),
            ("rejected", "blocking_probability"),
            ("pods mean", "replicas_mean"),
            ("pods max", "replicas_max"),
            ("p99", "sojourn_p99"),
        ],
    },
    MetricTable {
        prefix: "edge/",
        heading: "edge",
        columns: &[
            ("calls", "calls"),
            ("tries per call", "attempts_per_call"),
            ("timed out", "timed_out_ratio"),
            ("failed", "failed_ratio"),
            ("p50", "sojourn_p50"),
            ("p99", "sojourn_p99"),
        ],
    },
];

/// The cells of a table, headings first; empty if there is nothing to show.
pub(super) fn cells(summary: &Summary, table: &MetricTable) -> Vec<Vec<String>> {
    let rows = names(summary, table.prefix);
    let scope = |name: &str| format!("{}{name}", table.prefix);
    let used =
        |metric_name: &str| rows.iter().any(|name| metric(summary, &scope(name), metric_name).is_some());
    let columns: Vec<_> = table.columns.iter().filter(|c| used(c.1)).collect();
    if columns.is_empty() {
        return Vec::new();
    }
    let mut all = vec![vec![table.heading.to_owned()]];
    all[0].extend(columns.iter().map(|c| c.0.to_owned()));
    for name in rows {
        let mut line = vec![name.to_owned()];
        line.extend(columns.iter().map(|c| shown(summary, &scope(name), c.1)));
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
    (word, parts.join(", "))
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
    let known = names(summary, "class/");
    let p99 =
        |name: &str| metric(summary, &format!("class/{name}"), "sojourn_p99").map(|row| row.estimate.mean);
    let mut promised = summary.objectives.iter().filter_map(|o| o.scope.strip_prefix("class/"));
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
    let lost = metric(summary, "system", "lost")?;
    let money = summary.metrics.iter().filter(|r| r.scope == "system" && r.metric.starts_with("lost_value"));
    let worth: Vec<_> = money.map(|row| interval(&row.estimate, &row.unit)).collect();
    let worth = if worth.is_empty() { String::new() } else { format!(", worth {}", worth.join(" and ")) };
    Some(format!("Lost a run: {}{worth}", interval(&lost.estimate, "requests")))
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
