//! Diagnostics and verdicts as workflow commands of GitHub Actions, which shows them at their lines.

use super::view;
use crate::analysis::Outcome;
use crate::baseline::{CheckReport, Finding};
use crate::scenario::{Diagnostics, Place, Severity, Sources};

/// A line for every diagnostic that has a place in a file, and for those without one.
#[must_use]
pub fn diagnostic_annotations(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics.sorted() {
        let level = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        let place = diagnostic.span.and_then(|span| sources.written(span));
        let mut message = diagnostic.message.clone();
        for (label, remark) in [("expected", &diagnostic.expected), ("help", &diagnostic.help)] {
            if let Some(remark) = remark {
                message.push_str(&format!("\n{label}: {remark}"));
            }
        }
        let properties = place.map(|place| format!(" {}", at(&place))).unwrap_or_default();
        text.push_str(&format!("::{level}{properties}::{}\n", data(&message)));
    }
    text
}

/// A line for every objective that was missed and every metric that became worse, where it is written, else at the
/// scenario's file; and for what could not be decided, as loud as the check was told to take it.
#[must_use]
pub fn check_annotations(report: &CheckReport) -> String {
    let mut text = String::new();
    for scenario in &report.scenarios {
        let open = match scenario.inconclusive {
            "pass" => "notice",
            "fail" => "error",
            _ => "warning",
        };
        let mut put = |level: &str, place: Option<&Place>, title: &str, message: &str| {
            let place = place.map_or_else(|| file(&scenario.file), at);
            text.push_str(&format!("::{level} {place},title={}::{}\n", property(title), data(message)));
        };
        if scenario.missing_from_baseline {
            put(
                open,
                None,
                "flashcrowd: nothing to compare with",
                "the baseline does not have this scenario",
            );
        }
        let places = scenario.objective_places.iter().map(Option::as_ref).chain(std::iter::repeat(None));
        for (objective, place) in scenario.objectives.iter().zip(places) {
            let (level, title) = match objective.outcome {
                Outcome::Pass => continue,
                Outcome::Fail => ("error", "flashcrowd: objective missed"),
                Outcome::Inconclusive => (open, "flashcrowd: objective not decided"),
            };
            let mut said = vec![view::measured(objective)];
            said.extend(view::remarks(objective));
            put(level, place, title, &format!("{}: {}", objective.rule, said.join("; ")));
        }
        for row in &scenario.metrics {
            let change = super::compare::change(&row.unit, row.difference, row.ratio);
            let (metric, tolerance) = (&row.metric, &row.tolerance);
            let (level, title, message) = match row.finding {
                Finding::Held | Finding::Shown => continue,
                Finding::Regressed => (
                    "error",
                    "flashcrowd: regression",
                    format!("{metric} is worse by {change}, tolerated {tolerance}"),
                ),
                Finding::Undecided => (
                    open,
                    "flashcrowd: not decided",
                    format!("{metric} changed by {change}, tolerated {tolerance}"),
                ),
            };
            put(level, row.place.as_ref(), title, &message);
        }
    }
    text
}

/// The properties that name a place.
fn at(place: &Place) -> String {
    let Place { line, column, end_column, .. } = place;
    format!("{},line={line},col={column},endColumn={end_column}", file(&place.file))
}

/// The property that names a file; a leading `./` would keep it from being found among the changed ones.
fn file(name: &str) -> String {
    format!("file={}", property(name.trim_start_matches("./")))
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
