//! Which of several designs is best: how many replications it takes, and what can be said with those there are.

mod allocation;
mod comparison;
mod elimination;
mod rinott;

pub use allocation::ocba_fractions;
pub use comparison::{DesignsDrawn, FromBest, multiple_comparison_with_best};
pub use elimination::{Elimination, kn_eta};
pub use rinott::{rinott_h, rinott_sample_size};

/// Which mean is the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Best {
    /// The smallest, such as a response time or a cost.
    Smallest,
    /// The largest, such as a throughput.
    Largest,
}

impl Best {
    /// A value turned so that larger is better.
    fn turned(self, value: f64) -> f64 {
        match self {
            Self::Smallest => -value,
            Self::Largest => value,
        }
    }
}
