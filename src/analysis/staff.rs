//! How many pods carry a flow of calls within a limit on their wait.

use crate::model::{Model, QueuePlacement, Service};
use crate::policy::balancing::Spread;
use crate::theory::{StaffingTarget, smallest_slots};

/// What arrives at a service and what a pod of it can do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Flow {
    /// Calls a second.
    pub(super) rate: f64,
    /// Seconds of cpu a call, at speed 1.
    pub(super) work: f64,
    /// Seconds in a slot a call, without waiting.
    pub(super) held: f64,
    /// Slots of a pod; infinite without a limit.
    pub(super) slots: f64,
    /// Cores of a pod times its speed; infinite without a limit.
    pub(super) cores: f64,
    /// Whether a call may be served by any pod that is free, or only by the pod it was sent to.
    pub(super) pooled: bool,
}

/// Whether calls of a service wait for the first free pod: one queue, or balancers that look where a place is free.
/// Balancers that send by chance, in turn or by address make every pod a queue of its own.
pub(super) fn is_pooled(model: &Model, s: usize, service: &Service) -> bool {
    let mut edges = model.edges.iter().filter(|edge| edge.target.index() == s);
    service.placement == QueuePlacement::Central || edges.all(|edge| edge.balancer.spread() == Spread::Pooled)
}

/// Whole pods; `None` when the count is beyond all reason.
fn pods(count: f64) -> Option<u32> {
    let count = (count - 1e-9).ceil().max(1.0);
    (count < 1e9).then_some(count as u32)
}

impl Flow {
    /// Places of a pod that take turns, and the seconds a call takes one: slots, or the cores that requests in
    /// service share, whichever is the tighter bound. `None` if a pod has no bound.
    fn stage(&self) -> Option<(f64, f64)> {
        let slots = (self.held > 0.0 && self.slots.is_finite()).then_some((self.slots, self.held));
        // A part of a core is one place that takes longer.
        let places = self.cores.ceil().max(1.0);
        let cores =
            (self.work > 0.0 && self.cores.is_finite()).then(|| (places, self.work * places / self.cores));
        let busy = |stage: &(f64, f64)| stage.1 / stage.0;
        slots.into_iter().chain(cores).max_by(|a, b| busy(a).total_cmp(&busy(b)))
    }

    /// Calls a second that keep one pod wholly busy.
    pub(super) fn pod_rate(&self) -> Option<f64> {
        self.stage().map(|(places, time)| places / time)
    }

    /// Pods whose whole capacity is what arrives: the least that any queue of these pods can live with.
    pub(super) fn fluid(&self) -> Option<u32> {
        pods(self.rate / self.pod_rate()?)
    }

    /// Pods with which the wait meets `target` by Erlang C: of one M/M/c with the places of all pods, or of an M/M/c
    /// a pod with its share of the calls. `None` if the formula does not reach so far.
    ///
    /// For cores that are shared (M/M/c-PS) the tail of the wait is that of the queue with the same places in order
    /// of arrival: a bound from below, as the longest requests are stretched most.
    pub(super) fn within(&self, target: StaffingTarget, budget: f64) -> Option<u32> {
        let (places, time) = self.stage()?;
        let fluid = self.fluid()?;
        if self.pooled {
            let found = smallest_slots(self.rate, 1.0 / time, target, budget).ok()?;
            return Some(pods(found.slots as f64 / places)?.max(fluid));
        }
        let holds = |count: u32| {
            let share = self.rate / f64::from(count);
            smallest_slots(share, 1.0 / time, target, budget).is_ok_and(|found| found.slots as f64 <= places)
        };
        // A pod's wait falls as its share does, so the search doubles its step and then bisects.
        let mut high = fluid;
        while !holds(high) {
            high = high.checked_mul(2).filter(|&count| count < 1 << 30)?;
        }
        let mut low = (high / 2).max(fluid - 1);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if holds(middle) { high = middle } else { low = middle }
        }
        Some(high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P99: StaffingTarget = StaffingTarget::WaitingTimeQuantile(0.99);

    fn flow(rate: f64, pooled: bool) -> Flow {
        Flow { rate, work: 0.1, held: 0.1, slots: 1.0, cores: f64::INFINITY, pooled }
    }

    #[test]
    fn queues_of_their_own_need_more_pods_than_one_queue() {
        // M/M/1 a pod with time 1/10 s: rho exp(-(10 - 10 rho) t) <= 0.01 at t = 0.5 s first holds at
        // rho = 0.2016, so 100/s need 49.6 pods. One queue: C(12, 10) exp(-(120 - 100) 0.5) <= 0.01 needs 11.
        assert_eq!(flow(100.0, true).within(P99, 0.5), Some(11));
        let separate = flow(100.0, false).within(P99, 0.5).unwrap();
        let tail = |n: u32| {
            let rho = 10.0 / f64::from(n);
            rho * crate::numerics::exp(-(10.0 - 10.0 * rho) * 0.5)
        };
        assert!(tail(separate) <= 0.01 && tail(separate - 1) > 0.01, "{separate}");
        assert_eq!(flow(100.0, true).fluid(), Some(10));
    }

    #[test]
    fn the_tighter_of_slots_and_cores_counts() {
        let pod = Flow { rate: 100.0, work: 0.02, held: 0.04, slots: 16.0, cores: 1.0, pooled: true };
        assert_eq!((pod.pod_rate(), pod.fluid()), (Some(50.0), Some(2)));
        let half = Flow { cores: 0.5, ..pod };
        assert_eq!((half.pod_rate(), half.fluid()), (Some(25.0), Some(4)));
        let narrow = Flow { slots: 1.0, ..pod };
        assert_eq!(narrow.pod_rate(), Some(25.0));
        let free = Flow { slots: f64::INFINITY, cores: f64::INFINITY, ..pod };
        assert_eq!((free.pod_rate(), free.fluid(), free.within(P99, 1.0)), (None, None, None));
    }
}
