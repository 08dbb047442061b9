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

use clap::Parser;

pub use arguments::Arguments;
pub use exit::Exit;

use terminal::Terminal;

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
