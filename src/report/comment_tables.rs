//! The tables of a comment: what failed first, cut at a row where a comment ends, with the count of what is left out.

use super::check_text::metric_rows;
use super::view;
use crate::analysis::Outcome;
use crate::baseline::{CheckRow, CheckedScenario, Finding};
use crate::metrics::catalogue::LOST_VALUE;

/// Ranks of rows: what failed, what is open, what is well.
const RANKS: usize = 3;

/// What the line about rows that are left out takes at most.
const MORE: usize = 200;

/// Longest cell; names can be of any length.
const CELL: usize = 400;

/// The tables of one scenario, behind their heading.
pub(super) struct Part {
    heading: String,
    tables: Vec<Table>,
    is_shown: bool,
}

/// One table, its rows from the worst to the best.
struct Table {
    head: String,
    rows: Vec<(usize, String)>,
    /// How many of the rows are shown.
    shown: usize,
    is_full: bool,
    /// What rows of each rank are called.
    words: [&'static str; RANKS],
    what: &'static str,
}

impl Part {
    /// What decides of a scenario: its objectives, and metrics that are judged; first the table with the worst row.
    pub fn new(scenario: &CheckedScenario, heading: String) -> Self {
        let mut tables: Vec<Table> = [metrics(scenario), objectives(scenario)]
            .into_iter()
            .filter(|table| !table.rows.is_empty())
            .collect();
        tables.sort_by_key(|table| table.rows.first().map_or(RANKS, |row| row.0));
        Self { heading, tables, is_shown: false }
    }

    /// What showing a first row of this part takes beside the row.
    fn opening(&self) -> usize {
        if self.is_shown { 0 } else { self.heading.len() + self.tables.len() * MORE }
    }

    /// The text of what is shown; nothing if that is nothing.
    pub fn text(&self) -> Option<String> {
        let mut text = self.heading.clone();
        for table in &self.tables {
            if table.shown > 0 {
                text.push_str(&table.head);
                table.rows[..table.shown].iter().for_each(|(_, row)| text.push_str(row));
            }
            text.push_str(&table.rest());
        }
        self.is_shown.then_some(text)
    }
}

impl Table {
    fn new(
        cells: &[Vec<String>],
        ranks: &[usize],
        (what, words): (&'static str, [&'static str; RANKS]),
    ) -> Self {
        let [head, body @ ..] = cells else {
            return Self { head: String::new(), rows: Vec::new(), shown: 0, is_full: false, words, what };
        };
        let mut rows: Vec<(usize, String)> =
            ranks.iter().copied().zip(body.iter().map(|cells| line(cells))).collect();
        rows.sort_by_key(|row| row.0);
        Self { head: opening(head), rows, shown: 0, is_full: false, words, what }
    }

    /// How many rows of which kind are not shown.
    fn rest(&self) -> String {
        let hidden = &self.rows[self.shown..];
        let count = |rank: usize| hidden.iter().filter(|row| row.0 == rank).count();
        let kinds = (0..RANKS).filter(|&rank| count(rank) > 0);
        let parts: Vec<String> =
            kinds.map(|rank| format!("{} more {}", count(rank), self.words[rank])).collect();
        if parts.is_empty() {
            return String::new();
        }
        format!("\n… and {} {} (see the JSON)\n", parts.join(", "), self.what)
    }
}

/// Shows rows in `most` bytes: what failed in any scenario before what is open in any, and that before what is well.
pub(super) fn fill(parts: &mut [Part], most: usize) {
    let mut left = most;
    for rank in 0..RANKS {
        for part in parts.iter_mut() {
            // Few rows are worth more each, such as objectives beside the metrics of many classes.
            let mut order: Vec<usize> = (0..part.tables.len()).collect();
            order.sort_by_key(|&at| part.tables[at].rows.len());
            for at in order {
                let mut opening = part.opening();
                let table = &mut part.tables[at];
                while !table.is_full && table.rows.get(table.shown).is_some_and(|row| row.0 == rank) {
                    let head = if table.shown == 0 { table.head.len() } else { 0 };
                    let needed = opening + head + table.rows[table.shown].1.len();
                    if needed > left {
                        table.is_full = true;
                        break;
                    }
                    left -= needed;
                    table.shown += 1;
                    part.is_shown = true;
                    opening = 0;
                }
            }
        }
    }
    // Nothing was judged there, which is worth a heading.
    for part in parts.iter_mut().filter(|part| part.tables.is_empty()) {
        part.is_shown = part.heading.len() <= left;
        left -= if part.is_shown { part.heading.len() } else { 0 };
    }
}

/// Whether a metric stands in the table and not among the details: what is judged, and money that is lost, judged or not.
pub(super) fn is_told(row: &CheckRow) -> bool {
    row.finding != Finding::Shown || row.unit == LOST_VALUE.unit
}

fn metrics(scenario: &CheckedScenario) -> Table {
    let judged: Vec<_> = scenario.metrics.iter().filter(|row| is_told(row)).cloned().collect();
    let rank = |finding: Finding| match finding {
        Finding::Regressed => 0,
        Finding::Undecided => 1,
        Finding::Held | Finding::Shown => 2,
    };
    let ranks: Vec<usize> = judged.iter().map(|row| rank(row.finding)).collect();
    Table::new(&metric_rows(&judged), &ranks, ("metrics", ["worse", "undecided", "held"]))
}

fn objectives(scenario: &CheckedScenario) -> Table {
    let mut cells = vec![["objective", "verdict", "measured"].map(str::to_owned).to_vec()];
    let mut ranks = Vec::with_capacity(scenario.objectives.len());
    for objective in &scenario.objectives {
        let (sign, word) = view::mark(objective.outcome);
        cells.push(vec![objective.rule.clone(), format!("{sign} {word}"), view::measured(objective)]);
        ranks.push(match objective.outcome {
            Outcome::Fail => 0,
            Outcome::Inconclusive => 1,
            Outcome::Pass => 2,
        });
    }
    Table::new(&cells, &ranks, ("objectives", ["missed", "inconclusive", "met"]))
}

/// A table, its first two columns aligned left and the others right.
pub(super) fn grid(rows: &[Vec<String>]) -> String {
    let [head, body @ ..] = rows else { return String::new() };
    let mut text = opening(head);
    body.iter().for_each(|row| text.push_str(&line(row)));
    text
}

/// The headings and the line below them.
fn opening(head: &[String]) -> String {
    let rule: Vec<&str> = (0..head.len()).map(|column| if column < 2 { "---" } else { "---:" }).collect();
    format!("\n{}| {} |\n", line(head), rule.join(" | "))
}

fn line(row: &[String]) -> String {
    let cells: Vec<String> = row.iter().map(|cell| escape(&cut(cell, CELL))).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Text from a scenario stays text: no markup, no mention, no end of a cell.
pub(super) fn escape(text: &str) -> String {
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

pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        text.chars().take(most).chain(['…']).collect()
    }
}
