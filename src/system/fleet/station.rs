//! Services at work: the rules by which each serves, and what it holds.

use super::queue::Queue;
use super::quota::Limit;
use crate::model::plain_call::works_whenever_busy;
use crate::model::{AbandonedWork, CpuSharing, Discipline, Model, PodSpeed, QueuePlacement, Service};
use crate::policy::balancing::Levels;
use crate::system::core::NIL;
use crate::system::ledger::{PodCounts, Standing};

/// How a service serves: what the model says, and what follows from it.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub slots: u32,
    pub queue_limit: u32,
    /// Whether work lasts as long as drawn: no speed, no sharing, no interruption, nothing metered.
    pub plain: bool,
    /// Whether besides that requests wait in their pod, first come, first served.
    pub simple: bool,
    /// Whether requests wait in one queue of the service.
    pub central: bool,
    /// Whether sojourns are compared with own work.
    pub slowdown: bool,
    /// Whether the waits of the first requests are asked for.
    pub notes_first_waits: bool,
    /// Whether anything besides waits is recorded at the start of service.
    pub notes_starts: bool,
    /// Whether anything besides sojourns is recorded at the end of service.
    pub notes_ends: bool,
    pub discipline: Discipline,
    pub abandoned: AbandonedWork,
    /// Whether pods share cpu among more requests than they have cores.
    pub shares: bool,
    pub preempts: bool,
    pub metered: bool,
    /// Whether what is busy works, and no meter and no quota tells how much cpu is used.
    pub busy_is_work: bool,
    pub cpu_limit: f64,
    /// The quota under which pods share, if they do not share as a fluid.
    pub quota: Option<Limit>,
}

impl Rules {
    /// Those of a service of the model.
    pub fn of(index: usize, model: &Model) -> Self {
        let (service, recording) = (&model.services[index], &model.recording);
        let central = service.placement == QueuePlacement::Central;
        let quota = quota_of(service);
        let shares = quota.is_some()
            || (service.sharing == CpuSharing::Fluid && service.cpu_limit < f64::from(service.slots));
        let preempts = matches!(service.discipline, Discipline::Priority { preemptive: true });
        let same_speed = matches!(service.speed, PodSpeed::Same(s) if s == 1.0);
        let watched = service.scaler.as_ref().is_some_and(|scaler| scaler.sees().pods);
        let is_accounted = service.reserved_cpu().is_some() || service.granted_cpu().is_some();
        let works = !shares && works_whenever_busy(index, model);
        let must_meter = quota.is_none() && !works;
        let metered = watched || matches!(service.speed, PodSpeed::Each(_)) || (is_accounted && must_meter);
        let plain = same_speed && !shares && !preempts && !metered;
        let notes_first_waits = recording.first_waits.is_some_and(|(s, _)| s.index() == index);
        Self {
            slots: service.slots,
            queue_limit: service.queue_limit,
            plain,
            simple: plain && !central && service.discipline == Discipline::Fifo,
            central,
            slowdown: recording.slowdown,
            notes_first_waits,
            notes_starts: notes_first_waits || recording.calls,
            notes_ends: recording.slowdown || recording.calls,
            discipline: service.discipline,
            abandoned: service.abandoned,
            shares,
            preempts,
            metered,
            busy_is_work: works && !metered,
            cpu_limit: service.cpu_limit,
            quota,
        }
    }

    /// Whether queues have lists by priority.
    pub fn has_priorities(&self) -> bool {
        matches!(self.discipline, Discipline::Priority { .. })
    }
}

/// The quota of a service's pods, where it or what they run on can bound what is in their slots.
fn quota_of(service: &Service) -> Option<Limit> {
    let CpuSharing::Quota(cpu) = service.sharing else { return None };
    let most = f64::from(service.slots);
    let bounds = service.cpu_limit < most || f64::from(cpu.threads) < most || cpu.cores < most;
    let period = cpu.period.as_nanos();
    // As much as all cores can use is no bound.
    let quota = (service.cpu_limit.min(cpu.cores).min(1e6) * period as f64).round();
    bounds.then_some(Limit { period, quota, cores: cpu.cores, threads: cpu.threads })
}

/// A service at work.
#[derive(Debug)]
pub struct Station {
    pub rules: Rules,
    pub in_system: u32,
    pub busy: u32,
    /// Ready pods, in the order in which they became ready.
    pub ready: Vec<u32>,
    /// Ready pods by requests in them, if anything looks.
    pub levels: Option<Levels>,
    /// What waits centrally.
    pub queue: Queue,
    /// First of the central queue's lists by priority.
    pub lists: u32,
    /// Pods being started, and how many drain.
    pub starting: Vec<u32>,
    pub draining: u32,
    /// Pods wanted by whatever scales the service.
    pub wanted: u32,
    /// Pods made so far: the next one's ordinal.
    pub pods_made: u32,
    /// Pods that are gone, for reuse.
    pub spare: Vec<u32>,
}

impl Station {
    pub fn new(index: usize, model: &Model) -> Self {
        let rules = Rules::of(index, model);
        let mut callers = model.edges.iter().filter(|e| e.target.index() == index);
        let looks = callers.any(|e| e.balancer.needs().levels);
        Self {
            in_system: 0,
            busy: 0,
            ready: Vec::new(),
            levels: (looks || rules.central).then(Levels::default),
            queue: Queue::EMPTY,
            lists: NIL,
            starting: Vec::new(),
            draining: 0,
            wanted: 0,
            pods_made: 0,
            spare: Vec::new(),
            rules,
        }
    }

    /// Nothing in it, for a new replication under these rules.
    pub fn reset(&mut self, rules: Rules) {
        self.rules = rules;
        (self.in_system, self.busy, self.draining) = (0, 0, 0);
        (self.wanted, self.pods_made) = (0, 0);
        (self.queue, self.lists) = (Queue::EMPTY, NIL);
        self.ready.clear();
        self.starting.clear();
        self.spare.clear();
        if let Some(levels) = &mut self.levels {
            levels.clear();
        }
    }

    /// Requests waiting.
    #[inline(always)]
    pub fn waiting(&self) -> u32 {
        self.in_system - self.busy
    }

    /// Its pods, as they are integrated.
    pub fn pod_counts(&self) -> PodCounts {
        let (ready, starting) = (self.ready.len() as u32, self.starting.len() as u32);
        let slots = if self.rules.slots == u32::MAX { 0 } else { self.rules.slots };
        PodCounts { ready, all: ready + starting + self.draining, slots }
    }

    /// How it stands now.
    pub fn standing(&self) -> Standing {
        Standing { waiting: self.waiting(), ready: self.ready.len() as u32, wanted: self.wanted }
    }
}
