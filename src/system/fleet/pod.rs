//! Pods at work.

use super::queue::Queue;
use super::station::Station;
use std::collections::VecDeque;

/// What every event needs of a pod: 24 bytes, so that tens of thousands of pods stay in the cache.
#[derive(Clone, Copy, Debug)]
pub struct Pod {
    pub busy: u32,
    /// Requests in it: in service and waiting.
    pub holds: u32,
    pub queue: Queue,
    pub service: u16,
    pub state: PodState,
}

/// What few events need of a pod.
#[derive(Clone, Copy, Debug)]
pub struct Detail {
    /// First of its queue's lists by priority.
    pub lists: u32,
    pub generation: u32,
    /// Its number among all that the service ever had.
    pub ordinal: u32,
    /// Branches of parallel steps that go on in it: they hold no slot, and outlive the request that started them where
    /// it does not need them.
    pub branches: u32,
    pub speed: f64,
    /// Instant by which it has worked off what it has, for the balancer that looks at that.
    pub free_at: u64,
}

/// Life of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodState {
    Starting,
    Ready,
    Draining,
    Gone,
}

/// What balancers must hear of pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A new pod has taken the place of one that is gone: what that one saw as a caller is forgotten.
    Replaced(u32),
    /// A pod of the service has become ready.
    Joined(u32, u16),
    /// A pod of the service gets no more requests.
    Left(u32, u16),
}

/// A container younger than this has no usage yet at its first scrape (kubernetes-sigs/metrics-server, `pkg/storage`).
const YOUNGEST: u64 = 10_000_000_000;

/// What a metered pod has used.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    pub last: u64,
    /// Cores the pod may use.
    pub cores: f64,
    pub working: u32,
    pub busy_area: u128,
    /// Cores times nanoseconds.
    pub work_area: f64,
    pub scraped: f64,
    pub scraped_at: u64,
    pub started: u64,
    pub ready_at: u64,
    /// Instant, millicores, window in nanoseconds.
    pub samples: VecDeque<(u64, u64, u64)>,
}

impl Pod {
    /// A pod holds one request more.
    #[inline(always)]
    pub fn hold(&mut self, id: u32, station: &mut Station) {
        station.in_system += 1;
        self.holds += 1;
        if let Some(levels) = &mut station.levels {
            levels.raise(id);
        }
    }

    /// A pod holds one request less.
    #[inline(always)]
    pub fn unhold(&mut self, id: u32, station: &mut Station) {
        station.in_system -= 1;
        self.holds -= 1;
        if let Some(levels) = &mut station.levels {
            levels.lower(id);
        }
    }

    /// Whether it drains and nothing is left in it.
    #[inline(always)]
    pub fn is_drained(&self) -> bool {
        self.state == PodState::Draining && self.holds == 0
    }
}

impl Meter {
    /// Brings the integrals up to now and tells the work done since: cores times nanoseconds.
    #[must_use]
    pub fn meter_to(&mut self, now: u64, pod: &Pod) -> f64 {
        let span = now - self.last;
        self.last = now;
        self.busy_area += u128::from(pod.busy) * u128::from(span);
        let work = f64::from(self.working).min(self.cores) * span as f64;
        self.work_area += work;
        work
    }

    /// The usage since the last scrape becomes a sample; the oldest beyond `keep` goes. The start of a container stands
    /// for a scrape before its first one, if it is old enough by then.
    pub fn scrape(&mut self, now: u64, keep: usize) {
        let span = now - self.scraped_at;
        if span == 0 {
            return;
        }
        if self.scraped_at == self.started && span < YOUNGEST {
            (self.scraped, self.scraped_at) = (self.work_area, now);
            return;
        }
        let usage = (self.work_area - self.scraped) / span as f64;
        self.samples.push_back((now, (usage * 1000.0 + 0.5) as u64, span));
        if self.samples.len() > keep {
            self.samples.pop_front();
        }
        (self.scraped, self.scraped_at) = (self.work_area, now);
    }
}
