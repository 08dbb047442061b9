//! Completions and manual pages, made from the declaration of the command line.

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::arguments::Arguments;
use crate::study::StudyError;

/// The completions for `shell`.
#[must_use]
pub fn completions(shell: Shell) -> String {
    let mut command = Arguments::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "flashcrowd", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The manual page of the program, or of one verb, in roff.
///
/// # Errors
/// If there is no such verb.
pub fn manual(verb: Option<&str>) -> Result<String, StudyError> {
    let mut program = Arguments::command();
    program.build();
    let command = match verb {
        None => program,
        Some(name) => page_of(&program, name)?,
    };
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.map_err(|error| StudyError::Failed(error.to_string()))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn page_of(program: &Command, name: &str) -> Result<Command, StudyError> {
    let verbs = || program.get_subcommands().filter(|verb| verb.get_name() != "help");
    let found = verbs().find(|verb| verb.get_name() == name).cloned();
    found.ok_or_else(|| {
        let known: Vec<&str> = verbs().map(Command::get_name).collect();
        StudyError::Refused(format!("no verb `{name}`; there are {}", known.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;

    #[test]
    fn every_shell_completes_every_verb() {
        for &shell in Shell::value_variants() {
            let script = completions(shell);
            for verb in ["run", "rerun", "validate", "schema", "new", "completions", "man"] {
                assert!(script.contains(verb), "{shell} {verb}");
            }
        }
    }

    #[test]
    fn manuals_hold_options_and_exit_codes() {
        let page = manual(None).unwrap();
        assert!(
            page.starts_with(".ie") && page.contains(".TH flashcrowd 1") && page.contains("130"),
            "{page}"
        );
        let run = manual(Some("run")).unwrap();
        assert!(run.contains(".TH flashcrowd\\-run 1") || run.contains(".TH flashcrowd-run 1"), "{run}");
        assert!(run.contains("precision"));
        assert!(matches!(manual(Some("walk")), Err(StudyError::Refused(_))));
    }
}
