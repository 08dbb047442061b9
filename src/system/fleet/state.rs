//! The state of all services and pods.

use super::cpu::{Plan, Sharing};
use super::pod::{Detail, Meter, News, Pod};
use super::queue::Queue;
use super::quota::Quota;
use super::station::{Rules, Station};
use crate::model::Model;
use crate::system::core::{Beside, Core, Features, Mark};

/// With more pods than this the check would take longer than the run.
#[cfg(debug_assertions)]
const MOST_PODS: usize = 64;

/// All services and pods.
#[derive(Debug)]
pub struct Fleet {
    pub(super) stations: Vec<Station>,
    pub(super) pods: Vec<Pod>,
    pub(super) details: Vec<Detail>,
    /// What metered pods have used.
    pub(super) meters: Vec<Meter>,
    /// Lists of waiting frames by priority, where queues have them.
    pub(super) lists: Vec<Queue>,
    pub(super) sharing: Vec<Sharing>,
    /// The cpu of pods under a quota.
    pub(super) quotas: Vec<Option<Box<Quota>>>,
    /// Frames in work of each pod in the order of their starts, where work is interrupted.
    pub(super) running: Vec<Vec<u32>>,
    /// Remaining work and planned completion of frames, for preemptive pods.
    pub(super) plans: Beside<Plan>,
    /// Pods that came and went, until somebody asks.
    pub(super) news: Vec<News>,
    /// Whether work somewhere does not simply last as long as drawn.
    pub(super) has_uneven_work: bool,
}

impl Fleet {
    /// Services without pods.
    pub fn new(model: &Model, features: &Features) -> Self {
        let stations: Vec<Station> = (0..model.services.len()).map(|s| Station::new(s, model)).collect();
        Self {
            has_uneven_work: stations.iter().any(|s| !s.rules.plain),
            stations,
            pods: Vec::new(),
            details: Vec::new(),
            meters: Vec::new(),
            lists: Vec::new(),
            sharing: Vec::new(),
            quotas: Vec::new(),
            running: Vec::new(),
            plans: Beside::new(features.preemption, Plan::NONE),
            news: Vec::new(),
        }
    }

    /// The pods that are there at the start are ready.
    pub fn start(&mut self, c: &mut Core<'_>) {
        for (index, station) in self.stations.iter_mut().enumerate() {
            station.reset(Rules::of(index, c.model));
        }
        self.pods.clear();
        self.details.clear();
        self.meters.clear();
        self.lists.clear();
        self.sharing.clear();
        self.quotas.clear();
        self.running.clear();
        self.plans.clear();
        for service in 0..self.stations.len() {
            self.start_pods(c, service);
        }
        self.news.clear();
    }

    /// Brings all integrals up to a mark, and starts or ends what begins or ends there.
    pub fn mark(&mut self, c: &mut Core<'_>, mark: Mark) {
        for service in 0..self.stations.len() {
            self.touch(c, service);
            self.touch_pods(c, service);
            self.book_quotas(c, service);
            self.meter_pods(c, service);
            if self.stations[service].rules.busy_is_work {
                c.ledger.service(service).take_busy_for_work();
            }
        }
        match mark {
            Mark::From => self.begin_counting(c),
            Mark::T0 => {
                for (service, station) in self.stations.iter().enumerate() {
                    c.ledger.service(service).record.ready_at_t0 = station.ready.len() as u32;
                }
            }
            Mark::Window => self.close_window(c),
            Mark::To => {
                self.close_window(c);
                self.end_counting(c);
            }
            Mark::Drained => {}
        }
    }

    fn close_window(&self, c: &mut Core<'_>) {
        c.ledger.close_window(|service| self.stations[service].standing());
    }

    fn begin_counting(&mut self, c: &mut Core<'_>) {
        for service in 0..self.stations.len() {
            self.begin_metering(c, service);
            c.ledger.service(service).begin_counting(self.stations[service].standing());
        }
    }

    fn end_counting(&mut self, c: &mut Core<'_>) {
        for service in 0..self.stations.len() {
            self.end_metering(c, service);
            c.ledger.service(service).freeze();
        }
    }

    /// Brings the integrals of requests up to now.
    #[inline(always)]
    pub fn touch(&self, c: &mut Core<'_>, service: usize) {
        let station = &self.stations[service];
        c.ledger.service(service).touch(c.now, station.in_system, station.busy);
    }

    /// Brings the integrals of pods up to now.
    pub fn touch_pods(&self, c: &mut Core<'_>, service: usize) {
        c.ledger.service(service).touch_pods(c.now, self.stations[service].pod_counts());
    }

    /// Ready pods of a service, in the order in which they became ready.
    pub fn ready(&self, service: usize) -> &[u32] {
        &self.stations[service].ready
    }

    /// Pods of a service that are being started.
    pub fn starting(&self, service: usize) -> u32 {
        self.stations[service].starting.len() as u32
    }

    /// Pods wanted by whoever spoke last.
    pub fn wanted(&self, service: usize) -> u32 {
        self.stations[service].wanted
    }

    /// How a service serves.
    pub fn rules(&self, service: usize) -> &Rules {
        &self.stations[service].rules
    }

    /// From now on so many may wait; who waits already stays.
    pub fn set_queue_limit(&mut self, service: usize, limit: u32) {
        self.stations[service].rules.queue_limit = limit;
    }

    /// The service a pod belongs to.
    #[inline(always)]
    pub fn service_of(&self, pod: u32) -> Option<usize> {
        self.pods.get(pod as usize).map(|p| usize::from(p.service))
    }

    /// Takes over what a shortcut has counted of a service.
    pub fn take_over(&mut self, service: usize, in_system: u32, busy: u32) {
        let station = &mut self.stations[service];
        (station.in_system, station.busy) = (in_system, busy);
    }

    /// Reads what an event of a pod needs first, so that it is on its way from memory.
    #[inline(always)]
    pub fn fetch(&self, pod: u32) -> u32 {
        self.pods[pod as usize].busy
    }

    /// Services hold what their pods and queues hold.
    #[cfg(debug_assertions)]
    pub fn check(&self) {
        if self.pods.len() > MOST_PODS {
            return;
        }
        for (at, station) in self.stations.iter().enumerate() {
            let pods = || self.pods.iter().filter(|p| usize::from(p.service) == at);
            let held = pods().map(|p| p.holds).sum::<u32>() + station.queue.waiting;
            assert_eq!(held, station.in_system, "a service holds what its pods and its queue hold");
            let busy: u32 = pods().map(|p| p.busy).sum();
            assert_eq!(busy, station.busy, "a service is as busy as its pods");
            assert!(
                pods().all(|p| p.busy <= station.rules.slots),
                "no pod has more slots taken than there are"
            );
        }
    }
}
