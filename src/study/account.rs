//! From a finished trial to its summary: the numbers, and everything that has to be said beside them.

use super::prepare::Prepared;
use super::provenance::Edit;
use super::trials::Trial;
use crate::analysis::{Assumption, Extra, MetricRow, Summary, summarize};
use crate::experiment::Ending;
use crate::metrics::catalogue::THROTTLED;
use crate::scenario::{Diagnostic, FileId, Scenario, Severity, Weight, held_inputs};

/// What a reader must know before the numbers, and what was taken for granted.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    /// Warnings found in the scenario.
    pub warnings: Vec<String>,
    /// Values the user gave from outside and defaults the scenario left open.
    pub assumptions: Vec<Assumption>,
}

impl Account {
    /// What is known before the run. `name` is what the results call the scenario, wherever it is now.
    pub fn new(prepared: &Prepared, scenario: &Scenario, name: &str) -> Self {
        let sources = &prepared.document.sources;
        let place = |diagnostic: &Diagnostic| match diagnostic.span.map(|span| (span, sources.get(span.file)))
        {
            Some((span, _)) if span.file == FileId(0) => format!("{}:{}: ", last_part(name), span.line),
            Some((span, Some(source))) if source.is_file => {
                format!("{}:{}: ", last_part(&source.name), span.line)
            }
            Some((_, Some(source))) => format!("{}: ", source.name),
            _ => String::new(),
        };
        let found = prepared.diagnostics.sorted().into_iter();
        let warnings = found.filter(|diagnostic| diagnostic.severity == Severity::Warning);
        let warnings = warnings.map(|warning| format!("{}{}", place(warning), warning.message)).collect();
        let given = prepared.edits.iter().map(given);
        // What decides stands first, what is routine last.
        let mut sorted: Vec<_> = scenario.assumptions.iter().collect();
        sorted.sort_by_key(|assumption| assumption.weight());
        let left_open = sorted.into_iter().map(|assumption| Assumption {
            text: format!("{} = {} ({})", assumption.path, assumption.value, assumption.meaning),
            default: true,
            routine: assumption.weight() == Weight::Routine,
        });
        // Whoever reads numbers of the middles alone must know it.
        let held = if prepared.draws.is_none() { held_inputs(&scenario.uncertain) } else { None };
        let held = held.map(|text| Assumption { text, default: false, routine: false });
        Self { warnings, assumptions: given.chain(held).chain(left_open).collect() }
    }

    /// The summary of `trial`. What only the run could tell is added to the warnings.
    pub fn summary(self, trial: &Trial) -> Summary {
        let precision_reached = match trial.trials.ending {
            Ending::Done => None,
            Ending::Enough => Some(true),
            Ending::Capped => Some(false),
        };
        let mut warnings = self.warnings;
        warnings.extend(run_warnings(trial));
        let extra = Extra { assumptions: self.assumptions, warnings, precision_reached };
        let mut summary = summarize(&trial.model, &trial.pool, extra);
        let stopped = throttled(&summary);
        summary.warnings.extend(stopped);
        summary
    }
}

/// From this share of throttled periods on the slowest answers are the quota's.
const OFTEN: f64 = 0.1;

/// Services that their cpu limit often stops.
fn throttled(summary: &Summary) -> Vec<String> {
    let often =
        summary.metrics.iter().filter(|row| row.metric == THROTTLED.name && row.estimate.mean >= OFTEN);
    let say = |row: &MetricRow| {
        let share = row.estimate.mean * 100.0;
        format!(
            "{} is throttled in {share:.0} % of its quota periods: its slowest answers wait for cpu that its limit withholds",
            row.scope
        )
    };
    often.map(say).collect()
}

/// The file itself; folders differ from machine to machine.
fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or_default()
}

/// Warnings that only a run can give.
fn run_warnings(trial: &Trial) -> Option<String> {
    let found = trial.warm_up.filter(|found| found.too_short)?;
    Some(format!(
        "the run is too short to tell its warm-up from the rest (MSER-5 found {:.0} s at the end of its search): \
         averages may be biased by the start; a longer `run.length` or a fixed `run.warm_up` helps",
        found.span.as_secs_f64()
    ))
}

/// A value that the user gave from outside.
fn given(edit: &Edit) -> Assumption {
    let text = edit.assignment.split_once('=').map_or_else(
        || edit.assignment.clone(),
        |(path, value)| format!("{} = {} (given by {})", path.trim(), value.trim(), edit.option),
    );
    Assumption { text, default: false, routine: false }
}
