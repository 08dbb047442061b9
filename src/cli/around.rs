//! What every verb does around its study: edits and names go in, progress is shown meanwhile, mistakes and files come out.

use std::path::Path;

use super::arguments::{EditOptions, WorkOptions};
use super::progress::Progress;
use super::signal::interrupt_flag;
use super::terminal::Terminal;
use crate::study::{Edit, Execution, OutputFile, Prepared, StudyError};

/// Does `work` with progress shown and Ctrl-C heard.
pub(super) fn watched<R>(
    terminal: &Terminal,
    options: WorkOptions,
    work: impl FnOnce(Execution<'_>) -> Result<R, StudyError>,
) -> Result<R, StudyError> {
    let interrupt = interrupt_flag();
    let mut progress = Progress::new(terminal);
    let mut show = |step| progress.show(step);
    let result = work(Execution { threads: options.threads, interrupt, progress: &mut show });
    let bracket = progress.bracket().map(str::to_owned);
    drop(progress);
    if let (Err(StudyError::Interrupted), Some(bracket)) = (&result, bracket) {
        // What a search has found so far is worth having, quiet or not.
        terminal.message(&format!("when it was interrupted: {bracket}"));
    }
    result
}

/// Errors always, warnings unless told to be quiet.
pub(super) fn show_diagnostics(prepared: &Prepared, terminal: &Terminal) {
    if prepared.diagnostics.has_errors() || !terminal.is_quiet {
        terminal.message(&prepared.diagnostics.render(&prepared.document.sources, terminal.colors_messages));
    }
}

/// Edits with the options that asked for them, in the order in which they are carried out.
pub(super) fn edits(options: &EditOptions) -> Vec<Edit> {
    let edit = |(option, assignment): (&str, String)| Edit { option: option.to_owned(), assignment };
    options.edits().into_iter().map(edit).collect()
}

/// A path as scenarios name files: with `/` on every system.
pub(super) fn file_name(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}

/// Names of what was written, as the user can open them.
pub(super) fn written(files: &[OutputFile], out: Option<&Path>) -> Vec<String> {
    let Some(out) = out else { return Vec::new() };
    let is_chart = |name: &str| name.starts_with("charts/");
    let mut names: Vec<String> = files
        .iter()
        .filter(|file| !is_chart(&file.name))
        .map(|file| out.join(&file.name).display().to_string())
        .collect();
    if files.iter().any(|file| is_chart(&file.name)) {
        names.push(out.join("charts/").display().to_string());
    }
    names
}

/// Says that work which ended early can be gone on with.
pub(super) fn told_kept(error: &StudyError, journal: Option<&Path>, terminal: &Terminal) {
    let is_kept = journal.is_some_and(Path::exists);
    if matches!(error, StudyError::Interrupted | StudyError::Write { .. }) && is_kept {
        terminal.note("finished trials are kept: the same command goes on from here");
    }
}

/// A tree of values as it is printed.
pub(super) fn indented(value: &serde_json::Value) -> String {
    // A tree of values always has a text.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
