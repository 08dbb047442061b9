//! `sweep`: many design points of one scenario, simulated under common random numbers.
//!
//! 1. [`prepare_sweep`] reads the base and lays out the points; all mistakes of all axes are known before anything runs.
//! 2. A director hands trials, (point, replication), to the threads; points are resolved when their turn comes, and a
//!    point that cannot be resolved is an outcome.
//! 3. With somewhere to write, every finished trial goes into a journal first. The same command after a kill takes them
//!    from there and runs the rest; its results are the same bytes. The journal goes when the results are written.

mod design;
mod director;
mod files;
mod remembered;

use std::path::Path;
use std::sync::atomic::Ordering;

pub use design::{Axes, PreparedSweep, prepare_sweep};
pub(super) use director::{Points, SweepDirector};
pub use files::SweepRecord;

use super::StudyError;
use super::account::Account;
use super::front::Study;
use super::host::{Host, Stopwatch};
use super::journal::{Entry, Header, Journal, Kind, Opened, Varied};
use super::output::Output;
use super::output_file::OutputFile;
use super::run::Execution;
use super::step::Step;
use crate::analysis::sweep::{FactorSummary, SweepPoint, SweepSummary, summarize_sweep};
use crate::experiment::{Occupation, Workers};
use crate::scenario::held_inputs;
use design::plan_of;

/// How a sweep is carried out and what it writes.
#[derive(Clone, Copy, Debug, Default)]
pub struct SweepOptions<'a> {
    /// Write every metric of every replication, too.
    pub per_replication: bool,
    /// Where the journal lies; without one a killed sweep begins again.
    pub journal: Option<&'a Path>,
}

/// What a sweep gave.
pub struct SweepResult {
    /// The points and what they say together.
    pub summary: SweepSummary,
    /// How many of the summary's warnings, the first ones, the diagnostics had already.
    pub foreseen: usize,
    /// Every file; `run.json` and `host.json` are the last two.
    pub files: Vec<OutputFile>,
    /// What makes it repeatable.
    pub record: SweepRecord,
    /// What it cost.
    pub host: Host,
    /// How busy the threads were.
    pub occupation: Occupation,
    /// Trials that a journal had already.
    pub resumed: u64,
}

/// Runs a prepared sweep, and writes its files if there is somewhere to write them.
///
/// # Errors
/// If the study has errors, if nothing can be written or the journal is not this sweep's or is corrupt (all said before
/// anything runs), if the journal cannot be written any more, or if the sweep was interrupted.
pub fn sweep(
    sweep: &PreparedSweep<'_>,
    options: SweepOptions<'_>,
    execution: Execution<'_>,
    output: Option<&mut dyn Output>,
) -> Result<SweepResult, StudyError> {
    let (scenario, plan) = plan_of(sweep)?;
    let Execution { threads, interrupt, progress } = execution;
    let workers = Workers::new(threads).map_err(|error| StudyError::Refused(error.to_string()))?;
    let mut output = output;
    if let Some(output) = output.as_deref_mut() {
        output.prepare()?;
    }
    let watch = Stopwatch::start();
    let usual = scenario.model.plan.replications;
    let usual = if scenario.model.plan.precision.is_some() { usual.min(20) } else { usual };
    let mut director = SweepDirector::new(sweep, usual, options.per_replication, progress);
    let mut resumed = 0;
    if let Some(path) = options.journal {
        let (journal, trials) = resume(path, sweep, &mut director)?;
        resumed = trials;
        director.keep(journal);
    }
    let clock = || watch.nanos();
    let ended = workers.direct(&mut director, &clock, interrupt);
    let (outcomes, journal) = director.finish()?;
    let points = sweep.points.iter().zip(outcomes);
    let points = points.map(|(levels, outcome)| SweepPoint { levels: levels.clone(), outcome }).collect();
    let occupation = ended.map_err(|_| StudyError::Interrupted)?;
    progress(Step::Reporting);
    let account = Account::new(&sweep.prepared, scenario, &sweep.prepared.name);
    let foreseen = account.warnings.len();
    let mut warnings = account.warnings;
    // Inputs that a factor sets are certain at every point.
    let first = (0..sweep.points()).find_map(|point| sweep.scenario(point).ok());
    warnings.extend(first.and_then(|scenario| held_inputs(&scenario.uncertain)));
    let factor = |factor: &crate::scenario::Factor| FactorSummary {
        path: factor.path.clone(),
        name: factor.name.clone(),
    };
    let model = &scenario.model;
    let summary = summarize_sweep(
        (model.name.clone(), model.question.clone(), model.plan.seed),
        (plan.factors.iter().map(factor).collect(), &plan.groups),
        points,
        plan.sample.is_some(),
        (warnings, account.assumptions),
    );
    let mut files = files::results(&summary, sweep, options.per_replication);
    let record = files::record(&summary, sweep, &files);
    let host = watch.stop(workers.count());
    files.push(OutputFile::text("run.json", record.to_json()));
    files.push(OutputFile::text("host.json", files::host_json(&host, &occupation, resumed)));
    if interrupt.load(Ordering::Relaxed) {
        return Err(StudyError::Interrupted);
    }
    if let Some(output) = output {
        output.publish(&files)?;
        if let Some(journal) = journal {
            journal.remove()?;
        }
    }
    Ok(SweepResult { summary, foreseen, files, record, host, occupation, resumed })
}

impl Study {
    /// Varies a value in [`sweep`](Self::sweep), as `--vary path=values` does: a list with commas, or a range such as
    /// `40 .. 80 step 10`.
    #[must_use]
    pub fn vary(mut self, path: &str, values: impl std::fmt::Display) -> Self {
        self.axes.vary.push(format!("{path}={values}"));
        self
    }

    /// Simulates every combination of the values that vary, here and in the scenario's section `sweep`.
    ///
    /// ```
    /// use flashcrowd::study::Study;
    ///
    /// let scenario = "
    /// schema: 1
    /// run: { mode: steady, warm_up: 100s, length: 1000s, replications: 3 }
    /// traffic: { shoppers: { rate: 8/s, classes: { view: { entry: web.view } } } }
    /// services:
    ///   web: { replicas: 1, slots: 1, operations: { view: [ { work: exponential(100ms) } ] } }
    /// ";
    /// let summary = Study::from_text(scenario).vary("services.web.replicas", "1, 2, 3").sweep()?.summary;
    /// let mean = |point: usize| summary.points[point].result().unwrap().metric("class/view", "mean_sojourn").unwrap().mean;
    /// assert!(mean(0) > mean(1) && mean(1) > mean(2));
    /// # Ok::<(), flashcrowd::study::StudyError>(())
    /// ```
    ///
    /// # Errors
    /// If the scenario cannot be read, or it or an axis has errors: the text then shows them all with their places.
    pub fn sweep(&self) -> Result<SweepResult, StudyError> {
        let prepared = prepare_sweep(self.name(), self.edits(), self.axes.clone(), self.inputs())?;
        if prepared.plan().is_none() {
            let found = &prepared.prepared;
            let text = found.diagnostics.render(&found.document.sources, false);
            return Err(StudyError::Refused(text.trim_end().to_owned()));
        }
        self.watched(|execution| sweep(&prepared, SweepOptions::default(), execution, None))
    }
}

/// Opens the journal and takes the trials it holds.
fn resume(
    path: &Path,
    sweep: &PreparedSweep<'_>,
    director: &mut SweepDirector<'_>,
) -> Result<(Journal, u64), StudyError> {
    let texts: Vec<Vec<&str>> =
        sweep.points.iter().map(|point| point.iter().map(|level| level.text.as_str()).collect()).collect();
    let factors = sweep.plan().map(|plan| &plan.factors[..]).unwrap_or_default();
    let varied = Varied {
        factors: factors.iter().map(|factor| factor.path.clone()).collect(),
        points: sweep.points.len(),
        values: serde_json::to_string(&texts).unwrap_or_default(),
    };
    let header = Header::of(&sweep.prepared, sweep.inputs.digests(), varied);
    let mut trials = 0;
    let opened = Journal::open(Kind::Sweep, path, &header.bytes(), &mut |bytes| {
        trials += 1;
        director.replay(Entry::read(bytes)?)
    })?;
    match opened {
        Opened::New(journal) | Opened::Resumed(journal) => Ok((journal, trials)),
        Opened::Foreign(other) => {
            let difference = header.difference(&other);
            Err(StudyError::Refused(format!(
                "`{}` holds the trials of another sweep ({difference}); write into another directory, or remove it",
                path.display()
            )))
        }
    }
}
