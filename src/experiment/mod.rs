//! Replications of a design point, run side by side and folded in order.
//!
//! 1. A [`WorkUnit`] says what to run: a design point and a range of replications, plain data.
//! 2. [`Workers`] run replications on threads and hand the records on in replication order, so that every result
//!    is the same for any number of threads; a record waits for its predecessors in a buffer of bounded size.
//! 3. [`run_until`] adds batches of fixed sizes until the [`StopRule`] it is given says stop.
//!
//! 4. A [`Director`] runs replications of many design points on the same threads; it says what comes next.
//!
//! In steady mode [`find_warm_up`] looks for the warm-up in a pilot of its own replications first.

mod batches;
mod direct;
mod latin;
mod occupation;
mod pilot;
#[cfg(test)]
mod test_model;
mod unit;
mod workers;
mod workspace;

pub use batches::{Ending, FIRST_BATCH, Fold, StopRule, Trials, next_batch, run_until};
pub use direct::{Assignment, Director, Next, run_side_by_side};
pub use latin::latin_hypercube;
pub use occupation::Occupation;
pub use pilot::{FIRST_PILOT, PILOT_REPLICATIONS, Pilot, PilotWarmUp, find_warm_up, pilot_model};
pub use unit::WorkUnit;
pub use workers::{Interrupted, WorkerError, Workers};
pub use workspace::workspace;
