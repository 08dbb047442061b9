//! How far a run is, for whoever shows it.

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Looking for the warm-up of a steady-state run.
    WarmUp,
    /// Running replications.
    Replications {
        /// Done.
        done: u32,
        /// Of how many, as far as is known; with a precision, more may follow.
        of: u32,
    },
    /// Running replications of a point of a search.
    Point {
        /// Which point, from 1.
        number: u32,
        /// Replications done.
        done: u32,
        /// Of how many before the next look.
        of: u32,
    },
    /// Running the design points of a sweep.
    Sweep {
        /// Replications done.
        done: u64,
        /// Of how many, as far as is known.
        of: u64,
        /// Points finished.
        finished: u32,
        /// Of how many.
        points: u32,
    },
    /// Making the report.
    Reporting,
}
