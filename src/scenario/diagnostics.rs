//! What is wrong or doubtful in a scenario: collected, never thrown, so that all of it is shown at once.

use super::source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// The scenario can be run but probably means something else.
    Warning,
}

/// A remark below a diagnostic, with a place of its own if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where, if it is about another place.
    pub span: Option<Span>,
    /// The remark.
    pub text: String,
}

/// One thing that is wrong or doubtful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Where; nothing for the scenario as a whole.
    pub span: Option<Span>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What would have been right, with an example.
    pub expected: Option<String>,
    /// What to do about it, such as the nearest valid name.
    pub help: Option<String>,
    /// Further remarks.
    pub notes: Vec<Note>,
}

impl Diagnostic {
    /// An error at `span`.
    #[must_use]
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, Some(span), message.into())
    }

    /// A warning at `span`.
    #[must_use]
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, Some(span), message.into())
    }

    /// One with or without a place.
    #[must_use]
    pub fn new(severity: Severity, span: Option<Span>, message: String) -> Self {
        Self { severity, span, message, expected: None, help: None, notes: Vec::new() }
    }

    /// Adds what would have been right.
    #[must_use]
    pub fn expected(self, expected: impl Into<String>) -> Self {
        Self { expected: Some(expected.into()), ..self }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Adds `did you mean` with the name of `known` nearest to `given`, if one is near.
    #[must_use]
    pub fn nearest<'a>(self, given: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(given, known) {
            Some(name) => {
                let help = format!("did you mean `{name}`?");
                self.help(help)
            }
            None => self,
        }
    }

    /// Adds a remark.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(Note { span: None, text: text.into() });
        self
    }

    /// Adds a remark about another place.
    #[must_use]
    pub fn note_at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.notes.push(Note { span: Some(span), text: text.into() });
        self
    }
}

/// What other tools say, and what it is called here.
const SYNONYMS: [(&str, &str); 10] = [
    ("average", "mean"),
    ("avg", "mean"),
    ("infinite", "none"),
    ("infinity", "none"),
    ("inf", "none"),
    ("unlimited", "none"),
    ("infinite", "unlimited"),
    ("infinity", "unlimited"),
    ("inf", "unlimited"),
    ("none", "unlimited"),
];

/// The name of `known` nearest to `given`, if it is near enough to be a slip of the keyboard or of the memory.
#[must_use]
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Keys that people paste are long; comparing them costs the product of the lengths.
    let given: String = given.chars().take(64).collect::<String>().to_lowercase().replace('-', "_");
    let mut best: Option<(f64, &str)> = None;
    for name in known {
        if SYNONYMS.contains(&(given.as_str(), name)) {
            return Some(name);
        }
        let folded = name.to_lowercase().replace('-', "_");
        let mut score = strsim::jaro_winkler(&given, &folded);
        if given.len() >= 4 && (folded.contains(&given) || given.contains(&folded)) {
            score = score.max(0.9);
        }
        // Short names with two letters exchanged, such as wbe, share too few places for the measure above.
        let (short, long) = (given.len().min(folded.len()), given.len().max(folded.len()));
        if short >= 2 && long >= 3 && strsim::osa_distance(&given, &folded) == 1 {
            score = score.max(0.85);
        }
        if best.is_none_or(|(high, _)| score > high) {
            best = Some((score, name));
        }
    }
    best.filter(|&(score, _)| score >= 0.8).map(|(_, name)| name)
}

/// Diagnostics beyond this number are counted and not kept.
const MAX_KEPT: usize = 500;

/// Everything found wrong or doubtful.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    errors: usize,
    warnings: usize,
}

impl Diagnostics {
    /// Adds one; a second one with the same place and message (an expanded alias) is dropped.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let same = |d: &Diagnostic| d.span == diagnostic.span && d.message == diagnostic.message;
        if self.list.iter().any(same) {
            return;
        }
        match diagnostic.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        if self.list.len() < MAX_KEPT {
            self.list.push(diagnostic);
        }
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Self) {
        other.list.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// Adds all of `other`, in place of what was found at the same places.
    pub fn replace_at(&mut self, other: Self) {
        let inside = |small: Span, big: Span| {
            (small.file, small.line) == (big.file, big.line)
                && small.column >= big.column
                && small.column + small.length <= big.column + big.length
        };
        let places: Vec<Span> = other.list.iter().filter_map(|found| found.span).collect();
        let beyond = (self.errors, self.warnings);
        let kept = std::mem::take(&mut self.list);
        let listed = |list: &[Diagnostic], severity| list.iter().filter(|d| d.severity == severity).count();
        let before = (listed(&kept, Severity::Error), listed(&kept, Severity::Warning));
        let is_there = |d: &Diagnostic| d.span.is_some_and(|span| places.iter().any(|&at| inside(span, at)));
        self.list = kept.into_iter().filter(|d| !is_there(d)).collect();
        // Those beyond the ones kept stay counted.
        self.errors = beyond.0 - before.0 + listed(&self.list, Severity::Error);
        self.warnings = beyond.1 - before.1 + listed(&self.list, Severity::Warning);
        self.extend(other);
    }

    /// Adds `help` to what was found at `span` and has none.
    pub fn help_at(&mut self, span: Span, help: &str) {
        for diagnostic in
            self.list.iter_mut().filter(|found| found.span == Some(span) && found.help.is_none())
        {
            diagnostic.help = Some(help.to_owned());
        }
    }

    /// Whether anything makes the scenario impossible to run.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many errors there are.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// How many warnings there are.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.warnings
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Errors before warnings, each in the order of the text.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.list.iter().collect();
        sorted.sort_by_key(|diagnostic| (diagnostic.severity, diagnostic.span));
        sorted
    }
}
