//! Looks at services that disturb nobody: probes, and what balancers see of pods.

use super::events::Completion;
use super::pod::{Detail, Pod};
use super::state::Fleet;
use super::station::Station;
use crate::metrics::GridRow;
use crate::policy::balancing::{Hosts, Levels};
use crate::system::core::{Core, NIL, flag, is, middle};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A service's pods as balancers see them.
pub struct Seen<'f> {
    station: &'f Station,
    pods: &'f [Pod],
    details: &'f mut [Detail],
}

impl Hosts for Seen<'_> {
    #[inline(always)]
    fn ready(&self) -> &[u32] {
        &self.station.ready
    }

    #[inline(always)]
    fn slots(&self) -> u32 {
        self.station.rules.slots
    }

    #[inline(always)]
    fn holds(&self, pod: u32) -> u32 {
        self.pods[pod as usize].holds
    }

    #[inline(always)]
    fn levels(&self) -> Option<&Levels> {
        self.station.levels.as_ref()
    }

    fn free_at(&self, pod: u32) -> u64 {
        self.details[pod as usize].free_at
    }

    fn ordinal(&self, pod: u32) -> u32 {
        self.details[pod as usize].ordinal
    }

    fn promise(&mut self, now: u64, pod: u32, work: u64) {
        let detail = &mut self.details[pod as usize];
        let lasts = work as f64 / detail.speed / f64::from(self.station.rules.slots);
        detail.free_at = detail.free_at.max(now) + lasts as u64;
    }
}

impl Fleet {
    /// A service's pods as balancers see them.
    #[inline(always)]
    pub fn seen(&mut self, service: usize) -> Seen<'_> {
        Seen { station: &self.stations[service], pods: &self.pods, details: &mut self.details }
    }

    /// A look at a service.
    pub fn look(&self, c: &Core<'_>, service: usize, virtual_wait: bool) -> GridRow {
        let station = &self.stations[service];
        let virtual_wait = virtual_wait.then(|| self.virtual_wait(c, service));
        GridRow { in_system: station.in_system, waiting: station.waiting(), virtual_wait }
    }

    /// Wait of a request that would arrive now, first come first served: slots are handed out in the order in
    /// which they get free, to those that wait in order of arrival (Kiefer and Wolfowitz 1955).
    fn virtual_wait(&self, c: &Core<'_>, service: usize) -> u64 {
        let station = &self.stations[service];
        if station.busy < station.rules.slots.saturating_mul(station.ready.len() as u32) {
            return 0;
        }
        let ends = c.calendar.pending().filter(|(_, word)| {
            is(*word, Completion::Work) && self.service_of(middle(*word)) == Some(service)
        });
        let mut free: BinaryHeap<Reverse<u64>> = ends.map(|(at, _)| Reverse(at.as_nanos())).collect();
        let queue = match station.ready.first() {
            Some(&pod) if !station.rules.central => self.pods[pod as usize].queue,
            _ => station.queue,
        };
        let mut id = queue.head;
        while id != NIL {
            let frame = &c.frames[id];
            if !frame.is(flag::ABANDONED)
                && let Some(Reverse(at)) = free.pop()
            {
                free.push(Reverse(at + c.work_of(id, frame.key, frame.pc)));
            }
            id = frame.next;
        }
        free.peek().map_or(0, |Reverse(at)| at.saturating_sub(c.now))
    }
}
