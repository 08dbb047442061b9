//! A check as Markdown: a comment under a pull request, or the summary of a step.

use super::check_text::{against, metric_rows, notes, title};
use super::compare::difference;
use super::view;
use crate::baseline::{CheckOutcome, CheckReport, CheckedScenario, Finding};

/// By this a bot finds its earlier comment and edits it instead of adding another.
pub const MARKER: &str = "<!-- flashcrowd check -->";

/// Comments on GitHub end at 65,536 characters; a little is kept for what others put around.
const MOST: usize = 64_000;

/// The check as Markdown, under 65,000 characters: the headline, a table, and details folded away.
#[must_use]
pub fn check_markdown(report: &CheckReport) -> String {
    let sign = match report.outcome {
        CheckOutcome::Passed => "✅",
        CheckOutcome::Inconclusive => "⚠️",
        CheckOutcome::Regressed | CheckOutcome::Missed => "❌",
    };
    let headline = cut(&escape(&report.headline), 2_000);
    let mut text = format!("{MARKER}\n**{sign} {}**: {headline}\n", title(report.outcome));
    let several = report.scenarios.len() > 1;
    let (mut left_out, mut folded) = (0, Vec::new());
    for scenario in &report.scenarios {
        let mut part = String::new();
        if several {
            part.push_str(&format!("\n### {} ({})\n", escape(&scenario.name), escape(&scenario.file)));
        }
        part.push_str(&first_table(scenario));
        let details = details(scenario);
        if text.len() + part.len() > MOST {
            left_out += 1;
            continue;
        }
        text.push_str(&part);
        folded.push(details);
    }
    // Every table comes before any details: what does not fit is the least important.
    for details in folded {
        if text.len() + details.len() > MOST {
            left_out += 1;
            continue;
        }
        text.push_str(&details);
    }
    if left_out > 0 {
        text.push_str(&format!(
            "\n{left_out} parts are left out, for a comment has its limits; the log has all.\n"
        ));
    }
    text
}

/// What decides: objectives, and metrics that are judged.
fn first_table(scenario: &CheckedScenario) -> String {
    let mut text = String::new();
    let judged: Vec<_> =
        scenario.metrics.iter().filter(|row| row.finding != Finding::Shown).cloned().collect();
    if !judged.is_empty() {
        text.push_str(&grid(&metric_rows(&judged)));
    }
    if !scenario.objectives.is_empty() {
        let mut rows = vec![["objective", "verdict", "measured"].map(str::to_owned).to_vec()];
        for objective in &scenario.objectives {
            let (sign, word) = view::mark(objective.outcome);
            rows.push(vec![objective.rule.clone(), format!("{sign} {word}"), view::measured(objective)]);
        }
        text.push_str(&grid(&rows));
    }
    text
}

fn details(scenario: &CheckedScenario) -> String {
    let mut inner = String::new();
    if !scenario.differences.is_empty() {
        let lines: Vec<String> = scenario.differences.iter().map(difference).collect();
        // A fence longer than any run of backticks inside cannot be closed from inside.
        let fence = "`".repeat(longest_run(&lines.join("\n")).max(2) + 1);
        inner.push_str(&format!("\n{fence}diff\n{}\n{fence}\n", lines.join("\n")));
    } else if scenario.against.is_some() {
        inner.push_str("\nThe scenarios do not differ.\n");
    }
    let shown: Vec<_> =
        scenario.metrics.iter().filter(|row| row.finding == Finding::Shown).cloned().collect();
    if !shown.is_empty() {
        inner.push_str(&grid(&metric_rows(&shown)));
    }
    inner.push('\n');
    notes(scenario).iter().for_each(|note| inner.push_str(&format!("- {}\n", escape(note))));
    let summary = escape(&against(scenario));
    format!("\n<details><summary>{summary}</summary>\n{inner}\n</details>\n")
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

/// A table, its first column aligned left and the others right.
fn grid(rows: &[Vec<String>]) -> String {
    let [head, body @ ..] = rows else { return String::new() };
    let line = |row: &[String]| {
        let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule: Vec<&str> = (0..head.len()).map(|column| if column < 2 { "---" } else { "---:" }).collect();
    let mut text = format!("\n{}| {} |\n", line(head), rule.join(" | "));
    body.iter().for_each(|row| text.push_str(&line(row)));
    text
}

/// Text from a scenario stays text: no markup, no mention, no end of a cell.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' | '#' | '!' => {
                safe.push('\\');
                safe.push(c);
            }
            '\n' | '\r' => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        text.chars().take(most).chain(['…']).collect()
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
