//! Looks at services without disturbing anybody.

use super::event::{self, Kind};
use super::frame::{NIL, flag};
use super::world::{World, purpose};
use crate::metrics::GridRow;
use crate::model::{ClassId, InitialState};
use crate::random::unit;
use crate::theory::stationary;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

impl World<'_> {
    pub fn probe_due(&mut self, index: usize) {
        let model = self.model;
        let Some(probe) = &model.recording.grid else { return };
        let service = probe.service.index();
        let station = &self.stations[service];
        let virtual_wait = probe.virtual_wait.then(|| self.virtual_wait(service));
        let row = GridRow { in_system: station.in_system, waiting: station.waiting(), virtual_wait };
        self.grid.push(row);
        if let Some(&next) = probe.times.get(index + 1) {
            self.calendar.schedule(next, event::pack(Kind::ProbeDue, 0, index as u32 + 1));
        }
    }

    /// Wait of a request that would arrive now, first come first served: slots are handed out in the order in
    /// which they get free, to those that wait in order of arrival (Kiefer and Wolfowitz 1955).
    fn virtual_wait(&self, service: usize) -> u64 {
        let station = &self.stations[service];
        if station.busy < station.slots.saturating_mul(station.ready.len() as u32) {
            return 0;
        }
        let ends = self.calendar.pending().filter(|(_, word)| {
            event::kind(*word) == Kind::WorkCompleted
                && self.pods[event::middle(*word) as usize].service as usize == service
        });
        let mut free: BinaryHeap<Reverse<u64>> = ends.map(|(at, _)| Reverse(at.as_nanos())).collect();
        let queue = match station.ready.first() {
            Some(&pod) if !station.central => self.pods[pod as usize].queue,
            _ => station.queue,
        };
        let mut id = queue.head;
        while id != NIL {
            let frame = &self.frames[id];
            if !frame.is(flag::ABANDONED)
                && let Some(Reverse(at)) = free.pop()
            {
                free.push(Reverse(at + self.work_of(frame.key, frame.pc as usize)));
            }
            id = frame.next;
        }
        free.peek().map_or(0, |Reverse(at)| at.saturating_sub(self.now))
    }

    /// How many requests a service holds at the start, and of which class.
    pub fn initial_requests(&self, service: usize) -> (u32, ClassId) {
        match self.model.services[service].initial {
            InitialState::Empty => (0, ClassId(0)),
            InitialState::Requests { count, class } => (count, class),
            InitialState::Stationary { rate, class } => {
                let s = &self.model.services[service];
                let site = self.classes[class.index()].direct_site;
                let mean = site.map(|site| self.model.sites[site.index()].operation).and_then(|step| {
                    match self.steps[step.index()] {
                        crate::model::Step::Work { law } => Some(self.model.laws[law.index()].law.mean()),
                        _ => None,
                    }
                });
                let slots = s.slots.saturating_mul(s.replicas);
                let room = (s.queue_limit != u32::MAX).then(|| u64::from(slots) + u64::from(s.queue_limit));
                let draw = unit(self.root.draw(purpose::INITIAL | service as u64));
                let count = mean
                    .and_then(|mean| stationary::mmc_sample(rate, 1.0 / mean, u64::from(slots), room, draw));
                (count.unwrap_or(0) as u32, class)
            }
        }
    }
}
