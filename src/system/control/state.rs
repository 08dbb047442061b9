//! The state of all autoscalers.

use super::events::{Change, Tick};
use crate::model::{CpuMetrics, FleetPatch, Model, Patch, Phase, ScalerPatch, SourcePatch};
use crate::policy::{Memory, Sample, Scaler, Sight};
use crate::system::core::{Core, clock};
use crate::system::fleet::Fleet;
use crate::units::{SimDuration, SimTime};

/// All autoscalers.
#[derive(Debug)]
pub struct Control {
    /// One a service; those without one have none.
    watches: Vec<Option<Watch>>,
}

/// An autoscaler at work: its rule as it is at present, and what it remembers.
#[derive(Clone, Debug)]
struct Watch {
    scaler: Scaler,
    memory: Memory,
    /// Busy slots times nanoseconds up to the last sync.
    busy_before: u128,
    /// When that was; the first look is after less than a period.
    looked_at: u64,
}

/// What another room is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// So many pods of a service are wanted.
    Pods { service: usize, replicas: u32 },
    /// A service's queues have room for so many.
    QueueLimit { service: usize, limit: u32 },
    /// A closed source has so many users.
    Users { source: usize, users: u32 },
}

impl Watch {
    fn new(scaler: &Scaler) -> Self {
        Self { scaler: scaler.clone(), memory: scaler.memory(), busy_before: 0, looked_at: 0 }
    }

    /// Mean busy share of the ready pods' slots since the last sync.
    fn busy_share(&mut self, c: &mut Core<'_>, fleet: &Fleet, service: usize) -> f64 {
        let busy = c.ledger.service(service).busy_ever();
        let slots = f64::from(fleet.rules(service).slots);
        let span = (c.now - self.looked_at) as f64 * slots * fleet.ready(service).len() as f64;
        let share = (busy - self.busy_before) as f64 / span.max(1.0);
        (self.busy_before, self.looked_at) = (busy, c.now);
        share
    }

    fn sync(&mut self, c: &mut Core<'_>, fleet: &Fleet, service: usize) -> Option<u32> {
        let sees = self.scaler.sees();
        let share = sees.busy_share.then(|| Sample::BusyShare(self.busy_share(c, fleet, service)));
        let age = c.model.cpu_metrics.age;
        let pods = if sees.pods { fleet.pod_samples(c, service, age) } else { Vec::new() };
        let sight = Sight {
            now: SimTime::from_nanos(c.now),
            current: fleet.wanted(service),
            ready: fleet.ready(service).len() as u32,
            starting: fleet.starting(service),
            pods: &pods,
            metrics: share.as_slice(),
        };
        self.scaler.sync(&mut self.memory, &sight).replicas
    }
}

impl Control {
    /// For replications of `model`.
    pub fn new(model: &Model) -> Self {
        Self { watches: model.services.iter().map(|s| s.scaler.as_ref().map(Watch::new)).collect() }
    }

    /// Starts the clocks of controllers and of the timeline.
    pub fn start(&mut self, c: &mut Core<'_>) {
        *self = Self::new(c.model);
        for (i, change) in c.model.changes.iter().enumerate() {
            c.schedule(change.at.as_nanos(), Change::Due, 0, i as u32);
        }
        let mut is_scraped = false;
        for (service, watch) in self.watches.iter().enumerate() {
            let Some(watch) = watch else { continue };
            is_scraped |= watch.scaler.sees().pods;
            let model = &c.model.services[service];
            let whose = (clock::SCALER, &*model.name, 0);
            let period = watch.scaler.period();
            schedule_first(c, (model.scaler_phase, period), whose, (Tick::ScalerTicked, service as u32));
        }
        if is_scraped {
            let CpuMetrics { scrape, phase, .. } = c.model.cpu_metrics;
            schedule_first(c, (phase, scrape), (clock::SCRAPE, "", 0), (Tick::MetricsScraped, 0));
        }
    }

    /// Every metered pod's usage since the last scrape becomes a sample.
    pub fn scrape(&self, c: &mut Core<'_>, fleet: &mut Fleet) {
        let metrics = c.model.cpu_metrics;
        let keep = 2 + (metrics.age.as_nanos() / metrics.scrape.as_nanos().max(1)) as usize;
        fleet.scrape(c, keep);
        schedule_after(c, metrics.scrape, Tick::MetricsScraped, 0);
    }

    /// A service's autoscaler looks and decides.
    pub fn tick(&mut self, c: &mut Core<'_>, fleet: &Fleet, service: usize) -> Option<Order> {
        let watch = self.watches[service].as_mut()?;
        schedule_after(c, watch.scaler.period(), Tick::ScalerTicked, service as u32);
        fleet.touch(c, service);
        let replicas = watch.sync(c, fleet, service)?;
        Some(Order::Pods { service, replicas })
    }

    /// A change of the timeline is due.
    pub fn change(&mut self, c: &Core<'_>, index: usize) -> Option<Order> {
        match c.model.changes[index].patch {
            Patch::Fleet(service, patch) => {
                let service = service.index();
                return Some(match patch {
                    FleetPatch::Replicas(replicas) => Order::Pods { service, replicas },
                    FleetPatch::QueueLimit(limit) => Order::QueueLimit { service, limit },
                });
            }
            Patch::Source(source, SourcePatch::Users(users)) => {
                return Some(Order::Users { source: source.index(), users });
            }
            Patch::Scaler(service, patch) => {
                let watch = self.watches[service.index()].as_mut()?;
                match patch {
                    ScalerPatch::Min(min) => *watch.scaler.bounds_mut().0 = min,
                    ScalerPatch::Max(max) => *watch.scaler.bounds_mut().1 = max,
                    ScalerPatch::Target(target) => watch.scaler.set_target(target),
                }
            }
        }
        None
    }
}

/// The first tick of a clock; at the very start there is nothing to be seen yet.
fn schedule_first(
    c: &mut Core<'_>,
    (phase, period): (Phase, SimDuration),
    whose: (u64, &str, u32),
    (tick, service): (Tick, u32),
) {
    let after = c.tick_after_start(phase, period.as_nanos(), whose);
    let at = if after == 0 { period.as_nanos() } else { after };
    c.schedule(at, tick, 0, service);
}

fn schedule_after(c: &mut Core<'_>, period: SimDuration, tick: Tick, service: u32) {
    let at = SimTime::from_nanos(c.now) + period;
    c.schedule(at.as_nanos(), tick, 0, service);
}
