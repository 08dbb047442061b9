//! Meters of pods: what they use of cpu and slots.

use super::pod::Meter;
use super::quota::Spent;
use super::state::Fleet;
use crate::metrics::QuotaCounts;
use crate::policy::PodSample;
use crate::system::core::Core;
use crate::units::{SimDuration, SimTime};

/// Pods whose busy share is kept in a record.
const MOST_PODS: usize = 64;

impl Fleet {
    /// Brings the meter of a metered service's pod up to now, before a slot is taken or freed.
    #[inline(always)]
    pub(super) fn meter(&mut self, c: &mut Core<'_>, service: usize, pod: u32) {
        if self.stations[service].rules.metered {
            let work = self.meter_to(c.now, pod as usize);
            c.ledger.service(service).record.worked += work;
        }
    }

    /// One frame more or less is in work on a metered pod.
    pub(super) fn meter_work(&mut self, c: &mut Core<'_>, pod: u32, change: i32) {
        let work = self.meter_to(c.now, pod as usize);
        c.ledger.service(self.pods[pod as usize].service as usize).record.worked += work;
        let meter = &mut self.meters[pod as usize];
        meter.working = meter.working.saturating_add_signed(change);
    }

    /// Brings the meters of a service's pods up to now, if it is metered.
    pub(super) fn meter_pods(&mut self, c: &mut Core<'_>, service: usize) {
        if !self.stations[service].rules.metered {
            return;
        }
        for pod in 0..self.pods.len() {
            if self.pods[pod].service as usize == service {
                let work = self.meter_to(c.now, pod);
                c.ledger.service(service).record.worked += work;
            }
        }
    }

    /// Brings a pod's meter up to now, and tells what it worked since then. What is spent of quotas is booked apart.
    fn meter_to(&mut self, now: u64, pod: usize) -> f64 {
        let meter = &mut self.meters[pod];
        let work = meter.meter_to(now, &self.pods[pod]);
        let Some(quota) = &mut self.quotas[pod] else { return work };
        quota.advance(now);
        meter.work_area = quota.ever();
        0.0
    }

    /// Books what a service's pods have spent of their quotas.
    pub(super) fn book_quotas(&mut self, c: &mut Core<'_>, service: usize) {
        if self.stations[service].rules.quota.is_some() {
            for pod in 0..self.pods.len() {
                if self.pods[pod].service as usize == service {
                    self.book_quota(c, service, pod as u32);
                }
            }
        }
    }

    /// Books what a pod has spent of its quotas.
    pub(super) fn book_quota(&mut self, c: &mut Core<'_>, service: usize, pod: u32) {
        if let Some(quota) = &mut self.quotas[pod as usize] {
            quota.advance(c.now);
            let Spent { cpu, periods, throttled, stopped } = quota.take_spent();
            let counts = QuotaCounts { periods, throttled, stopped: (stopped + 0.5) as u64 };
            c.ledger.service(service).note_spent(counts, cpu);
        }
    }

    /// Busy shares of pods count from now on.
    pub(super) fn begin_metering(&mut self, c: &mut Core<'_>, service: usize) {
        self.meter_pods(c, service);
        for (pod, meter) in self.pods.iter().zip(&mut self.meters) {
            if pod.service as usize == service {
                meter.busy_area = 0;
            }
        }
    }

    /// Keeps the busy shares of pods as they are.
    pub(super) fn end_metering(&mut self, c: &mut Core<'_>, service: usize) {
        if self.stations[service].rules.metered {
            self.meter_pods(c, service);
            let pods = self.pods.iter().zip(&self.meters).filter(|(p, _)| p.service as usize == service);
            let areas = pods.take(MOST_PODS).map(|(_, meter)| meter.busy_area).collect();
            c.ledger.service(service).record.pod_busy = areas;
        }
    }

    /// Every metered pod's usage since the last scrape becomes a sample, whether it is ready or not; so many are kept.
    pub fn scrape(&mut self, c: &mut Core<'_>, keep: usize) {
        for service in 0..self.stations.len() {
            if !self.stations[service].rules.metered {
                continue;
            }
            let station = &self.stations[service];
            let pods: Vec<u32> = station.ready.iter().chain(&station.starting).copied().collect();
            for pod in pods {
                self.meter(c, service, pod);
                self.meters[pod as usize].scrape(c.now, keep);
            }
        }
    }

    /// The pods of a service as its controller sees them, with samples of at least this age.
    pub fn pod_samples(&self, c: &Core<'_>, service: usize, age: SimDuration) -> Vec<PodSample> {
        let station = &self.stations[service];
        let request = c.model.services[service].cpu_request.unwrap_or(0.0);
        let sample = |&id: &u32, ready: bool| {
            let meter: &Meter = &self.meters[id as usize];
            let visible = meter.samples.iter().rev().find(|s| s.0.saturating_add(age.as_nanos()) <= c.now);
            PodSample {
                // Until nodes and images are simulated, a container runs from the decision on.
                pending: false,
                ready,
                transition: SimTime::from_nanos(if ready { meter.ready_at } else { meter.started }),
                started: SimTime::from_nanos(meter.started),
                sample: visible.map(|s| (s.1, SimTime::from_nanos(s.0), SimDuration::from_nanos(s.2))),
                request_milli: (request * 1000.0 + 0.5) as u64,
            }
        };
        let ready = station.ready.iter().map(|p| sample(p, true));
        ready.chain(station.starting.iter().map(|p| sample(p, false))).collect()
    }
}
