//! The command line as data. An option that several verbs have is declared once and means the same everywhere.

mod capacity;
mod check;
mod compare;
mod examples;
mod options;
mod shared;
mod speaking;
mod verb;

pub use capacity::CapacityOptions;
pub use check::{Annotations, CheckOptions, Meaning};
pub use compare::CompareOptions;
pub use options::{NewOptions, RerunOptions, RunOptions, SweepArguments, ValidateOptions};
pub use shared::{EditOptions, WorkOptions};
pub use speaking::{Color, Format, TerminalOptions};
pub use verb::{Arguments, Verb};
