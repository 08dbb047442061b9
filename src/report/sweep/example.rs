//! A small sweep for the tests of this room.

use crate::analysis::sweep::{
    COST, FactorSummary, PointOutcome, PointResult, RISK, SweepPoint, SweepSummary, summarize_sweep,
};
use crate::analysis::{Conclusion, Estimate, MetricRow, ObjectiveResult, Outcome};
use crate::scenario::axis::Level;

fn estimate(mean: f64) -> Estimate {
    Estimate { mean, ci95_low: mean * 0.9, ci95_high: mean * 1.1, replications: 20 }
}

fn result(p99: f64, risk: f64, cost: f64) -> PointResult {
    let outcome = if p99 < 0.5 { Outcome::Pass } else { Outcome::Fail };
    let row = |metric: &str, unit: &'static str, mean: f64| MetricRow {
        scope: "system".to_owned(),
        metric: metric.to_owned(),
        unit: unit.into(),
        estimate: estimate(mean),
    };
    PointResult {
        replications: 20,
        precision_reached: None,
        bounds_hit: Vec::new(),
        bounded: 0.0,
        conclusion: Conclusion {
            outcome: Some(outcome),
            passed: u32::from(p99 < 0.5),
            failed: u32::from(p99 >= 0.5),
            inconclusive: 0,
            inputs: None,
        },
        objectives: vec![ObjectiveResult {
            rule: "buy p99 < 500ms".to_owned(),
            scope: "class/buy".to_owned(),
            metric: "sojourn_p99".to_owned(),
            comparison: "<",
            outcome,
            measured: Some(estimate(p99)),
            limit: 0.5,
            unit: "s",
            worst_at: None,
            runs_met: None,
            runs_wanted: None,
            note: None,
            instead: None,
        }],
        metrics: vec![row(RISK, "1", risk), row(COST, "h", cost)],
        requests: 1000,
        events: 5000,
        runs: Vec::new(),
    }
}

/// Two factors, six points, one of which could not be run.
pub(super) fn summary() -> SweepSummary {
    let factor = |path: &str, name: &str| FactorSummary { path: path.to_owned(), name: name.to_owned() };
    let level = |text: &str| Level::new(text, false);
    let point = |replicas: &str, factor: &str, outcome| SweepPoint {
        levels: vec![level(replicas), level(factor)],
        outcome,
    };
    let ran = |p99, risk, cost| PointOutcome::Ran(Box::new(result(p99, risk, cost)));
    let points = vec![
        point("10", "8", ran(2.5, 1.0, 4.0)),
        point("10", "12", ran(20.0, 1.0, 4.5)),
        point("20", "8", ran(0.3, 0.0, 8.0)),
        point("20", "12", ran(0.6, 0.45, 8.5)),
        point("40", "8", ran(0.2, 0.0, 16.0)),
        point("40", "12", PointOutcome::Failed("web: 40 pods are more than the cluster holds".to_owned())),
    ];
    let factors = vec![
        factor("services.web.replicas", "replicas"),
        factor("traffic.shoppers.peaks.opening.factor", "factor"),
    ];
    let head = ("A sale".to_owned(), "What holds?".to_owned(), 1);
    summarize_sweep(
        head,
        (factors, &[vec![0], vec![1]]),
        points,
        false,
        (vec!["a warning".to_owned()], Vec::new()),
    )
}
