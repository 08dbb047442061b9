//! One function a verb: the library's interface. Files come through `Inputs` and go through [`Output`];
//! nothing here speaks to a terminal.

mod account;
mod error;
mod front;
mod host;
mod inputs;
mod output;
mod prepare;
mod provenance;
mod rerun;
mod resolved;
mod run;
mod starter;
mod step;
mod trials;
mod validate;

pub use error::StudyError;
pub use front::Study;
pub use host::{Host, Stopwatch};
pub use inputs::FileInputs;
pub use output::{Directory, Output, OutputFile};
pub use prepare::{Prepared, prepare};
pub use provenance::{COMMIT, Edit, FileDigest, MODEL_SEMANTICS, Provenance, RunCounts, VERSION};
pub use rerun::{Agreement, Comparison, Rerun, read_run, rerun};
pub use resolved::resolved_yaml;
pub use run::{Execution, RunResult, run};
pub use starter::{starter, write_new};
pub use step::Step;
pub use validate::{contents, validation_json};
