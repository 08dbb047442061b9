//! Frames enter services, start, and leave.

use super::frame::{NIL, flag};
use super::programs::Ended;
use super::queues::pop_front;
use super::stations::PodState;
use super::world::World;
use crate::metrics::FailureCause;
use crate::model::{SiteId, Step};
use crate::random::Key;

/// A try on its way to a pod: who sends it, and what its balancer draws from.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub site: SiteId,
    /// The caller's pod, `NIL` for a client.
    pub caller: u32,
    pub key: Key,
    /// Tries of the calls further out; see [`super::chance`].
    pub tries_above: u64,
    pub attempt: u8,
}

impl World<'_> {
    /// A client's request enters its first service without a frame of its own.
    #[inline(always)]
    pub fn enter_directly(&mut self, id: u32, site: SiteId, root: Key, measured: bool) {
        let tally = &mut self.edges[self.sites[site.index()].edge as usize].record;
        tally.calls += u64::from(measured);
        tally.attempts += u64::from(measured);
        let sent = Sent { site, caller: NIL, key: root, tries_above: 0, attempt: 0 };
        match self.enter(id, sent) {
            Ok(true) => self.run_frame(id),
            Ok(false) => {}
            Err(cause) => {
                self.edges[self.sites[site.index()].edge as usize].record.failed += u64::from(measured);
                if self.calls.is_some() {
                    self.note_turned_away(id, site, cause);
                }
                let ended = Ended { pod: NIL, ..Ended::of(&self.frames[id]) };
                self.end_root(&ended, Some(cause));
                self.drop_frame(id);
            }
        }
    }

    /// A frame reaches its service: it is to run on now (true), has begun its work or waits (false), or is turned away.
    #[inline(always)]
    pub fn enter(&mut self, id: u32, sent: Sent) -> Result<bool, FailureCause> {
        let site = self.sites[sent.site.index()];
        let service = site.target as usize;
        let station = &mut self.stations[service];
        station.touch(self.now);
        let frame = &mut self.frames[id];
        let measured = frame.is(flag::MEASURED);
        station.count_arrival(measured);
        if station.central {
            return self.enter_central(id, service);
        }
        let Some(chosen) = self.choose_pod(site, sent, id) else {
            self.stations[service].count_rejection(measured);
            return Err(FailureCause::Unavailable);
        };
        let station = &mut self.stations[service];
        let pod = &mut self.pods[chosen as usize];
        let frame = &mut self.frames[id];
        frame.pod = chosen;
        if pod.busy < station.slots {
            pod.hold(chosen, station);
            if !station.simple || station.notes_starts {
                self.take_slot(id, service, chosen);
                return Ok(true);
            }
            station.busy += 1;
            pod.busy += 1;
            if station.count_start(frame.flags, 0) {
                self.classes[frame.parent as usize].begin(0);
            }
            let (key, pc) = (frame.key, frame.pc);
            return Ok(self.is_to_run(id, key, pc, chosen));
        }
        if station.preempts && self.preempt_for(id, service, chosen) {
            return Ok(true);
        }
        let station = &mut self.stations[service];
        let pod = &mut self.pods[chosen as usize];
        if pod.queue.waiting >= station.queue_limit {
            station.count_rejection(measured);
            self.edge_returned(sent.site, sent.caller, chosen);
            return Err(FailureCause::Rejected);
        }
        pod.hold(chosen, station);
        self.enqueue(id, service, chosen);
        Ok(false)
    }

    /// Begins the work of a frame of a simple station, if work is its step; whether it is to run instead.
    #[inline(always)]
    fn is_to_run(&mut self, id: u32, key: Key, pc: u16, pod: u32) -> bool {
        if let Step::Work { law } = self.steps[pc as usize] {
            self.schedule_work(id, key, law, pc, pod);
            return false;
        }
        true
    }

    fn enter_central(&mut self, id: u32, service: usize) -> Result<bool, FailureCause> {
        let measured = self.frames[id].is(flag::MEASURED);
        if let Some(pod) = self.free_pod(service) {
            self.frames[id].pod = pod;
            self.pods[pod as usize].hold(pod, &mut self.stations[service]);
            self.take_slot(id, service, pod);
            return Ok(true);
        }
        let station = &mut self.stations[service];
        // Which pod will serve it is known only when one is free; any pod of the service names the service.
        let Some(&any) = station.ready.first().or(station.starting.first()) else {
            station.count_rejection(measured);
            return Err(FailureCause::Unavailable);
        };
        if station.queue.waiting >= station.queue_limit {
            station.count_rejection(measured);
            return Err(FailureCause::Rejected);
        }
        self.frames[id].pod = any;
        station.in_system += 1;
        self.enqueue(id, service, any);
        Ok(false)
    }

    /// A ready pod with a free slot, the least busy first.
    fn free_pod(&self, service: usize) -> Option<u32> {
        let station = &self.stations[service];
        station.levels.as_ref().and_then(|levels| levels.below(station.slots).first().copied())
    }

    /// A frame that its pod holds takes a free slot.
    #[inline(always)]
    pub fn take_slot(&mut self, id: u32, service: usize, pod: u32) {
        let station = &mut self.stations[service];
        if station.metered {
            let work = self.meters[pod as usize].meter_to(self.now, &self.pods[pod as usize]);
            station.record.worked += work;
        }
        station.busy += 1;
        self.pods[pod as usize].busy += 1;
        self.begin_service(id, service);
    }

    /// Service begins: the wait is over.
    #[inline(always)]
    pub fn begin_service(&mut self, id: u32, service: usize) {
        let resumed = self.has_preemption && self.is_resumed(id);
        let frame = &self.frames[id];
        let wait = self.now - frame.arrived;
        let station = &mut self.stations[service];
        if !resumed && station.count_start(frame.flags, wait) {
            self.classes[frame.parent as usize].begin(wait);
        }
        if station.notes_starts && !resumed {
            self.note_start(id, service, wait);
        }
    }

    /// A frame's program is over: it gives its slot to the next. `served` says whether it ran to its end.
    #[inline(always)]
    pub fn release(&mut self, ended: u32, frame: &Ended, served: bool) {
        let id = frame.pod;
        let pod = &mut self.pods[id as usize];
        let service = pod.service as usize;
        let station = &mut self.stations[service];
        station.touch(self.now);
        if served {
            station.count_completion(frame.flags, self.now - frame.arrived);
        }
        pod.unhold(id, station);
        if station.simple && pod.queue.head == NIL {
            station.busy -= 1;
            pod.busy -= 1;
            if pod.state == PodState::Draining && pod.holds == 0 {
                self.remove_pod(id);
            }
        } else if station.simple && !self.frames[pod.queue.head].is(flag::ABANDONED) {
            // What `dequeue`, `begin_service` and `begin_work` do for all queues, with everything looked up once.
            let next = pop_front(&self.frames, &mut pod.queue);
            pod.queue.waiting -= 1;
            let frame = &mut self.frames[next];
            frame.flags &= !flag::QUEUED;
            let (wait, key, pc) = (self.now - frame.arrived, frame.key, frame.pc);
            if station.count_start(frame.flags, wait) {
                self.classes[frame.parent as usize].begin(wait);
            }
            if station.notes_starts {
                self.note_start(next, service, wait);
            }
            if self.is_to_run(next, key, pc, id) {
                self.runnable.push(next);
            }
        } else {
            self.release_unevenly(service, id);
        }
        if served && self.stations[service].notes_ends {
            if self.stations[service].slowdown {
                self.note_slowdown(frame, service);
            }
            if self.calls.is_some() {
                self.note_end(ended, service, frame.arrived, frame.parent, frame.flags);
            }
        }
    }

    fn release_unevenly(&mut self, service: usize, pod: u32) {
        if self.stations[service].central {
            return self.release_central(service, pod);
        }
        match self.dequeue(service, pod) {
            Some(next) => self.begin_in_slot(next, service, pod),
            None => self.free_slot(service, pod),
        }
    }

    /// A frame that waited gets the slot that another has left.
    #[inline(always)]
    pub fn begin_in_slot(&mut self, id: u32, service: usize, pod: u32) {
        self.begin_service(id, service);
        let frame = &self.frames[id];
        let (key, pc) = (frame.key, frame.pc);
        match self.steps[pc as usize] {
            Step::Work { law } => self.begin_work(id, key, law, pc, pod),
            // What else a program may begin with could end it at once; the loop over frames takes care of that.
            _ => self.runnable.push(id),
        }
    }

    fn release_central(&mut self, service: usize, pod: u32) {
        let usable = self.pods[pod as usize].state == PodState::Ready;
        if usable && let Some(next) = self.dequeue(service, pod) {
            self.seat(next, service, pod);
            return self.begin_in_slot(next, service, pod);
        }
        self.free_slot(service, pod);
    }

    /// A frame that waited centrally is in a pod now; the service held it already.
    fn seat(&mut self, id: u32, service: usize, pod: u32) {
        self.frames[id].pod = pod;
        self.stations[service].in_system -= 1;
        self.pods[pod as usize].hold(pod, &mut self.stations[service]);
    }

    #[inline(always)]
    fn free_slot(&mut self, service: usize, pod: u32) {
        let station = &mut self.stations[service];
        if station.metered {
            let work = self.meters[pod as usize].meter_to(self.now, &self.pods[pod as usize]);
            station.record.worked += work;
        }
        let p = &mut self.pods[pod as usize];
        station.busy -= 1;
        p.busy -= 1;
        if p.state == PodState::Draining && p.holds == 0 {
            self.remove_pod(pod);
        }
    }

    /// New slots of a service take what waits centrally.
    pub fn serve_central(&mut self, service: usize) {
        if !self.stations[service].central {
            return;
        }
        self.stations[service].touch(self.now);
        while let Some(pod) = self.free_pod(service) {
            let Some(id) = self.dequeue(service, pod) else { break };
            self.seat(id, service, pod);
            self.take_slot(id, service, pod);
            self.runnable.push(id);
        }
    }
}
