//! Options of `capacity`.

use clap::{Args, ValueHint};

use super::shared::{EditOptions, ResultOptions};

/// Options of `capacity`.
#[derive(Debug, Args)]
pub struct CapacityOptions {
    /// The scenario or study file.
    #[arg(value_hint = ValueHint::FilePath)]
    pub scenario: String,
    /// Names of questions of its section `capacity:`; all of them if none is given.
    pub name: Vec<String>,
    /// Edits of it.
    #[command(flatten)]
    pub edit: EditOptions,
    /// Search the largest value that meets the objectives, such as traffic.shoppers.peaks.opening.factor=5..40.
    #[arg(long, value_name = "PATH=RANGE", help_heading = "Questions")]
    pub largest: Vec<String>,
    /// Search the setting with the fewest replica-hours that meets them, such as
    /// hpa/web.spec.minReplicas=20..120; repeated, all parameters are searched together.
    #[arg(long, value_name = "PATH=RANGE", help_heading = "Questions")]
    pub cheapest: Vec<String>,
    /// Search the latest moment that still holds, such as timeline.raise-floors.at=T0-30m..T0.
    #[arg(long, value_name = "PATH=RANGE", help_heading = "Questions")]
    pub latest: Vec<String>,
    /// Compare ready pods with the required capacity over time.
    #[arg(long, help_heading = "Questions")]
    pub elasticity: bool,
    /// Probability of a wrong answer, over all points of a search; 5% if absent.
    #[arg(long, value_name = "PERCENT", help_heading = "Questions")]
    pub error: Option<String>,
    /// Share of runs that must meet every objective, 95% for --cheapest; none judges the objectives as written.
    #[arg(long, value_name = "PERCENT", help_heading = "Questions")]
    pub probability: Option<String>,
    /// Most replications of one point; 160 if absent, 400 or what the share takes with a probability.
    #[arg(long, value_name = "NUMBER", help_heading = "Questions")]
    pub most: Option<u32>,
    /// How it is run, and where its results go.
    #[command(flatten)]
    pub results: ResultOptions,
    /// Exit with 99 if an answer could not be confirmed, too.
    #[arg(long)]
    pub strict: bool,
}
