//! Diagnostics and verdicts as workflow commands of GitHub Actions, which shows them at their lines.

use crate::baseline::{CheckReport, Finding};
use crate::scenario::{Diagnostics, Severity, Sources};

/// A line for every diagnostic that has a place in a file, and for those without one.
#[must_use]
pub fn diagnostic_annotations(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics.sorted() {
        let level = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        let place = diagnostic.span.and_then(|span| {
            let source = sources.get(span.file).filter(|source| source.is_file)?;
            let end = span.column.saturating_add(span.length.max(1)) - 1;
            let file = property(&source.name);
            Some(format!(" file={file},line={},col={},endColumn={end}", span.line, span.column))
        });
        let mut message = diagnostic.message.clone();
        for (label, remark) in [("expected", &diagnostic.expected), ("help", &diagnostic.help)] {
            if let Some(remark) = remark {
                message.push_str(&format!("\n{label}: {remark}"));
            }
        }
        text.push_str(&format!("::{level}{}::{}\n", place.unwrap_or_default(), data(&message)));
    }
    text
}

/// A line for every metric that became worse, at the scenario's file.
#[must_use]
pub fn check_annotations(report: &CheckReport) -> String {
    let mut text = String::new();
    for scenario in &report.scenarios {
        for row in scenario.metrics.iter().filter(|row| row.finding == Finding::Regressed) {
            let change = super::compare::change(&row.unit, row.difference, row.ratio);
            let message = format!("{} is worse by {change}, tolerated {}", row.metric, row.tolerance);
            let file = property(&scenario.file);
            text.push_str(&format!("::error file={file},title=flashcrowd: regression::{}\n", data(&message)));
        }
    }
    text
}

/// The text of a command: what would end it is written as its code.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property: colons and commas would end it, too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Diagnostic, Span};

    #[test]
    fn errors_stand_at_their_lines_and_cannot_break_out() {
        let mut sources = Sources::default();
        let file = sources.add_file("a,b/shop.yaml", "x".to_owned());
        let mut diagnostics = Diagnostics::default();
        let span = Span { file, line: 3, column: 5, length: 4 };
        diagnostics.push(Diagnostic::error(span, "100% wrong\n::set-output").help("right"));
        assert_eq!(
            diagnostic_annotations(&diagnostics, &sources),
            "::error file=a%2Cb/shop.yaml,line=3,col=5,endColumn=8::100%25 wrong%0A::set-output%0Ahelp: right\n"
        );
    }
}
