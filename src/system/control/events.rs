//! Events of controllers and of the timeline.

use crate::system::core::{EventKind, Phase};

/// What controllers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// Pods' cpu is measured.
    MetricsScraped = 0,
    /// An autoscaler decides: 0, service.
    ScalerTicked = 1,
}

impl EventKind for Tick {
    const PHASE: Phase = Phase::Control;
    const ALL: &'static [Self] = &[Self::MetricsScraped, Self::ScalerTicked];
    fn number(self) -> u8 {
        self as u8
    }
}

/// What the timeline does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A scheduled change: 0, index.
    Due = 0,
}

impl EventKind for Change {
    const PHASE: Phase = Phase::Changes;
    const ALL: &'static [Self] = &[Self::Due];
    fn number(self) -> u8 {
        self as u8
    }
}
