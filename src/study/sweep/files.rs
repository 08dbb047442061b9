//! The files of a sweep.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::design::PreparedSweep;
use crate::analysis::sweep::SweepSummary;
use crate::experiment::Occupation;
use crate::report;
use crate::study::host::Host;
use crate::study::output_file::OutputFile;
use crate::study::provenance::{
    Basis, FileDigest, RUN_FILE_VERSION, command_of, digests, origin, quoted, record_json,
};

/// The content of a sweep's `run.json`: all that makes it repeatable, and the digests of what it gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SweepRecord {
    /// Version of the layout of `run.json`.
    pub run_file_version: u32,
    /// What was done: `sweep`.
    pub verb: String,
    /// The command that gives the same numbers again.
    pub command: String,
    /// What it was made from.
    #[serde(flatten)]
    pub basis: Basis,
    /// Design points.
    pub points: usize,
    /// Points that could not be run.
    pub failed: usize,
    /// Replications over all points.
    pub replications: u64,
    /// Every file written, except this one and `host.json`.
    pub results: Vec<FileDigest>,
}

impl SweepRecord {
    /// As it is written.
    #[must_use]
    pub fn to_json(&self) -> String {
        record_json(self)
    }
}

/// What people, notebooks and programs read.
pub(super) fn results(summary: &SweepSummary, sweep: &PreparedSweep<'_>, with_runs: bool) -> Vec<OutputFile> {
    let origin = origin(command(sweep), &sweep.inputs.digests());
    let mut files = vec![
        OutputFile::text("report.html", report::sweep_html(summary, &origin)),
        OutputFile::text("results.csv", report::results_csv(summary)),
        OutputFile::text("points.csv", report::points_csv(summary)),
        OutputFile::text("sweep.json", report::sweep_json(summary)),
    ];
    if with_runs {
        files.push(OutputFile::text("replications.csv", report::replications_csv(summary)));
    }
    let charts = report::sweep_charts(summary).into_iter();
    files.extend(charts.map(|chart| OutputFile::text(&format!("charts/{}.svg", chart.name), chart.svg)));
    files
}

/// The record of a sweep.
pub(super) fn record(summary: &SweepSummary, sweep: &PreparedSweep<'_>, files: &[OutputFile]) -> SweepRecord {
    SweepRecord {
        run_file_version: RUN_FILE_VERSION,
        verb: "sweep".to_owned(),
        command: command(sweep),
        basis: Basis::of_this_program(
            &sweep.prepared.name,
            &sweep.prepared.edits,
            sweep.inputs.digests(),
            summary.seed,
        ),
        points: summary.points.len(),
        failed: summary.failed(),
        replications: summary.trials(),
        results: digests(files),
    }
}

/// `flashcrowd sweep` with its edits and axes, quoted for a shell.
pub(super) fn command(sweep: &PreparedSweep<'_>) -> String {
    let axes = &sweep.axes;
    let mut options: Vec<(&str, &str)> = axes.vary.iter().map(|axis| ("--vary", axis.as_str())).collect();
    options.extend(axes.conditions.iter().map(|condition| ("--where", condition.as_str())));
    options.extend(axes.latin.iter().map(|points| ("--latin", points.as_str())));
    let mut line = command_of("sweep", &sweep.prepared.name, &sweep.prepared.edits);
    options.iter().for_each(|(option, value)| line.push_str(&format!(" {option} {}", quoted(value))));
    if axes.zip {
        line.push_str(" --zip");
    }
    line
}

/// `host.json`: what the sweep cost, and how busy its threads were.
pub(super) fn host_json(host: &Host, occupation: &Occupation, resumed: u64) -> String {
    let mut value = serde_json::to_value(host).unwrap_or_default();
    let seconds = |nanos: u64| nanos as f64 / 1e9;
    value["sweep"] = json!({
        "trials": occupation.trials,
        "trials_resumed": resumed,
        "busy_s": seconds(occupation.busy),
        "cpu_per_trial_s": host.cpu_s.map(|cpu| cpu / occupation.trials.max(1) as f64),
        "until_last_start_s": seconds(occupation.until_last_start),
        "busy_until_last_start": occupation.share(),
    });
    serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
}
