//! The cpu of one pod under a quota, as CFS bandwidth control enforces a cpu limit (Linux, kernel/sched/fair.c:
//! `do_sched_cfs_period_timer`, `start_cfs_bandwidth`; P. Turner, B. B. Rao, N. Rao, CPU bandwidth control for CFS,
//! Linux Symposium 2010): in every period there is so much cpu time, which requests at work spend at full speed; when
//! it is spent all of them stop until the next period. What is not spent is lost.
//!
//! All requests at work advance alike, so a virtual clock counts the time that each of them has run, and the next one
//! to end is known in closed form over any number of periods. No event is needed at a boundary or when the quota is
//! spent; periods are counted when somebody looks.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Times below this many nanoseconds are the rounding of others.
const ROUNDING: f64 = 1e-3;

/// Shortest stop that throttles a period, in nanoseconds: completions are rounded up to whole ones.
const SHORTEST_STOP: f64 = 1.0;

/// The limit of a pod, and what it runs on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Nanoseconds from refill to refill.
    pub period: u64,
    /// Cpu time of a period in nanoseconds.
    pub quota: f64,
    /// Cores that can be used at once; infinite without bound.
    pub cores: f64,
    /// Requests that compute at once.
    pub threads: u32,
}

/// What has been spent since it was last asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Cpu time in nanoseconds.
    pub cpu: f64,
    /// Periods that ended while the timer ran.
    pub periods: u64,
    /// Of these, with a stop.
    pub throttled: u64,
    /// Nanoseconds in which requests were stopped.
    pub stopped: f64,
}

/// The cpu of one pod.
#[derive(Clone, Debug)]
pub struct Quota {
    limit: Limit,
    /// The next refill.
    boundary: u64,
    /// Up to when everything is accounted for.
    last: u64,
    /// What is left of this period's quota.
    left: f64,
    /// Time that every request at work has run since the first of them began.
    clock: f64,
    /// Virtual ends (as ordered bits) of the requests at work.
    ends: BinaryHeap<Reverse<(u64, u32)>>,
    /// Requests that want to work and have no thread, with their work.
    waiting: VecDeque<(u32, u64)>,
    /// Whether periods are counted, whether cpu was used in this one, and how long it was stopped.
    timer: bool,
    used: bool,
    stopped: f64,
    generation: u32,
    /// The end that has been planned.
    planned: u64,
    spent: Spent,
    /// Cpu time ever used.
    ever: f64,
}

impl Quota {
    /// Of a pod made at `now`, with refills at `offset` after the start and every period before and after.
    pub fn new(limit: Limit, now: u64, offset: u64) -> Self {
        let ahead = (offset % limit.period + limit.period - now % limit.period) % limit.period;
        Self {
            limit,
            boundary: now + if ahead == 0 { limit.period } else { ahead },
            last: now,
            left: limit.quota,
            clock: 0.0,
            ends: BinaryHeap::new(),
            waiting: VecDeque::new(),
            timer: false,
            used: false,
            stopped: 0.0,
            generation: 0,
            planned: u64::MAX,
            spent: Spent::default(),
            ever: 0.0,
        }
    }

    /// A new pod in the place of one that is gone; completions planned for that one are not the new one's.
    pub fn begin_anew(&mut self, new: Self) {
        let generation = self.generation.wrapping_add(1);
        *self = Self { generation, ..new };
    }

    /// Cores in use while there is quota, and how fast each request runs on them.
    fn pace(&self) -> (f64, f64) {
        let working = self.ends.len() as f64;
        let cores = working.min(self.limit.cores);
        (cores, cores / working)
    }

    /// Brings everything up to now.
    pub fn advance(&mut self, now: u64) {
        if self.ends.is_empty() {
            return self.idle(now);
        }
        while self.last < now {
            let until = now.min(self.boundary);
            self.run((until - self.last) as f64);
            self.last = until;
            if until == self.boundary {
                self.refill();
                let whole = (now - self.last) / self.limit.period;
                if whole > 1 {
                    self.run_periods(whole);
                }
            }
        }
    }

    /// Requests run or stand for a time that no boundary lies in.
    fn run(&mut self, wished: f64) {
        let (cores, speed) = self.pace();
        let mut runs = wished;
        if wished * cores + ROUNDING >= self.left {
            runs = self.left / cores;
            self.left = 0.0;
        } else {
            self.left -= wished * cores;
        }
        let stands = (wished - runs).max(0.0);
        self.clock += runs * speed;
        self.use_cpu(runs * cores);
        self.used |= runs > 0.0;
        self.stopped += stands;
        self.spent.stopped += stands;
    }

    /// The same for whole periods.
    fn run_periods(&mut self, count: u64) {
        let (cores, speed) = self.pace();
        let period = self.limit.period as f64;
        let (runs, periods) = ((self.limit.quota / cores).min(period), count as f64);
        let stands = period - runs;
        self.clock += periods * runs * speed;
        self.use_cpu(periods * runs * cores);
        self.spent.periods += count;
        self.spent.throttled += if stands >= SHORTEST_STOP { count } else { 0 };
        self.spent.stopped += periods * stands;
        self.last += count * self.limit.period;
        self.boundary += count * self.limit.period;
    }

    fn use_cpu(&mut self, time: f64) {
        self.spent.cpu += time;
        self.ever += time;
    }

    /// A period ends, and the next one begins with all of its quota.
    fn refill(&mut self) {
        self.spent.periods += 1;
        self.spent.throttled += u64::from(self.stopped >= SHORTEST_STOP);
        self.boundary += self.limit.period;
        (self.left, self.stopped, self.used) = (self.limit.quota, 0.0, false);
    }

    /// Nobody works: the timer goes off at the end of the first period in which no cpu was used.
    fn idle(&mut self, now: u64) {
        (self.last, self.clock) = (now, 0.0);
        if now < self.boundary {
            return;
        }
        let passed = (now - self.boundary) / self.limit.period + 1;
        if self.timer {
            let more = self.used && passed > 1;
            self.timer = self.used && passed == 1;
            self.spent.throttled += u64::from(self.stopped >= SHORTEST_STOP);
            self.spent.periods += 1 + u64::from(more);
        }
        self.boundary += passed * self.limit.period;
        (self.left, self.stopped, self.used) = (self.limit.quota, 0.0, false);
    }

    /// A request wants to work so long; everything has been brought up to now.
    pub fn start(&mut self, id: u32, work: u64) {
        if (self.ends.len() as u32) < self.limit.threads {
            self.timer = true;
            self.ends.push(Reverse(((self.clock + work as f64).to_bits(), id)));
        } else {
            self.waiting.push_back((id, work));
        }
    }

    /// The request whose work is done; the next one in line gets its thread.
    pub fn take_foremost(&mut self) -> Option<u32> {
        let (cores, speed) = self.pace();
        let Reverse((end, id)) = self.ends.pop()?;
        let end = f64::from_bits(end);
        self.planned = u64::MAX;
        // Completions are rounded up to whole nanoseconds. What the quota lost by that would add up, and decide whether
        // later work ends with a quota or has to wait for the next; so the others, and who comes next, have the rest of
        // the nanosecond.
        let late = if self.is_inside_period() { ((self.clock - end) / speed).max(0.0) } else { 0.0 };
        if late > 0.0 {
            self.left = (self.left + late * cores).min(self.limit.quota);
            self.use_cpu(-late * cores);
            self.clock = end;
        }
        self.clock = self.clock.max(end);
        if let Some((next, work)) = self.waiting.pop_front() {
            self.start(next, work);
        }
        if late > 0.0 && !self.ends.is_empty() {
            self.run(late);
        }
        Some(id)
    }

    /// Whether the last refill was before what has been accounted for.
    fn is_inside_period(&self) -> bool {
        self.last + self.limit.period > self.boundary
    }

    /// Whether this is the plan that was made last.
    pub fn is_planned(&self, generation: u32) -> bool {
        self.generation == generation
    }

    /// A new plan, if it differs from the last: its number, and the instant at which the foremost work ends if nothing
    /// changes.
    pub fn plan(&mut self) -> Option<(u32, u64)> {
        let at = self.foremost_end()?;
        if at == self.planned {
            return None;
        }
        self.planned = at;
        self.generation = self.generation.wrapping_add(1);
        Some((self.generation, at))
    }

    fn foremost_end(&self) -> Option<u64> {
        let Reverse((end, _)) = self.ends.peek()?;
        let (cores, speed) = self.pace();
        let lasts = |work: f64| (work / speed - ROUNDING).ceil().max(0.0) as u64;
        let mut rest = (f64::from_bits(*end) - self.clock).max(0.0);
        let now = ((self.boundary - self.last) as f64).min(self.left / cores) * speed;
        if rest <= now + ROUNDING {
            return Some(self.last.saturating_add(lasts(rest)));
        }
        rest -= now;
        let each = (self.limit.period as f64).min(self.limit.quota / cores) * speed;
        // A piece of work that ends with a period's quota ends in that period.
        let whole = ((rest - ROUNDING) / each).floor().max(0.0);
        rest -= whole * each;
        let periods = (whole as u64).saturating_mul(self.limit.period);
        Some(self.boundary.saturating_add(periods).saturating_add(lasts(rest)))
    }

    /// What has been spent since this was asked last.
    pub fn take_spent(&mut self) -> Spent {
        std::mem::take(&mut self.spent)
    }

    /// Cpu time used since the pod began, in nanoseconds.
    pub fn ever(&self) -> f64 {
        self.ever
    }
}

#[cfg(test)]
#[path = "quota_tests.rs"]
mod tests;
