//! `run`: a scenario simulated, summarised, judged and written down.

use std::sync::atomic::{AtomicBool, Ordering};

use super::StudyError;
use super::account::Account;
use super::beside::set_beside;
use super::capacity::replace_needs;
use super::host::{Host, Stopwatch};
use super::output::Output;
use super::output_file::OutputFile;
use super::prepare::Prepared;
use super::provenance::{
    Basis, Edit, FileDigest, Provenance, RUN_FILE_VERSION, RunCounts, command, digests, origin,
};
use super::step::Step;
use super::trials::simulate;
use crate::analysis::capacity::SearchedNeed;
use crate::analysis::{Summary, judge_inputs};
use crate::report;
use crate::scenario::Scenario;

/// How a run is carried out; none of it reaches the results.
pub struct Execution<'a> {
    /// Threads; 0 is one a core.
    pub threads: usize,
    /// Ends the run when set.
    pub interrupt: &'a AtomicBool,
    /// Hears how far the run is.
    pub progress: &'a mut dyn FnMut(Step),
}

/// What a run gave.
pub struct RunResult {
    /// The numbers and the verdict.
    pub summary: Summary,
    /// How many of the summary's warnings, the first ones, the scenario's diagnostics had already.
    pub foreseen: usize,
    /// Every file of a run; `run.json` and `host.json` are the last two.
    pub files: Vec<OutputFile>,
    /// What makes it repeatable.
    pub provenance: Provenance,
    /// What it cost.
    pub host: Host,
}

/// Who a run is: what its files say about where they come from.
#[derive(Clone, Copy)]
pub(super) struct Identity<'a> {
    /// The scenario as it was named.
    pub name: &'a str,
    /// Every file read.
    pub inputs: &'a [FileDigest],
    /// Pods needed at T0 that a search has told; they take the place of estimates.
    pub searched: &'a [SearchedNeed],
}

/// Runs a prepared scenario, and writes its files if there is somewhere to write them.
///
/// # Errors
/// If the scenario has errors, if nothing can be written (said before the run), or if the run was interrupted.
pub fn run(
    prepared: &Prepared,
    execution: Execution<'_>,
    output: Option<&mut dyn Output>,
) -> Result<RunResult, StudyError> {
    run_searched(prepared, &[], execution, output)
}

/// The same with pods needed at T0 that `capacity` has searched in the place of estimates.
///
/// # Errors
/// As [`run`].
pub fn run_searched(
    prepared: &Prepared,
    searched: &[SearchedNeed],
    execution: Execution<'_>,
    output: Option<&mut dyn Output>,
) -> Result<RunResult, StudyError> {
    let interrupt = execution.interrupt;
    let identity = Identity { name: &prepared.name, inputs: &prepared.inputs, searched };
    let Some(output) = output else { return execute(prepared, identity, execution) };
    refuse_errors(prepared)?;
    output.prepare()?;
    let result = execute(prepared, identity, execution)?;
    if interrupt.load(Ordering::Relaxed) {
        return Err(StudyError::Interrupted);
    }
    output.publish(&result.files)?;
    Ok(result)
}

/// The scenario of `prepared`, if it has no errors.
pub(super) fn refuse_errors(prepared: &Prepared) -> Result<&Scenario, StudyError> {
    let refused = || StudyError::Refused(format!("`{}` has errors; nothing was run", prepared.name));
    prepared.scenario.as_ref().ok_or_else(refused)
}

/// Runs a scenario and makes its files, without writing them.
pub(super) fn execute(
    prepared: &Prepared,
    identity: Identity<'_>,
    execution: Execution<'_>,
) -> Result<RunResult, StudyError> {
    let scenario = refuse_errors(prepared)?;
    let watch = Stopwatch::start();
    let Execution { threads, interrupt, progress } = execution;
    let trial = simulate(&scenario.model, threads, interrupt, progress)?;
    let uncertainty = match &prepared.draws {
        Some(draws) => Some(draws.explore(threads, interrupt, progress)?),
        None => None,
    };
    progress(Step::Reporting);
    let account = Account::new(prepared, scenario, identity.name);
    let foreseen = account.warnings.len();
    let mut summary = Summary { uncertainty, ..account.summary(&trial) };
    let holds = summary.uncertainty.as_ref().and_then(|found| found.holds);
    summary.conclusion = judge_inputs(summary.conclusion, holds, scenario.model.plan.inputs.share);
    replace_needs(&mut summary, identity.searched);
    set_beside(&mut summary, scenario.observed.as_ref());
    let edits = &prepared.edits;
    let mut files = report_files(&summary, identity, edits);
    let provenance = provenance(&summary, identity, edits, &files);
    let host = watch.stop(trial.threads);
    files.push(OutputFile::text("run.json", provenance.to_json()));
    let cost = serde_json::to_string_pretty(&host).unwrap_or_default() + "\n";
    files.push(OutputFile::text("host.json", cost));
    Ok(RunResult { summary, foreseen, files, provenance, host })
}

fn provenance(summary: &Summary, identity: Identity<'_>, edits: &[Edit], files: &[OutputFile]) -> Provenance {
    let facts = &summary.facts;
    let counts =
        RunCounts { replications: facts.replications, requests: facts.requests, events: facts.events };
    Provenance {
        run_file_version: RUN_FILE_VERSION,
        basis: Basis::of_this_program(identity.name, edits, identity.inputs.to_vec(), facts.seed),
        counts,
        searched: identity.searched.to_vec(),
        results: digests(files),
    }
}

/// The files that people and notebooks read.
fn report_files(summary: &Summary, identity: Identity<'_>, edits: &[Edit]) -> Vec<OutputFile> {
    let origin = origin(command(identity.name, edits), identity.inputs);
    let mut files = vec![
        OutputFile::text("report.html", report::html(summary, &origin)),
        OutputFile::text("summary.csv", report::summary_csv(summary)),
        OutputFile::text("summary.json", report::summary_json(summary)),
        OutputFile::text("timeseries.csv", report::timeseries_csv(summary)),
    ];
    if !summary.observed.is_empty() {
        files.push(OutputFile::text("observed.csv", report::observed_csv(summary)));
    }
    if !summary.probes.is_empty() {
        files.push(OutputFile::text("probes.csv", report::probes_csv(summary)));
    }
    let charts = report::charts(summary).into_iter();
    files.extend(charts.map(|chart| OutputFile::text(&format!("charts/{}.svg", chart.name), chart.svg)));
    files
}
