//! Events at which somebody looks and nothing changes.

use crate::system::core::{EventKind, Phase};

/// A look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The grid probe looks: 0, index.
    ProbeDue = 0,
    /// T0, or a boundary of what is counted: 0, number of the [`Mark`](crate::system::core::Mark).
    MarkReached = 1,
}

impl EventKind for Look {
    const PHASE: Phase = Phase::Looks;
    const ALL: &'static [Self] = &[Self::ProbeDue, Self::MarkReached];
    fn number(self) -> u8 {
        self as u8
    }
}
