//! A comparison for the terminal, at most 100 columns wide.

use super::columns::{table, whole_table, wrap};
use super::compare::{best, change, detectable, difference, letter, pairing, selection, value, word};
use super::view;
use crate::analysis::{ComparedSide, SideBySide};

const WIDTH: usize = 100;

/// Lines of scenario differences shown; the rest is counted.
const MOST_DIFFERENCES: usize = 30;

/// The comparison for a terminal.
#[must_use]
pub fn compare_text(comparison: &SideBySide) -> String {
    let mut text = String::new();
    let mut say = |line: &str| {
        wrap(line, WIDTH).iter().for_each(|line| text.push_str(&format!("{}\n", line.trim_end())));
    };
    let Some((base, others)) = comparison.sides.split_first() else { return text };
    say(&base.name);
    let has_letters = others.len() > 1;
    if has_letters {
        comparison
            .sides
            .iter()
            .enumerate()
            .for_each(|(at, side)| say(&format!("{}  {}", letter(at), side.label)));
    } else {
        let labels: Vec<&str> = others.iter().map(|side| side.label.as_str()).collect();
        say(&format!("{} (before) beside {}", base.label, labels.join(", ")));
    }
    for (at, side) in others.iter().enumerate() {
        let title = has_letters.then(|| format!("== {} beside A: {}", letter(at + 1), side.label));
        text.push_str(&one_side(base, side, title.as_deref(), comparison.replications));
    }
    if !comparison.best.is_empty() {
        text.push_str(&best_table(comparison));
    }
    text.push('\n');
    for warning in &comparison.warnings {
        paragraph(&mut text, &format!("! {warning}"));
    }
    paragraph(
        &mut text,
        &format!(
            "{} replications a side, seed {}, the same random numbers on all sides; ± is an interval that holds for \
             all metrics of a side together at 95 %",
            comparison.replications, comparison.seed
        ),
    );
    text
}

fn paragraph(text: &mut String, line: &str) {
    wrap(line, WIDTH).iter().for_each(|line| text.push_str(&format!("{line}\n")));
}

fn one_side(base: &ComparedSide, side: &ComparedSide, title: Option<&str>, replications: u32) -> String {
    let mut text = String::from("\n");
    title.iter().for_each(|title| paragraph(&mut text, title));
    if side.differences.is_empty() {
        paragraph(&mut text, "The scenarios do not differ.");
    }
    for line in side.differences.iter().take(MOST_DIFFERENCES) {
        text.push_str(&super::columns::cut(&difference(line), WIDTH));
        text.push('\n');
    }
    if side.differences.len() > MOST_DIFFERENCES {
        text.push_str(&format!("… and {} more\n", side.differences.len() - MOST_DIFFERENCES));
    }
    text.push('\n');
    let mut rows = vec![["metric", "verdict", "before", "after", "change"].map(str::to_owned).to_vec()];
    for row in &side.contrasts {
        rows.push(vec![
            row.metric.clone(),
            word(row.change).to_owned(),
            value(row.base, &row.unit),
            value(row.head, &row.unit),
            change(&row.unit, row.difference, row.ratio),
        ]);
    }
    whole_table(&rows, WIDTH).iter().for_each(|line| text.push_str(&format!("{line}\n")));
    text.push('\n');
    for moved in moved_objectives(base, side) {
        paragraph(&mut text, &moved);
    }
    if let Some(line) = detectable(&side.contrasts) {
        paragraph(&mut text, &line);
    }
    if let Some(line) = pairing(&side.contrasts, replications) {
        paragraph(&mut text, &line);
    }
    text
}

/// Objectives whose verdict is not the same on both sides.
pub(super) fn moved_objectives(base: &ComparedSide, side: &ComparedSide) -> Vec<String> {
    let moved = side.objectives.iter().filter_map(|now| {
        let before = base.objectives.iter().find(|before| before.rule == now.rule)?;
        let (was, is) = (view::mark(before.outcome).1, view::mark(now.outcome).1);
        (before.outcome != now.outcome).then(|| format!("`{}` was {was}, is {is}", now.rule))
    });
    moved.collect()
}

fn best_table(comparison: &SideBySide) -> String {
    let mut text = String::from("\n== best of all sides (95 % for all sides of a metric together)\n");
    let mut rows = vec![["metric", "best", "selected"].map(str::to_owned).to_vec()];
    rows.extend(comparison.best.iter().map(|row| vec![row.metric.clone(), best(row), selection(row)]));
    table(&rows, WIDTH).iter().for_each(|line| text.push_str(&format!("{line}\n")));
    text
}
