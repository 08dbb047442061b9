//! Response times of edges, service times, and both by window, of the calls of measured requests. Kept where
//! `run.record.calls` says so.

use super::Recorder;
use super::cause::{FAILURE_CAUSES, FailureCause};
use super::sketch::Sketch;
use super::window::ClassWindow;
use serde::{Deserialize, Serialize};

/// The calls of one replication.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// One an edge, in the model's order.
    pub edges: Vec<EdgeCalls>,
    /// One a service.
    pub services: Vec<ServiceCalls>,
    /// Service times at the entry by class, of requests answered well; kept for clients whose program is one call
    /// without timers, retries or loss, `None` for others.
    pub classes: Vec<Option<Recorder>>,
}

/// The calls of one edge: `calls` of the edge's record = answered + failed + abandoned + unfinished at the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EdgeCalls {
    /// Calls answered well.
    pub answered: u64,
    /// Calls that failed after all tries, by cause.
    pub failed: [u64; FAILURE_CAUSES],
    /// Calls whose caller went away: its patience ended.
    pub abandoned: u64,
    /// Limits of the edge's `within` objectives in nanoseconds, sorted.
    pub limits: Vec<u64>,
    /// Calls answered well within each limit.
    pub within: Vec<u64>,
    /// Time from the beginning of the whole call to its good answer as the caller sees it: all tries, lost ones and
    /// pauses between them included.
    pub response: Recorder,
    /// By window of the call's beginning; empty if no series is recorded.
    pub windows: Vec<CallWindow>,
    /// Tries of the calls of each window.
    pub attempts: Vec<u64>,
}

/// The calls of one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceCalls {
    /// Limits of the service's `within` objectives in nanoseconds, sorted.
    pub limits: Vec<u64>,
    /// Calls served to the end within each limit of their arrival.
    pub within: Vec<u64>,
    /// Time from the first start of service (a slot is taken) to the end of the program, of calls served to the end:
    /// waiting for callees and interruptions by more urgent work are part of it.
    pub service: Recorder,
    /// By window of the call's arrival; empty if no series is recorded.
    pub windows: Vec<CallWindow>,
}

/// Calls in one window: of an edge those begun in it, of a service those that arrived in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallWindow {
    /// Calls begun (edge), or calls that arrived (service).
    pub calls: u64,
    /// Of these, answered well (edge), or served to the end (service).
    pub answered: u64,
    /// Of these, failed by cause (edge), or turned away by cause (service).
    pub failed: [u64; FAILURE_CAUSES],
    /// Of these, answered well or served within each of the limits.
    pub within: Vec<u64>,
    /// Response times of those answered well, or times in the service of those served; allocated at the first.
    pub times: Option<Box<Sketch>>,
}

impl EdgeCalls {
    /// No calls yet, in so many windows.
    #[must_use]
    pub fn new(bits: u8, limits: Vec<u64>, windows: usize) -> Self {
        Self {
            answered: 0,
            failed: [0; FAILURE_CAUSES],
            abandoned: 0,
            within: vec![0; limits.len()],
            response: Recorder::new(bits),
            windows: vec![CallWindow::new(limits.len()); windows],
            attempts: vec![0; windows],
            limits,
        }
    }

    /// Calls that failed of all causes.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }
}

impl ServiceCalls {
    /// No calls yet, in so many windows.
    #[must_use]
    pub fn new(bits: u8, limits: Vec<u64>, windows: usize) -> Self {
        Self {
            within: vec![0; limits.len()],
            service: Recorder::new(bits),
            windows: vec![CallWindow::new(limits.len()); windows],
            limits,
        }
    }
}

impl CallRecord {
    /// The record without its windows.
    #[must_use]
    pub fn without_windows(mut self) -> Self {
        for edge in &mut self.edges {
            (edge.windows, edge.attempts) = (Vec::new(), Vec::new());
        }
        self.services.iter_mut().for_each(|service| service.windows = Vec::new());
        self
    }
}

impl CallWindow {
    /// An empty window with this many limits.
    #[must_use]
    pub fn new(limits: usize) -> Self {
        Self { within: vec![0; limits], ..Self::default() }
    }

    /// Records a good answer, or the end of service, after `nanos`.
    pub fn answer(&mut self, nanos: u64) {
        self.answered += 1;
        self.times.get_or_insert_default().record(nanos);
    }

    /// Calls that failed or were turned away, of all causes.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// Adds the requests of a class each of which is one call: giving up is no failure of the call.
    pub fn add_requests(&mut self, window: &ClassWindow) {
        self.calls += window.arrived;
        self.answered += window.succeeded;
        add(&mut self.failed, &window.failed);
        self.failed[FailureCause::Abandoned as usize] -= window.failed[FailureCause::Abandoned as usize];
        if let Some(times) = &window.sojourn {
            self.times.get_or_insert_default().merge(&Sketch::of(times));
        }
    }
}

fn add(into: &mut [u64], other: &[u64]) {
    into.iter_mut().zip(other).for_each(|(a, b)| *a += b);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_gives_up_is_no_failure_of_its_call() {
        let mut requests = ClassWindow::new(0);
        (requests.arrived, requests.failed) = (11, [1, 1, 1, 5, 1]);
        (0..2).for_each(|_| requests.answer(7));
        let mut calls = CallWindow::new(0);
        calls.add_requests(&requests);
        calls.add_requests(&requests);
        assert_eq!((calls.calls, calls.answered, calls.failures()), (22, 4, 8));
        assert_eq!(calls.times.map_or(0, |times| times.count()), 4);
    }
}
