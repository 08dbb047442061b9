//! Names of metrics: declared in the catalogue, written nowhere else, and all on `docs/metrics.md`.

use super::code::sources;
use super::none;
use flashcrowd::metrics::catalogue::{METRICS, Metric, Reading, named};
use flashcrowd::model::{Direction, ScopeKind};
use flashcrowd::study::Study;
use std::path::Path;

/// Rooms that speak of metrics. `scenario` stands beside `metrics` and has words of its own; what is called alike in other
/// rooms is a parameter or a key.
const ROOMS: [&str; 7] = ["model", "metrics", "experiment", "analysis", "baseline", "report", "study"];

/// Literals that are no metrics, though they are spelled like one: file, literal, and what it is.
const OTHER_WORDS: &[(&str, &str, &str)] = &[
    ("src/metrics/cause.rs", "abandoned", "a cause of failure"),
    ("src/metrics/cause.rs", "lost", "a cause of failure"),
    ("src/metrics/cause.rs", "rejected", "a cause of failure"),
    ("src/model/decision.rs", "lost", "a key of `check.tolerate`, a word of the language"),
    ("src/model/decision.rs", "lost_value", "a key of `check.tolerate`, a word of the language"),
    ("src/model/head.rs", "utilisation", "a measure of objectives, a word of the language"),
    ("src/model/objective.rs", "throttled", "a measure of objectives, a word of the language"),
    ("src/model/head.rs", "goodput", "a measure of objectives, a word of the language"),
    ("src/report/sweep/csv.rs", "failed", "what came of a point"),
    ("src/report/sweep/json.rs", "failed", "what came of a point"),
    ("src/report/sweep/page.rs", "failed", "what came of a point"),
];

/// String literals of a line, comments apart.
fn literals(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find(['"', '/']) {
        if rest[at..].starts_with("//") {
            break;
        }
        let is_string = rest[at..].starts_with('"');
        rest = &rest[at + 1..];
        if is_string {
            let end = rest.find('"').unwrap_or(rest.len());
            found.push(rest[..end].to_owned());
            rest = rest.get(end + 1..).unwrap_or_default();
        }
    }
    found
}

/// Whether a literal is the name of a metric, or begins like a family of them.
fn names_a_metric(literal: &str) -> bool {
    let families = ["sojourn_", "within_", "errors_", "failed_", "mean_", "var_", "wait_", "service_time_"];
    METRICS.iter().any(|metric| metric.name == literal)
        || families.iter().any(|family| literal.starts_with(family) && literal.len() > 3)
}

#[test]
fn names_of_metrics_are_written_in_the_catalogue_alone() {
    let (mut offences, mut used) = (Vec::new(), Vec::new());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for source in sources().iter().filter(|source| !source.is_test()) {
        let in_room = source.room().is_some_and(|room| ROOMS.contains(&room));
        if !in_room || source.path.starts_with("src/metrics/catalogue/") {
            continue;
        }
        let text = std::fs::read_to_string(root.join(&source.path)).expect("a source file");
        for (number, line) in text.lines().take(source.length()).enumerate() {
            for literal in literals(line).into_iter().filter(|literal| names_a_metric(literal)) {
                let other = |(file, word, _): &&(&str, &str, &str)| *file == source.path && *word == literal;
                match OTHER_WORDS.iter().find(other) {
                    Some(exception) => used.push(exception),
                    None => offences.push(format!("{}:{} {literal:?}", source.path, number + 1)),
                }
            }
        }
    }
    let idle = OTHER_WORDS.iter().filter(|exception| !used.contains(exception));
    offences.extend(idle.map(|(file, word, _)| format!("{file} has no {word:?} any more")));
    none("a metric is spelled in metrics/catalogue/list.rs alone; elsewhere say its constant", offences);
}

#[test]
fn scopes_are_spelled_in_one_place() {
    let mut offences = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for source in sources().iter().filter(|source| !source.is_test()) {
        if !source.room().is_some_and(|room| ROOMS.contains(&room)) {
            continue;
        }
        let text = std::fs::read_to_string(root.join(&source.path)).expect("a source file");
        for (number, line) in text.lines().take(source.length()).enumerate() {
            let spelled = |literal: &String| {
                let mut kinds = ScopeKind::ALL.iter();
                literal == "system" || kinds.any(|kind| literal.starts_with(&kind.called("")))
            };
            if source.path != "src/model/scope.rs" {
                let found = literals(line).into_iter().filter(spelled);
                offences.extend(found.map(|l| format!("{}:{} {l:?}", source.path, number + 1)));
            }
        }
    }
    none("how a scope is written is known to model/scope.rs", offences);
}

#[test]
fn what_a_run_gives_is_declared() {
    let text = "
schema: 1
run: { t0: 2026-11-11T00:00:00+08:00, from: T0-20s, to: T0+40s, replications: 12, record: { window: 10s } }
traffic:
  crowd:
    rate: 40/s
    peaks: { opening: { at: T0, factor: 3, rise: 5s, hold: 5s, fall: 5s } }
    classes: { view: { entry: web.view, patience: 1s, value: 2 USD } }
services:
  web: { replicas: 1, slots: 4, queue_limit: 20, operations: { view: [ { work: exponential(30ms) }, { call: db.read } ] } }
  db: { replicas: 1, slots: 2, operations: { read: [ { work: 3ms } ] } }
objectives:
  - view within 200ms >= 90%
  - edge/web->db within 50ms >= 90%
  - recovers within 20s after opening.end
";
    let summary = Study::from_text(text).run().expect("a result").summary;
    let known = |kinds: &dyn Fn(&Metric) -> &'static [ScopeKind], scope: &str, name: &str, unit: &str| {
        let Some(metric) = named(name) else { return Some(format!("{name} is not declared")) };
        let unit_holds = metric.unit == unit || metric.unit == "currency";
        let has = kinds(metric).iter().any(|kind| kind.holds(scope));
        (!unit_holds || !has).then(|| format!("{name} of {scope} in {unit}"))
    };
    let metrics = summary.metrics.iter();
    let metrics = metrics.filter_map(|row| known(&|m| m.totals, &row.scope, &row.metric, &row.unit));
    let series = summary.series.iter();
    let series = series.filter_map(|row| known(&|m| m.series, &row.scope, &row.metric, row.unit));
    none("rows that the catalogue does not know", metrics.chain(series).collect());
    assert!(summary.metrics.len() > 150 && summary.series.len() > 20);
}

/// The table as the catalogue gives it.
fn table() -> String {
    let mut text = String::from(
        "| name | unit | better | totals of | by window of | meaning |\n|---|---|---|---|---|---|\n",
    );
    for metric in METRICS {
        let name =
            if metric.name.ends_with('_') { format!("{}LIMIT", metric.name) } else { metric.name.to_owned() };
        let unit = match metric.reading {
            Reading::Amount => metric.unit,
            Reading::Share => "share",
            Reading::Load => "share that may pass one",
            Reading::Factor => "factor",
        };
        let better = match metric.better {
            Direction::Small => "small",
            Direction::Large => "large",
            Direction::Neutral => "",
        };
        let kinds = |kinds: &[ScopeKind]| kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(", ");
        let by_window = match metric.probes {
            [] => kinds(metric.series),
            probes => format!("probes: {}", kinds(probes)),
        };
        let cells =
            [&format!("`{name}`"), unit, better, &kinds(metric.totals), &by_window, metric.meaning.trim()];
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text
}

#[test]
fn the_page_of_metrics_is_the_catalogue() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    let text = std::fs::read_to_string(&page).expect("docs/metrics.md");
    let table = table();
    assert!(text.contains(&table), "docs/metrics.md should have this table:\n\n{table}");
}
