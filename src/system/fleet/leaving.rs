//! Frames leave their pod, and others take the slots they leave.

use super::entering::{begins_otherwise, note_start};
use super::pod::PodState;
use super::queue::pop_front;
use super::state::Fleet;
use crate::model::Step;
use crate::system::core::{Core, Ended, NIL, flag};

impl Fleet {
    /// A frame's program is over: it gives its slot to the next. `served` says whether it ran to its end.
    #[inline(always)]
    pub fn release(&mut self, c: &mut Core<'_>, ended: u32, frame: &Ended, served: bool) {
        let id = frame.pod;
        let pod = &mut self.pods[id as usize];
        let service = pod.service as usize;
        let station = &mut self.stations[service];
        let books = c.ledger.service(service);
        books.touch(c.now, station.in_system, station.busy);
        if served {
            books.count_completion(frame.flags, c.now - frame.arrived);
        }
        pod.unhold(id, station);
        let (notes_ends, slowdown) = (served && station.rules.notes_ends, station.rules.slowdown);
        if station.rules.simple && pod.queue.head == NIL {
            station.busy -= 1;
            pod.busy -= 1;
            if pod.is_drained() {
                self.remove_pod(c, id);
            }
        } else if station.rules.simple && !c.frames[pod.queue.head].is(flag::ABANDONED) {
            // What `dequeue`, `begin_service` and `begin_work` do for all queues, with everything looked up once.
            let next = pop_front(&c.frames, &mut pod.queue);
            pod.queue.waiting -= 1;
            let frame = &mut c.frames[next];
            frame.flags &= !flag::QUEUED;
            let (wait, key, pc) = (c.now - frame.arrived, frame.key, frame.pc);
            if books.count_start(frame.flags, wait) {
                c.ledger.begin(frame.parent, wait);
            }
            if station.rules.notes_starts {
                note_start(c, next, wait, station.rules.notes_first_waits);
            }
            if begins_otherwise(c, next, key, pc, id) {
                c.runnable.push(next);
            }
        } else {
            self.release_unevenly(c, service, id);
        }
        if notes_ends {
            note_end(c, ended, service, frame, slowdown);
        }
    }

    fn release_unevenly(&mut self, c: &mut Core<'_>, service: usize, pod: u32) {
        let central = self.stations[service].rules.central;
        if central && self.pods[pod as usize].state != PodState::Ready {
            return self.free_slot(c, service, pod);
        }
        match self.dequeue(c, service, pod) {
            Some(next) => {
                if central {
                    self.seat(c, next, service, pod);
                }
                self.begin_in_slot(c, next, service, pod);
            }
            None => self.free_slot(c, service, pod),
        }
    }

    /// A frame that waited gets the slot that another has left.
    #[inline(always)]
    fn begin_in_slot(&mut self, c: &mut Core<'_>, id: u32, service: usize, pod: u32) {
        self.begin_service(c, id, service);
        let frame = &c.frames[id];
        let (key, pc) = (frame.key, frame.pc);
        match c.steps[pc as usize] {
            Step::Work { law } => self.begin_work(c, id, key, law, pc, pod),
            // What else a program may begin with could end it at once; the loop over frames takes care of that.
            _ => c.runnable.push(id),
        }
    }

    /// A frame that waited centrally is in a pod now; the service held it already.
    fn seat(&mut self, c: &mut Core<'_>, id: u32, service: usize, pod: u32) {
        c.frames[id].pod = pod;
        self.stations[service].in_system -= 1;
        self.pods[pod as usize].hold(pod, &mut self.stations[service]);
    }

    #[inline(always)]
    fn free_slot(&mut self, c: &mut Core<'_>, service: usize, pod: u32) {
        self.meter(c, service, pod);
        self.stations[service].busy -= 1;
        let p = &mut self.pods[pod as usize];
        p.busy -= 1;
        if p.is_drained() {
            self.remove_pod(c, pod);
        }
    }

    /// New slots of a service take what waits centrally.
    pub(super) fn serve_central(&mut self, c: &mut Core<'_>, service: usize) {
        if !self.stations[service].rules.central {
            return;
        }
        self.touch(c, service);
        while let Some(pod) = self.free_pod(service) {
            let Some(id) = self.dequeue(c, service, pod) else { break };
            self.seat(c, id, service, pod);
            self.take_slot(c, id, service, pod);
            c.runnable.push(id);
        }
    }
}

/// What is recorded at the end of service besides the sojourn.
#[inline(always)]
fn note_end(c: &mut Core<'_>, ended: u32, service: usize, frame: &Ended, slowdown: bool) {
    if !frame.is(flag::MEASURED) {
        return;
    }
    if slowdown {
        note_slowdown(c, ended, frame, service);
    }
    if c.features.calls {
        c.ledger.note_end(ended, service, frame, c.now);
    }
}

/// Sojourn over own work, where one piece of work is all there is.
fn note_slowdown(c: &mut Core<'_>, ended: u32, frame: &Ended, service: usize) {
    if frame.pc == 0 {
        return;
    }
    let step = frame.pc as usize - 1;
    let single = step == 0 || matches!(c.steps[step - 1], Step::End);
    if single {
        let work = c.work_of(ended, frame.key, step as u16);
        c.ledger.service(service).note_slowdown(c.now - frame.arrived, work);
    }
}
