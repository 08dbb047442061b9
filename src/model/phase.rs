//! Where clocks with a period stand.

use crate::units::SimTime;

/// When a clock with a period ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Anywhere in its period, drawn anew for every replication.
    Random,
    /// At this instant, and every period before and after it.
    At(SimTime),
}

impl Default for Phase {
    fn default() -> Self {
        Self::At(SimTime::ZERO)
    }
}
