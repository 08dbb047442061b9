//! Work that does not simply last as long as drawn: shared cpu, pods of other speeds, interruptions.
//!
//! Shared cpu is processor sharing on a virtual clock that advances at the speed of one request: with n requests in
//! work, speed x min(1, cores / n). A piece of work that starts at virtual time v ends at v + work whatever comes
//! later, so one heap ordered by virtual end suffices (O(log n) an event), and the speed may change at any event.

use super::event::{self, Kind};
use super::frame::flag;
use super::world::World;
use crate::model::AbandonedWork;
use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// No planned completion.
const NO_PLAN: u64 = u64::MAX;

/// The cpu of one pod.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    clock: f64,
    last: u64,
    generation: u32,
    /// Virtual ends (as ordered bits) of the frames in work.
    ends: BinaryHeap<Reverse<(u64, u32)>>,
    /// Frames in work in the order of their starts, for interruptions.
    running: Vec<u32>,
}

impl Sharing {
    fn rate(&self, speed: f64, cores: f64) -> f64 {
        speed * (cores / self.ends.len() as f64).min(1.0)
    }

    fn advance(&mut self, now: u64, speed: f64, cores: f64) {
        if self.ends.is_empty() {
            self.clock = 0.0;
        } else {
            self.clock += (now - self.last) as f64 * self.rate(speed, cores);
        }
        self.last = now;
    }

    /// Instant at which the foremost work ends if nothing changes.
    fn next_end(&self, now: u64, speed: f64, cores: f64) -> Option<u64> {
        let Reverse((end, _)) = self.ends.peek()?;
        let rest = (f64::from_bits(*end) - self.clock).max(0.0);
        Some(now.saturating_add((rest / self.rate(speed, cores)).ceil() as u64))
    }
}

impl World<'_> {
    /// Starts work on a pod where it does not simply last as long as drawn.
    #[cold]
    pub fn begin_uneven_work(&mut self, id: u32, service: usize, pod: u32, work: u64) {
        let station = &self.stations[service];
        let (shares, preempts, metered, cores) =
            (station.shares, station.preempts, station.metered, station.cpu_limit);
        if metered {
            self.meter_work(pod, 1);
        }
        if shares {
            let (now, speed, cores) = (self.now, self.details[pod as usize].speed, cores);
            let sharing = &mut self.sharing[pod as usize];
            sharing.advance(now, speed, cores);
            let end = sharing.clock + work as f64;
            sharing.ends.push(Reverse((end.to_bits(), id)));
            return self.plan_shared_end(pod, cores);
        }
        let mut lasts = (work as f64 / self.details[pod as usize].speed + 0.5) as u64;
        if preempts {
            self.grow_suspended(id);
            let (rest, _) = self.suspended[id as usize];
            if rest > 0 {
                lasts = rest;
            }
            self.suspended[id as usize] = (0, self.now.saturating_add(lasts));
            self.sharing[pod as usize].running.push(id);
        }
        let at = SimTime::from_nanos(self.now.saturating_add(lasts));
        self.calendar.schedule(at, event::pack(Kind::WorkCompleted, pod, id));
    }

    fn plan_shared_end(&mut self, pod: u32, cores: f64) {
        let speed = self.details[pod as usize].speed;
        let sharing = &mut self.sharing[pod as usize];
        sharing.generation = sharing.generation.wrapping_add(1);
        if let Some(at) = sharing.next_end(self.now, speed, cores) {
            let word = event::pack(Kind::SharedWorkCompleted, pod, sharing.generation);
            self.calendar.schedule(SimTime::from_nanos(at), word);
        }
    }

    /// The foremost work of a sharing pod is done, if nothing has changed since that was planned.
    pub fn shared_work_completed(&mut self, pod: u32, generation: u32) {
        let service = self.pods[pod as usize].service as usize;
        let (speed, cores) = (self.details[pod as usize].speed, self.stations[service].cpu_limit);
        let now = self.now;
        let sharing = &mut self.sharing[pod as usize];
        if sharing.generation != generation {
            return;
        }
        sharing.advance(now, speed, cores);
        let Some(Reverse((end, id))) = sharing.ends.pop() else { return };
        sharing.clock = sharing.clock.max(f64::from_bits(end));
        self.plan_shared_end(pod, cores);
        if self.stations[service].metered {
            self.meter_work(pod, -1);
        }
        self.frames[id].pc += 1;
        self.runnable.push(id);
        self.run_frames();
    }

    /// Whether a completion still holds; notes it if so.
    pub fn uneven_work_completed(&mut self, id: u32, service: usize, pod: u32) -> bool {
        if self.stations[service].preempts {
            let now = self.now;
            let Some(plan) = self.suspended.get_mut(id as usize).filter(|s| s.1 == now) else { return false };
            *plan = (0, NO_PLAN);
            self.sharing[pod as usize].running.retain(|&r| r != id);
        }
        if self.stations[service].metered {
            self.meter_work(pod, -1);
        }
        true
    }

    /// Whether a frame's service began before and was interrupted.
    #[inline(always)]
    pub fn is_resumed(&self, id: u32) -> bool {
        self.has_preemption && self.suspended.get(id as usize).is_some_and(|s| s.0 > 0)
    }

    fn grow_suspended(&mut self, id: u32) {
        if self.suspended.len() <= id as usize {
            self.suspended.resize(id as usize + 1, (0, NO_PLAN));
        }
    }

    /// Forgets what a dropped frame had left to do.
    pub fn forget_suspended(&mut self, id: u32) {
        if let Some(plan) = self.suspended.get_mut(id as usize) {
            *plan = (0, NO_PLAN);
        }
    }

    /// Interrupts the least urgent work of a pod (the one begun last among equals) for a more urgent frame, which
    /// takes its slot. The interrupted work goes to the head of its class and later goes on where it stopped.
    pub fn preempt_for(&mut self, id: u32, service: usize, pod: u32) -> bool {
        let urgent = self.frames[id].priority();
        // Work that ends at this very instant has nothing left to interrupt. Of equals the last is taken.
        let goes_on = |r: &u32| self.suspended[*r as usize].1 > self.now;
        let running = self.sharing[pod as usize].running.iter().copied().filter(goes_on);
        let victim = running.max_by_key(|&r| self.frames[r].priority());
        let Some(victim) = victim.filter(|&v| self.frames[v].priority() > urgent) else { return false };
        self.sharing[pod as usize].running.retain(|&r| r != victim);
        self.grow_suspended(victim);
        let rest = self.suspended[victim as usize].1 - self.now;
        self.suspended[victim as usize] = (rest, NO_PLAN);
        if self.stations[service].metered {
            self.meter_work(pod, -1);
        }
        self.requeue_first(victim, service, pod);
        if self.frames[victim].is(flag::ABANDONED) && self.stations[service].abandoned == AbandonedWork::Leave
        {
            // Its client gave up while it was served: it does not wait again.
            self.leave_queue(victim, service, pod);
        }
        let station = &mut self.stations[service];
        self.pods[pod as usize].hold(pod, station);
        station.window.peak_queue = station.window.peak_queue.max(station.waiting());
        self.begin_service(id, service);
        true
    }
}
