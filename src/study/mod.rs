//! One function a verb: the library's interface. Files come through `Inputs` and go through [`Output`];
//! nothing here speaks to a terminal.
//!
//! [`Study`] is the door: a scenario with edits, and a method a verb. Behind it the same verbs are functions for whoever
//! wants to look between the steps: [`prepare`] reads, edits and resolves, with everything found on the way; [`run`] and
//! the others take what it gives, say how far they are, and can be interrupted.
//!
//! ```
//! use flashcrowd::scenario::MemoryInputs;
//! use flashcrowd::study::{Study, StudyError};
//!
//! // Files of a scenario, held in memory: a base, and what is laid over it.
//! let files = MemoryInputs::default()
//!     .with("base.yaml", "
//! schema: 1
//! run: { mode: steady, warm_up: 1m, length: 5m, replications: 4 }
//! traffic: { shoppers: { rate: 8/s, classes: { view: { entry: web.view } } } }
//! services: { web: { replicas: 1, slots: 2, operations: { view: [ { work: 100ms } ] } } }
//! objectives: [ view success >= 99% ]
//! ")
//!     .with("sale.yaml", "{ base: base.yaml, name: A sale, traffic: { shoppers: { rate: 15/s } } }");
//! let sale = Study::with_inputs("sale.yaml", files);
//!
//! // What is doubtful is known before anything is run.
//! let prepared = sale.prepare()?;
//! assert!(!prepared.diagnostics.has_errors());
//!
//! // Run it, and show what the command line would.
//! let result = sale.run()?;
//! println!("{}", flashcrowd::report::text(&result.summary, &Default::default()));
//!
//! // A mistake is refused with its place and what was probably meant.
//! let Err(StudyError::Refused(text)) = sale.set("services.web.slot", 4).run() else { panic!("not refused") };
//! assert!(text.contains("did you mean `slots`?"));
//! # Ok::<(), StudyError>(())
//! ```

mod account;
mod baseline_file;
mod beside;
mod capacity;
mod check;
mod compare;
mod error;
mod front;
mod git;
mod host;
mod inputs;
mod journal;
mod leftovers;
mod opponent;
mod output;
mod output_file;
mod prepare;
mod provenance;
mod race;
mod rerun;
mod resolved;
mod run;
mod starter;
mod step;
mod superseded;
mod sweep;
mod trials;
mod uncertain;
mod validate;

pub use baseline_file::{prepare_file, read_baseline, updated_baseline, write_files};
pub use capacity::{CapacityResult, capacity, searched_in};
pub use check::{CheckResult, CheckSettings, Contest, Rival, check};
pub use compare::{CompareResult, Contestant, compare};
pub use error::StudyError;
pub use front::Study;
pub use git::GitInputs;
pub use host::{Host, Stopwatch};
pub use inputs::FileInputs;
pub use opponent::{Opponent, gone, opponent};
pub use output::{Directory, Output};
pub use output_file::OutputFile;
pub use prepare::{Prepared, draw_inputs, prepare};
pub use provenance::{Basis, COMMIT, Edit, FileDigest, MODEL_SEMANTICS, Provenance, RunCounts, VERSION};
pub use rerun::{Agreement, Comparison, Rerun, read_run, rerun};
pub use resolved::resolved_yaml;
pub use run::{Execution, RunResult, run, run_searched};
pub use starter::{starter, write_new};
pub use step::Step;
pub use sweep::{Axes, PreparedSweep, SweepOptions, SweepRecord, SweepResult, prepare_sweep, sweep};
pub use validate::{contents, validation_json};
