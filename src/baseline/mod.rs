//! Stored results, tolerances, regressions.
//!
//! [`decide`] is the one place where two designs, a tolerance and a look become a verdict; the command line and the
//! experiments that measure its error rates call the same function. [`Baseline`] is what a design measured, stored
//! replication by replication, so that a later version can be compared with it pair by pair.

mod decide;
mod report;
mod stored;
mod watch;

pub use decide::{ALPHA, BETA, Decision, Finding, Look, Watched, decide, is_settled};
pub use report::{
    CHECK_VERSION, CheckOutcome, CheckReport, CheckRow, CheckedScenario, check_row, conclude,
    without_baseline,
};
pub use stored::{
    BASELINE_VERSION, Baseline, BaselineError, StoredInput, StoredMetric, StoredScenario, changes_since,
};
pub use watch::{Measured, WatchError, measure, watch};
