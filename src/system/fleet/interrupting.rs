//! Urgent work that interrupts other work.

use super::cpu::Plan;
use super::state::Fleet;
use crate::model::AbandonedWork;
use crate::system::core::{Core, flag};

impl Fleet {
    /// Whether a frame's service began before and was interrupted.
    #[inline(always)]
    pub fn is_resumed(&self, id: u32) -> bool {
        self.plans.get(id).rest > 0
    }

    /// Interrupts the least urgent work of a pod (the one begun last among equals) for a more urgent frame, which
    /// takes its slot. The interrupted work goes to the head of its class and later goes on where it stopped.
    pub(super) fn preempt_for(&mut self, c: &mut Core<'_>, id: u32, service: usize, pod: u32) -> bool {
        let rank = |id: u32| c.frames.ranks.get(id);
        // Work that ends at this very instant has nothing left to interrupt. Of equals the last is taken.
        let goes_on = |r: &u32| self.plans.get(*r).ends > c.now;
        let running = self.running[pod as usize].iter().copied().filter(goes_on);
        let victim = running.max_by_key(|&r| rank(r));
        let Some(victim) = victim.filter(|&v| rank(v) > rank(id)) else { return false };
        self.running[pod as usize].retain(|&r| r != victim);
        let rest = self.plans.get(victim).ends - c.now;
        self.plans.put(victim, Plan { rest, ..Plan::NONE });
        let rules = &self.stations[service].rules;
        let (metered, abandoned) = (rules.metered, rules.abandoned);
        if metered {
            self.meter_work(c, pod, -1);
        }
        self.requeue_first(c, victim, service, pod);
        if c.frames[victim].is(flag::ABANDONED) && abandoned == AbandonedWork::Leave {
            // Its client gave up while it was served: it does not wait again.
            self.leave_queue(c, victim, service, pod);
        }
        let station = &mut self.stations[service];
        self.pods[pod as usize].hold(pod, station);
        c.ledger.service(service).note_queue(station.waiting());
        self.begin_service(c, id, service);
        true
    }
}
