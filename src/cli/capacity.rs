//! `capacity`: questions from the command line or from the file, answers to the terminal.

use super::arguments::{CapacityOptions, Format};
use super::around::{edits, file_name, indented, show_diagnostics, told_kept, watched, written};
use super::exit::Exit;
use super::terminal::Terminal;
use crate::analysis::capacity::{CapacityAnswer, SearchEnd};
use crate::report::{self, TextOptions};
use crate::scenario::{CapacityGoal, CapacityPlan, capacity_mistake, quantity, stretch};
use crate::study::{self, FileInputs, StudyError};

/// Name of the journal beside the results.
const JOURNAL: &str = "capacity.journal";

/// Answers.
pub fn capacity(options: &CapacityOptions, terminal: &Terminal) -> Result<Exit, StudyError> {
    let inputs = FileInputs::new("");
    let mut prepared = study::prepare(&file_name(&options.scenario), &edits(&options.edit), &inputs)?;
    if options.results.out.is_some() {
        // The report of the scenario as it stands is the one that `run` would write, and `rerun` repeats.
        study::draw_inputs(&mut prepared, &inputs);
    }
    show_diagnostics(&prepared, terminal);
    let Some(scenario) = &prepared.scenario else {
        if terminal.format == Format::Json {
            terminal.result(&indented(&study::validation_json(&prepared)))?;
        }
        return Ok(Exit::Refused);
    };
    let plans = plans(options, &scenario.capacity)?;
    let mut directory = options.results.out.as_ref().map(study::Directory::new);
    let output = directory.as_mut().map(|directory| directory as &mut dyn study::Output);
    let journal = options.results.out.as_ref().map(|out| out.join(JOURNAL));
    let result = watched(terminal, options.results.work, |execution| {
        study::capacity(&prepared, &plans, &inputs, journal.as_deref(), execution, output)
    });
    let result = result.inspect_err(|error| told_kept(error, journal.as_deref(), terminal))?;
    if result.resumed > 0 {
        terminal.note(&format!("{} trials were taken from the journal", result.resumed));
    }
    let text = match terminal.format {
        Format::Json => result.json.clone(),
        Format::Text => {
            let files = written(&result.files, options.results.out.as_deref());
            let options = TextOptions { color: terminal.colors_result, files, ..TextOptions::default() };
            report::capacity_text(&result.answer, &options)
        }
    };
    terminal.result(&text)?;
    Ok(exit_of(&result.answer, options.strict))
}

/// What the answers mean for a script.
fn exit_of(answer: &CapacityAnswer, strict: bool) -> Exit {
    let missed = |search: &crate::analysis::capacity::SearchAnswer| {
        search.end == SearchEnd::NoneHolds || (strict && !search.confirmed)
    };
    if answer.searches.iter().any(missed) { Exit::Missed } else { Exit::Passed }
}

/// The questions: those of the command line if there are any, else those of the file, by name.
fn plans(options: &CapacityOptions, stored: &[CapacityPlan]) -> Result<Vec<CapacityPlan>, StudyError> {
    let mut plans = Vec::new();
    for text in &options.largest {
        plans.push(CapacityPlan::new("largest", CapacityGoal::Largest, ranges("--largest", &[text])?));
    }
    for text in &options.latest {
        plans.push(CapacityPlan::new("latest", CapacityGoal::Latest, ranges("--latest", &[text])?));
    }
    if !options.cheapest.is_empty() {
        let all: Vec<&String> = options.cheapest.iter().collect();
        plans.push(CapacityPlan::new("cheapest", CapacityGoal::Cheapest, ranges("--cheapest", &all)?));
    }
    if options.elasticity {
        plans.push(CapacityPlan::new("elasticity", CapacityGoal::Elasticity, Vec::new()));
    }
    if plans.is_empty() || !options.name.is_empty() {
        plans.extend(named(options, stored)?);
    }
    for plan in &mut plans {
        change(options, plan)?;
    }
    Ok(plans)
}

/// The questions of the file that were asked for.
fn named(options: &CapacityOptions, stored: &[CapacityPlan]) -> Result<Vec<CapacityPlan>, StudyError> {
    if options.name.is_empty() {
        return Ok(stored.to_vec());
    }
    let find = |name: &String| {
        stored.iter().find(|plan| plan.name == *name).cloned().ok_or_else(|| {
            let known: Vec<&str> = stored.iter().map(|plan| plan.name.as_str()).collect();
            let hint = match crate::scenario::nearest(name, known.iter().copied()) {
                Some(near) => format!("; did you mean `{near}`?"),
                None if known.is_empty() => "; the file has no section `capacity:`".to_owned(),
                None => format!("; there are {}", known.join(", ")),
            };
            StudyError::Refused(format!("no question of `{}` is called `{name}`{hint}", options.scenario))
        })
    };
    options.name.iter().map(find).collect()
}

/// Lays the options over a plan.
fn change(options: &CapacityOptions, plan: &mut CapacityPlan) -> Result<(), StudyError> {
    let share = |option: &str, text: &String| quantity::ratio(text).map_err(|wrong| refused(option, &wrong));
    if let Some(text) = &options.error {
        plan.error = share("--error", text)?;
    }
    if let Some(text) = &options.probability {
        plan.probability = if text == "none" { None } else { Some(share("--probability", text)?) };
        plan.replications = plan.most();
    }
    plan.replications = options.most.unwrap_or(plan.replications);
    match capacity_mistake(plan) {
        Some(wrong) => Err(StudyError::Refused(format!("{}: {wrong}", plan.name))),
        None => Ok(()),
    }
}

fn ranges(option: &str, texts: &[&String]) -> Result<Vec<crate::scenario::Stretch>, StudyError> {
    let read = |text: &&String| {
        let Some((path, range)) = text.rsplit_once('=') else {
            let form = "a path, `=` and a range, such as services.web.replicas=4..40";
            return Err(StudyError::Refused(format!("{option} {text}: needs {form}")));
        };
        stretch(path.trim(), range).map_err(|wrong| refused(&format!("{option} {path}"), &wrong))
    };
    texts.iter().map(read).collect()
}

fn refused(what: &str, wrong: &quantity::Wrong) -> StudyError {
    let help = wrong.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    StudyError::Refused(format!("{what} {}; expected {}{help}", wrong.message, wrong.expected))
}
