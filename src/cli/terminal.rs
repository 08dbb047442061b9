//! Where text goes: results to stdout, everything else to stderr.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;

use super::arguments::{Color, Format, TerminalOptions};
use crate::study::StudyError;

/// What the user wants to see, and what the streams can show.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Form of the result.
    pub format: Format,
    /// Neither progress nor warnings.
    pub is_quiet: bool,
    /// Whether stdout is coloured.
    pub colors_result: bool,
    /// Whether stderr is coloured.
    pub colors_messages: bool,
    /// Whether progress is shown.
    pub shows_progress: bool,
}

impl Terminal {
    /// Looks at the options, at the streams and at the environment.
    #[must_use]
    pub fn new(options: TerminalOptions) -> Self {
        let is_plain = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let allows_color =
            !is_plain("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let colors = |is_terminal: bool| match options.color {
            Color::Auto => is_terminal && allows_color,
            Color::Always => true,
            Color::Never => false,
        };
        let messages = io::stderr().is_terminal();
        Self {
            format: options.format,
            is_quiet: options.quiet,
            colors_result: colors(io::stdout().is_terminal()),
            colors_messages: colors(messages),
            shows_progress: messages && !options.quiet,
        }
    }

    /// Writes the result. A reader who has seen enough and closed the pipe is no error.
    ///
    /// # Errors
    /// If stdout cannot take it, for example because the disk is full.
    pub fn result(&self, text: &str) -> Result<(), StudyError> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(reason) if reason.kind() != ErrorKind::BrokenPipe => {
                Err(StudyError::Write { path: Path::new("stdout").to_owned(), reason })
            }
            _ => Ok(()),
        }
    }

    /// Writes a message. Where stderr is closed there is nobody to tell.
    pub fn message(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
        let _ = write!(stderr, "{text}{end}");
    }

    /// Writes an error that has no place in a scenario.
    pub fn error(&self, text: &str) {
        let (tint, end) = if self.colors_messages { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        self.message(&format!("{tint}error{end}: {text}"));
    }

    /// Writes a remark, unless told to be quiet.
    pub fn note(&self, text: &str) {
        if !self.is_quiet {
            self.message(text);
        }
    }
}
