//! What must hold after every event, checked in builds with debug assertions.

use super::world::World;

/// With more pods than this the check would take longer than the run.
const MOST_PODS: usize = 64;

/// Every one of the first events is looked at.
const EVERY_EVENT: u64 = 20_000;

impl World<'_> {
    /// Looks after every event of small runs, and now and then later on.
    pub fn check_books_often(&self) {
        if self.events < EVERY_EVENT || self.events.is_multiple_of(256) {
            self.check_books();
        }
    }

    /// Requests are conserved, and services hold what their pods and queues hold.
    fn check_books(&self) {
        let records = self.classes.iter().map(|c| &c.record);
        let in_flight: u64 = records.map(|r| r.arrived - r.succeeded - r.failures()).sum();
        assert_eq!(in_flight, self.measured_in_flight, "arrived = succeeded + failed + in flight");
        self.check_calls();
        if self.pods.len() > MOST_PODS {
            return;
        }
        for (at, station) in self.stations.iter().enumerate() {
            let pods = || self.pods.iter().filter(|p| usize::from(p.service) == at);
            let held = pods().map(|p| p.holds).sum::<u32>() + station.queue.waiting;
            assert_eq!(held, station.in_system, "a service holds what its pods and its queue hold");
            let busy: u32 = pods().map(|p| p.busy).sum();
            assert_eq!(busy, station.busy, "a service is as busy as its pods");
            assert!(pods().all(|p| p.busy <= station.slots), "no pod has more slots taken than there are");
        }
    }
}
