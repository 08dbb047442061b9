//! How the requests in the slots of a pod compute.

use super::Phase;
use crate::units::SimDuration;

/// What a cpu limit means.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum CpuSharing {
    /// n requests at work run at speed min(1, limit / n) each: processor sharing.
    #[default]
    Fluid,
    /// All run at full speed until the quota of a period is spent.
    Quota(CpuQuota),
}

/// A quota of cpu time, as CFS bandwidth control enforces it (Linux, kernel/sched/fair.c).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CpuQuota {
    /// Time from refill to refill, above zero.
    pub period: SimDuration,
    /// Requests of a pod that compute at once; `u32::MAX` has no limit.
    pub threads: u32,
    /// Cores that a pod can use at once; infinity when they never run out.
    pub cores: f64,
    /// When quotas are refilled, drawn for every pod.
    pub phase: Phase,
}

impl Default for CpuQuota {
    fn default() -> Self {
        Self {
            period: SimDuration::from_nanos(100_000_000),
            threads: u32::MAX,
            cores: f64::INFINITY,
            phase: Phase::default(),
        }
    }
}
