//! From a verb to the study that does it, and from its result to text and exit code.

use super::arguments::{NewOptions, Verb};
use super::exit::Exit;
use super::generate;
use super::terminal::Terminal;
use crate::study::{self, StudyError};

/// Does what was asked.
///
/// # Errors
/// If there is no result.
pub fn carry_out(verb: Verb, terminal: &Terminal) -> Result<Exit, StudyError> {
    match verb {
        Verb::New(options) => new(&options, terminal),
        Verb::Completions { shell } => terminal.result(&generate::completions(shell)),
        Verb::Man { verb } => terminal.result(&generate::manual(verb.as_deref())?),
        _ => Err(StudyError::Refused("this verb is not built yet".into())),
    }
    .map(|()| Exit::Passed)
}

fn new(options: &NewOptions, terminal: &Terminal) -> Result<(), StudyError> {
    let Some(file) = &options.file else { return terminal.result(study::starter()) };
    study::write_new(file, options.force)?;
    terminal.note(&format!("wrote {}; next: flashcrowd run {}", file.display(), file.display()));
    Ok(())
}
