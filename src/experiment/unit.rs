//! What is run at once: plain data, so that it can be sent to another machine.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A range of replications of one design point. Its result depends on nothing else, and the results of adjacent
/// ranges fold in order to the result of their union.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkUnit {
    /// Which design point of the study; 0 where there is only one.
    pub design_point: u32,
    /// First replication.
    pub first: u64,
    /// How many.
    pub count: u32,
}

impl WorkUnit {
    /// The replications' numbers.
    #[must_use]
    pub fn replications(&self) -> Range<u64> {
        self.first..self.first.saturating_add(u64::from(self.count))
    }
}
