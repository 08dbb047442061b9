//! One function a verb: the library's interface. Files come through `Inputs` and go through [`Output`];
//! nothing here speaks to a terminal.

mod error;
mod host;
// mod inputs;
mod output;
mod starter;

pub use error::StudyError;
pub use host::{Host, Stopwatch};
// pub use inputs::FileInputs;
pub use output::{Directory, Output, OutputFile};
pub use starter::{starter, write_new};
