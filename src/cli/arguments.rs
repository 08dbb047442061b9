//! The command line as data. An option that several verbs have is declared once and means the same everywhere.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use super::capacity::CapacityOptions;
use super::check::{self, CheckOptions};
use super::compare::{self, CompareOptions};
use super::exit;

/// Version and commit, as `--version` prints them.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("FLASHCROWD_COMMIT"), ")");

/// Tells before a traffic peak comes whether a cloud-native system will hold it.
///
/// Simulates every request of a scenario through clients, load balancers, pods and autoscalers, and judges the
/// scenario's objectives. A result is a function of scenario, seed and version; threads take no part.
#[derive(Debug, Parser)]
#[command(name = "flashcrowd", version = VERSION, after_help = exit::TABLE, max_term_width = 100)]
#[command(subcommand_value_name = "VERB", subcommand_help_heading = "Verbs", infer_subcommands = false)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// How to speak.
    #[command(flatten)]
    pub terminal: TerminalOptions,
}

/// How to speak; every verb has these.
#[derive(Clone, Copy, Debug, Args)]
pub struct TerminalOptions {
    /// Form of the result on stdout.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, display_order = 900)]
    pub format: Format,
    /// No progress and no warnings; errors and the result remain.
    #[arg(long, short, global = true, display_order = 901)]
    pub quiet: bool,
    /// Colours; `auto` means on a terminal, unless NO_COLOR is set.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto, display_order = 902)]
    pub color: Color,
}

/// Form of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Even into a file.
    Always,
    /// Not at all.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Simulate a scenario and judge its objectives.
    #[command(after_help = examples::RUN)]
    Run(RunOptions),
    /// Simulate every combination of values of some settings, and say what each does.
    #[command(after_help = examples::SWEEP)]
    Sweep(SweepArguments),
    /// Repeat a stored run and say whether its results come out the same, byte for byte.
    #[command(after_help = examples::RERUN)]
    Rerun(RerunOptions),
    /// Judge a change in CI: its objectives, and no regression against what was there before.
    #[command(after_help = check::EXAMPLES)]
    Check(CheckOptions),
    /// Set scenarios beside each other under the same random numbers: better, worse, or no difference shown.
    #[command(after_help = compare::EXAMPLES)]
    Compare(CompareOptions),
    /// Search how much a scenario holds, its cheapest setting that holds, or the latest moment of a change.
    #[command(after_help = examples::CAPACITY)]
    Capacity(CapacityOptions),
    /// Find the mistakes of scenarios without running them.
    #[command(after_help = examples::VALIDATE)]
    Validate(ValidateOptions),
    /// Print the JSON Schema of scenario files, for editors.
    #[command(after_help = examples::SCHEMA)]
    Schema,
    /// Write a commented scenario to start from.
    #[command(after_help = examples::NEW)]
    New(NewOptions),
    /// Print the completions of a shell.
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Print the manual page, of the program or of a verb.
    #[command(after_help = examples::MAN)]
    Man {
        /// The verb; without one, the program.
        verb: Option<String>,
    },
}

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

/// One example or two for each verb.
mod examples {
    pub const RUN: &str = "\
Examples:
  flashcrowd run scenarios/double-11.yaml
  flashcrowd run opening.yaml --set services.web.replicas=40 --precision 2% --out results";
    pub const SWEEP: &str = "\
Examples:
  flashcrowd sweep scenarios/sweep-hpa.yaml --out results
  flashcrowd sweep opening.yaml --vary services.web.replicas='20 .. 60 step 10' --vary traffic.shoppers.rate=600/s,800/s";
    pub const RERUN: &str = "\
Example:
  flashcrowd rerun results";
    pub const CAPACITY: &str = "\
Examples:
  flashcrowd capacity sale-study.yaml headroom
  flashcrowd capacity opening.yaml --largest traffic.shoppers.peaks.opening.factor=5..40
  flashcrowd capacity opening.yaml --cheapest hpa/web.spec.minReplicas=20..120 --probability 95%
  flashcrowd capacity opening.yaml --latest timeline.raise-floors.at=T0-30m..T0 --out results";
    pub const VALIDATE: &str = "\
Examples:
  flashcrowd validate scenarios/*.yaml
  flashcrowd validate opening.yaml --set traffic.shoppers.rate=900/s --resolved";
    pub const SCHEMA: &str = "\
Example:
  flashcrowd schema > scenario.v1.json";
    pub const NEW: &str = "\
Example:
  flashcrowd new opening.yaml && flashcrowd run opening.yaml";
    pub const COMPLETIONS: &str = "\
Example:
  flashcrowd completions bash > ~/.local/share/bash-completion/completions/flashcrowd";
    pub const MAN: &str = "\
Examples:
  flashcrowd man > flashcrowd.1
  flashcrowd man run | man -l -";
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_verb_shows_an_example() {
        for verb in Arguments::command().get_subcommands() {
            let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(&format!("flashcrowd {}", verb.get_name())), "{}", verb.get_name());
        }
    }

    #[test]
    fn short_forms_are_edits_that_come_last() {
        let line = ["flashcrowd", "run", "a.yaml", "--seed", "7", "--set", "run.seed=8", "--precision", "1%"];
        let Verb::Run(options) = Arguments::parse_from(line).verb else { panic!("not run") };
        let edits = options.edit.edits();
        let texts: Vec<&str> = edits.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["run.seed=8", "run.seed=7", "run.precision=1%"]);
        assert_eq!(edits[1].0, "--seed");
    }
}
