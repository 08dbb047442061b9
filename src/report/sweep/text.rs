//! The summary on a terminal: at most 100 columns.

use super::words::{cheapest, facts, heading, named_levels, outcome_word, outcomes, ranking, title, value};
use crate::analysis::sweep::{SweepPoint, SweepSummary};
use crate::report::TextOptions;
use crate::report::columns::without;

/// Widest line.
const WIDTH: usize = 100;

/// Most points of the table.
const ROWS: usize = 40;

/// Failed points whose reasons are told.
const REASONS: usize = 5;

/// Widest cell of a factor.
const CELL: usize = 28;

/// The summary as text.
#[must_use]
pub fn sweep_text(summary: &SweepSummary, options: &TextOptions) -> String {
    let mut text = String::new();
    let mut line = |content: &str| wrap(&mut text, content);
    line(&summary.name);
    if !summary.question.is_empty() {
        line(&summary.question);
    }
    line("");
    line(&outcomes(summary));
    line("");
    table(&mut text, summary, options.color);
    let mut line = |content: &str| wrap(&mut text, content);
    if !summary.measures.is_empty() {
        line("");
        line(&format!("What moves \"{}\":", title(&summary.measures[0])));
        ranking(summary, 0).iter().for_each(|entry| line(&format!("  {entry}")));
    }
    if let Some((at, cost)) = cheapest(summary) {
        line("");
        let levels = named_levels(summary, &summary.points[at]);
        line(&format!("Cheapest point that meets every objective: {levels} ({})", value(cost.mean, "h")));
    }
    failures(&mut line, summary);
    let sure = facts(summary);
    line("");
    sure.iter().take(1).for_each(|fact| line(fact));
    summary.warnings.iter().for_each(|warning| line(&format!("warning: {warning}")));
    if !options.files.is_empty() {
        line("");
        line(&format!("Written: {}", options.files.join(", ")));
    }
    text
}

fn failures(line: &mut impl FnMut(&str), summary: &SweepSummary) {
    let failed: Vec<(usize, String)> =
        summary.points.iter().enumerate().filter_map(|(at, point)| Some((at, point.reason()?))).collect();
    if failed.is_empty() {
        return;
    }
    line("");
    line("Points that failed or hit a bound:");
    for (at, reason) in failed.iter().take(REASONS) {
        line(&format!("  {}: {reason}", named_levels(summary, &summary.points[*at])));
    }
    if failed.len() > REASONS {
        line(&format!("  and {} more, in points.csv", failed.len() - REASONS));
    }
}

/// Points with their verdict and as many measures as fit.
fn table(text: &mut String, summary: &SweepSummary, color: bool) {
    let judged = summary.results().any(|result| result.conclusion.outcome.is_some());
    let mut rows = vec![summary.factors.iter().map(|factor| factor.name.clone()).collect::<Vec<_>>()];
    rows[0].push(if judged { "verdict" } else { "outcome" }.to_owned());
    rows[0].extend(summary.measures.iter().map(heading));
    let shown = summary.points.len().min(ROWS);
    for (at, point) in summary.points.iter().enumerate().take(shown) {
        let mut row: Vec<String> = point.levels.iter().map(|level| level.label.clone()).collect();
        row.push(word(point, judged).to_owned());
        let cell = |measure: &crate::analysis::sweep::Measure| {
            measure.values[at].map_or_else(|| "-".to_owned(), |number| value(number, &measure.unit))
        };
        row.extend(summary.measures.iter().map(cell));
        rows.push(row);
    }
    rows.iter_mut().flatten().for_each(|cell| *cell = cut(cell, CELL));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let mut columns: Vec<(usize, usize)> = Vec::new();
    let mut used = 0;
    for column in 0..rows[0].len() {
        let width = width(column);
        if used + width + 2 > WIDTH {
            break;
        }
        used += width + 2;
        columns.push((column, width));
    }
    let verdict = summary.factors.len();
    for row in &rows {
        let mut line = String::new();
        for &(column, width) in &columns {
            let cell = format!("{:<width$}", row[column]);
            line.push_str(&if color && column == verdict { tinted(&cell) } else { cell });
            line.push_str("  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    for line in without(&rows[0][columns.len()..], WIDTH) {
        text.push_str(&line);
        text.push('\n');
    }
    if summary.points.len() > shown {
        text.push_str(&format!("… and {} more points, in points.csv\n", summary.points.len() - shown));
    }
}

fn word(point: &SweepPoint, judged: bool) -> &'static str {
    match point.result() {
        None => "FAILED",
        Some(result) if !result.bounds_hit.is_empty() => "BOUND",
        Some(result) if judged => outcome_word(result.conclusion.outcome),
        Some(_) => "ran",
    }
}

fn tinted(cell: &str) -> String {
    let tint = match cell.trim() {
        "pass" => "32",
        "fail" | "FAILED" | "BOUND" => "31",
        "inconclusive" => "33",
        _ => return cell.to_owned(),
    };
    format!("\x1b[{tint}m{cell}\x1b[0m")
}

fn cut(cell: &str, most: usize) -> String {
    if cell.chars().count() <= most {
        return cell.to_owned();
    }
    cell.chars().take(most - 1).chain(['…']).collect()
}

/// Adds a line, broken between words where it is too long.
fn wrap(text: &mut String, content: &str) {
    let indent: String = content.chars().take_while(|c| *c == ' ').collect();
    let mut line = String::new();
    for word in content.split_whitespace() {
        let width = line.chars().count();
        if !line.trim().is_empty() && width + 1 + word.chars().count() > WIDTH {
            text.push_str(&line);
            text.push('\n');
            line = format!("{indent}  {word}");
        } else if line.is_empty() {
            line = format!("{indent}{word}");
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    text.push_str(&line);
    text.push('\n');
}
