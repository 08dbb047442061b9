//! `flashcrowd sweep`.

use super::arguments::{Format, SweepArguments};
use super::around::{edits, file_name, indented, show_diagnostics, told_kept, watched, written};
use super::exit::Exit;
use super::terminal::Terminal;
use crate::report::{self, TextOptions};
use crate::study::{self, Axes, Directory, FileInputs, Output, StudyError, SweepOptions};

/// Name of the journal beside the results.
const JOURNAL: &str = "sweep.journal";

/// Runs a sweep. Points that miss objectives, fail or hit a bound are its results, so they are no error of the
/// command; that not a single point could be run is.
pub(super) fn sweep(options: &SweepArguments, terminal: &Terminal) -> Result<Exit, StudyError> {
    let inputs = FileInputs::new("");
    let axes = Axes {
        vary: options.vary.clone(),
        zip: options.zip,
        conditions: options.conditions.clone(),
        latin: options.latin.clone(),
    };
    let prepared = study::prepare_sweep(&file_name(&options.study), &edits(&options.edit), axes, &inputs)?;
    show_diagnostics(&prepared.prepared, terminal);
    if prepared.prepared.scenario.is_none() {
        if terminal.format == Format::Json {
            terminal.result(&indented(&study::validation_json(&prepared.prepared)))?;
        }
        return Ok(Exit::Refused);
    }
    let journal = options.results.out.as_ref().map(|out| out.join(JOURNAL));
    let asked = SweepOptions { per_replication: options.per_replication, journal: journal.as_deref() };
    let mut directory = options.results.out.as_ref().map(Directory::new);
    let output = directory.as_mut().map(|directory| directory as &mut dyn Output);
    let result = watched(terminal, options.results.work, |execution| {
        study::sweep(&prepared, asked, execution, output)
    });
    let result = result.inspect_err(|error| told_kept(error, journal.as_deref(), terminal))?;
    if result.resumed > 0 {
        terminal.note(&format!("{} trials were taken from the journal", result.resumed));
    }
    let text = match terminal.format {
        Format::Json => report::sweep_json(&result.summary),
        Format::Text => {
            let files = written(&result.files, options.results.out.as_deref());
            let text = TextOptions { color: terminal.colors_result, files, ..TextOptions::default() };
            // What was found before the sweep has been shown already, with its places.
            let mut summary = result.summary.clone();
            summary.warnings.drain(..result.foreseen);
            report::sweep_text(&summary, &text)
        }
    };
    terminal.result(&text)?;
    let nothing_ran = result.summary.failed() == result.summary.points.len();
    Ok(if nothing_ran { Exit::Failed } else { Exit::Passed })
}
