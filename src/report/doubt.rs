//! What is said of uncertain inputs, in text and on the page.

use super::html::{escape, list, table};
use super::number::{human, share};
use super::view::interval;
use crate::analysis::uncertainty::{Uncertainty, VarianceRow};

/// Inputs named for a metric.
const NAMED: usize = 3;

/// How it was found, and whether the objectives hold.
pub(super) fn sentences(found: &Uncertainty) -> Vec<String> {
    let count = found.inputs.len();
    let inputs = if count == 1 { "1 input is".to_owned() } else { format!("{count} inputs are") };
    let mut all = vec![format!(
        "{inputs} uncertain; {} points were drawn from them, with {} runs of their own at each; everything else in this \
         report is at their middle values",
        found.points, found.replications
    )];
    if let Some(holds) = &found.holds {
        all.push(format!("all objectives hold at {} of the points drawn", interval(holds, "1")));
        if found.objectives.len() > 1 {
            let each = found.objectives.iter().map(|(rule, part)| format!("{rule}: {}", interval(part, "1")));
            all.push(format!("each by itself: {}", each.collect::<Vec<_>>().join("; ")));
        }
    }
    if found.failed > 0 {
        let reason = found.first_reason.as_deref().unwrap_or_default();
        all.push(format!("{} points could not be run and count as not holding: {reason}", found.failed));
    }
    all
}

/// The metrics: where they lie over the inputs, how much of a run's spread is doubt, and which input matters most.
/// Metrics that never move are left out; a terminal has room for the first columns only.
pub(super) fn rows(found: &Uncertainty) -> Vec<Vec<String>> {
    let heading = [
        "metric",
        "mean",
        "spread by inputs",
        "by chance",
        "share of inputs",
        "90 % of points",
        "matters most",
    ];
    let mut all = vec![heading.map(str::to_owned).to_vec()];
    let moves = |row: &&VarianceRow| row.input_deviation > 0.0 || row.noise_deviation > 0.0;
    for row in found.metrics.iter().filter(moves) {
        let shown = |value: f64| human(value, &row.unit);
        // A difference of shares is in percentage points, which read the same.
        all.push(vec![
            name(row),
            shown(row.mean),
            shown(row.input_deviation),
            shown(row.noise_deviation),
            share((row.input_share * 100.0).round() / 100.0),
            format!("{} .. {}", shown(row.p05), shown(row.p95)),
            most(found, row),
        ]);
    }
    all
}

/// `view mean_sojourn`; what is of the system as a whole stands alone.
fn name(row: &VarianceRow) -> String {
    match row.scope.rsplit_once('/') {
        Some((_, class)) => format!("{class} {}", row.metric),
        None => row.metric.clone(),
    }
}

/// The input that matters most, or that none does for sure.
fn most(found: &Uncertainty, row: &VarianceRow) -> String {
    let Some(first) = row.influences.first() else { return "-".to_owned() };
    let path = &found.inputs[first.input].path;
    if row.is_clear { path.clone() } else { format!("{path} (not for sure)") }
}

/// For each metric its inputs with their rank correlations and intervals.
pub(super) fn correlations(found: &Uncertainty) -> Vec<String> {
    let one = |row: &VarianceRow| {
        let inputs = row.influences.iter().take(NAMED).map(|part| {
            let path = &found.inputs[part.input].path;
            format!("{path} {:+.2} ({:+.2} .. {:+.2})", part.correlation, part.low, part.high)
        });
        format!("{}: {}", name(row), inputs.collect::<Vec<_>>().join(", "))
    };
    found.metrics.iter().filter(|row| !row.influences.is_empty()).map(one).collect()
}

/// The section of the page.
pub(super) fn html(found: &Uncertainty) -> String {
    let inputs = found.inputs.iter().map(|input| format!("{} = {}", input.path, input.written));
    format!(
        "{}{}<h3>Rank correlations with 95 % intervals</h3>\n{}<h3>{}</h3>\n{}",
        list(&sentences(found)),
        table(&rows(found)),
        list(&correlations(found)),
        escape("Uncertain inputs: low .. mid .. high, 90 % between the ends, mid is the median"),
        list(&inputs.collect::<Vec<_>>())
    )
}
