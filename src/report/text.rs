//! The terminal's summary: objectives first, then what was needed, then the first numbers.

use super::columns::{cut, table, width, wrap};
use super::doubt;
use super::number::{plain, thousands};
use super::observed;
use super::view;
use crate::analysis::{Outcome, Summary};

/// Narrowest text that still reads; narrower terminals get this and wrap it themselves.
const NARROWEST: usize = 40;
/// Widest text, however wide the terminal is.
const WIDEST: usize = 100;

/// How the text is written.
#[derive(Clone, Debug)]
pub struct TextOptions {
    /// Columns; kept within 40 to 100.
    pub width: usize,
    /// Whether ANSI colours are used.
    pub color: bool,
    /// Files that were written, named at the end.
    pub files: Vec<String>,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { width: WIDEST, color: false, files: Vec::new() }
    }
}

struct Writer {
    text: String,
    width: usize,
    color: bool,
}

/// The summary for a terminal, at most 100 columns wide.
#[must_use]
pub fn text(summary: &Summary, options: &TextOptions) -> String {
    let width = options.width.clamp(NARROWEST, WIDEST);
    let mut out = Writer { text: String::new(), width, color: options.color };
    out.paragraph(&summary.name, 0, Some("1"));
    out.paragraph(&summary.question, 0, None);
    let (word, sentence) = view::verdict(summary);
    out.blank();
    out.paragraph(&format!("{word}: {sentence}"), 0, Some(colour(summary.conclusion.outcome)));
    objectives(&mut out, summary);
    needs(&mut out, summary);
    out.blank();
    if let Some(losses) = view::losses(summary) {
        out.paragraph(&losses, 0, None);
    }
    if let Some(recovery) = &summary.recovery {
        out.paragraph(&view::recovery(recovery), 0, None);
    }
    for kind in view::tables() {
        out.table(&view::cells(summary, kind));
    }
    if !summary.observed.is_empty() {
        out.table(&observed::cells(summary));
        out.paragraph(observed::MEANING, 2, Some("2"));
    }
    theory(&mut out, summary);
    if let Some(found) = &summary.uncertainty {
        out.blank();
        out.paragraph("What is not known:", 0, Some("1"));
        doubt::sentences(found).iter().for_each(|sentence| out.paragraph(sentence, 2, None));
        out.table(&doubt::rows(found));
        doubt::correlations(found).iter().for_each(|line| out.paragraph(line, 2, Some("2")));
    }
    if !summary.warnings.is_empty() {
        out.blank();
        summary.warnings.iter().for_each(|w| out.item("! ", w, Some("33")));
    }
    out.blank();
    view::confidence(&summary.facts).iter().for_each(|s| out.paragraph(s, 0, Some("2")));
    if !options.files.is_empty() {
        out.blank();
        out.paragraph(&format!("Written: {}", options.files.join(", ")), 0, None);
    }
    out.text
}

fn objectives(out: &mut Writer, summary: &Summary) {
    if summary.objectives.is_empty() {
        return;
    }
    out.blank();
    let inner = out.width - 2;
    // Rule at the left, measured at the right; where both do not fit, measured goes below.
    let measures: Vec<_> = summary.objectives.iter().map(view::measured).collect();
    let right = measures.iter().map(|m| width(m)).max().unwrap_or(0).max(8);
    let left = inner.saturating_sub(right + 2 + 2 + 12);
    let side_by_side = left >= 24;
    for (objective, measured) in summary.objectives.iter().zip(&measures) {
        let (mark, word) = view::mark(objective.outcome);
        let colour = colour(Some(objective.outcome));
        if side_by_side {
            let lines = wrap(&objective.rule, left);
            for (i, line) in lines.iter().enumerate() {
                if i == 0 {
                    let pad = " ".repeat(left - width(line) + 2 + right - width(measured));
                    let head = format!("{line}{pad}{measured}  ");
                    out.marked(mark, &head, word, colour);
                } else {
                    out.line(&format!("  {line}"), None);
                }
            }
        } else {
            out.item(&format!("{mark} "), &objective.rule, Some(colour));
            out.paragraph(&format!("{word}: {measured}"), 2, None);
        }
        let remarks = view::remarks(objective);
        if !remarks.is_empty() {
            out.paragraph(&remarks.join("; "), 4, Some("2"));
        }
    }
}

fn needs(out: &mut Writer, summary: &Summary) {
    if summary.needs.is_empty() {
        return;
    }
    let heading = ["pods at T0", "had", "needed", "most", "first reactive pod"].map(str::to_owned);
    let mut rows = vec![heading.to_vec()];
    for need in &summary.needs {
        let needed = need.needed.map_or("not known".to_owned(), |n| thousands(f64::from(n)));
        let reactive = view::first_reactive(need, summary.facts.replications);
        rows.push(vec![need.service.clone(), plain(need.had), needed, plain(need.most), reactive]);
    }
    out.table(&rows);
    let mut told: Vec<&str> = Vec::new();
    for need in &summary.needs {
        if !need.basis.is_empty() && !told.contains(&need.basis.as_str()) {
            told.push(&need.basis);
            out.paragraph(&format!("{}: {}", need.service, need.basis), 2, Some("2"));
        }
    }
}

fn theory(out: &mut Writer, summary: &Summary) {
    if summary.theory.is_empty() {
        return;
    }
    let heading = ["theory beside simulation", "model", "theory", "simulated"].map(str::to_owned);
    let mut rows = vec![heading.to_vec()];
    for row in &summary.theory {
        let name = format!("{} {}", row.scope, row.metric);
        let value = view::theory_value(row);
        rows.push(vec![name, row.model.clone(), value.0, value.1]);
    }
    out.table(&rows);
}

/// ANSI attributes of an outcome; the words beside say the same.
fn colour(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Pass) => "1;32",
        Some(Outcome::Fail) => "1;31",
        Some(Outcome::Inconclusive) | None => "1;33",
    }
}

impl Writer {
    fn blank(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn styled(&self, text: &str, style: Option<&str>) -> String {
        match style {
            Some(style) if self.color && !text.is_empty() => format!("\x1b[{style}m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    }

    fn line(&mut self, text: &str, style: Option<&str>) {
        let text = cut(text, self.width);
        let text = self.styled(text.trim_end(), style);
        self.text.push_str(&text);
        self.text.push('\n');
    }

    fn paragraph(&mut self, text: &str, indent: usize, style: Option<&str>) {
        if text.trim().is_empty() {
            return;
        }
        for line in wrap(text, self.width - indent) {
            self.line(&format!("{}{line}", " ".repeat(indent)), style);
        }
    }

    /// A paragraph that hangs from a mark.
    fn item(&mut self, mark: &str, text: &str, style: Option<&str>) {
        let indent = width(mark);
        for (i, line) in wrap(text, self.width - indent).iter().enumerate() {
            let head = if i == 0 { mark.to_owned() } else { " ".repeat(indent) };
            let head = self.styled(&head, style);
            self.text.push_str(&format!("{head}{line}\n"));
        }
    }

    fn marked(&mut self, mark: &str, middle: &str, word: &str, style: &str) {
        let (mark, word) = (self.styled(mark, Some(style)), self.styled(word, Some(style)));
        self.text.push_str(&format!("{mark} {middle}{word}\n"));
    }

    fn table(&mut self, rows: &[Vec<String>]) {
        if rows.len() < 2 {
            return;
        }
        self.blank();
        for (i, line) in table(rows, self.width).iter().enumerate() {
            self.line(line, (i == 0).then_some("1"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::summary;
    use super::*;

    fn without_colour(text: &str) -> String {
        let mut plain = String::new();
        let mut parts = text.split("\x1b[");
        plain.push_str(parts.next().unwrap_or_default());
        parts.for_each(|part| plain.push_str(part.split_once('m').map_or("", |(_, rest)| rest)));
        plain
    }

    #[test]
    fn objectives_come_first_with_rule_and_value_side_by_side() {
        let text = text(&summary(), &TextOptions::default());
        let start: Vec<_> = text.lines().take(13).collect();
        let expected = [
            "Opening sale, small shop",
            "Does checkout hold the 00:00 opening, and what must run before it?",
            "",
            "FAIL: 1 of 4 objectives met, 2 missed, 1 inconclusive: more replications are needed to tell",
            "",
            "✗ checkout within 800ms >= 99.5% in every 10s window in      71.2 % (69.9 % .. 72.5 %)  missed",
            "  95% of runs",
            "    worst at T0+40s; met in 0 % (0 % .. 16.1 %) of runs",
            "✗ checkout p99 < 800ms during opening                        2.41 s (2.32 s .. 2.50 s)  missed",
            "✓ browse success >= 97%                                   99.34 % (99.30 % .. 99.38 %)  met",
            "? recovers within 3m after opening.end                           2m52s (2m38s .. 3m6s)  inconclusive",
            "    19 of 20 runs recovered before the counted span ended",
            "",
        ];
        assert_eq!(start, expected);
    }

    #[test]
    fn nothing_arrived_is_said_instead_of_asking_for_more_runs() {
        let mut quiet = summary();
        quiet.facts.requests = 0;
        for objective in &mut quiet.objectives {
            (objective.outcome, objective.measured) = (Outcome::Inconclusive, None);
        }
        let conclusion = &mut quiet.conclusion;
        (conclusion.outcome, conclusion.passed) = (Some(Outcome::Inconclusive), 0);
        (conclusion.failed, conclusion.inconclusive) = (0, 4);
        let text = text(&quiet, &TextOptions::default());
        let headline = "INCONCLUSIVE: nothing arrived in the counted span, so no objective could be judged";
        assert!(text.contains(headline) && !text.contains("more replications"), "{text}");
    }

    #[test]
    fn the_text_fits_its_width_whatever_the_names() {
        let mut long = summary();
        long.name = "n".repeat(300);
        long.objectives[0].rule = "r".repeat(250);
        long.objectives[1].note = Some("o".repeat(120));
        long.warnings.push("w ".repeat(200));
        long.needs[0].service = "s".repeat(150);
        long.metrics.iter_mut().for_each(|m| m.scope.push_str(&"x".repeat(90)));
        long.theory[0].model = "m".repeat(120);
        for (asked, limit) in [(100, 100), (250, 100), (80, 80), (40, 40), (10, 40)] {
            for color in [false, true] {
                let options = TextOptions { width: asked, color, files: vec!["f".repeat(130)] };
                let text = text(&long, &options);
                assert_eq!(color, text.contains('\x1b'));
                for line in without_colour(&text).lines() {
                    assert!(width(line) <= limit, "{limit}: {line}");
                }
            }
        }
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let coloured = text(&summary(), &TextOptions { color: true, ..TextOptions::default() });
        assert_eq!(without_colour(&coloured), text(&summary(), &TextOptions::default()));
    }
}
