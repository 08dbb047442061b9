//! Frames reach their pod: they take a slot, wait, or are turned away.

use super::events::Completion;
use super::state::Fleet;
use crate::metrics::FailureCause;
use crate::model::{LawId, Step};
use crate::random::Key;
use crate::system::core::{Core, flag};

/// What became of a frame that reached its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// It has a slot, and its program is to run on.
    Runs,
    /// It waits, or has begun its work already.
    Settled,
    /// It was turned away.
    Turned(FailureCause),
}

impl Fleet {
    /// A frame reaches the pod that its balancer chose.
    #[inline(always)]
    pub fn enter(&mut self, c: &mut Core<'_>, id: u32, service: usize, chosen: u32) -> Entered {
        let station = &mut self.stations[service];
        let pod = &mut self.pods[chosen as usize];
        let frame = &mut c.frames[id];
        let books = c.ledger.service(service);
        books.touch(c.now, station.in_system, station.busy);
        books.count_arrival(frame.is(flag::MEASURED));
        frame.pod = chosen;
        if pod.busy < station.rules.slots {
            pod.hold(chosen, station);
            if !station.rules.simple {
                self.take_slot(c, id, service, chosen);
                return Entered::Runs;
            }
            station.busy += 1;
            pod.busy += 1;
            let (key, pc) = (frame.key, frame.pc);
            if books.count_start(frame.flags, 0) {
                c.ledger.begin(frame.parent, 0);
            }
            if station.rules.notes_starts {
                note_start(c, id, 0, station.rules.notes_first_waits);
            }
            return if begins_otherwise(c, id, key, pc, chosen) { Entered::Runs } else { Entered::Settled };
        }
        if station.rules.preempts && self.preempt_for(c, id, service, chosen) {
            return Entered::Runs;
        }
        let station = &mut self.stations[service];
        let pod = &mut self.pods[chosen as usize];
        if pod.queue.waiting >= station.rules.queue_limit {
            return turn_away(c, id, service, FailureCause::Rejected);
        }
        pod.hold(chosen, station);
        self.enqueue(c, id, service, chosen);
        Entered::Settled
    }

    /// A frame reaches a service that has one queue for all of its pods.
    pub fn enter_central(&mut self, c: &mut Core<'_>, id: u32, service: usize) -> Entered {
        self.note_arrival(c, id, service);
        if let Some(pod) = self.free_pod(service) {
            c.frames[id].pod = pod;
            self.pods[pod as usize].hold(pod, &mut self.stations[service]);
            self.take_slot(c, id, service, pod);
            return Entered::Runs;
        }
        let station = &mut self.stations[service];
        // Which pod will serve it is known only when one is free; any pod of the service names the service.
        let Some(&any) = station.ready.first().or(station.starting.first()) else {
            return turn_away(c, id, service, FailureCause::Unavailable);
        };
        if station.queue.waiting >= station.rules.queue_limit {
            return turn_away(c, id, service, FailureCause::Rejected);
        }
        c.frames[id].pod = any;
        station.in_system += 1;
        self.enqueue(c, id, service, any);
        Entered::Settled
    }

    /// A ready pod with a free slot, the least busy first.
    pub(super) fn free_pod(&self, service: usize) -> Option<u32> {
        let station = &self.stations[service];
        station.levels.as_ref().and_then(|levels| levels.below(station.rules.slots).first().copied())
    }

    /// A frame that its pod holds takes a free slot.
    #[inline(always)]
    pub(super) fn take_slot(&mut self, c: &mut Core<'_>, id: u32, service: usize, pod: u32) {
        self.meter(c, service, pod);
        self.stations[service].busy += 1;
        self.pods[pod as usize].busy += 1;
        self.begin_service(c, id, service);
    }

    /// Service begins: the wait is over.
    #[inline(always)]
    pub(super) fn begin_service(&mut self, c: &mut Core<'_>, id: u32, service: usize) {
        if self.is_resumed(id) {
            return;
        }
        let frame = &c.frames[id];
        let wait = c.now - frame.arrived;
        if c.ledger.service(service).count_start(frame.flags, wait) {
            c.ledger.begin(frame.parent, wait);
        }
        let rules = &self.stations[service].rules;
        if rules.notes_starts {
            note_start(c, id, wait, rules.notes_first_waits);
        }
    }

    /// A frame with a slot begins a piece of work.
    #[inline(always)]
    pub fn begin_work(&mut self, c: &mut Core<'_>, id: u32, key: Key, law: LawId, pc: u16, pod: u32) {
        let service = self.pods[pod as usize].service as usize;
        if self.stations[service].rules.plain {
            schedule_work(c, id, key, law, pc, pod);
        } else {
            let work = c.draw_step(law, id, key, pc);
            self.begin_uneven_work(c, id, service, pod, work);
        }
    }
}

/// Work that lasts as long as drawn.
#[inline(always)]
fn schedule_work(c: &mut Core<'_>, id: u32, key: Key, law: LawId, pc: u16, pod: u32) {
    let work = c.draw_step(law, id, key, pc);
    c.schedule(c.now.saturating_add(work), Completion::Work, pod, id);
}

/// Begins the work of a frame whose work lasts as long as drawn; true if something else is its step, which is to run.
#[inline(always)]
pub(super) fn begins_otherwise(c: &mut Core<'_>, id: u32, key: Key, pc: u16, pod: u32) -> bool {
    if let Step::Work { law } = c.steps[pc as usize] {
        schedule_work(c, id, key, law, pc, pod);
        return false;
    }
    true
}

/// What is noted of the start of service besides the wait.
#[cold]
pub(super) fn note_start(c: &mut Core<'_>, id: u32, wait: u64, is_first_wait: bool) {
    c.ledger.note_start(id, c.now);
    if is_first_wait {
        c.ledger.note_first_wait(wait);
    }
}

/// A frame is turned away at the door.
#[cold]
pub(super) fn turn_away(c: &mut Core<'_>, id: u32, service: usize, cause: FailureCause) -> Entered {
    let measured = c.frames[id].is(flag::MEASURED);
    c.ledger.service(service).count_rejection(measured);
    Entered::Turned(cause)
}

impl Fleet {
    /// A call has arrived at a service.
    fn note_arrival(&self, c: &mut Core<'_>, id: u32, service: usize) {
        self.touch(c, service);
        let measured = c.frames[id].is(flag::MEASURED);
        c.ledger.service(service).count_arrival(measured);
    }

    /// A frame finds no ready pod.
    #[cold]
    pub fn turn_away_unserved(&self, c: &mut Core<'_>, id: u32, service: usize) -> Entered {
        self.note_arrival(c, id, service);
        turn_away(c, id, service, FailureCause::Unavailable)
    }
}
