//! `results.csv`, `points.csv` and `replications.csv`: tidy tables in SI units.

use super::words::{outcome_word, verdict_number};
use crate::analysis::Estimate;
use crate::analysis::sweep::{COST, PointOutcome, PointResult, RISK, SweepPoint, SweepSummary};
use crate::metrics::catalogue::RUNS_FAILED;
use crate::report::csv::push_line;
use crate::report::number::shortest;
use crate::report::view::SYSTEM;

/// A column a factor (its path), then `scope,metric,unit,mean,ci95_low,ci95_high,replications`: a row a point and
/// metric, points in the order of the design.
///
/// Before the metrics of `summary.csv` come, for each objective, what it measured (`objective: RULE`) and its verdict
/// (`verdict: RULE`: 1 met, 0 missed, 0.5 inconclusive), then the share of runs that missed any objective and the pod
/// hours of all services. A point that could not be run, or some of whose runs hit a bound, has a row `runs_failed`, the
/// share of its runs that did.
#[must_use]
pub fn results_csv(summary: &SweepSummary) -> String {
    let mut text = head(summary, &[]) + "scope,metric,unit,mean,ci95_low,ci95_high,replications\n";
    for point in &summary.points {
        let factors = cells(point);
        let mut line = |scope: &str, metric: &str, unit: &str, numbers: [String; 4]| {
            let mut line: Vec<&str> = factors.iter().map(String::as_str).collect();
            line.extend([scope, metric, unit]);
            line.extend(numbers.iter().map(String::as_str));
            push_line(&mut text, &line);
        };
        let result = match &point.outcome {
            PointOutcome::Failed(_) => {
                line(
                    SYSTEM,
                    RUNS_FAILED.name,
                    RUNS_FAILED.unit,
                    ["1".into(), String::new(), String::new(), "0".into()],
                );
                continue;
            }
            PointOutcome::Ran(result) => result,
        };
        let alone =
            |value: f64| [shortest(value), String::new(), String::new(), result.replications.to_string()];
        for objective in &result.objectives {
            let measured = objective.measured.as_ref().map_or_else(|| alone(f64::NAN), numbers);
            line(&objective.scope, &format!("objective: {}", objective.rule), objective.unit, measured);
            let verdict = verdict_number(objective.outcome);
            line(&objective.scope, &format!("verdict: {}", objective.rule), "1", alone(verdict));
        }
        if result.bounded > 0.0 {
            line(SYSTEM, RUNS_FAILED.name, RUNS_FAILED.unit, alone(result.bounded));
        }
        for row in &result.metrics {
            line(&row.scope, &row.metric, &row.unit, numbers(&row.estimate));
        }
    }
    text
}

/// One row a point: its number, a column a factor, how it came out, its verdict, risk and cost, and why it failed.
#[must_use]
pub fn points_csv(summary: &SweepSummary) -> String {
    let mut text =
        head(summary, &["point"]) + &format!("outcome,verdict,replications,{RISK},{COST},reason\n");
    for (number, point) in summary.points.iter().enumerate() {
        let mut line = vec![(number + 1).to_string()];
        line.extend(cells(point));
        let mean = |result: &PointResult, metric| result.metric(SYSTEM, metric).map(|e| shortest(e.mean));
        match point.result() {
            None => line.extend(["failed", "", "0", "", ""].map(str::to_owned)),
            Some(result) => line.extend([
                if result.bounds_hit.is_empty() { "ran" } else { "bounded" }.to_owned(),
                outcome_word(result.conclusion.outcome).to_owned(),
                result.replications.to_string(),
                mean(result, RISK).unwrap_or_default(),
                mean(result, COST).unwrap_or_default(),
            ]),
        }
        line.push(point.reason().unwrap_or_default());
        push_line(&mut text, &line.iter().map(String::as_str).collect::<Vec<_>>());
    }
    text
}

/// A column a factor, then `replication,scope,metric,unit,value`: a row a point, metric and replication (from 0); blank
/// where a run has no value.
#[must_use]
pub fn replications_csv(summary: &SweepSummary) -> String {
    let mut text = head(summary, &[]) + "replication,scope,metric,unit,value\n";
    for point in &summary.points {
        let factors = cells(point);
        for row in point.result().into_iter().flat_map(|result| &result.runs) {
            for (replication, value) in row.values.iter().enumerate() {
                let (number, value) = (replication.to_string(), value.map(shortest).unwrap_or_default());
                let mut line: Vec<&str> = factors.iter().map(String::as_str).collect();
                line.extend([&number, &row.scope, &row.metric, &row.unit, &value].map(|cell| cell as &str));
                push_line(&mut text, &line);
            }
        }
    }
    text
}

/// The headings of some columns and of the factors.
fn head(summary: &SweepSummary, before: &[&str]) -> String {
    let paths = summary.factors.iter().map(|factor| factor.path.as_str());
    let mut text = String::new();
    push_line(&mut text, &before.iter().copied().chain(paths).collect::<Vec<_>>());
    text.pop();
    text.push(',');
    text
}

fn cells(point: &SweepPoint) -> Vec<String> {
    point.levels.iter().map(|level| level.label.clone()).collect()
}

fn numbers(estimate: &Estimate) -> [String; 4] {
    [
        shortest(estimate.mean),
        shortest(estimate.ci95_low),
        shortest(estimate.ci95_high),
        estimate.replications.to_string(),
    ]
}
