//! What is run for how long.

use crate::units::{SimDuration, SimTime};

/// The frame of a run: the simulated clock starts at zero, `settle` later counting starts (`from`), and
/// `length` after that it ends (`to`).
#[derive(Clone, Debug, PartialEq)]
pub struct RunPlan {
    /// Uncounted lead-in.
    pub settle: SimDuration,
    /// Counted span.
    pub length: SimDuration,
    /// The anchor T0 on the simulated clock.
    pub t0: SimTime,
    /// T0 as the author wrote it (RFC 3339), for reports.
    pub t0_label: Option<String>,
    /// What happens to arrivals after `to`.
    pub after: After,
    /// Peak or steady state.
    pub mode: Mode,
    /// Root seed.
    pub seed: u64,
    /// Number of replications, or the most when `precision` is set.
    pub replications: u32,
    /// Relative half-width at which replications stop.
    pub precision: Option<f64>,
    /// How often uncertain inputs are drawn.
    pub inputs: InputPlan,
    /// Bounds that end a run with a report instead of a hang.
    pub limits: Limits,
    /// Whether a faster way is taken where it gives the same record, bit for bit.
    pub shortcuts: bool,
}

impl RunPlan {
    /// The instant counting starts.
    #[must_use]
    pub fn from(&self) -> SimTime {
        SimTime::ZERO + self.settle
    }

    /// The instant counting ends.
    #[must_use]
    pub fn to(&self) -> SimTime {
        self.from() + self.length
    }
}

impl Default for RunPlan {
    fn default() -> Self {
        Self {
            settle: SimDuration::ZERO,
            length: SimDuration::from_secs(60),
            t0: SimTime::ZERO,
            t0_label: None,
            after: After::default(),
            mode: Mode::Terminating,
            seed: 1,
            replications: 20,
            precision: None,
            inputs: InputPlan::default(),
            limits: Limits::default(),
            shortcuts: true,
        }
    }
}

/// How often inputs that nobody knows are drawn, and how often each draw is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InputPlan {
    /// Points drawn; 0 holds the inputs at their middles.
    pub points: u32,
    /// Replications at each.
    pub replications: u32,
    /// Share of the points at which all objectives must hold; nothing judges the middles alone.
    pub share: Option<f64>,
}

impl Default for InputPlan {
    fn default() -> Self {
        Self { points: 40, replications: 5, share: Some(0.8) }
    }
}

/// What happens to arrivals after the counted span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Arrivals go on, unmeasured, until every measured request has ended, at most this long.
    Continue {
        /// Longest drain.
        drain_limit: SimDuration,
    },
    /// No arrivals after `to`; measured requests are followed to their end, at most this long.
    Stop {
        /// Longest drain.
        drain_limit: SimDuration,
    },
}

impl Default for After {
    fn default() -> Self {
        Self::Continue { drain_limit: SimDuration::from_secs(3600) }
    }
}

/// Peak (terminating) or steady state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A peak: nothing is deleted inside the counted span.
    Terminating,
    /// Long-run values: the warm-up at the start of the counted span is deleted.
    Steady(WarmUp),
}

/// How much of a steady-state run is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUp {
    /// A fixed span.
    Fixed(SimDuration),
    /// Found by MSER-5 on the number in system, averaged over replications.
    Mser5,
}

/// Bounds of one replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most simulation events.
    pub events: u64,
    /// Most requests (calls included) in the system at once.
    pub in_flight: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { events: 20_000_000_000, in_flight: 50_000_000 }
    }
}

/// A named span on the simulated clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedWindow {
    /// Its name.
    pub name: String,
    /// First instant inside.
    pub start: SimTime,
    /// For a peak, the instant its top is reached.
    pub top: Option<SimTime>,
    /// First instant after.
    pub end: SimTime,
}
