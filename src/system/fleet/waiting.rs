//! Frames that wait for a slot.
//!
//! A frame whose client gave up stays in its list, for lists are linked one way only; what it counts for changes at
//! once where it leaves at once, and it is dropped when the list gets to it.

use super::cpu::Plan;
use super::queue::{Queue, pop_front, push_back, push_front};
use super::state::Fleet;
use crate::model::{AbandonedWork, Discipline};
use crate::system::core::{Core, NIL, flag};

/// Ranks of priority, and so lists of a queue that has them.
pub const PRIORITIES: usize = 8;

impl Fleet {
    /// A frame that its pod (or service) already holds waits for a slot.
    #[inline(always)]
    pub(super) fn enqueue(&mut self, c: &mut Core<'_>, id: u32, service: usize, pod: u32) {
        let station = &mut self.stations[service];
        c.ledger.service(service).note_queue(station.waiting());
        c.frames[id].flags |= flag::QUEUED;
        let discipline = station.rules.discipline;
        let queue =
            if station.rules.central { &mut station.queue } else { &mut self.pods[pod as usize].queue };
        queue.waiting += 1;
        match discipline {
            Discipline::Fifo => push_back(&mut c.frames, queue, id),
            Discipline::Lifo => push_front(&mut c.frames, queue, id),
            Discipline::Priority { .. } => {
                let list = self.list_of(c, id, service, pod);
                push_back(&mut c.frames, &mut self.lists[list], id);
            }
        }
    }

    /// An interrupted frame goes back to the head of its rank.
    pub(super) fn requeue_first(&mut self, c: &mut Core<'_>, id: u32, service: usize, pod: u32) {
        c.frames[id].flags |= flag::QUEUED;
        self.pods[pod as usize].queue.waiting += 1;
        let list = self.list_of(c, id, service, pod);
        push_front(&mut c.frames, &mut self.lists[list], id);
    }

    /// First of the lists of a pod, or of its service.
    fn first_list(&self, service: usize, pod: u32) -> usize {
        let station = &self.stations[service];
        let first = if station.rules.central { station.lists } else { self.details[pod as usize].lists };
        first as usize
    }

    fn list_of(&self, c: &Core<'_>, id: u32, service: usize, pod: u32) -> usize {
        self.first_list(service, pod) + usize::from(c.frames.ranks.get(id))
    }

    /// Lists by priority, if the service has priorities.
    pub(super) fn make_lists(&mut self, service: usize) -> u32 {
        if !self.stations[service].rules.has_priorities() {
            return NIL;
        }
        let first = self.lists.len() as u32;
        self.lists.extend(std::iter::repeat_n(Queue::EMPTY, PRIORITIES));
        first
    }

    /// Takes the next frame that still wants service out of the queue of a pod (or of its service).
    #[inline(always)]
    pub(super) fn dequeue(&mut self, c: &mut Core<'_>, service: usize, pod: u32) -> Option<u32> {
        let station = &mut self.stations[service];
        let (ranked, abandoned) = (station.rules.has_priorities(), station.rules.abandoned);
        let queue =
            if station.rules.central { &mut station.queue } else { &mut self.pods[pod as usize].queue };
        if queue.waiting == 0 && queue.head == NIL {
            return None;
        }
        if ranked || queue.waiting == 0 {
            return self.dequeue_slowly(c, service, pod);
        }
        let id = pop_front(&c.frames, queue);
        let frame = &mut c.frames[id];
        if frame.is(flag::ABANDONED) && abandoned != AbandonedWork::Stay {
            self.drop_abandoned(c, id, service, pod);
            return self.dequeue_slowly(c, service, pod);
        }
        frame.flags &= !flag::QUEUED;
        queue.waiting -= 1;
        Some(id)
    }

    /// The same where lists have ranks, or frames at the head no longer want service.
    #[cold]
    fn dequeue_slowly(&mut self, c: &mut Core<'_>, service: usize, pod: u32) -> Option<u32> {
        loop {
            let id = self.pop_any(c, service, pod);
            if id == NIL {
                return None;
            }
            let abandoned = self.stations[service].rules.abandoned;
            if c.frames[id].is(flag::ABANDONED) && abandoned != AbandonedWork::Stay {
                self.drop_abandoned(c, id, service, pod);
                continue;
            }
            c.frames[id].flags &= !flag::QUEUED;
            self.queue_mut(service, pod).waiting -= 1;
            return Some(id);
        }
    }

    /// The first frame of the first list that has one.
    fn pop_any(&mut self, c: &Core<'_>, service: usize, pod: u32) -> u32 {
        if !self.stations[service].rules.has_priorities() {
            return pop_front(&c.frames, self.queue_mut(service, pod));
        }
        let first = self.first_list(service, pod);
        let lists = &mut self.lists[first..first + PRIORITIES];
        lists.iter_mut().map(|list| pop_front(&c.frames, list)).find(|&id| id != NIL).unwrap_or(NIL)
    }

    fn queue_mut(&mut self, service: usize, pod: u32) -> &mut Queue {
        let station = &mut self.stations[service];
        if station.rules.central { &mut station.queue } else { &mut self.pods[pod as usize].queue }
    }

    /// Work of a client that gave up has come to the head of its list.
    #[cold]
    fn drop_abandoned(&mut self, c: &mut Core<'_>, id: u32, service: usize, pod: u32) {
        if self.stations[service].rules.abandoned == AbandonedWork::DropAtHead {
            self.leave_queue(c, id, service, pod);
        }
        self.forget(id);
        c.frames.remove(id);
    }

    /// A waiting frame no longer counts.
    pub(super) fn leave_queue(&mut self, c: &mut Core<'_>, id: u32, service: usize, pod: u32) {
        self.queue_mut(service, pod).waiting -= 1;
        let station = &mut self.stations[service];
        let frame = &c.frames[id];
        if frame.is(flag::MEASURED) {
            c.ledger.service(service).count_leaving(c.now - frame.arrived);
        }
        if station.rules.central {
            station.in_system -= 1;
        } else {
            self.pods[pod as usize].unhold(pod, station);
        }
    }

    /// Whoever waited for a frame has given up. A queued frame leaves as its service treats such work; one in
    /// service runs on, for nobody.
    pub fn abandon(&mut self, c: &mut Core<'_>, id: u32) {
        let frame = &mut c.frames[id];
        frame.flags |= flag::ABANDONED;
        if !frame.is(flag::QUEUED) {
            return;
        }
        let pod = frame.pod;
        let service = self.pods[pod as usize].service as usize;
        if self.stations[service].rules.abandoned == AbandonedWork::Leave {
            self.touch(c, service);
            self.leave_queue(c, id, service, pod);
            if self.pods[pod as usize].is_drained() {
                self.remove_pod(c, pod);
            }
        }
    }

    /// Forgets what a frame that goes had left to do.
    #[inline(always)]
    pub fn forget(&mut self, id: u32) {
        self.plans.put(id, Plan::NONE);
    }
}
