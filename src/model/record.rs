//! What is recorded, and how finely.

use super::ServiceId;
use crate::units::{SimDuration, SimTime};

/// What a run records beside the counts it always keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Bins per octave of the latency recorders, as a power of two: 7 is 128 bins, a relative width of 0.8 %
    /// (interpolated inside).
    pub resolution_bits: u8,
    /// Whether sojourn over own work is averaged per service (single-work operations only).
    pub slowdown: bool,
    /// Whether response times of edges, service times, and both by window are recorded.
    pub calls: bool,
    /// Whether calls are also recorded by window, if a series is recorded at all.
    pub call_windows: bool,
    /// Width of the series' windows; `None` records no series.
    pub window: Option<SimDuration>,
    /// Waits of the first requests of a service, by their order of start.
    pub first_waits: Option<(ServiceId, u32)>,
    /// State of a service at fixed instants.
    pub grid: Option<GridProbe>,
}

impl Default for Recording {
    fn default() -> Self {
        Self {
            resolution_bits: 7,
            slowdown: true,
            calls: true,
            call_windows: true,
            window: None,
            first_waits: None,
            grid: None,
        }
    }
}

/// Looks at a service at fixed instants without disturbing it: number in system, number waiting, and the wait a
/// request arriving then would have.
#[derive(Clone, Debug, PartialEq)]
pub struct GridProbe {
    /// Which service.
    pub service: ServiceId,
    /// When, sorted.
    pub times: Vec<SimTime>,
    /// Whether the virtual wait is computed too (first come first served with one `work` step only).
    pub virtual_wait: bool,
}
