//! The answers for a terminal: the sentence first.

use super::words::{assurance, cells, sentence};
use crate::analysis::capacity::{CapacityAnswer, Elasticity, SearchAnswer, SearchEnd};
use crate::report::columns::{table, wrap};
use crate::report::number::{plain, share};
use crate::report::text::TextOptions;

/// Widest text.
const WIDEST: usize = 100;

/// The answers for a terminal, at most 100 columns wide.
#[must_use]
pub fn capacity_text(answer: &CapacityAnswer, options: &TextOptions) -> String {
    let width = options.width.clamp(40, WIDEST);
    let mut out = Out { text: String::new(), width, color: options.color };
    out.paragraph(&answer.name, "", Some("1"));
    out.paragraph(&answer.question, "", None);
    for search in &answer.searches {
        one(&mut out, search, &answer.objectives);
    }
    if !answer.elasticity.is_empty() {
        out.blank();
        let rows = elasticity_cells(&answer.elasticity);
        table(&rows, width).iter().for_each(|line| out.line(line));
        out.paragraph(LEGEND, "  ", Some("2"));
    }
    for need in &answer.needs {
        let sure = if need.confirmed { "" } else { ", not confirmed" };
        out.blank();
        out.paragraph(
            &format!("{} needs {} pods at T0 (searched: {}{sure})", need.service, need.pods, need.search),
            "",
            None,
        );
    }
    for note in &answer.notes {
        out.blank();
        out.paragraph(note, "", None);
    }
    if !options.files.is_empty() {
        out.blank();
        out.paragraph(&format!("Written: {}", options.files.join(", ")), "", None);
    }
    out.text
}

fn one(out: &mut Out, search: &SearchAnswer, objectives: &[String]) {
    out.blank();
    let colour = match search.end {
        SearchEnd::NoneHolds => "1;31",
        _ if search.confirmed => "1;32",
        _ => "1;33",
    };
    out.paragraph(&format!("{}: {}", search.name, sentence(search)), "", Some(colour));
    assurance(search).iter().for_each(|line| out.paragraph(line, "  ", Some("2")));
    out.blank();
    let rows = cells(search, objectives);
    table(&rows, out.width).iter().for_each(|line| out.line(line));
}

/// What the columns of the elasticity table mean.
pub(super) const LEGEND: &str = "missing and idle: pods too few and too many, as shares of those required, averaged over the \
     whole time; time too few and too many: how long that was; instability: share of the time in which supply and demand did \
     not move in the same direction; jitter/h: changes of the supply an hour beyond those of the demand";

/// Cells of the elasticity table, headings first.
pub(super) fn elasticity_cells(all: &[Elasticity]) -> Vec<Vec<String>> {
    let head = [
        "supply against required capacity",
        "missing",
        "idle",
        "time too few",
        "time too many",
        "instability",
        "jitter/h",
    ];
    let row = |e: &Elasticity| {
        vec![
            e.service.clone(),
            share(e.under_accuracy.mean),
            plain_share(e.over_accuracy.mean),
            share(e.under_timeshare.mean),
            share(e.over_timeshare.mean),
            share(e.instability.mean),
            plain(e.jitter.mean),
        ]
    };
    std::iter::once(head.map(str::to_owned).to_vec()).chain(all.iter().map(row)).collect()
}

/// Idle pods may be many times those required.
fn plain_share(value: f64) -> String {
    if value <= 1.0 { share(value) } else { format!("{} %", plain(value * 100.0)) }
}

struct Out {
    text: String,
    width: usize,
    color: bool,
}

impl Out {
    fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn paragraph(&mut self, text: &str, indent: &str, style: Option<&str>) {
        if text.trim().is_empty() {
            return;
        }
        for line in wrap(text, self.width - indent.len()) {
            let line = format!("{indent}{line}");
            match style.filter(|_| self.color) {
                Some(style) => self.line(&format!("\x1b[{style}m{line}\x1b[0m")),
                None => self.line(&line),
            }
        }
    }
}
