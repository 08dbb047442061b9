//! Pods come and go.

use super::cpu::Sharing;
use super::events::PodEvent;
use super::pod::{Detail, Meter, News, Pod, PodState};
use super::queue::Queue;
use super::quota::Quota;
use super::state::Fleet;
use crate::model::{CpuSharing, PodSpeed};
use crate::random::Key;
use crate::system::core::{Core, NIL, clock, part, purpose};

fn pod_key(c: &Core<'_>, service: usize, ordinal: u32) -> Key {
    c.root.child(part::PODS | service as u64).child(u64::from(ordinal))
}

/// When the quota of a pod is refilled: nanoseconds after the start, below its period.
fn refill(c: &Core<'_>, service: usize, ordinal: u32, period: u64) -> u64 {
    let service = &c.model.services[service];
    let phase = if let CpuSharing::Quota(cpu) = service.sharing { cpu.phase } else { Default::default() };
    c.tick_after_start(phase, period, (clock::QUOTA, &service.name, ordinal))
}

impl Fleet {
    /// Makes the pods that are there at the start.
    pub(super) fn start_pods(&mut self, c: &mut Core<'_>, service: usize) {
        if self.stations[service].rules.central {
            self.stations[service].lists = self.make_lists(service);
        }
        let replicas = c.model.services[service].replicas;
        self.stations[service].wanted = replicas;
        for _ in 0..replicas {
            let pod = self.make_pod(c, service);
            self.admit_pod(c, pod);
        }
    }

    fn make_pod(&mut self, c: &Core<'_>, service: usize) -> u32 {
        let station = &mut self.stations[service];
        let ordinal = station.pods_made;
        station.pods_made += 1;
        let speed = match &c.model.services[service].speed {
            PodSpeed::Same(speed) => *speed,
            PodSpeed::Each(speeds) => speeds[ordinal as usize % speeds.len()],
            PodSpeed::Drawn(law) => {
                c.draw_value(*law, pod_key(c, service, ordinal), purpose::POD | 1).max(1e-6)
            }
        };
        let cores = station.rules.cpu_limit;
        let meter = Meter { last: c.now, started: c.now, scraped_at: c.now, cores, ..Meter::default() };
        let quota = station
            .rules
            .quota
            .map(|limit| Box::new(Quota::new(limit, c.now, refill(c, service, ordinal, limit.period))));
        let pod = Pod {
            busy: 0,
            holds: 0,
            queue: Queue::EMPTY,
            service: service as u16,
            state: PodState::Starting,
        };
        let mut detail = Detail { lists: NIL, generation: 0, ordinal, branches: 0, speed, free_at: 0 };
        if let Some(id) = station.spare.pop() {
            let old = self.details[id as usize];
            (detail.generation, detail.lists) = (old.generation, old.lists);
            self.details[id as usize] = detail;
            self.pods[id as usize] = pod;
            self.meters[id as usize] = meter;
            if let (Some(old), Some(new)) = (&mut self.quotas[id as usize], quota) {
                old.begin_anew(*new);
            }
            self.news.push(News::Replaced(id));
            return id;
        }
        if !station.rules.central {
            detail.lists = self.make_lists(service);
        }
        self.details.push(detail);
        self.pods.push(pod);
        self.meters.push(meter);
        self.sharing.push(Sharing::default());
        self.quotas.push(quota);
        self.running.push(Vec::new());
        (self.pods.len() - 1) as u32
    }

    /// A pod joins the ready ones.
    fn admit_pod(&mut self, c: &mut Core<'_>, pod: u32) {
        let service = self.pods[pod as usize].service as usize;
        self.touch_pods(c, service);
        self.pods[pod as usize].state = PodState::Ready;
        self.meters[pod as usize].ready_at = c.now;
        let station = &mut self.stations[service];
        station.ready.push(pod);
        if let Some(levels) = &mut station.levels {
            levels.insert(pod);
        }
        self.news.push(News::Joined(pod, service as u16));
        self.serve_central(c, service);
    }

    /// A pod that was being started is ready.
    pub fn pod_ready(&mut self, c: &mut Core<'_>, pod: u32, generation: u32) {
        let p = &self.pods[pod as usize];
        if self.details[pod as usize].generation != generation || p.state != PodState::Starting {
            return;
        }
        let service = p.service as usize;
        self.touch_pods(c, service);
        self.stations[service].starting.retain(|&s| s != pod);
        self.admit_pod(c, pod);
        self.note_scaling(c, service);
    }

    /// Branches of a parallel step begin in a pod.
    pub fn begin_branches(&mut self, pod: u32, count: u32) {
        self.details[pod as usize].branches += count;
    }

    /// A branch of a parallel step that ran in a pod is over.
    pub fn branch_over(&mut self, c: &mut Core<'_>, pod: u32) {
        let detail = &mut self.details[pod as usize];
        detail.branches -= 1;
        if detail.branches == 0 && self.pods[pod as usize].is_drained() {
            self.remove_pod(c, pod);
        }
    }

    /// A drained or cancelled pod is gone, unless branches go on in it.
    #[cold]
    pub(super) fn remove_pod(&mut self, c: &mut Core<'_>, pod: u32) {
        if self.details[pod as usize].branches > 0 {
            return;
        }
        let service = self.pods[pod as usize].service as usize;
        self.touch_pods(c, service);
        let p = &mut self.pods[pod as usize];
        if p.state == PodState::Draining {
            self.stations[service].draining -= 1;
        }
        p.state = PodState::Gone;
        self.book_quota(c, service, pod);
        let detail = &mut self.details[pod as usize];
        detail.generation = detail.generation.wrapping_add(1);
        self.stations[service].spare.push(pod);
    }

    /// Brings the number of pods (ready and starting) to `wanted`.
    pub fn scale_to(&mut self, c: &mut Core<'_>, service: usize, wanted: u32) {
        self.touch_pods(c, service);
        self.stations[service].wanted = wanted;
        let have = (self.stations[service].ready.len() + self.stations[service].starting.len()) as u32;
        for _ in have..wanted {
            self.start_pod(c, service);
        }
        for _ in wanted..have {
            self.stop_pod(c, service);
        }
        self.note_scaling(c, service);
    }

    fn start_pod(&mut self, c: &mut Core<'_>, service: usize) {
        let ordinal = self.stations[service].pods_made;
        let pod = self.make_pod(c, service);
        let law = c.model.services[service].startup;
        let delay = c.draw(law, pod_key(c, service, ordinal), purpose::POD);
        if delay == 0 {
            return self.admit_pod(c, pod);
        }
        self.stations[service].starting.push(pod);
        let generation = self.details[pod as usize].generation;
        c.schedule(c.now.saturating_add(delay), PodEvent::Ready, pod, generation);
    }

    /// Stops one pod: the newest that is not ready, else the newest ready one, which drains.
    fn stop_pod(&mut self, c: &mut Core<'_>, service: usize) {
        let station = &mut self.stations[service];
        if let Some(pod) = station.starting.pop() {
            return self.remove_pod(c, pod);
        }
        let Some(pod) = station.ready.pop() else { return };
        if let Some(levels) = &mut station.levels {
            levels.remove(pod);
        }
        station.draining += 1;
        self.news.push(News::Left(pod, service as u16));
        self.pods[pod as usize].state = PodState::Draining;
        if self.pods[pod as usize].holds == 0 {
            self.remove_pod(c, pod);
        }
    }

    fn note_scaling(&self, c: &mut Core<'_>, service: usize) {
        let station = &self.stations[service];
        c.ledger.note_scaling(service, c.now, station.wanted, station.ready.len() as u32);
    }

    /// Pods that came and went since this was asked last, in their order.
    pub fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    /// Takes back the list that [`Fleet::take_news`] gave, so that its memory is used again.
    pub fn keep_list(&mut self, mut list: Vec<News>) {
        list.clear();
        self.news = list;
    }
}
