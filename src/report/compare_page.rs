//! A comparison as one self-contained page.

use super::compare::{best, change, detectable, difference, letter, pairing, selection, value, word};
use super::compare_chart::intervals;
use super::compare_text::moved_objectives;
use super::html::{escape, list, page, section, table};
use super::page::{Origin, reproduce};
use crate::analysis::{Change, ComparedSide, ContrastRow, SideBySide};

/// The comparison as one page without network.
#[must_use]
pub fn compare_html(comparison: &SideBySide, origin: &Origin) -> String {
    let Some((base, others)) = comparison.sides.split_first() else { return String::new() };
    let mut body = head(base, others);
    for side in others {
        let title = if others.len() > 1 { format!(": {}", side.label) } else { String::new() };
        body.push_str(&section(
            &format!("Decisions{title}"),
            &decisions(base, side, comparison.replications),
        ));
        body.push_str(&section(&format!("What differs{title}"), &differing(side)));
    }
    body.push_str(&section("Best of all sides", &best_of(comparison)));
    body.push_str(&section("Warnings", &list(&comparison.warnings)));
    for side in others {
        let title =
            if others.len() > 1 { format!("All numbers: {}", side.label) } else { "All numbers".to_owned() };
        body.push_str(&section(&title, &all_numbers(side)));
    }
    body.push_str(&section("How sure we are", &list(&sure(comparison))));
    body.push_str(&section("To reproduce", &reproduce(origin)));
    page(&format!("{}, compared", base.name), &body)
}

fn head(base: &ComparedSide, others: &[ComparedSide]) -> String {
    let labels: Vec<&str> = others.iter().map(|side| side.label.as_str()).collect();
    let mut html = format!("<header>\n<h1>{}</h1>\n", escape(&base.name));
    let sides = format!("{} (before) beside {}", base.label, labels.join(", "));
    html.push_str(&format!("<p class=\"question\">{}</p>\n", escape(&sides)));
    for side in others {
        let named = |change: Change| {
            let rows = side.contrasts.iter().filter(|row| row.change == change);
            rows.map(|row| row.metric.as_str()).collect::<Vec<_>>().join(", ")
        };
        let (better, worse) = (named(Change::Better), named(Change::Worse));
        let class = match (better.is_empty(), worse.is_empty()) {
            (true, false) => "fail",
            (false, true) => "pass",
            // Better here and worse there is for a person to weigh.
            _ => "open",
        };
        let mut parts = Vec::new();
        if !worse.is_empty() {
            parts.push(format!("worse: {worse}"));
        }
        if !better.is_empty() {
            parts.push(format!("better: {better}"));
        }
        let text = if parts.is_empty() { "no difference shown".to_owned() } else { parts.join("; ") };
        html.push_str(&format!(
            "<p class=\"verdict {class}\"><strong>{}</strong> {}</p>\n",
            escape(&side.label),
            escape(&text)
        ));
    }
    html.push_str("</header>\n");
    html
}

fn decisions(base: &ComparedSide, side: &ComparedSide, replications: u32) -> String {
    let mut html = intervals(&side.contrasts);
    html.push_str(&rows(&side.contrasts));
    let mut remarks = moved_objectives(base, side);
    remarks.extend(detectable(&side.contrasts));
    remarks.extend(pairing(&side.contrasts, replications));
    html.push_str(&list(&remarks));
    html
}

fn rows(all: &[ContrastRow]) -> String {
    let heading = ["metric", "verdict", "before", "after", "change (interval)"];
    let mut cells = vec![heading.map(str::to_owned).to_vec()];
    cells.extend(all.iter().map(|row| {
        vec![
            row.metric.clone(),
            word(row.change).to_owned(),
            value(row.base, &row.unit),
            value(row.head, &row.unit),
            change(&row.unit, row.difference, row.ratio),
        ]
    }));
    table(&cells)
}

fn differing(side: &ComparedSide) -> String {
    if side.differences.is_empty() {
        return "<p>The scenarios do not differ.</p>\n".to_owned();
    }
    let lines: Vec<String> = side.differences.iter().map(difference).collect();
    format!("<pre><code>{}</code></pre>\n", escape(&lines.join("\n")))
}

fn best_of(comparison: &SideBySide) -> String {
    let mut cells = vec![["metric", "best", "selection"].map(str::to_owned).to_vec()];
    for row in &comparison.best {
        cells.push(vec![row.metric.clone(), best(row), selection(row)]);
    }
    let grid = table(&cells);
    if grid.is_empty() {
        return grid;
    }
    let names =
        comparison.sides.iter().enumerate().map(|(at, side)| format!("{}: {}", letter(at), side.label));
    format!("{}{grid}", list(&names.collect::<Vec<_>>()))
}

fn all_numbers(side: &ComparedSide) -> String {
    if side.metrics.is_empty() {
        return String::new();
    }
    let count = side.metrics.len();
    format!(
        "<details><summary>{count} metrics, each interval by itself at 95 %: about one in twenty shows a change by \
         chance</summary>\n{}</details>\n",
        rows(&side.metrics)
    )
}

fn sure(comparison: &SideBySide) -> Vec<String> {
    vec![
        format!("{} replications a side, seed {}", comparison.replications, comparison.seed),
        "every side met the same requests with the same work, replication by replication; differences are taken run \
         by run"
            .to_owned(),
        "the intervals of the decisions hold together at 95 %".to_owned(),
    ]
}
