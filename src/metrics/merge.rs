//! How the records of replications become one. Everything is a sum, a largest or a smallest of whole numbers, so no
//! order shows in it but that of the two sums of floating-point numbers (slowdown and cpu used).

use super::calls::{CallRecord, EdgeCalls, ServiceCalls};
use super::record::{ClassRecord, EdgeRecord, QuotaCounts, RunRecord, ServiceRecord};

impl RunRecord {
    /// Adds the totals of the next replication. Series, waits of the first requests and looks at the grid are left alone:
    /// they are pooled apart.
    pub fn merge(&mut self, other: &Self) {
        self.classes.iter_mut().zip(&other.classes).for_each(|(a, b)| a.merge(b));
        self.services.iter_mut().zip(&other.services).for_each(|(a, b)| a.merge(b));
        self.edges.iter_mut().zip(&other.edges).for_each(|(a, b)| a.merge(b));
        if let (Some(mine), Some(theirs)) = (&mut self.calls, &other.calls) {
            mine.merge(theirs);
        }
        self.span += other.span;
        self.events += other.events;
        self.peak_frames = self.peak_frames.max(other.peak_frames);
    }

    /// The record without what is pooled apart.
    #[must_use]
    pub fn without_series(self) -> Self {
        let calls = self.calls.map(CallRecord::without_windows);
        Self { windows: None, calls, first_waits: Vec::new(), grid: Vec::new(), ..self }
    }

    /// All classes as one, without limits: each class has its own.
    #[must_use]
    pub fn all_classes(&self, bits: u8) -> ClassRecord {
        let mut all = ClassRecord::new(bits, 0);
        self.classes.iter().for_each(|class| all.merge(class));
        all
    }
}

impl ClassRecord {
    /// Adds a class's counts and times; limits are added where both have them.
    pub fn merge(&mut self, other: &Self) {
        self.arrived += other.arrived;
        self.succeeded += other.succeeded;
        add(&mut self.failed, &other.failed);
        self.censored += other.censored;
        add(&mut self.within, &other.within);
        self.completed_in_span += other.completed_in_span;
        self.sojourn.merge(&other.sojourn);
        self.wait.merge(&other.wait);
        self.failed_after.merge(&other.failed_after);
    }
}

impl ServiceRecord {
    /// Adds another replication's counts, times and integrals.
    pub fn merge(&mut self, other: &Self) {
        self.arrived += other.arrived;
        self.rejected += other.rejected;
        self.left_queue += other.left_queue;
        self.waited += other.waited;
        self.completed += other.completed;
        self.wasted += other.wasted;
        self.wait.merge(&other.wait);
        self.wait_left.merge(&other.wait_left);
        self.wait_within.resize(other.wait_within.len(), 0);
        add(&mut self.wait_within, &other.wait_within);
        self.sojourn.merge(&other.sojourn);
        self.slowdown.0 += other.slowdown.0;
        self.slowdown.1 += other.slowdown.1;
        self.in_system.merge(&other.in_system);
        self.busy += other.busy;
        self.worked += other.worked;
        self.quota.merge(&other.quota);
        self.queued += other.queued;
        self.ready += other.ready;
        self.slots += other.slots;
        self.pods += other.pods;
        self.peak_queue = self.peak_queue.max(other.peak_queue);
        self.ready_range.0 = self.ready_range.0.min(other.ready_range.0);
        self.ready_range.1 = self.ready_range.1.max(other.ready_range.1);
    }
}

impl QuotaCounts {
    /// Adds other counts.
    pub fn merge(&mut self, other: &Self) {
        self.periods += other.periods;
        self.throttled += other.throttled;
        self.stopped += other.stopped;
    }
}

impl EdgeRecord {
    /// Adds another replication's counts.
    pub fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.attempts += other.attempts;
        self.lost += other.lost;
        self.timed_out += other.timed_out;
        self.failed += other.failed;
    }
}

impl CallRecord {
    /// Adds the totals of another replication; windows are left alone.
    pub fn merge(&mut self, other: &Self) {
        self.edges.iter_mut().zip(&other.edges).for_each(|(a, b)| a.merge(b));
        self.services.iter_mut().zip(&other.services).for_each(|(a, b)| a.merge(b));
        for (mine, theirs) in self.classes.iter_mut().zip(&other.classes) {
            if let (Some(mine), Some(theirs)) = (mine, theirs) {
                mine.merge(theirs);
            }
        }
    }
}

impl EdgeCalls {
    fn merge(&mut self, other: &Self) {
        self.answered += other.answered;
        self.abandoned += other.abandoned;
        add(&mut self.failed, &other.failed);
        add(&mut self.within, &other.within);
        self.response.merge(&other.response);
    }
}

impl ServiceCalls {
    fn merge(&mut self, other: &Self) {
        add(&mut self.within, &other.within);
        self.service.merge(&other.service);
    }
}

fn add(into: &mut [u64], other: &[u64]) {
    into.iter_mut().zip(other).for_each(|(a, b)| *a += b);
}
