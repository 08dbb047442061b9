//! The verb `check`, for CI.

use super::arguments::{Annotations, CheckOptions, Format, Meaning};
use super::around::{file_name, show_diagnostics, watched};
use super::exit::Exit;
use super::terminal::Terminal;
use crate::analysis::Outcome;
use crate::baseline::{Baseline, CheckOutcome, CheckedScenario};
use crate::report;
use crate::scenario::{Against, Inconclusive, Inputs, Tolerance, quantity};
use crate::study::{self, CheckSettings, Contest, Edit, FileInputs, Opponent, Prepared, Rival, StudyError};

/// One scenario with what it is compared with.
struct Side {
    head: Prepared,
    opponent: Opponent,
}

pub fn check(options: &CheckOptions, terminal: &Terminal) -> Result<Exit, StudyError> {
    let mut settings = settings(options)?;
    let is_annotated = match options.annotations {
        Annotations::Github => true,
        Annotations::None => false,
        Annotations::Auto => std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
    };
    let stored = options.baseline.as_deref().filter(|_| options.update_baseline);
    let written = [stored, options.junit.as_deref(), options.markdown.as_deref()];
    written.into_iter().flatten().try_for_each(study::prepare_file)?;
    let baseline = baseline(options, terminal)?;
    let (sides, gone) = sides(options)?;
    settings.gone = gone;
    for side in &sides {
        side.worth_showing().for_each(|prepared| show_diagnostics(prepared, terminal));
        let head = &side.head;
        if is_annotated {
            terminal.message(&report::diagnostic_annotations(&head.diagnostics, &head.document.sources));
        }
    }
    if sides.iter().flat_map(Side::all).any(|prepared| prepared.scenario.is_none()) {
        return Ok(Exit::Refused);
    }
    let file = options.baseline.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
    let contests: Vec<Contest<'_>> =
        sides.iter().map(|side| side.contest(&file, baseline.as_ref())).collect();
    let result = watched(terminal, options.work, |execution| study::check(&contests, &settings, execution))?;
    let baseline = stored.map(|file| (file, study::updated_baseline(baseline.as_ref(), result.measured)));
    let junit = options.junit.as_deref().map(|file| (file, report::check_junit(&result.report)));
    let markdown = options.markdown.as_deref().map(|file| (file, report::check_markdown(&result.report)));
    // All or none: a baseline that moved although the command failed would hide what it failed about.
    study::write_files(&[baseline, junit, markdown].into_iter().flatten().collect::<Vec<_>>())?;
    if let Some(file) = stored {
        terminal.note(&format!("stored in {}", file.display()));
    }
    if is_annotated {
        terminal.message(&report::check_annotations(&result.report));
    }
    terminal.result(&match terminal.format {
        Format::Json => report::check_json(&result.report),
        Format::Text => report::check_text(&result.report, terminal.colors_result),
    })?;
    result.bounds_hit.iter().for_each(|bound| terminal.note(&format!("bound hit: {bound}")));
    let bounds = if result.bounds_hit.is_empty() { Exit::Passed } else { Exit::Failed };
    let is_open = |scenario: &CheckedScenario| {
        scenario.objectives.iter().any(|objective| objective.outcome == Outcome::Inconclusive)
    };
    let is_missed = options.strict && result.report.scenarios.iter().any(is_open);
    let bounds = if is_missed { bounds.or(Exit::Missed) } else { bounds };
    Ok(bounds.or(match result.report.outcome {
        CheckOutcome::Missed => Exit::Missed,
        CheckOutcome::Regressed => Exit::Regressed,
        CheckOutcome::Inconclusive | CheckOutcome::Passed => Exit::Passed,
    }))
}

impl Side {
    fn all(&self) -> impl Iterator<Item = &Prepared> {
        let base = match &self.opponent {
            Opponent::Scenario(_, prepared) => Some(&**prepared),
            Opponent::Nobody(_) => None,
        };
        [Some(&self.head), base].into_iter().flatten()
    }

    /// The new side, and the old one if it is broken: its warnings are not the change's.
    fn worth_showing(&self) -> impl Iterator<Item = &Prepared> {
        self.all().enumerate().filter(|(at, side)| *at == 0 || side.scenario.is_none()).map(|(_, side)| side)
    }

    fn contest<'a>(&'a self, file: &'a str, baseline: Option<&'a Baseline>) -> Contest<'a> {
        let head = &self.head;
        match (&self.opponent, baseline) {
            (Opponent::Scenario(label, prepared), _) => {
                Contest { head, rival: Rival::Scenario(label, prepared), note: None }
            }
            (Opponent::Nobody(_), Some(baseline)) => {
                Contest { head, rival: Rival::Stored(file, baseline), note: None }
            }
            (Opponent::Nobody(reason), None) => Contest {
                head,
                rival: Rival::Nobody,
                note: Some(reason.as_str()).filter(|reason| !reason.is_empty()),
            },
        }
    }
}

fn settings(options: &CheckOptions) -> Result<CheckSettings, StudyError> {
    let tolerance = |text: &String| {
        let refused = |reason: String| StudyError::Refused(format!("--tolerate {text}: {reason}"));
        let (head, value) = text.rsplit_once('=').ok_or_else(|| {
            refused("needs a metric, `=` and a tolerance, such as 'checkout p99=+5%'".to_owned())
        })?;
        let parsed = Tolerance::parse(value)
            .map_err(|wrong| refused(format!("{}; expected {}", wrong.message, wrong.expected)))?;
        Ok((head.trim().to_owned(), parsed))
    };
    let budget = options.budget.as_deref().map(|text| {
        let refused = |reason: String| StudyError::Refused(format!("--budget {reason}"));
        quantity::duration(text)
            .map_err(|wrong| refused(format!("{}; expected {}", wrong.message, wrong.expected)))
    });
    Ok(CheckSettings {
        tolerate: options.tolerate.iter().map(tolerance).collect::<Result<_, StudyError>>()?,
        inconclusive: options.inconclusive.map(|meaning| match meaning {
            Meaning::Pass => Inconclusive::Pass,
            Meaning::Warn => Inconclusive::Warn,
            Meaning::Fail => Inconclusive::Fail,
        }),
        replications: options.replications,
        budget: budget.transpose()?,
        gone: Vec::new(),
        accepts: options.update_baseline,
    })
}

/// The stored baseline. One that is to be replaced may be missing or unusable; then nothing is compared.
fn baseline(options: &CheckOptions, terminal: &Terminal) -> Result<Option<Baseline>, StudyError> {
    let Some(file) = &options.baseline else { return Ok(None) };
    match study::read_baseline(file) {
        Ok(None) if !options.update_baseline => Err(StudyError::Failed(format!(
            "there is no baseline `{}`; --update-baseline makes it",
            file.display()
        ))),
        Err(error) if options.update_baseline => {
            terminal.note(&format!("warning: {error}: it is replaced"));
            Ok(None)
        }
        found => found,
    }
}

/// Every scenario, and what it is compared with: the place of the command line, else that of its own `check:`. And the
/// scenarios that this place has for a folder and the folder does not.
fn sides(options: &CheckOptions) -> Result<(Vec<Side>, Vec<String>), StudyError> {
    let inputs = FileInputs::new("");
    let edits = edits(options);
    let given = options.against.as_ref().map(|place| match place.strip_prefix("git:") {
        Some(_) => Against::Place(place.clone()),
        None => Against::Place(file_name(place)),
    });
    let side = |name: &String| {
        let name = file_name(name);
        let head = study::prepare(&name, &edits, &inputs)?;
        let section = || head.scenario.as_ref().and_then(|scenario| scenario.check.against.clone());
        let against = given.clone().or_else(|| section().filter(|_| options.baseline.is_none()));
        let opponent = match against.filter(|_| head.scenario.is_some()) {
            Some(against) => study::opponent(&name, &against, &edits, &inputs)?,
            None => Opponent::Nobody(String::new()),
        };
        Ok(Side { head, opponent })
    };
    let names = expanded(&options.scenario, &inputs)?;
    let sides = names.iter().map(side).collect::<Result<_, _>>()?;
    let is_folder = |name: &&String| std::path::Path::new(name).is_dir();
    let folders: Vec<String> =
        options.scenario.iter().filter(is_folder).map(|name| file_name(name)).collect();
    let gone = match &given {
        Some(Against::Place(place)) => study::gone(&folders, &names, place, &inputs),
        _ => Vec::new(),
    };
    Ok((sides, gone))
}

/// Scenario files; a folder stands for the YAML files in it.
fn expanded(names: &[String], inputs: &FileInputs) -> Result<Vec<String>, StudyError> {
    let mut all = Vec::new();
    for name in names {
        let folder = std::path::Path::new(name).is_dir();
        if !folder {
            all.push(name.clone());
            continue;
        }
        let listed = inputs.list(&file_name(name));
        let files = listed.map_err(|error| StudyError::Failed(format!("cannot read `{name}`: {error}")))?;
        let is_scenario = |file: &String| file.ends_with(".yaml") || file.ends_with(".yml");
        all.extend(files.unwrap_or_default().into_iter().filter(is_scenario));
    }
    if all.is_empty() {
        return Err(StudyError::Refused("no scenario file in the folder".to_owned()));
    }
    Ok(all)
}

fn edits(options: &CheckOptions) -> Vec<Edit> {
    let edit = |option: &str, assignment: String| Edit { option: option.to_owned(), assignment };
    let sets = options.set.iter().map(|text| edit("--set", text.clone()));
    let seed = options.seed.iter().map(|seed| edit("--seed", format!("run.seed={seed}")));
    sets.chain(seed).collect()
}
