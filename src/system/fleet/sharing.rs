//! Work that does not simply last as long as drawn: shared cpu, pods of other speeds, interruptions, meters.

use super::cpu::Plan;
use super::events::Completion;
use super::state::Fleet;
use crate::system::core::Core;

impl Fleet {
    /// Starts work on a pod where it does not simply last as long as drawn.
    #[cold]
    pub(super) fn begin_uneven_work(
        &mut self,
        c: &mut Core<'_>,
        id: u32,
        service: usize,
        pod: u32,
        work: u64,
    ) {
        let rules = &self.stations[service].rules;
        let (shares, preempts, cores) = (rules.shares, rules.preempts, rules.cpu_limit);
        if rules.metered {
            self.meter_work(c, pod, 1);
        }
        let speed = self.details[pod as usize].speed;
        if let Some(quota) = &mut self.quotas[pod as usize] {
            quota.advance(c.now);
            quota.start(id, (work as f64 / speed + 0.5) as u64);
            return self.plan_quota_end(c, pod);
        }
        if shares {
            let sharing = &mut self.sharing[pod as usize];
            sharing.advance(c.now, speed, cores);
            sharing.start(id, work);
            return self.plan_shared_end(c, pod, speed, cores);
        }
        let mut lasts = (work as f64 / speed + 0.5) as u64;
        if preempts {
            let rest = self.plans.get(id).rest;
            if rest > 0 {
                lasts = rest;
            }
            self.plans.put(id, Plan { rest: 0, ends: c.now.saturating_add(lasts) });
            self.running[pod as usize].push(id);
        }
        c.schedule(c.now.saturating_add(lasts), Completion::Work, pod, id);
    }

    fn plan_shared_end(&mut self, c: &mut Core<'_>, pod: u32, speed: f64, cores: f64) {
        if let Some((generation, at)) = self.sharing[pod as usize].plan(c.now, speed, cores) {
            c.schedule(at, Completion::SharedWork, pod, generation);
        }
    }

    fn plan_quota_end(&mut self, c: &mut Core<'_>, pod: u32) {
        let plan = self.quotas[pod as usize].as_mut().and_then(|quota| quota.plan());
        if let Some((generation, at)) = plan {
            c.schedule(at, Completion::SharedWork, pod, generation);
        }
    }

    /// The foremost work of a pod under a quota, if nothing has changed since its end was planned.
    fn quota_work_completed(&mut self, c: &mut Core<'_>, pod: u32, generation: u32) -> Option<u32> {
        let quota = self.quotas[pod as usize].as_mut().filter(|quota| quota.is_planned(generation))?;
        quota.advance(c.now);
        let id = quota.take_foremost();
        self.plan_quota_end(c, pod);
        id
    }

    fn fluid_work_completed(
        &mut self,
        c: &mut Core<'_>,
        pod: u32,
        generation: u32,
        cores: f64,
    ) -> Option<u32> {
        let speed = self.details[pod as usize].speed;
        let sharing = &mut self.sharing[pod as usize];
        if !sharing.is_planned(generation) {
            return None;
        }
        sharing.advance(c.now, speed, cores);
        let id = sharing.take_foremost()?;
        self.plan_shared_end(c, pod, speed, cores);
        Some(id)
    }

    /// The foremost work of a sharing pod is done, if nothing has changed since that was planned.
    pub fn shared_work_completed(&mut self, c: &mut Core<'_>, pod: u32, generation: u32) {
        let service = self.pods[pod as usize].service as usize;
        let rules = &self.stations[service].rules;
        let (metered, cores) = (rules.metered, rules.cpu_limit);
        let done = if rules.quota.is_some() {
            self.quota_work_completed(c, pod, generation)
        } else {
            self.fluid_work_completed(c, pod, generation, cores)
        };
        let Some(id) = done else { return };
        if metered {
            self.meter_work(c, pod, -1);
        }
        c.frames[id].pc += 1;
        c.runnable.push(id);
    }

    /// Whether a completion still holds; notes it if so.
    #[inline(always)]
    pub fn completes_work(&mut self, c: &mut Core<'_>, id: u32, pod: u32) -> bool {
        if !self.has_uneven_work {
            return true;
        }
        let service = self.pods[pod as usize].service as usize;
        self.stations[service].rules.plain || self.uneven_work_completed(c, id, service, pod)
    }

    fn uneven_work_completed(&mut self, c: &mut Core<'_>, id: u32, service: usize, pod: u32) -> bool {
        let rules = &self.stations[service].rules;
        let (preempts, metered) = (rules.preempts, rules.metered);
        if preempts {
            if self.plans.get(id).ends != c.now {
                return false;
            }
            self.plans.put(id, Plan::NONE);
            self.running[pod as usize].retain(|&r| r != id);
        }
        if metered {
            self.meter_work(c, pod, -1);
        }
        true
    }
}
