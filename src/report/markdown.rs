//! A check as Markdown: a comment under a pull request, or the summary of a step.

use super::check_text::{against, metric_rows, notes, title};
use super::comment_tables::{Part, cut, escape, fill, grid, is_told};
use super::compare::difference;
use crate::baseline::{CheckOutcome, CheckReport, CheckedScenario};

/// By this a bot finds its earlier comment and edits it instead of adding another.
pub const MARKER: &str = "<!-- flashcrowd check -->";

/// Comments on GitHub end at 65,536 characters; a little is kept for what others put around.
const MOST: usize = 64_000;

/// How much of that tables may take; the rest is for details.
const TABLES: usize = 56_000;

/// Longest headline.
const HEADLINE: usize = 2_000;

/// Scenario differences and remarks where all of them take too much.
const FEW: usize = 10;

/// The check as Markdown, under 65,000 characters: the headline, tables with what failed first, and details folded away.
#[must_use]
pub fn check_markdown(report: &CheckReport) -> String {
    let sign = match report.outcome {
        CheckOutcome::Passed => "✅",
        CheckOutcome::Inconclusive => "⚠️",
        CheckOutcome::Regressed | CheckOutcome::Missed => "❌",
    };
    let headline = escape(&cut(&report.headline, HEADLINE));
    let mut text = format!("{MARKER}\n**{sign} {}**: {headline}\n", title(report.outcome));
    let several = report.scenarios.len() > 1;
    let heading = |scenario: &CheckedScenario| {
        let (name, file) = (cut(&scenario.name, HEADLINE), cut(&scenario.file, HEADLINE));
        if several { format!("\n### {} ({})\n", escape(&name), escape(&file)) } else { String::new() }
    };
    let mut parts: Vec<Part> =
        report.scenarios.iter().map(|scenario| Part::new(scenario, heading(scenario))).collect();
    fill(&mut parts, TABLES.saturating_sub(text.len()));
    let (mut left_out, mut folded) = (0, Vec::new());
    for (part, scenario) in parts.iter().zip(&report.scenarios) {
        match part.text() {
            Some(part) => {
                text.push_str(&part);
                folded.push(scenario);
            }
            None => left_out += 1,
        }
    }
    // Every table comes before any details: what does not fit is the least important.
    for scenario in folded {
        let forms = [details(scenario, usize::MAX), details(scenario, FEW)];
        match forms.iter().find(|form| text.len() + form.len() <= MOST) {
            Some(form) => text.push_str(form),
            None => left_out += 1,
        }
    }
    if left_out > 0 {
        text.push_str(&format!(
            "\n{left_out} parts are left out, for a comment has its limits; the log has all.\n"
        ));
    }
    text
}

/// What is folded away; with a limit, so many lines of each kind and no metrics that are not judged.
fn details(scenario: &CheckedScenario, most: usize) -> String {
    let mut inner = String::new();
    if !scenario.differences.is_empty() {
        let mut lines: Vec<String> = scenario.differences.iter().take(most).map(difference).collect();
        let more = scenario.differences.len() - lines.len();
        lines.extend((more > 0).then(|| format!("… and {more} more")));
        // A fence longer than any run of backticks inside cannot be closed from inside.
        let fence = "`".repeat(longest_run(&lines.join("\n")).max(2) + 1);
        inner.push_str(&format!("\n{fence}diff\n{}\n{fence}\n", lines.join("\n")));
    } else if scenario.against.is_some() {
        inner.push_str("\nThe scenarios do not differ.\n");
    }
    let shown: Vec<_> = scenario.metrics.iter().filter(|row| !is_told(row)).cloned().collect();
    if !shown.is_empty() && most == usize::MAX {
        inner.push_str(&grid(&metric_rows(&shown)));
    }
    inner.push('\n');
    // The last remarks are those about the whole.
    let remarks = notes(scenario);
    let more = remarks.len().saturating_sub(most);
    if more > 0 {
        inner.push_str(&format!("- {more} more remarks stand in the log\n"));
    }
    remarks[more..].iter().for_each(|note| inner.push_str(&format!("- {}\n", escape(note))));
    let summary = escape(&against(scenario));
    format!("\n<details><summary>{summary}</summary>\n{inner}\n</details>\n")
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
