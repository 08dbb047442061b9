//! `sweep.json`: the stable machine interface.

use serde_json::{Value, json};

use super::words::outcome_word;
use crate::analysis::sweep::{SWEEP_VERSION, SweepPoint, SweepSummary};
use crate::report::view::SYSTEM;

/// Factors, points with their outcomes and objectives, effects and trade-off. All metrics stand in `results.csv`.
#[must_use]
pub fn sweep_json(summary: &SweepSummary) -> String {
    let points: Vec<Value> =
        summary.points.iter().enumerate().map(|(at, point)| self::point(summary, at, point)).collect();
    let value = json!({
        "version": SWEEP_VERSION,
        "name": summary.name,
        "question": summary.question,
        "seed": summary.seed,
        "design": if summary.is_sample { "latin" } else { "combinations" },
        "factors": summary.factors,
        "points": points,
        "measures": summary.measures,
        "effects": summary.effects,
        "maps": summary.maps,
        "tradeoff": summary.tradeoff,
        "warnings": summary.warnings,
    });
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}

fn point(summary: &SweepSummary, at: usize, point: &SweepPoint) -> Value {
    let values: serde_json::Map<String, Value> = summary
        .factors
        .iter()
        .zip(&point.levels)
        .map(|(factor, level)| (factor.path.clone(), Value::from(level.label.clone())))
        .collect();
    let mut value = json!({ "point": at + 1, "values": values, "reason": point.reason() });
    match point.result() {
        None => value["outcome"] = json!("failed"),
        Some(result) => {
            value["outcome"] = json!(if result.bounds_hit.is_empty() { "ran" } else { "bounded" });
            value["verdict"] = json!(result.conclusion.outcome.map(|outcome| outcome_word(Some(outcome))));
            value["replications"] = json!(result.replications);
            value["precision_reached"] = json!(result.precision_reached);
            value["objectives"] = json!(result.objectives);
            let first = result.metrics.iter().filter(|row| row.scope == SYSTEM).take(2);
            value["metrics"] = json!(first.collect::<Vec<_>>());
        }
    }
    value
}
