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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{FAILURE_CAUSES, LevelIntegral, Recorder};

    fn times(n: u64) -> Recorder {
        let mut recorder = Recorder::new(7);
        (0..n).for_each(|_| recorder.record(5));
        recorder
    }

    fn class(n: u64) -> ClassRecord {
        ClassRecord {
            arrived: n,
            succeeded: n,
            failed: [n; FAILURE_CAUSES],
            censored: n,
            within: vec![n],
            completed_in_span: n,
            wait: times(n),
            sojourn: times(n),
            failed_after: times(n),
        }
    }

    fn service(n: u64) -> ServiceRecord {
        let mut in_system = LevelIntegral::default();
        in_system.add(2, n);
        ServiceRecord {
            arrived: n,
            rejected: n,
            left_queue: n,
            waited: n,
            completed: n,
            wasted: n,
            wait: times(n),
            wait_left: times(n),
            wait_within: vec![n],
            sojourn: times(n),
            slowdown: (n as f64, n),
            in_system,
            busy: n.into(),
            worked: n as f64,
            quota: QuotaCounts { periods: n, throttled: n, stopped: n },
            queued: n.into(),
            ready: n.into(),
            slots: n.into(),
            pods: n.into(),
            ..ServiceRecord::new(7)
        }
    }

    fn calls(n: u64) -> CallRecord {
        let mut edge = EdgeCalls::new(7, vec![9], 0);
        (edge.answered, edge.failed, edge.abandoned) = (n, [n; FAILURE_CAUSES], n);
        (edge.within, edge.response) = (vec![n], times(n));
        let mut service = ServiceCalls::new(7, vec![9], 0);
        (service.within, service.service) = (vec![n], times(n));
        CallRecord { edges: vec![edge], services: vec![service], classes: vec![Some(times(n)), None] }
    }

    /// A run in which everything that is counted was counted `n` times.
    fn run(n: u64) -> RunRecord {
        RunRecord {
            classes: vec![class(n)],
            services: vec![service(n)],
            edges: vec![EdgeRecord { calls: n, attempts: n, lost: n, timed_out: n, failed: n }],
            calls: Some(calls(n)),
            span: n,
            events: n,
            ..RunRecord::default()
        }
    }

    #[test]
    fn whatever_is_counted_is_added() {
        let mut total = run(1);
        total.merge(&run(10));
        assert_eq!(total, run(11));
    }

    #[test]
    fn extremes_stay_extremes() {
        let of = |peak_frames, peak_queue, ready_range| {
            let service = ServiceRecord { peak_queue, ready_range, ..ServiceRecord::new(7) };
            RunRecord { services: vec![service], peak_frames, ..RunRecord::default() }
        };
        let mut total = of(30, 9, (2, 4));
        total.merge(&of(20, 3, (1, 5)));
        total.merge(&of(40, 5, (3, 3)));
        assert_eq!(total, of(40, 9, (1, 5)));
    }

    #[test]
    fn limits_that_are_missing_so_far_are_not_lost() {
        let mut total = ServiceRecord::new(7);
        total.merge(&service(3));
        assert_eq!(total.wait_within, [3]);
    }
}
