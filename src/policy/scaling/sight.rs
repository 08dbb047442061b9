//! What an autoscaler sees, and what it says.

use crate::units::{SimDuration, SimTime};

/// A pod as the controller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodSample {
    /// Whether its phase is Pending (not scheduled or still pulling).
    pub pending: bool,
    /// Its Ready condition.
    pub ready: bool,
    /// When the condition last changed.
    pub transition: SimTime,
    /// When it started.
    pub started: SimTime,
    /// Its latest visible sample, if any: usage in millicores, instant, window.
    pub sample: Option<(u64, SimTime, SimDuration)>,
    /// Its request in millicores.
    pub request_milli: u64,
}

/// A measured value that an autoscaler is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// Mean busy share of the ready pods' slots since the last sync.
    BusyShare(f64),
}

/// What an autoscaler sees at a sync. What was not asked for ([`Scaler::sees`](super::Scaler::sees)) is empty.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The instant of the sync.
    pub now: SimTime,
    /// Pods wanted at present, by whoever spoke last.
    pub current: u32,
    /// Ready pods.
    pub ready: u32,
    /// Pods that are being started.
    pub starting: u32,
    /// The pods one by one.
    pub pods: &'a [PodSample],
    /// Measured values.
    pub metrics: &'a [Sample],
}

/// What an autoscaler says at a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Pods wanted from now on; `None` leaves things as they are.
    pub replicas: Option<u32>,
    /// Why.
    pub reason: Reason,
}

/// Why an autoscaler ruled as it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// What is measured is near enough to the target.
    OnTarget,
    /// More is used than the target.
    AboveTarget,
    /// Less is used than the target.
    BelowTarget,
    /// Fewer would do, but a recent recommendation was higher.
    Stabilised,
    /// The rule's own bound on a step, or `min` or `max`, allows no more.
    Limited,
    /// No pod has a sample that may be used.
    NoSample,
    /// Scaled to zero by somebody else: autoscaling is off.
    Disabled,
}
