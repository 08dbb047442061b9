//! Pods come and go: starts, drains, scheduled changes, autoscalers.

use super::event::{self, Kind};
use super::frame::NIL;
use super::sharing::Sharing;
use super::stations::{Detail, Meter, PRIORITIES, Pod, PodState, Queue};
use super::world::{World, part, purpose};
use crate::metrics::ScalingEvent;
use crate::model::{ChangeAction, PodSpeed, Scaler, Service};
use crate::policy::{HpaState, PodSample, ScaleDecision, TargetUtilisationState, hpa_sync};
use crate::random::Key;
use crate::units::{SimDuration, SimTime};

/// Changes of pods kept in a record; enough for a day of 15 s ticks.
const SCALING_EVENTS: usize = 6000;

/// What an autoscaler remembers.
#[derive(Debug, Default)]
pub struct ScalerMemory {
    target: TargetUtilisationState,
    hpa: HpaState,
    busy_before: u128,
}

/// The autoscaler's bounds at the start.
pub fn bounds(service: &Service) -> (u32, u32) {
    match &service.scaler {
        Some(Scaler::Target(t)) => (t.min, t.max),
        Some(Scaler::Hpa(h)) => (h.min, h.max),
        None => (0, u32::MAX),
    }
}

impl World<'_> {
    /// The pods that are there at the start are ready.
    pub fn start_pods(&mut self) {
        for service in 0..self.stations.len() {
            if self.stations[service].central {
                self.stations[service].lists = self.make_lists(service);
            }
            let replicas = self.model.services[service].replicas;
            self.stations[service].desired = replicas;
            for _ in 0..replicas {
                let pod = self.make_pod(service);
                self.admit_pod(pod);
            }
        }
    }

    fn make_pod(&mut self, service: usize) -> u32 {
        let station = &mut self.stations[service];
        let ordinal = station.pods_made;
        station.pods_made += 1;
        let key = self.pod_key(service, ordinal);
        let speed = match &self.model.services[service].speed {
            PodSpeed::Same(speed) => *speed,
            PodSpeed::Each(speeds) => speeds[ordinal as usize % speeds.len()],
            PodSpeed::Drawn(law) => self.samplers[law.index()].value(key.draw(purpose::POD | 1)).max(1e-6),
        };
        let cores = self.stations[service].cpu_limit;
        let meter = Meter { last: self.now, started: self.now, cores, ..Meter::default() };
        let pod = Pod {
            busy: 0,
            holds: 0,
            queue: Queue::EMPTY,
            service: service as u16,
            state: PodState::Starting,
        };
        let mut detail = Detail { lists: NIL, generation: 0, speed, free_at: 0 };
        if let Some(id) = self.stations[service].spare.pop() {
            let old = self.details[id as usize];
            (detail.generation, detail.lists) = (old.generation, old.lists);
            self.details[id as usize] = detail;
            self.pods[id as usize] = pod;
            self.meters[id as usize] = meter;
            for edge in &mut self.edges {
                edge.forget_view(id, &self.stations[edge.target].ready);
            }
            return id;
        }
        if !self.stations[service].central {
            detail.lists = self.make_lists(service);
        }
        self.details.push(detail);
        self.pods.push(pod);
        self.meters.push(meter);
        self.sharing.push(Sharing::default());
        (self.pods.len() - 1) as u32
    }

    /// Lists by priority, if the service has priorities.
    fn make_lists(&mut self, service: usize) -> u32 {
        if !self.stations[service].has_priorities() {
            return NIL;
        }
        let first = self.lists.len() as u32;
        self.lists.extend(std::iter::repeat_n(Queue::EMPTY, PRIORITIES));
        first
    }

    fn pod_key(&self, service: usize, ordinal: u32) -> Key {
        self.root.child(part::PODS | service as u64).child(u64::from(ordinal))
    }

    /// A pod joins the ready ones.
    fn admit_pod(&mut self, pod: u32) {
        let service = self.pods[pod as usize].service as usize;
        self.touch_pods(service);
        let p = &mut self.pods[pod as usize];
        p.state = PodState::Ready;
        let meter = &mut self.meters[pod as usize];
        (meter.last, meter.ready_at, meter.scraped_at) = (self.now, self.now, self.now);
        let station = &mut self.stations[service];
        station.ready.push(pod);
        if let Some(levels) = &mut station.levels {
            levels.insert(pod);
        }
        for edge in &mut self.edges {
            if edge.target == service {
                edge.pod_changed(pod, true);
            }
        }
        self.serve_central(service);
    }

    pub fn pod_ready(&mut self, pod: u32, generation: u32) {
        let p = &self.pods[pod as usize];
        if self.details[pod as usize].generation != generation || p.state != PodState::Starting {
            return;
        }
        let service = p.service as usize;
        self.touch_pods(service);
        self.stations[service].starting.retain(|&s| s != pod);
        self.admit_pod(pod);
        self.note_scaling(service);
        self.run_frames();
    }

    /// A drained or cancelled pod is gone.
    pub fn remove_pod(&mut self, pod: u32) {
        let service = self.pods[pod as usize].service as usize;
        self.touch_pods(service);
        let p = &mut self.pods[pod as usize];
        if p.state == PodState::Draining {
            self.stations[service].draining -= 1;
        }
        p.state = PodState::Gone;
        let detail = &mut self.details[pod as usize];
        detail.generation = detail.generation.wrapping_add(1);
        self.stations[service].spare.push(pod);
    }

    /// Brings the number of pods (ready and starting) to `desired`.
    pub fn scale_to(&mut self, service: usize, desired: u32) {
        self.touch_pods(service);
        self.stations[service].desired = desired;
        let have = (self.stations[service].ready.len() + self.stations[service].starting.len()) as u32;
        for _ in have..desired {
            self.start_pod(service);
        }
        for _ in desired..have {
            self.stop_pod(service);
        }
        self.note_scaling(service);
    }

    fn start_pod(&mut self, service: usize) {
        let ordinal = self.stations[service].pods_made;
        let pod = self.make_pod(service);
        let law = self.model.services[service].startup;
        let delay = self.draw(law, self.pod_key(service, ordinal), purpose::POD);
        if delay == 0 {
            return self.admit_pod(pod);
        }
        self.stations[service].starting.push(pod);
        let at = SimTime::from_nanos(self.now.saturating_add(delay));
        let generation = self.details[pod as usize].generation;
        self.calendar.schedule(at, event::pack(Kind::PodReady, pod, generation));
    }

    /// Stops one pod: the newest that is not ready, else the newest ready one, which drains.
    fn stop_pod(&mut self, service: usize) {
        if let Some(pod) = self.stations[service].starting.pop() {
            return self.remove_pod(pod);
        }
        let Some(pod) = self.stations[service].ready.pop() else { return };
        if let Some(levels) = &mut self.stations[service].levels {
            levels.remove(pod);
        }
        for edge in &mut self.edges {
            if edge.target == service {
                edge.pod_changed(pod, false);
            }
        }
        self.pods[pod as usize].state = PodState::Draining;
        self.stations[service].draining += 1;
        if self.pods[pod as usize].holds == 0 {
            self.remove_pod(pod);
        }
    }

    /// Brings the integrals of pods up to now.
    pub fn touch_pods(&mut self, service: usize) {
        let station = &mut self.stations[service];
        let span = u128::from(self.now - station.pods_last);
        station.pods_last = self.now;
        let ready = station.ready.len() as u128;
        station.record.ready += ready * span;
        if station.slots != u32::MAX {
            station.record.slots += ready * u128::from(station.slots) * span;
        }
        let all = ready + station.starting.len() as u128 + u128::from(station.draining);
        station.record.pods += all * span;
    }

    fn note_scaling(&mut self, service: usize) {
        let station = &mut self.stations[service];
        let ready = station.ready.len() as u32;
        if self.measuring {
            let (low, high) = station.record.ready_range;
            station.record.ready_range = (low.min(ready), high.max(ready));
        }
        if station.record.scaling.len() < SCALING_EVENTS {
            let at = SimTime::from_nanos(self.now);
            station.record.scaling.push(ScalingEvent { at, desired: station.desired, ready });
        }
    }

    pub fn change_due(&mut self, index: usize) {
        match self.model.changes[index].action {
            ChangeAction::Replicas(service, n) => self.scale_to(service.index(), n),
            ChangeAction::MinReplicas(service, n) => self.stations[service.index()].bounds.0 = n,
            ChangeAction::MaxReplicas(service, n) => self.stations[service.index()].bounds.1 = n,
        }
        self.run_frames();
    }

    pub fn start_scalers(&mut self) {
        let mut scrape = false;
        for service in 0..self.stations.len() {
            self.stations[service].scaler = ScalerMemory::default();
            let Some(scaler) = &self.model.services[service].scaler else { continue };
            scrape |= matches!(scaler, Scaler::Hpa(_));
            self.schedule_tick(service, period(scaler));
        }
        if scrape {
            let at = SimTime::ZERO + self.model.cpu_metrics.scrape;
            self.calendar.schedule(at, event::pack(Kind::MetricsScraped, 0, 0));
        }
    }

    fn schedule_tick(&mut self, service: usize, period: SimDuration) {
        let at = SimTime::from_nanos(self.now) + period;
        self.calendar.schedule(at, event::pack(Kind::ScalerTicked, 0, service as u32));
    }

    pub fn scaler_ticked(&mut self, service: usize) {
        let model = self.model;
        let Some(scaler) = &model.services[service].scaler else { return };
        self.schedule_tick(service, period(scaler));
        self.stations[service].touch(self.now);
        let (min, max) = self.stations[service].bounds;
        match scaler {
            Scaler::Target(rule) => {
                let rule = crate::policy::TargetUtilisation { min, max, ..*rule };
                let station = &mut self.stations[service];
                let busy = station.busy_ever + station.record.busy;
                let span =
                    rule.period.as_nanos() as f64 * f64::from(station.slots) * station.ready.len() as f64;
                let utilisation = (busy - station.scaler.busy_before) as f64 / span.max(1.0);
                station.scaler.busy_before = busy;
                let (ready, starting) = (station.ready.len() as u32, station.starting.len() as u32);
                match rule.decide(&mut station.scaler.target, utilisation, ready, starting) {
                    ScaleDecision::Start(n) => self.scale_to(service, ready + starting + n),
                    ScaleDecision::Stop(n) => self.scale_to(service, ready + starting - n),
                    ScaleDecision::Keep => {}
                }
            }
            Scaler::Hpa(hpa) => {
                let hpa = crate::policy::Hpa { min, max, ..*hpa };
                let pods = self.pod_samples(service);
                let now = SimTime::from_nanos(self.now);
                let station = &mut self.stations[service];
                let desired = hpa_sync(&hpa, &mut station.scaler.hpa, now, station.desired, &pods);
                if desired != station.desired {
                    self.scale_to(service, desired);
                }
            }
        }
        self.run_frames();
    }

    /// The pods of a service as its HPA sees them.
    fn pod_samples(&self, service: usize) -> Vec<PodSample> {
        let station = &self.stations[service];
        let age = self.model.cpu_metrics.age.as_nanos();
        let request = self.model.services[service].cpu_request.unwrap_or(0.0);
        let sample = |&id: &u32, ready: bool| {
            let meter = &self.meters[id as usize];
            let visible = meter.samples.iter().rev().find(|s| s.0.saturating_add(age) <= self.now);
            PodSample {
                pending: !ready,
                ready,
                transition: SimTime::from_nanos(meter.ready_at),
                started: SimTime::from_nanos(meter.started),
                sample: visible.map(|s| (s.1, SimTime::from_nanos(s.0), SimDuration::from_nanos(s.2))),
                request_milli: (request * 1000.0 + 0.5) as u64,
            }
        };
        let ready = station.ready.iter().map(|p| sample(p, true));
        ready.chain(station.starting.iter().map(|p| sample(p, false))).collect()
    }

    /// Every metered pod's usage since the last scrape becomes a sample.
    pub fn metrics_scraped(&mut self) {
        let scrape = self.model.cpu_metrics.scrape;
        let keep = 2 + (self.model.cpu_metrics.age.as_nanos() / scrape.as_nanos().max(1)) as usize;
        for service in 0..self.stations.len() {
            if !self.stations[service].metered {
                continue;
            }
            for at in 0..self.stations[service].ready.len() {
                let pod = self.stations[service].ready[at];
                let meter = &mut self.meters[pod as usize];
                let work = meter.meter_to(self.now, &self.pods[pod as usize]);
                self.stations[service].record.worked += work;
                let span = self.now - meter.scraped_at;
                if span == 0 {
                    continue;
                }
                let usage = (meter.work_area - meter.scraped) / span as f64;
                meter.samples.push_back((self.now, (usage * 1000.0 + 0.5) as u64, span));
                if meter.samples.len() > keep {
                    meter.samples.pop_front();
                }
                (meter.scraped, meter.scraped_at) = (meter.work_area, self.now);
            }
        }
        let at = SimTime::from_nanos(self.now) + scrape;
        self.calendar.schedule(at, event::pack(Kind::MetricsScraped, 0, 0));
    }

    /// One frame more or less is in work on a metered pod.
    pub fn meter_work(&mut self, pod: u32, change: i32) {
        let meter = &mut self.meters[pod as usize];
        let p = &self.pods[pod as usize];
        self.stations[p.service as usize].record.worked += meter.meter_to(self.now, p);
        meter.working = meter.working.saturating_add_signed(change);
    }
}

fn period(scaler: &Scaler) -> SimDuration {
    match scaler {
        Scaler::Target(rule) => rule.period,
        Scaler::Hpa(hpa) => hpa.sync,
    }
}
