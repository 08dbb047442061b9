//! `capacity.csv`: every point tried, a row an objective.

use crate::analysis::Estimate;
use crate::analysis::capacity::{CapacityAnswer, PointRow, SearchAnswer, Standing};
use crate::report::csv::push_line;
use crate::report::number::shortest;

const HEAD: &str = "search,phase,setting,ruling,first_replication,replications,runs_met,replica_hours,objective,\
                    objective_ruling,measured,ci95_low,ci95_high,limit,unit\n";

/// Every point of every search.
#[must_use]
pub fn capacity_csv(answer: &CapacityAnswer) -> String {
    let mut text = String::from(HEAD);
    for search in &answer.searches {
        for point in &search.points {
            rows(&mut text, search, point, &answer.objectives);
        }
    }
    text
}

fn rows(text: &mut String, search: &SearchAnswer, point: &PointRow, objectives: &[String]) {
    let both = search.parameters.iter().zip(&point.setting);
    let setting: Vec<String> = both.map(|(parameter, value)| format!("{}={value}", parameter.path)).collect();
    let mean = |estimate: Option<Estimate>| estimate.map(|e| shortest(e.mean)).unwrap_or_default();
    for (rule, objective) in objectives.iter().zip(&point.objectives) {
        let end = |end: fn(Estimate) -> f64| objective.measured.map(|e| shortest(end(e))).unwrap_or_default();
        push_line(
            text,
            &[
                &search.name,
                point.phase.name(),
                &setting.join(" "),
                word(point.standing),
                &point.first_replication.to_string(),
                &point.replications.to_string(),
                &mean(point.runs_met),
                &mean(point.replica_hours),
                rule,
                word(objective.standing),
                &end(|e| e.mean),
                &end(|e| e.ci95_low),
                &end(|e| e.ci95_high),
                &shortest(objective.limit),
                objective.unit,
            ],
        );
    }
}

fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "holds",
        Standing::Fails => "fails",
        Standing::Undecided => "undecided",
    }
}
