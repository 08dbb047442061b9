//! The program and its verbs.

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use super::capacity::CapacityOptions;
use super::check::CheckOptions;
use super::compare::CompareOptions;
use super::examples;
use super::options::{NewOptions, RerunOptions, RunOptions, SweepArguments, ValidateOptions};
use super::speaking::TerminalOptions;
use crate::cli::exit;

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
    #[command(after_help = examples::CHECK)]
    Check(CheckOptions),
    /// Set scenarios beside each other under the same random numbers: better, worse, or no difference shown.
    #[command(after_help = examples::COMPARE)]
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
