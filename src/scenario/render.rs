//! Diagnostics as text for a terminal and as data for a program.

use serde_json::{Value, json};

use super::diagnostics::{Diagnostic, Diagnostics, Severity};
use super::source::{Sources, Span};

/// Columns a rendered line may take.
const WIDTH: usize = 100;

/// Diagnostics shown in full; the rest is counted.
const MAX_SHOWN: usize = 50;

/// The escape codes in use, or nothing.
struct Paint {
    error: &'static str,
    warning: &'static str,
    place: &'static str,
    bold: &'static str,
    end: &'static str,
}

const PLAIN: Paint = Paint { error: "", warning: "", place: "", bold: "", end: "" };
const COLORED: Paint =
    Paint { error: "\x1b[1;31m", warning: "\x1b[1;33m", place: "\x1b[34m", bold: "\x1b[1m", end: "\x1b[0m" };

impl Diagnostics {
    /// The text for a terminal: place, offending line, what was expected, and the counts; at most 100 columns.
    #[must_use]
    pub fn render(&self, sources: &Sources, color: bool) -> String {
        text(self, sources, color)
    }

    /// The same as plain data, for `--format json`.
    #[must_use]
    pub fn to_json(&self, sources: &Sources) -> serde_json::Value {
        json(self, sources)
    }
}

/// All diagnostics as text, errors first, with a line of counts at the end; empty if there are none.
fn text(diagnostics: &Diagnostics, sources: &Sources, color: bool) -> String {
    let paint = if color { COLORED } else { PLAIN };
    let sorted = diagnostics.sorted();
    let mut out = String::new();
    for diagnostic in sorted.iter().take(MAX_SHOWN) {
        one(&mut out, diagnostic, sources, &paint);
        out.push('\n');
    }
    let (errors, warnings) = (diagnostics.errors(), diagnostics.warnings());
    let hidden = (errors + warnings).saturating_sub(MAX_SHOWN);
    if hidden > 0 {
        out.push_str(&format!("and {hidden} more\n"));
    }
    if errors + warnings > 0 {
        out.push_str(&format!("{}, {}\n", counted(errors, "error"), counted(warnings, "warning")));
    }
    out
}

fn counted(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

fn one(out: &mut String, diagnostic: &Diagnostic, sources: &Sources, paint: &Paint) {
    let (word, tint) = match diagnostic.severity {
        Severity::Error => ("error", paint.error),
        Severity::Warning => ("warning", paint.warning),
    };
    let lines = wrap(&format!("{word}: {}", printable(&diagnostic.message)), WIDTH, "  ");
    for (at, line) in lines.iter().enumerate() {
        match line.strip_prefix(word).filter(|_| at == 0) {
            Some(rest) => {
                out.push_str(&format!("{tint}{word}{}{}{rest}{}\n", paint.end, paint.bold, paint.end))
            }
            None => out.push_str(&format!("{}{line}{}\n", paint.bold, paint.end)),
        }
    }
    if let Some(span) = diagnostic.span {
        excerpt(out, span, sources, paint, tint);
    }
    let remarks = [("expected", &diagnostic.expected), ("help", &diagnostic.help)];
    for (label, remark) in remarks {
        if let Some(remark) = remark {
            remark_lines(out, label, &printable(remark), paint);
        }
    }
    for note in &diagnostic.notes {
        let place = note.span.map(|span| format!("{}: ", sources.place(span))).unwrap_or_default();
        remark_lines(out, "note", &printable(&format!("{place}{}", note.text)), paint);
    }
}

fn remark_lines(out: &mut String, label: &str, text: &str, paint: &Paint) {
    let hang = " ".repeat(label.len() + 6);
    let lines = wrap(&format!("  = {label}: {text}"), WIDTH, &hang);
    for line in lines {
        match line.strip_prefix("  = ") {
            Some(rest) => out.push_str(&format!("  {}={} {rest}\n", paint.place, paint.end)),
            None => out.push_str(&format!("{line}\n")),
        }
    }
}

/// `--> file:line:column`, the line, and carets below the place.
fn excerpt(out: &mut String, span: Span, sources: &Sources, paint: &Paint, tint: &str) {
    let Some(source) = sources.get(span.file) else { return };
    let place = printable(&sources.place(span));
    let gutter = if source.is_file { span.line.to_string() } else { String::new() };
    let pad = " ".repeat(gutter.len());
    out.push_str(&format!("{pad} {}-->{} {place}\n", paint.place, paint.end));
    let Some(line) = source.text.lines().nth(span.line as usize - 1) else { return };
    let (shown, column) = window(line, span.column as usize - 1, WIDTH - gutter.len() - 3);
    let carets = (span.length.max(1) as usize).min(shown.chars().count().saturating_sub(column).max(1));
    let bar = format!("{}|{}", paint.place, paint.end);
    out.push_str(&format!("{}{gutter}{} {bar} {}\n", paint.place, paint.end, shown.trim_end()));
    let under = format!("{}{tint}{}{}", " ".repeat(column), "^".repeat(carets), paint.end);
    out.push_str(&format!("{pad} {bar} {under}\n"));
}

/// The part of `line` around character `column` that fits `width`, and where the character then stands.
fn window(line: &str, column: usize, width: usize) -> (String, usize) {
    let all: Vec<char> = line.chars().map(visible).collect();
    if all.len() <= width {
        return (all.iter().collect(), column);
    }
    let from = column.saturating_sub(width / 2).min(all.len().saturating_sub(width - 2));
    let until = (from + width - 2).min(all.len());
    let (head, tail) = (if from > 0 { "…" } else { "" }, if until < all.len() { "…" } else { "" });
    let middle: String = all[from..until].iter().collect();
    (format!("{head}{middle}{tail}"), column - from + head.chars().count())
}

/// Control characters would move the caret or drive the terminal.
fn visible(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control()
            || ('\u{202a}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c) =>
        {
            '·'
        }
        c => c,
    }
}

fn printable(text: &str) -> String {
    let long = text.chars().count() > 600;
    let mut shown: String = text.chars().take(600).map(visible).collect();
    if long {
        shown.push('…');
    }
    shown
}

/// Breaks `text` at spaces into lines of at most `width` characters; lines after the first begin with `hang`.
fn wrap(text: &str, width: usize, hang: &str) -> Vec<String> {
    let indent: String = text.chars().take_while(|&c| c == ' ').collect();
    let mut lines = Vec::new();
    let mut line = indent.clone();
    let mut count = indent.len();
    let mut fresh = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut rest: Vec<char> = word.chars().collect();
        if !fresh && count + 1 + rest.len() > width {
            lines.push(std::mem::replace(&mut line, hang.to_owned()));
            count = hang.len();
            fresh = true;
        }
        if !fresh {
            line.push(' ');
            count += 1;
        }
        // A word longer than a line, such as a pasted token, is cut.
        while count + rest.len() > width {
            let tail = rest.split_off(width - count);
            line.extend(rest);
            lines.push(std::mem::replace(&mut line, hang.to_owned()));
            (rest, count) = (tail, hang.len());
        }
        count += rest.len();
        line.extend(rest);
        fresh = false;
    }
    lines.push(line);
    lines
}

/// All kept diagnostics as a list of objects.
fn json(diagnostics: &Diagnostics, sources: &Sources) -> Value {
    let list = diagnostics.sorted().into_iter().map(|diagnostic| {
        json!({
            "severity": if diagnostic.severity == Severity::Error { "error" } else { "warning" },
            "message": diagnostic.message,
            "place": diagnostic.span.map(|span| place(span, sources)),
            "expected": diagnostic.expected,
            "help": diagnostic.help,
            "notes": diagnostic.notes.iter().map(|note| json!({
                "text": note.text,
                "place": note.span.map(|span| place(span, sources)),
            })).collect::<Vec<_>>(),
        })
    });
    Value::Array(list.collect())
}

fn place(span: Span, sources: &Sources) -> Value {
    let source = sources.get(span.file);
    json!({
        "source": source.map(|source| source.name.as_str()),
        "line": span.line,
        "column": span.column,
        "length": span.length,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::{FileId, Sources};

    fn sources(text: &str) -> Sources {
        let mut sources = Sources::default();
        sources.add_file("shop.yaml", text.to_owned());
        sources
    }

    #[test]
    fn shows_place_line_caret_and_remarks() {
        let sources = sources("services:\n  web:\n    slot: 64\n");
        let span = Span { file: FileId(0), line: 3, column: 5, length: 4 };
        let mut diagnostics = Diagnostics::default();
        let unknown = Diagnostic::error(span, "unknown key `slot` in services.web");
        diagnostics.push(unknown.nearest("slot", ["slots", "queue_limit"]));
        diagnostics.push(Diagnostic::warning(span, "doubtful").expected("a count such as 64"));
        insta::assert_snapshot!(diagnostics.render(&sources, false), @r"
        error: unknown key `slot` in services.web
          --> shop.yaml:3:5
        3 |     slot: 64
          |     ^^^^
          = help: did you mean `slots`?

        warning: doubtful
          --> shop.yaml:3:5
        3 |     slot: 64
          |     ^^^^
          = expected: a count such as 64

        1 error, 1 warning
        ");
    }

    #[test]
    fn every_line_fits_and_no_control_character_gets_through() {
        let sources = sources(&format!("{}\x1b[31m bad {}", "x".repeat(300), "y".repeat(300)));
        let span = Span { file: FileId(0), line: 1, column: 306, length: 400 };
        let mut diagnostics = Diagnostics::default();
        diagnostics
            .push(Diagnostic::error(span, format!("{} \x07 long {}", "w".repeat(250), "and on ".repeat(30))));
        let text = diagnostics.render(&sources, false);
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        assert!(text.contains("^^^"));
    }
}
