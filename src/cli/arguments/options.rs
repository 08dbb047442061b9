//! Options of the verbs that run, repeat, look at or begin a scenario.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::shared::{EditOptions, ResultOptions};

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// The scenario file.
    #[arg(value_hint = ValueHint::FilePath)]
    pub scenario: String,
    /// Edits of it.
    #[command(flatten)]
    pub edit: EditOptions,
    /// How it is run, and where its results go.
    #[command(flatten)]
    pub results: ResultOptions,
    /// A capacity.json about this scenario: pods needed at T0 are the searched ones, not estimates.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub capacity: Option<PathBuf>,
    /// Hold inputs written low .. mid .. high at mid instead of drawing them (sets run.inputs=0).
    #[arg(long)]
    pub certain: bool,
    /// Exit with 99 if an objective is inconclusive, too.
    #[arg(long)]
    pub strict: bool,
    /// Take the general path through the simulation everywhere; the results are the same, byte for byte.
    #[arg(long)]
    pub no_shortcuts: bool,
}

/// Options of `sweep`.
#[derive(Debug, Args)]
pub struct SweepArguments {
    /// The study file (a scenario with a section `sweep`), or any scenario with --vary.
    #[arg(value_hint = ValueHint::FilePath)]
    pub study: String,
    /// Vary a value: a list such as 8,10,12, or a range such as '40 .. 80 step 10' or '1 .. 1000 log 4'; may be
    /// repeated.
    #[arg(long, value_name = "PATH=VALUES")]
    pub vary: Vec<String>,
    /// The --vary values move together, the first with the first, instead of in every combination.
    #[arg(long, requires = "vary")]
    pub zip: bool,
    /// Keep only points that meet this, such as 'minReplicas <= maxReplicas'; may be repeated.
    #[arg(long = "where", value_name = "CONDITION")]
    pub conditions: Vec<String>,
    /// Draw so many points evenly from all ranges (Latin hypercube) instead of every combination.
    #[arg(long, value_name = "POINTS")]
    pub latin: Option<String>,
    /// Edits of the base.
    #[command(flatten)]
    pub edit: EditOptions,
    /// How it is run, and where its results go.
    #[command(flatten)]
    pub results: ResultOptions,
    /// Write every metric of every replication into replications.csv, too.
    #[arg(long, requires = "out")]
    pub per_replication: bool,
}

/// Options of `rerun`.
#[derive(Debug, Args)]
pub struct RerunOptions {
    /// The directory of the run, or its run.json.
    #[arg(value_hint = ValueHint::AnyPath)]
    pub run: PathBuf,
    /// The scenario file, if it has moved.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub scenario: Option<String>,
    /// How it is run, and where its results go.
    #[command(flatten)]
    pub results: ResultOptions,
}

/// Options of `validate`.
#[derive(Debug, Args)]
pub struct ValidateOptions {
    /// The scenario files.
    #[arg(required = true, value_hint = ValueHint::FilePath)]
    pub scenario: Vec<String>,
    /// Edits of each of them.
    #[command(flatten)]
    pub edit: EditOptions,
    /// Print the scenario with its bases and edits carried out.
    #[arg(long)]
    pub resolved: bool,
    /// Exit with 2 on warnings, too.
    #[arg(long)]
    pub strict: bool,
}

/// Options of `new`.
#[derive(Debug, Args)]
pub struct NewOptions {
    /// The file to write; without one, stdout.
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Replace the file if it exists.
    #[arg(long, requires = "file")]
    pub force: bool,
}
