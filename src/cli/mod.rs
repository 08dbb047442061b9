//! Arguments, terminal, progress, signals, exit codes. Everything the program says, it says from here.

mod arguments;
mod around;
mod capacity;
mod check;
mod compare;
mod exit;
mod generate;
mod progress;
mod signal;
mod sweep;
mod terminal;
mod verbs;

use std::process::ExitCode;

use clap::error::ContextValue;
use clap::{CommandFactory, Parser};

pub use arguments::Arguments;
pub use exit::Exit;

use crate::scenario::nearest;
use terminal::Terminal;

/// What was meant by a verb that is none: a verb with letters exchanged, or a scenario without one.
fn meant(error: &clap::Error) -> Option<String> {
    if error.kind() != clap::error::ErrorKind::InvalidSubcommand
        || error.get(clap::error::ContextKind::SuggestedSubcommand).is_some()
    {
        return None;
    }
    let Some(ContextValue::String(given)) = error.get(clap::error::ContextKind::InvalidSubcommand) else {
        return None;
    };
    if [".yaml", ".yml", ".json"].iter().any(|end| given.ends_with(end)) {
        return Some(format!("to simulate a scenario: flashcrowd run {given}"));
    }
    let command = Arguments::command();
    let verbs = command.get_subcommands().map(|verb| verb.get_name());
    nearest(given, verbs).map(|verb| format!("did you mean `{verb}`?"))
}

/// Runs the program and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(message) => {
            // Help and version come this way too: they go to stdout and mean success.
            let exit = if message.use_stderr() { Exit::Refused } else { Exit::Passed };
            // A closed pipe is no error, and there is nobody left to tell of any other.
            let _ = message.print();
            if let Some(tip) = meant(&message) {
                eprintln!("\n  tip: {tip}");
            }
            return exit.into();
        }
    };
    let terminal = Terminal::new(arguments.terminal);
    match verbs::carry_out(arguments.verb, &terminal) {
        Ok(exit) => exit.into(),
        Err(error) => {
            terminal.error(&error.to_string());
            Exit::from(&error).into()
        }
    }
}
