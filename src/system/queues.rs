//! Frames that wait for a slot.
//!
//! A frame whose client gave up stays in its list, for lists are linked one way only; what it counts for changes at
//! once where it leaves at once, and it is dropped when the list gets to it.

use super::frame::{Frames, NIL, flag};
use super::stations::{PRIORITIES, PodState, Queue};
use super::world::World;
use crate::model::{AbandonedWork, Discipline};

/// Puts a frame at the end of a list.
#[inline(always)]
pub fn push_back(frames: &mut Frames, queue: &mut Queue, id: u32) {
    frames[id].next = NIL;
    let tail = std::mem::replace(&mut queue.tail, id);
    if tail == NIL {
        queue.head = id;
    } else {
        frames[tail].next = id;
    }
}

/// Puts a frame at the head of a list.
fn push_front(frames: &mut Frames, queue: &mut Queue, id: u32) {
    frames[id].next = queue.head;
    if queue.head == NIL {
        queue.tail = id;
    }
    queue.head = id;
}

/// Takes the head of a list.
#[inline(always)]
pub fn pop_front(frames: &Frames, queue: &mut Queue) -> u32 {
    let id = queue.head;
    if id != NIL {
        queue.head = frames[id].next;
        if queue.head == NIL {
            queue.tail = NIL;
        }
    }
    id
}

impl World<'_> {
    /// A frame that its pod (or service) already holds waits for a slot.
    #[inline(always)]
    pub fn enqueue(&mut self, id: u32, service: usize, pod: u32) {
        let station = &mut self.stations[service];
        station.note_queue();
        self.frames[id].flags |= flag::QUEUED;
        let queue = if station.central { &mut station.queue } else { &mut self.pods[pod as usize].queue };
        queue.waiting += 1;
        match station.discipline {
            Discipline::Fifo => push_back(&mut self.frames, queue, id),
            Discipline::Lifo => push_front(&mut self.frames, queue, id),
            Discipline::Priority { .. } => {
                let list = self.list_of(id, service, pod);
                push_back(&mut self.frames, &mut self.lists[list], id);
            }
        }
    }

    /// An interrupted frame goes back to the head of its rank.
    pub fn requeue_first(&mut self, id: u32, service: usize, pod: u32) {
        self.frames[id].flags |= flag::QUEUED;
        self.pods[pod as usize].queue.waiting += 1;
        let list = self.list_of(id, service, pod);
        push_front(&mut self.frames, &mut self.lists[list], id);
    }

    fn list_of(&self, id: u32, service: usize, pod: u32) -> usize {
        let station = &self.stations[service];
        let first = if station.central { station.lists } else { self.details[pod as usize].lists };
        first as usize + self.frames[id].priority()
    }

    /// Takes the next frame that still wants service out of the queue of a pod (or of its service).
    #[inline(always)]
    pub fn dequeue(&mut self, service: usize, pod: u32) -> Option<u32> {
        let station = &mut self.stations[service];
        let (ranked, abandoned) = (station.has_priorities(), station.abandoned);
        let queue = if station.central { &mut station.queue } else { &mut self.pods[pod as usize].queue };
        if queue.waiting == 0 && queue.head == NIL {
            return None;
        }
        if ranked || queue.waiting == 0 {
            return self.dequeue_slowly(service, pod);
        }
        let id = pop_front(&self.frames, queue);
        let frame = &mut self.frames[id];
        if frame.is(flag::ABANDONED) && abandoned != AbandonedWork::Stay {
            self.drop_abandoned(id, service, pod);
            return self.dequeue_slowly(service, pod);
        }
        frame.flags &= !flag::QUEUED;
        queue.waiting -= 1;
        Some(id)
    }

    /// The same where lists have ranks, or frames at the head no longer want service.
    #[cold]
    fn dequeue_slowly(&mut self, service: usize, pod: u32) -> Option<u32> {
        loop {
            let id = self.pop_any(service, pod);
            if id == NIL {
                return None;
            }
            let abandoned = self.stations[service].abandoned;
            if self.frames[id].is(flag::ABANDONED) && abandoned != AbandonedWork::Stay {
                self.drop_abandoned(id, service, pod);
                continue;
            }
            self.frames[id].flags &= !flag::QUEUED;
            self.queue_mut(service, pod).waiting -= 1;
            return Some(id);
        }
    }

    /// The first frame of the first list that has one.
    fn pop_any(&mut self, service: usize, pod: u32) -> u32 {
        let station = &mut self.stations[service];
        if !station.has_priorities() {
            let queue = if station.central { &mut station.queue } else { &mut self.pods[pod as usize].queue };
            return pop_front(&self.frames, queue);
        }
        let first = if station.central { station.lists } else { self.details[pod as usize].lists } as usize;
        let lists = &mut self.lists[first..first + PRIORITIES];
        lists.iter_mut().map(|list| pop_front(&self.frames, list)).find(|&id| id != NIL).unwrap_or(NIL)
    }

    fn queue_mut(&mut self, service: usize, pod: u32) -> &mut Queue {
        let station = &mut self.stations[service];
        if station.central { &mut station.queue } else { &mut self.pods[pod as usize].queue }
    }

    /// Work of a client that gave up has come to the head of its list.
    #[cold]
    fn drop_abandoned(&mut self, id: u32, service: usize, pod: u32) {
        if self.stations[service].abandoned == AbandonedWork::DropAtHead {
            self.leave_queue(id, service, pod);
        }
        self.drop_frame(id);
    }

    /// A waiting frame no longer counts.
    pub fn leave_queue(&mut self, id: u32, service: usize, pod: u32) {
        self.queue_mut(service, pod).waiting -= 1;
        let station = &mut self.stations[service];
        let frame = &self.frames[id];
        if frame.is(flag::MEASURED) {
            station.record.left_queue += 1;
            station.record.wait_left.record(self.now - frame.arrived);
        }
        if station.central {
            station.in_system -= 1;
        } else {
            self.pods[pod as usize].unhold(pod, station);
        }
    }

    /// Whoever waited for a frame has given up. A queued frame leaves as its service treats such work; one in
    /// service runs on, for nobody.
    pub fn abandon(&mut self, id: u32) {
        let frame = &mut self.frames[id];
        frame.flags |= flag::ABANDONED;
        if !frame.is(flag::QUEUED) {
            return;
        }
        let pod = frame.pod;
        let service = self.pods[pod as usize].service as usize;
        if self.stations[service].abandoned == AbandonedWork::Leave {
            self.stations[service].touch(self.now);
            self.leave_queue(id, service, pod);
            let drained =
                self.pods[pod as usize].holds == 0 && self.pods[pod as usize].state == PodState::Draining;
            if drained {
                self.remove_pod(pod);
            }
        }
    }

    /// Forgets a frame.
    #[inline(always)]
    pub fn drop_frame(&mut self, id: u32) {
        if self.has_patience {
            self.patience[id as usize] = self.patience[id as usize].wrapping_add(1);
        }
        if self.has_preemption {
            self.forget_suspended(id);
        }
        self.frames.remove(id);
    }
}
