//! Options of `check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::shared::WorkOptions;

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// The scenario or study files.
    #[arg(required = true, value_hint = ValueHint::FilePath)]
    pub scenario: Vec<String>,
    /// Compare with this scenario file, folder of scenarios, or git:REVISION; both sides are simulated now.
    #[arg(long, value_name = "PLACE", conflicts_with = "baseline")]
    pub against: Option<String>,
    /// Compare with what this file has stored.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Store what is measured now in the baseline file.
    #[arg(long, requires = "baseline")]
    pub update_baseline: bool,
    /// How much worse a metric may become: 'checkout p99=+5%', 10ms, 0.1pp, exact, ignore; may be repeated.
    #[arg(long, value_name = "METRIC=TOLERANCE")]
    pub tolerate: Vec<String>,
    /// Change a value of both sides before the scenario is understood; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Root seed of all randomness (sets run.seed).
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<String>,
    /// A fixed number of replications of each side; without it they are added until every verdict is decided.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub replications: Option<u32>,
    /// Wall time after which no replications are added, such as 60s; how many there are then depends on the machine.
    #[arg(long, value_name = "DURATION", conflicts_with = "replications")]
    pub budget: Option<String>,
    /// What it means that something could not be decided; the scenario's word, or warn.
    #[arg(long, value_enum, value_name = "WORD")]
    pub inconclusive: Option<Meaning>,
    /// Exit with 99 if an objective is inconclusive, too, whatever --inconclusive says of the rest.
    #[arg(long)]
    pub strict: bool,
    /// Write JUnit XML.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub junit: Option<PathBuf>,
    /// Write Markdown for a comment under a pull request.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub markdown: Option<PathBuf>,
    /// Annotations of scenario errors, missed objectives and regressions at their lines; auto means on GitHub Actions.
    #[arg(long, value_enum, value_name = "WHERE", default_value_t = Annotations::Auto)]
    pub annotations: Annotations,
    /// How it is run.
    #[command(flatten)]
    pub work: WorkOptions,
}

/// What undecided verdicts mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Meaning {
    /// It passes, and says so.
    Pass,
    /// It passes with a warning.
    Warn,
    /// It fails.
    Fail,
}

/// Where annotations go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Annotations {
    /// On GitHub Actions if that is where the program runs.
    Auto,
    /// GitHub Actions.
    Github,
    /// Nowhere.
    None,
}
