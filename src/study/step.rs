//! How far a run is, for whoever shows it.

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// A search begins.
    Search {
        /// Its name.
        name: String,
        /// Paths of what it sets.
        parameters: Vec<String>,
        /// Settings it chooses from.
        settings: u64,
        /// Replications that it may take, answer and proof together; a guess.
        replications: u64,
        /// Threads that run them.
        threads: usize,
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
    /// A point of a search is decided.
    Decided {
        /// The values, as written.
        setting: String,
        /// `holds`, `fails` or `undecided`, and how that is known.
        ruling: String,
        /// What is known of the answer now.
        bracket: String,
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
