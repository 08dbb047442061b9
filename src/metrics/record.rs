//! What one replication leaves behind. All of it is additive or per-run: folding it in replication order gives
//! the same bytes for any number of threads.

use std::borrow::Cow;

use super::calls::CallRecord;
use super::cause::{FAILURE_CAUSES, FailureCause};
use super::window::WindowRecord;
use super::{LevelIntegral, Recorder};
use crate::units::SimTime;
use serde::{Deserialize, Serialize};

/// How a replication ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stopped {
    /// At its end, every measured request accounted for.
    #[default]
    Finished,
    /// The drain limit passed with measured requests in flight (counted as censored).
    DrainLimit,
    /// The bound on events was reached.
    EventLimit,
    /// The bound on requests in the system was reached.
    InFlightLimit,
    /// Somebody asked for an end; the record is not to be used.
    Interrupted,
}

/// The record of one replication. Requests are *measured* when they arrive in the counted span.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// One a class, in the model's order.
    pub classes: Vec<ClassRecord>,
    /// One a service.
    pub services: Vec<ServiceRecord>,
    /// One an edge.
    pub edges: Vec<EdgeRecord>,
    /// Limits of `within` objectives per class, in nanoseconds, sorted: `classes[c].within[i]` counts `limits[c][i]`.
    pub limits: Vec<Vec<u64>>,
    /// The series, if recorded.
    pub windows: Option<WindowRecord>,
    /// Response times of edges, service times, and both by window, if recorded.
    pub calls: Option<CallRecord>,
    /// Waits of the first requests, in nanoseconds, if asked for.
    pub first_waits: Vec<u64>,
    /// States at the grid's instants, if asked for.
    pub grid: Vec<GridRow>,
    /// Counted span in nanoseconds (in steady mode, without the warm-up).
    pub span: u64,
    /// The instant the last event happened.
    pub ended: SimTime,
    /// How it ended.
    pub stopped: Stopped,
    /// Simulation events handled.
    pub events: u64,
    /// Most frames (requests and their calls) in the system at once.
    pub peak_frames: u32,
    /// Bytes one frame takes.
    pub frame_bytes: u32,
}

/// One class in one replication.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassRecord {
    /// Measured requests that arrived.
    pub arrived: u64,
    /// Of these, answered well.
    pub succeeded: u64,
    /// Of these, failed, by cause.
    pub failed: [u64; FAILURE_CAUSES],
    /// Of these, unfinished at the end.
    pub censored: u64,
    /// Of these, answered well within each limit.
    pub within: Vec<u64>,
    /// All answers sent in the counted span, whenever the request arrived (throughput).
    pub completed_in_span: u64,
    /// Time from arrival to the first start of service at the entry, of those that reached it.
    pub wait: Recorder,
    /// Response time of those answered well.
    pub sojourn: Recorder,
    /// Time from arrival to failure of those that failed.
    pub failed_after: Recorder,
}

/// One service in one replication. Counts and times are of calls of measured requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceRecord {
    /// Calls that reached the service.
    pub arrived: u64,
    /// Of these, turned away.
    pub rejected: u64,
    /// Of these, left the queue unserved.
    pub left_queue: u64,
    /// Of these, waited before service.
    pub waited: u64,
    /// Of these, served to the end.
    pub completed: u64,
    /// Of these, served for nobody: the caller had given up.
    pub wasted: u64,
    /// Waits of those that started service.
    pub wait: Recorder,
    /// Waits of those that left the queue unserved.
    pub wait_left: Recorder,
    /// Of those that arrived, got a slot within each limit of the model's `wait_limits`.
    pub wait_within: Vec<u64>,
    /// Time in the service of those completed.
    pub sojourn: Recorder,
    /// Sum over completed single-work calls of sojourn / own work, and their number (mean slowdown).
    pub slowdown: (f64, u64),
    /// Requests in the service (waiting and in service) over the counted span.
    pub in_system: LevelIntegral,
    /// Integral of busy slots, nanoseconds times slots.
    pub busy: u128,
    /// Cpu used, in cores times nanoseconds; zero of services that neither request nor limit cpu and do
    /// more than work.
    pub worked: f64,
    /// What cpu quotas did.
    pub quota: QuotaCounts,
    /// Integral of waiting requests.
    pub queued: u128,
    /// Integral of ready pods.
    pub ready: u128,
    /// Integral of slots of ready pods.
    pub slots: u128,
    /// Integral of pods that exist (starting, ready, draining): what is paid.
    pub pods: u128,
    /// Most requests waiting at once.
    pub peak_queue: u32,
    /// Fewest and most ready pods in the counted span.
    pub ready_range: (u32, u32),
    /// Ready pods at T0.
    pub ready_at_t0: u32,
    /// Changes of the number of pods, in order of time; bounded.
    pub scaling: Vec<ScalingEvent>,
    /// Busy share of each initial pod, by integral of busy slots (only up to 64 pods).
    pub pod_busy: Vec<u128>,
}

/// What the cpu quotas of a service's pods did, summed over pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaCounts {
    /// Periods that ended, of pods that had work in them or in the one before.
    pub periods: u64,
    /// Of these, in which requests were stopped.
    pub throttled: u64,
    /// Nanoseconds in which requests of a pod were stopped.
    pub stopped: u64,
}

/// A change of the number of pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalingEvent {
    /// When.
    pub at: SimTime,
    /// Wanted pods.
    pub desired: u32,
    /// Ready pods.
    pub ready: u32,
}

/// One edge in one replication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeRecord {
    /// Calls begun.
    pub calls: u64,
    /// Tries, retries included.
    pub attempts: u64,
    /// Tries that were lost on the way.
    pub lost: u64,
    /// Tries whose timer fired.
    pub timed_out: u64,
    /// Calls that failed after all tries.
    pub failed: u64,
}

/// A look at a service at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GridRow {
    /// Requests in the service.
    pub in_system: u32,
    /// Requests waiting.
    pub waiting: u32,
    /// Wait of a request that would arrive now, in nanoseconds, if asked for.
    pub virtual_wait: Option<u64>,
}

impl ClassRecord {
    /// An empty record.
    #[must_use]
    pub fn new(bits: u8, limits: usize) -> Self {
        Self {
            arrived: 0,
            succeeded: 0,
            failed: [0; FAILURE_CAUSES],
            censored: 0,
            within: vec![0; limits],
            completed_in_span: 0,
            wait: Recorder::new(bits),
            sojourn: Recorder::new(bits),
            failed_after: Recorder::new(bits.min(5)),
        }
    }

    /// Failures of all causes.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// Requests turned away.
    #[must_use]
    pub fn shed(&self) -> u64 {
        FailureCause::ALL.iter().filter(|c| c.is_shed()).map(|&c| self.failed[c as usize]).sum()
    }
}

impl ServiceRecord {
    /// Waits of the accepted: those that left count their time in the queue.
    #[must_use]
    pub fn waits(&self) -> Cow<'_, Recorder> {
        if self.left_queue == 0 {
            return Cow::Borrowed(&self.wait);
        }
        let mut both = self.wait.clone();
        both.merge(&self.wait_left);
        Cow::Owned(both)
    }

    /// Calls that found no free slot, those that left, were turned away or wait still among them.
    #[must_use]
    pub fn found_no_slot(&self) -> u64 {
        self.arrived.saturating_sub(self.wait.count() - self.waited)
    }

    /// An empty record.
    #[must_use]
    pub fn new(bits: u8) -> Self {
        Self {
            arrived: 0,
            rejected: 0,
            left_queue: 0,
            waited: 0,
            completed: 0,
            wasted: 0,
            wait: Recorder::new(bits),
            wait_left: Recorder::new(bits),
            wait_within: Vec::new(),
            sojourn: Recorder::new(bits),
            slowdown: (0.0, 0),
            in_system: LevelIntegral::default(),
            busy: 0,
            worked: 0.0,
            quota: QuotaCounts::default(),
            queued: 0,
            ready: 0,
            slots: 0,
            pods: 0,
            peak_queue: 0,
            ready_range: (u32::MAX, 0),
            ready_at_t0: 0,
            scaling: Vec::new(),
            pod_busy: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_left_the_queue_has_waited_too() {
        let mut service = ServiceRecord::new(7);
        (service.arrived, service.waited) = (7, 1);
        [0, 0, 5].iter().for_each(|&nanos| service.wait.record(nanos));
        assert_eq!((service.waits().count(), service.found_no_slot()), (3, 5));
        // Two of those that found no slot go away.
        service.left_queue = 2;
        [9, 9].iter().for_each(|&nanos| service.wait_left.record(nanos));
        assert_eq!((service.waits().count(), service.found_no_slot()), (5, 5));
    }

    #[test]
    fn turned_away_are_the_rejected_and_those_without_a_pod() {
        let class = ClassRecord { failed: [1, 20, 300, 4_000, 50_000], ..ClassRecord::new(7, 0) };
        assert_eq!((class.shed(), class.failures()), (21, 54_321));
    }
}
