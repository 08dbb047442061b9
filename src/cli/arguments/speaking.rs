//! How the program speaks; every verb has these options.

use clap::{Args, ValueEnum};

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
