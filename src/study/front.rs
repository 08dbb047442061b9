//! The library's front door: a scenario, its edits and the verbs on them, without a command line.

use std::sync::atomic::AtomicBool;

use super::check::{CheckResult, CheckSettings, Contest, Rival, check};
use super::compare::{CompareResult, Contestant, compare};
use super::inputs::FileInputs;
use super::prepare::{Prepared, draw_inputs, prepare};
use super::provenance::Edit;
use super::run::{Execution, RunResult, run};
use super::sweep::Axes;
use super::{Output, StudyError};
use crate::scenario::{Inputs, MemoryInputs};

/// Name of a scenario that was given as text.
const TEXT: &str = "scenario.yaml";

/// Whom messages name for an edit made by [`Study::set`].
const SET: &str = "set";

/// A scenario with edits, ready to be run in any of the ways the command line has. Studies can be shared by threads and
/// sent to others: a service may hold one and run it for every request.
///
/// ```
/// use flashcrowd::study::Study;
///
/// let scenario = "
/// schema: 1
/// name: A small shop
/// run: { mode: steady, warm_up: 100s, length: 2000s, replications: 4 }
/// traffic: { shoppers: { rate: 8/s, classes: { view: { entry: web.view } } } }
/// services:
///   web: { replicas: 1, slots: 1, operations: { view: [ { work: exponential(100ms) } ] } }
/// objectives: [ view p99 < 3s ]
/// ";
/// let result = Study::from_text(scenario).set("services.web.replicas", 2).run()?;
/// let mean = result.summary.estimate("class/view", "mean_sojourn").unwrap();
/// assert!(mean.ci95_low <= mean.mean && mean.mean <= mean.ci95_high);
/// assert!(result.summary.conclusion.outcome.is_some());
/// # Ok::<(), flashcrowd::study::StudyError>(())
/// ```
pub struct Study {
    name: String,
    inputs: Box<dyn Inputs + Send + Sync>,
    edits: Vec<Edit>,
    /// What a sweep varies besides the scenario's own section.
    pub(super) axes: Axes,
    threads: usize,
}

impl Study {
    /// The scenario file at `path`; the files it names are read beside it.
    #[must_use]
    pub fn open(path: &str) -> Self {
        Self::with_inputs(path, FileInputs::new(""))
    }

    /// A scenario given as text; it can name no other files.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self::with_inputs(TEXT, MemoryInputs::default().with(TEXT, text))
    }

    /// The scenario `name` of some inputs, such as files held in memory.
    #[must_use]
    pub fn with_inputs(name: &str, inputs: impl Inputs + Send + Sync + 'static) -> Self {
        Self {
            name: name.to_owned(),
            inputs: Box::new(inputs),
            edits: Vec::new(),
            axes: Axes::default(),
            threads: 0,
        }
    }

    /// Changes a value before the scenario is understood, as `--set path=value` does.
    #[must_use]
    pub fn set(mut self, path: &str, value: impl std::fmt::Display) -> Self {
        self.edits.push(Edit { option: SET.to_owned(), assignment: format!("{path}={value}") });
        self
    }

    /// Runs on this many threads; 0, the default, is one a core. Results do not depend on it.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// The scenario as it was named.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its files come from.
    #[must_use]
    pub fn inputs(&self) -> &dyn Inputs {
        &*self.inputs
    }

    /// The edits made so far.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// Reads, edits and resolves the scenario; whatever is wrong stands in the diagnostics.
    ///
    /// # Errors
    /// If the scenario file itself cannot be read.
    pub fn prepare(&self) -> Result<Prepared, StudyError> {
        prepare(&self.name, &self.edits, &*self.inputs)
    }

    /// Simulates, summarises and judges the scenario.
    ///
    /// # Errors
    /// If the scenario cannot be read, or has errors: the text then shows them all with their places.
    pub fn run(&self) -> Result<RunResult, StudyError> {
        self.run_to(None)
    }

    /// The same, writing every file of a run to `output`.
    ///
    /// # Errors
    /// As [`run`](Self::run), and if `output` cannot be written; nothing is then half written.
    pub fn run_to(&self, output: Option<&mut dyn Output>) -> Result<RunResult, StudyError> {
        let mut prepared = self.prepare()?;
        draw_inputs(&mut prepared, &*self.inputs);
        refuse_with_reasons(&prepared)?;
        self.watched(|execution| run(&prepared, execution, output))
    }

    /// Compares this scenario with another, replication by replication.
    ///
    /// ```
    /// # let scenario = "
    /// # schema: 1
    /// # run: { mode: steady, warm_up: 100s, length: 1000s, replications: 5 }
    /// # traffic: { shoppers: { rate: 8/s, classes: { view: { entry: web.view } } } }
    /// # services:
    /// #   web: { replicas: 2, slots: 1, operations: { view: [ { work: exponential(100ms) } ] } }
    /// # objectives: [ view mean < 200ms ]
    /// # ";
    /// use flashcrowd::study::Study;
    ///
    /// let today = Study::from_text(scenario);
    /// let tomorrow = Study::from_text(scenario).set("services.web.replicas", 3);
    /// let result = today.compare_with(&tomorrow)?;
    /// assert_eq!(result.comparison.sides.len(), 2);
    /// # Ok::<(), flashcrowd::study::StudyError>(())
    /// ```
    ///
    /// # Errors
    /// If either has errors, or if their seeds or numbers of replications differ, for then runs cannot be paired.
    pub fn compare_with(&self, other: &Self) -> Result<CompareResult, StudyError> {
        let (base, head) = (self.prepare()?, other.prepare()?);
        refuse_with_reasons(&base)?;
        refuse_with_reasons(&head)?;
        let sides = [Contestant { label: "A", prepared: &base }, Contestant { label: "B", prepared: &head }];
        self.watched(|execution| compare(&sides, None, execution, None))
    }

    /// Checks the scenario as a change is checked: its objectives, and that nothing became worse than in `base`.
    ///
    /// # Errors
    /// If either has errors, or if a tolerance names nothing.
    pub fn check_against(&self, base: &Self, settings: &CheckSettings) -> Result<CheckResult, StudyError> {
        let (head, base) = (self.prepare()?, base.prepare()?);
        refuse_with_reasons(&head)?;
        refuse_with_reasons(&base)?;
        let contest = Contest { head: &head, rival: Rival::Scenario(&base.name, &base), note: None };
        self.watched(|execution| check(&[contest], settings, execution))
    }

    /// Calls `verb` with nobody watching and nobody interrupting.
    pub(super) fn watched<T>(
        &self,
        verb: impl FnOnce(Execution<'_>) -> Result<T, StudyError>,
    ) -> Result<T, StudyError> {
        let interrupt = AtomicBool::new(false);
        verb(Execution { threads: self.threads, interrupt: &interrupt, progress: &mut |_| {} })
    }
}

/// Held when this is compiled: studies, and what comes of them, can be shared by threads and sent to others.
const _: () = {
    const fn can_be_shared<T: Send + Sync>() {}
    can_be_shared::<Study>();
    can_be_shared::<RunResult>();
    can_be_shared::<CompareResult>();
    can_be_shared::<CheckResult>();
    can_be_shared::<StudyError>();
};

/// An error with all mistakes and their places, if there are any.
fn refuse_with_reasons(prepared: &Prepared) -> Result<(), StudyError> {
    if prepared.scenario.is_some() {
        return Ok(());
    }
    let found = prepared.diagnostics.render(&prepared.document.sources, false);
    Err(StudyError::Refused(found.trim_end().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::CheckOutcome;

    #[test]
    fn a_mistake_comes_back_with_its_place() {
        let Err(StudyError::Refused(text)) = Study::from_text("schema: 1\nservces: {}\n").run() else {
            panic!("not refused")
        };
        assert!(text.contains("scenario.yaml:2:1") && text.contains("did you mean `services`"), "{text}");
    }

    #[test]
    fn a_change_is_checked_against_what_was() {
        let scenario = "
schema: 1
run: { mode: steady, warm_up: 100s, length: 500s, replications: 20 }
traffic: { shoppers: { rate: 8/s, classes: { view: { entry: web.view } } } }
services:
  web: { replicas: 2, slots: 1, operations: { view: [ { work: exponential(100ms) } ] } }
objectives: [ view mean < 2s ]
";
        let (now, then) =
            (Study::from_text(scenario).set("services.web.replicas", 3), Study::from_text(scenario));
        let settings = CheckSettings { replications: Some(20), ..CheckSettings::default() };
        let worse = then.check_against(&now, &settings).unwrap();
        let better = now.check_against(&then, &settings).unwrap();
        assert_eq!(worse.report.outcome, CheckOutcome::Regressed, "{}", worse.report.headline);
        assert_eq!(better.report.outcome, CheckOutcome::Passed, "{}", better.report.headline);
    }

    #[test]
    fn a_missing_file_is_no_mistake_of_the_scenario() {
        let missing = Study::with_inputs("gone.yaml", MemoryInputs::default());
        assert!(matches!(missing.run(), Err(StudyError::Failed(text)) if text.contains("gone.yaml")));
    }
}
