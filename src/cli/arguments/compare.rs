//! Options of `compare`.

use clap::{Args, ValueHint};

use super::shared::{EditOptions, ResultOptions};

/// Options of `compare`.
#[derive(Debug, Args)]
pub struct CompareOptions {
    /// The scenario files; each is a side, the first one the base. One scenario with exactly two --set and no --with is
    /// two sides as well: the base with the first edit, and beside it the scenario with the second.
    #[arg(required = true, value_hint = ValueHint::FilePath)]
    pub scenario: Vec<String>,
    /// One more side: the first scenario with these edits on top of --set; several are separated by `;`. A name may stand
    /// before them, as in 'four pods: services.web.replicas=4'. May be repeated.
    #[arg(long, value_name = "[NAME: ]PATH=VALUE")]
    pub with: Vec<String>,
    /// Edits of every side.
    #[command(flatten)]
    pub edit: EditOptions,
    /// With three sides or more: select the best one, where differences below this share do not matter.
    #[arg(long, value_name = "PERCENT")]
    pub indifference: Option<String>,
    /// How it is run, and where its results go.
    #[command(flatten)]
    pub results: ResultOptions,
}
