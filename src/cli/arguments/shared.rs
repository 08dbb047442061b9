//! Options that several verbs have.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Edits of a scenario before it is understood.
#[derive(Clone, Debug, Args)]
pub struct EditOptions {
    /// Change a value of the scenario, such as services.web.slots=64; may be repeated.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Root seed of all randomness (sets run.seed).
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub seed: Option<String>,
    /// Number of independent runs (sets run.replications).
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub replications: Option<String>,
    /// Stop once the decision metrics are known to this relative half-width, such as 2% (sets run.precision).
    #[arg(long, value_name = "PERCENT")]
    pub precision: Option<String>,
}

impl EditOptions {
    /// The edits in the order in which they are carried out, each with the option that asked for it: the short
    /// forms come last and so win over `--set` of the same path.
    #[must_use]
    pub fn edits(&self) -> Vec<(&'static str, String)> {
        let mut edits: Vec<_> = self.set.iter().map(|text| ("--set", text.clone())).collect();
        let short = [
            ("--seed", "run.seed", &self.seed),
            ("--replications", "run.replications", &self.replications),
            ("--precision", "run.precision", &self.precision),
        ];
        for (option, path, value) in short {
            edits.extend(value.iter().map(|value| (option, format!("{path}={value}"))));
        }
        edits
    }
}

/// Options of every verb that simulates.
#[derive(Clone, Copy, Debug, Args)]
pub struct WorkOptions {
    /// Threads; 0 is one a core. Results do not depend on it.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub threads: usize,
}

/// Options of every verb that writes a folder of results.
#[derive(Debug, Args)]
pub struct ResultOptions {
    /// How it is run.
    #[command(flatten)]
    pub work: WorkOptions,
    /// Write the report, tables, charts and the record of the run into this directory. A sweep that was killed goes on
    /// where it stopped when the same command is given again.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}
