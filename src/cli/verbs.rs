//! From a verb to the study that does it, and from its result to text and exit code.

use serde_json::json;

use super::arguments::{Format, NewOptions, RerunOptions, RunOptions, ValidateOptions, Verb};
use super::around::{edits, file_name, indented, show_diagnostics, watched, written};
use super::capacity::capacity;
use super::check;
use super::compare;
use super::exit::Exit;
use super::generate;
use super::sweep::sweep;
use super::terminal::Terminal;
use crate::report::{self, TextOptions};
use crate::scenario;
use crate::study::{self, Directory, Edit, FileInputs, Output, Rerun, RunResult, StudyError};

/// Does what was asked.
///
/// # Errors
/// If there is no result.
pub fn carry_out(verb: Verb, terminal: &Terminal) -> Result<Exit, StudyError> {
    let printed = match verb {
        Verb::Run(options) => return run(&options, terminal),
        Verb::Sweep(options) => return sweep(&options, terminal),
        Verb::Rerun(options) => return rerun(&options, terminal),
        Verb::Check(options) => return check::check(&options, terminal),
        Verb::Compare(options) => return compare::compare(&options, terminal),
        Verb::Capacity(options) => return capacity(&options, terminal),
        Verb::Validate(options) => return validate(&options, terminal),
        Verb::Schema => terminal.result(&indented(&scenario::schema())),
        Verb::New(options) => new(&options, terminal),
        Verb::Completions { shell } => terminal.result(&generate::completions(shell)),
        Verb::Man { verb } => terminal.result(&generate::manual(verb.as_deref())?),
    };
    printed.map(|()| Exit::Passed)
}

fn run(options: &RunOptions, terminal: &Terminal) -> Result<Exit, StudyError> {
    let inputs = FileInputs::new("");
    let mut edits = edits(&options.edit);
    // Nothing drawn is a setting like any other, so that the record of the run has it.
    edits.extend(options.certain.then(|| Edit { option: "--set".into(), assignment: "run.inputs=0".into() }));
    let mut prepared = study::prepare(&file_name(&options.scenario), &edits, &inputs)?;
    study::draw_inputs(&mut prepared, &inputs);
    if let Some(scenario) = &mut prepared.scenario {
        scenario.model.plan.shortcuts = !options.no_shortcuts;
    }
    show_diagnostics(&prepared, terminal);
    if prepared.scenario.is_none() {
        if terminal.format == Format::Json {
            terminal.result(&indented(&study::validation_json(&prepared)))?;
        }
        return Ok(Exit::Refused);
    }
    let searched = match &options.capacity {
        Some(file) => study::searched_in(&file_name(&file.to_string_lossy()), &prepared, &inputs)?,
        None => Vec::new(),
    };
    let mut directory = options.results.out.as_ref().map(Directory::new);
    let output = directory.as_mut().map(|directory| directory as &mut dyn Output);
    let result = watched(terminal, options.results.work, |execution| {
        study::run_searched(&prepared, &searched, execution, output)
    })?;
    let files = written(&result.files, options.results.out.as_deref());
    let text = match terminal.format {
        Format::Json => report::summary_json(&result.summary),
        Format::Text => {
            let options = TextOptions { color: terminal.colors_result, files, ..TextOptions::default() };
            // What was found before the run has been shown already, with its places.
            let mut summary = result.summary.clone();
            summary.warnings.drain(..result.foreseen);
            report::text(&summary, &options)
        }
    };
    terminal.result(&text)?;
    Ok(exit_of(&result, options.strict))
}

/// What a finished run means for a script.
fn exit_of(result: &RunResult, strict: bool) -> Exit {
    let bounds = if result.summary.facts.bounds_hit.is_empty() { Exit::Passed } else { Exit::Failed };
    bounds.or(Exit::of(&result.summary.conclusion, strict))
}

fn rerun(options: &RerunOptions, terminal: &Terminal) -> Result<Exit, StudyError> {
    let inputs = FileInputs::new("");
    let moved = options.scenario.as_deref().map(file_name);
    let mut directory = options.results.out.as_ref().map(Directory::new);
    let output = directory.as_mut().map(|directory| directory as &mut dyn Output);
    let rerun = watched(terminal, options.results.work, |execution| {
        study::rerun(&options.run, moved.as_deref(), &inputs, execution, output)
    })?;
    let text = match terminal.format {
        Format::Json => indented(&agreement_json(&rerun)),
        Format::Text => agreement_text(&rerun),
    };
    terminal.result(&text)?;
    Ok(if rerun.agrees() { Exit::Passed } else { Exit::Regressed })
}

fn agreement_json(rerun: &Rerun) -> serde_json::Value {
    let outcome = if rerun.agrees() { "agrees" } else { "differs" };
    json!({
        "outcome": outcome, "files": rerun.files,
        "semantics": rerun.semantics, "contradictions": rerun.contradictions, "remarks": rerun.remarks,
    })
}

fn agreement_text(rerun: &Rerun) -> String {
    // Before anything is compared: with another model nothing else is worth knowing.
    let mut text =
        rerun.semantics.as_ref().map(|other| format!("OTHER MODEL: {other}\n")).unwrap_or_default();
    let width = rerun.files.iter().map(|file| file.file.chars().count()).max().unwrap_or(0);
    for file in &rerun.files {
        let word = match file.agreement {
            study::Agreement::Agrees => "agrees",
            study::Agreement::Differs => "DIFFERS",
            study::Agreement::Missing => "MISSING now",
            study::Agreement::Additional => "ADDITIONAL",
        };
        let altered = if file.altered_since { "  ALTERED: not what the run wrote" } else { "" };
        text.push_str(&format!("{:<width$}  {word}{altered}\n", file.file));
    }
    rerun.contradictions.iter().for_each(|fact| text.push_str(&format!("DIFFERS: {fact}\n")));
    rerun.remarks.iter().for_each(|remark| text.push_str(&format!("note: {remark}\n")));
    let differing = rerun.files.iter().filter(|file| !file.agrees()).count();
    let all = rerun.files.len();
    text.push_str(&match differing {
        0 if rerun.agrees() => format!("All {all} files agree with the stored run, byte for byte.\n"),
        0 => format!(
            "All {all} files agree, but the stored run's record was changed: it is not of this run.\n"
        ),
        _ => format!("{differing} of {all} files do not agree with the stored run.\n"),
    });
    text
}

fn validate(options: &ValidateOptions, terminal: &Terminal) -> Result<Exit, StudyError> {
    let inputs = FileInputs::new("");
    let mut exit = Exit::Passed;
    let mut found = Vec::new();
    for scenario in &options.scenario {
        let prepared = match study::prepare(&file_name(scenario), &edits(&options.edit), &inputs) {
            Ok(prepared) => prepared,
            Err(error) => {
                // One file that cannot be read does not hide the mistakes of the others.
                terminal.error(&error.to_string());
                exit = exit.or(Exit::from(&error));
                continue;
            }
        };
        let warned = options.strict && prepared.diagnostics.warnings() > 0;
        if prepared.scenario.is_none() || warned {
            exit = exit.or(Exit::Refused);
        }
        match (terminal.format, options.resolved) {
            (_, true) => {
                show_diagnostics(&prepared, terminal);
                if prepared.scenario.is_some() {
                    terminal.result(&study::resolved_yaml(&prepared.document))?;
                }
            }
            (Format::Json, false) => found.push(study::validation_json(&prepared)),
            (Format::Text, false) => {
                show_diagnostics(&prepared, terminal);
                if let Some(contents) = study::contents(&prepared) {
                    terminal.result(&format!("{scenario}: valid ({contents})\n"))?;
                }
            }
        }
    }
    if terminal.format == Format::Json && !options.resolved {
        terminal.result(&indented(&serde_json::Value::Array(found)))?;
    }
    Ok(exit)
}

fn new(options: &NewOptions, terminal: &Terminal) -> Result<(), StudyError> {
    let Some(file) = &options.file else { return terminal.result(study::starter()) };
    study::write_new(file, options.force)?;
    terminal.note(&format!("wrote {}; next: flashcrowd run {}", file.display(), file.display()));
    Ok(())
}
