//! A check for the terminal, at most 100 columns wide, and the words that all its forms share.

use super::columns::{cut, table, whole_table, wrap};
use super::compare::{change, difference, value};
use super::view;
use crate::baseline::{CheckOutcome, CheckReport, CheckRow, CheckedScenario, Finding};

const WIDTH: usize = 100;

/// Lines of scenario differences shown; the rest is counted.
const MOST_DIFFERENCES: usize = 20;

/// The check as indented JSON with a `version`.
#[must_use]
pub fn check_json(report: &CheckReport) -> String {
    // Strings and finite numbers only: writing them cannot fail.
    serde_json::to_string_pretty(report).unwrap_or_default() + "\n"
}

/// The check for a terminal.
#[must_use]
pub fn check_text(report: &CheckReport, color: bool) -> String {
    let mut text = String::new();
    let tint = match report.outcome {
        CheckOutcome::Passed => "32",
        CheckOutcome::Inconclusive => "33",
        CheckOutcome::Regressed | CheckOutcome::Missed => "31",
    };
    for line in wrap(&format!("{}: {}", title(report.outcome), report.headline), WIDTH) {
        text.push_str(&if color { format!("\x1b[1;{tint}m{line}\x1b[0m\n") } else { format!("{line}\n") });
    }
    report.scenarios.iter().for_each(|scenario| one_scenario(&mut text, scenario));
    text
}

fn paragraph(text: &mut String, line: &str) {
    wrap(line, WIDTH).iter().for_each(|line| text.push_str(&format!("{line}\n")));
}

fn one_scenario(text: &mut String, scenario: &CheckedScenario) {
    text.push('\n');
    paragraph(text, &against(scenario));
    for line in scenario.differences.iter().take(MOST_DIFFERENCES) {
        text.push_str(&format!("{}\n", cut(&difference(line), WIDTH)));
    }
    let more = scenario.differences.len().saturating_sub(MOST_DIFFERENCES);
    if more > 0 {
        text.push_str(&format!("… and {more} more\n"));
    }
    if !scenario.objectives.is_empty() {
        text.push('\n');
        let mut rows = vec![["objective", "verdict", "measured"].map(str::to_owned).to_vec()];
        for objective in &scenario.objectives {
            let (mark, word) = view::mark(objective.outcome);
            rows.push(vec![objective.rule.clone(), format!("{mark} {word}"), view::measured(objective)]);
        }
        table(&rows, WIDTH).iter().for_each(|line| text.push_str(&format!("{line}\n")));
    }
    if !scenario.metrics.is_empty() {
        text.push('\n');
        whole_table(&metric_rows(&scenario.metrics), WIDTH)
            .iter()
            .for_each(|line| text.push_str(&format!("{line}\n")));
    }
    text.push('\n');
    for note in notes(scenario) {
        paragraph(text, &note);
    }
}

/// What is compared with what.
pub(super) fn against(scenario: &CheckedScenario) -> String {
    match &scenario.against {
        Some(against) => format!("{} ({}) against {against}", scenario.name, scenario.file),
        None => format!("{} ({})", scenario.name, scenario.file),
    }
}

/// The outcome in capitals.
pub(super) fn title(outcome: CheckOutcome) -> &'static str {
    match outcome {
        CheckOutcome::Passed => "PASS",
        CheckOutcome::Inconclusive => "INCONCLUSIVE",
        CheckOutcome::Regressed | CheckOutcome::Missed => "FAIL",
    }
}

/// The mark and the word of a finding: never colour alone.
pub(super) fn mark(finding: Finding) -> (&'static str, &'static str) {
    match finding {
        Finding::Held => ("✓", "within"),
        Finding::Regressed => ("✗", "worse"),
        Finding::Undecided => ("?", "undecided"),
        Finding::Shown => ("·", "not judged"),
    }
}

/// The table of metrics, headings first.
pub(super) fn metric_rows(metrics: &[CheckRow]) -> Vec<Vec<String>> {
    let heading = ["metric", "verdict", "before", "after", "difference", "tolerated"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for row in metrics {
        let (mark, word) = mark(row.finding);
        rows.push(vec![
            row.metric.clone(),
            format!("{mark} {word}"),
            value(row.before, &row.unit),
            value(row.after, &row.unit),
            change(&row.unit, row.difference, row.ratio),
            row.tolerance.clone(),
        ]);
    }
    rows
}

/// Everything that has to be said beside the tables.
pub(super) fn notes(scenario: &CheckedScenario) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    all.extend(
        scenario.metrics.iter().filter_map(|row| Some(format!("{}: {}", row.metric, row.note.as_ref()?))),
    );
    for objective in &scenario.objectives {
        let remarks = view::remarks(objective);
        if !remarks.is_empty() {
            all.push(format!("{}: {}", objective.rule, remarks.join("; ")));
        }
    }
    let is_open = scenario.metrics.iter().any(|row| row.finding == Finding::Undecided)
        || scenario.objectives.iter().any(|o| o.outcome == crate::analysis::Outcome::Inconclusive);
    if is_open {
        let meaning = match scenario.inconclusive {
            "pass" => "counts as passed, as asked",
            "fail" => "counts as failed, as asked",
            _ => "is a warning and no pass",
        };
        all.push(format!(
            "Not everything could be decided with {} replications a side, which {meaning}. More replications decide: \
             --replications or --budget",
            scenario.replications
        ));
    }
    all.extend(scenario.notes.iter().cloned());
    let looks = if scenario.looks_planned > 1 {
        format!("; {} of {} looks taken", scenario.looks, scenario.looks_planned)
    } else {
        String::new()
    };
    let pairs =
        if scenario.metrics.is_empty() { "" } else { " a side, run by run with the same random numbers" };
    all.push(format!("{} replications{pairs}, seed {}{looks}", scenario.replications, scenario.seed));
    all
}
