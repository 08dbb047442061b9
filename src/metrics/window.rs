//! Series over windows of the counted span. Requests belong to the window of their arrival.

use super::Recorder;
use super::cause::FAILURE_CAUSES;
use super::sketch::SKETCH_BITS;
use serde::{Deserialize, Serialize};

/// All windows of one replication.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowRecord {
    /// Width in nanoseconds.
    pub width: u64,
    /// `classes[class][window]`.
    pub classes: Vec<Vec<ClassWindow>>,
    /// `services[service][window]`.
    pub services: Vec<Vec<ServiceWindow>>,
}

/// One class in one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassWindow {
    /// Requests that arrived.
    pub arrived: u64,
    /// Of these, answered well.
    pub succeeded: u64,
    /// Of these, failed, by cause.
    pub failed: [u64; FAILURE_CAUSES],
    /// Of these, answered well within each of the class's limits (`RunRecord::limits`).
    pub within: Vec<u64>,
    /// Answers sent during the window, whenever the request arrived.
    pub completed_in: u64,
    /// Response times of those answered well; allocated at the first.
    pub sojourn: Option<Box<Recorder>>,
}

impl ClassWindow {
    /// An empty window with this many limits.
    #[must_use]
    pub fn new(limits: usize) -> Self {
        Self {
            arrived: 0,
            succeeded: 0,
            failed: [0; FAILURE_CAUSES],
            within: vec![0; limits],
            completed_in: 0,
            sojourn: None,
        }
    }

    /// Records a good answer after `nanos`.
    pub fn answer(&mut self, nanos: u64) {
        self.succeeded += 1;
        self.sojourn.get_or_insert_with(|| Box::new(Recorder::new(SKETCH_BITS))).record(nanos);
    }

    /// Adds another replication's window.
    pub fn merge(&mut self, other: &Self) {
        self.arrived += other.arrived;
        self.succeeded += other.succeeded;
        self.completed_in += other.completed_in;
        self.failed.iter_mut().zip(&other.failed).for_each(|(a, b)| *a += b);
        self.within.iter_mut().zip(&other.within).for_each(|(a, b)| *a += b);
        if let Some(theirs) = &other.sojourn {
            self.sojourn.get_or_insert_with(|| Box::new(Recorder::new(SKETCH_BITS))).merge(theirs);
        }
    }
}

/// One service in one window. Integrals are in nanoseconds times count; divide by the window's width for means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceWindow {
    /// Integral of busy slots.
    pub busy: u128,
    /// Integral of requests waiting.
    pub queued: u128,
    /// Integral of ready pods.
    pub ready: u128,
    /// Integral of slots of ready pods (zero for pods without a limit).
    pub slots: u128,
    /// Pods ready at the window's end.
    pub ready_at_end: u32,
    /// Pods wanted by whatever scales the service, at the window's start.
    pub desired_at_start: u32,
    /// Most requests waiting at once.
    pub peak_queue: u32,
    /// Calls that arrived.
    pub arrived: u64,
    /// Calls turned away.
    pub rejected: u64,
    /// Periods of cpu quotas that ended, and how many of them were throttled.
    pub periods: (u64, u64),
    /// Cpu used, in cores times nanoseconds.
    pub worked: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_of_replications_add_up() {
        let window = |n: u64| {
            let mut window = ClassWindow::new(1);
            (window.arrived, window.failed, window.completed_in) = (n, [n; FAILURE_CAUSES], n);
            window.within = vec![n];
            (0..n).for_each(|_| window.answer(5));
            window
        };
        let mut total = window(0);
        total.merge(&window(1));
        total.merge(&window(10));
        assert_eq!(total, window(11));
    }
}
