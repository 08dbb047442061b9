//! Services at work: pods, queues, slots.

use super::frame::{Frame, NIL, flag};
use super::levels::Levels;
use super::world::World;
use crate::metrics::{FailureCause, ServiceRecord};
use crate::model::{AbandonedWork, Balancer, Discipline, Model, PodSpeed, QueuePlacement, Service, SiteId};

/// State of one service.
#[derive(Debug)]
pub struct Station {
    pub slots: u32,
    pub queue_limit: u32,
    pub discipline: Discipline,
    pub abandoned: AbandonedWork,
    /// Priority lists a queue has.
    pub lists: u32,
    pub central: bool,
    /// Whether pods share cpu among more requests than they have cores.
    pub shares: bool,
    pub preempts: bool,
    pub metered: bool,
    pub cpu_limit: f64,
    /// Whether work lasts as long as drawn: no speed, no sharing.
    pub plain: bool,
    /// Whether sojourn over own work is recorded.
    pub slowdown: bool,
    /// Ready pods, in the order in which they became ready.
    pub ready: Vec<u32>,
    /// Pods being started, and draining ones.
    pub starting: Vec<u32>,
    pub draining: u32,
    /// Pods wanted by whatever scales the service.
    pub desired: u32,
    pub bounds: (u32, u32),
    /// First queue of the central placement.
    pub queue: u32,
    /// Ready pods by requests in them, if anything looks.
    pub levels: Option<Levels>,
    pub in_system: u32,
    pub busy: u32,
    pub last: u64,
    /// Busy slots times nanoseconds since the start; never reset, for scalers.
    pub busy_ever: u128,
    pub window: crate::metrics::ServiceWindow,
    pub record: ServiceRecord,
    pub unwaited: u64,
    pub pods_made: u32,
    /// Pods that are gone, for reuse.
    pub spare: Vec<u32>,
    /// When the integrals of pods were brought up to date.
    pub pods_last: u64,
    pub scaler: super::scaling::ScalerMemory,
    /// Integrals at the last window's end: busy, in system, ready, slots.
    pub counted: (u128, u128, u128, u128),
    pub frozen: Option<Box<Frozen>>,
}

/// Integrals at the end of the counted span.
#[derive(Debug)]
pub struct Frozen {
    pub in_system: crate::metrics::LevelIntegral,
    pub busy: u128,
    pub queued: u128,
    pub ready: u128,
    pub slots: u128,
    pub pods: u128,
    pub peak_queue: u32,
}

/// One pod.
#[derive(Clone, Debug)]
pub struct Pod {
    pub service: u16,
    pub state: PodState,
    /// First of its queues.
    pub queue: u32,
    pub busy: u32,
    /// Requests in it: in service and waiting.
    pub holds: u32,
    pub generation: u32,
    pub speed: f64,
    /// Cores it may use.
    pub cores: f64,
    /// Instant by which it has worked off what it has, if anything looks.
    pub free_at: u64,
    pub meter: Meter,
}

/// What a metered pod has used.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    pub last: u64,
    pub working: u32,
    pub busy_area: u128,
    pub work_area: f64,
    pub scraped: f64,
    pub scraped_at: u64,
    pub started: u64,
    pub ready_at: u64,
    pub samples: std::collections::VecDeque<(u64, u64, u64)>,
}

/// Life of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodState {
    Starting,
    Ready,
    Draining,
    Gone,
}

/// One list of waiting frames. The first of a pod's (or service's) lists also counts all of them.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    pub head: u32,
    pub tail: u32,
    pub waiting: u32,
}

impl Queue {
    pub const EMPTY: Self = Self { head: NIL, tail: NIL, waiting: 0 };
}

/// Whether a service interrupts work.
pub fn preempts(service: &Service) -> bool {
    matches!(service.discipline, Discipline::Priority { preemptive: true })
}

impl Station {
    pub fn new(service: &Service, model: &Model) -> Self {
        let index = model.services.iter().position(|s| std::ptr::eq(s, service)).unwrap_or(0);
        let callers: Vec<_> = model.edges.iter().filter(|e| e.target.index() == index).collect();
        let looks = callers
            .iter()
            .any(|e| matches!(e.balancer, Balancer::JoinShortestQueue | Balancer::JoinIdleQueue));
        let central = service.placement == QueuePlacement::Central;
        let shares = service.cpu_limit < f64::from(service.slots);
        let same_speed = matches!(service.speed, PodSpeed::Same(s) if s == 1.0);
        let priorities = matches!(service.discipline, Discipline::Priority { .. });
        Self {
            slots: service.slots,
            queue_limit: service.queue_limit,
            discipline: service.discipline,
            abandoned: service.abandoned,
            lists: if priorities { 8 } else { 1 },
            central,
            shares,
            preempts: preempts(service),
            metered: service.scaler.as_ref().is_some_and(|s| matches!(s, crate::model::Scaler::Hpa(_)))
                || matches!(service.speed, PodSpeed::Each(_)),
            cpu_limit: service.cpu_limit,
            plain: same_speed && !shares && !preempts(service),
            slowdown: model.recording.slowdown,
            ready: Vec::new(),
            starting: Vec::new(),
            draining: 0,
            desired: 0,
            bounds: super::scaling::bounds(service),
            queue: NIL,
            levels: (looks || central).then(Levels::default),
            in_system: 0,
            busy: 0,
            last: 0,
            busy_ever: 0,
            window: crate::metrics::ServiceWindow::default(),
            record: ServiceRecord::new(model.recording.resolution_bits),
            unwaited: 0,
            pods_made: 0,
            spare: Vec::new(),
            pods_last: 0,
            scaler: super::scaling::ScalerMemory::default(),
            counted: (0, 0, 0, 0),
            frozen: None,
        }
    }

    /// Brings the integrals up to now.
    #[inline(always)]
    pub fn touch(&mut self, now: u64) {
        let span = now - self.last;
        if span > 0 {
            self.last = now;
            self.record.in_system.add(self.in_system, span);
            let busy = u128::from(self.busy) * u128::from(span);
            self.record.busy += busy;
        }
    }

    /// Requests waiting.
    #[inline(always)]
    pub fn waiting(&self) -> u32 {
        self.in_system - self.busy
    }
}

impl World<'_> {
    /// A client's request enters its first service without a frame of its own.
    #[inline(always)]
    pub fn enter_directly(&mut self, id: u32, site: SiteId, root: crate::random::Key) {
        let edge = self.model.sites[site.index()].edge;
        let tally = &mut self.edges[edge.index()].record;
        if self.frames[id].is(flag::MEASURED) {
            tally.calls += 1;
            tally.attempts += 1;
        }
        if let Err(cause) = self.enter(id, site, NIL, root, 0) {
            self.end_root(id, Some(cause));
            self.drop_frame(id);
        }
    }

    /// A frame reaches its service: it starts, waits, or is turned away.
    #[inline(always)]
    pub fn enter(
        &mut self,
        id: u32,
        site: SiteId,
        caller: u32,
        key: crate::random::Key,
        attempt: u8,
    ) -> Result<(), FailureCause> {
        let edge = self.model.sites[site.index()].edge;
        let service = self.edges[edge.index()].target;
        let measured = self.frames[id].is(flag::MEASURED);
        let station = &mut self.stations[service];
        station.touch(self.now);
        if measured {
            station.record.arrived += 1;
        }
        station.window.arrived += 1;
        if station.central {
            return self.enter_central(id, service);
        }
        let Some(pod) = self.choose_pod(edge, site, caller, key, attempt, id) else {
            self.count_rejection(service, measured);
            return Err(FailureCause::Unavailable);
        };
        let station = &mut self.stations[service];
        let p = &mut self.pods[pod as usize];
        if p.busy < station.slots {
            self.frames[id].pod = pod;
            self.hold(service, pod);
            self.take_slot(id, service, pod);
            return Ok(());
        }
        if station.preempts && self.preempt_for(id, service, pod) {
            return Ok(());
        }
        let queue = self.pods[pod as usize].queue;
        if self.queues[queue as usize].waiting >= self.stations[service].queue_limit {
            self.count_rejection(service, measured);
            self.edge_returned(site, caller, pod);
            return Err(FailureCause::Rejected);
        }
        self.frames[id].pod = pod;
        self.hold(service, pod);
        self.enqueue(id, service, queue);
        Ok(())
    }

    fn enter_central(&mut self, id: u32, service: usize) -> Result<(), FailureCause> {
        let station = &mut self.stations[service];
        let free = station.levels.as_ref().and_then(|l| l.below(station.slots).first().copied());
        if let Some(pod) = free {
            self.frames[id].pod = pod;
            self.hold(service, pod);
            self.take_slot(id, service, pod);
            return Ok(());
        }
        let measured = self.frames[id].is(flag::MEASURED);
        if station.ready.is_empty() && station.starting.is_empty() {
            self.count_rejection(service, measured);
            return Err(FailureCause::Unavailable);
        }
        let queue = station.queue;
        if self.queues[queue as usize].waiting >= station.queue_limit {
            self.count_rejection(service, measured);
            return Err(FailureCause::Rejected);
        }
        // Which pod will serve it is known only when one is free; any pod of the service names the service.
        self.frames[id].pod = station.ready.first().or(station.starting.first()).copied().unwrap_or(NIL);
        station.in_system += 1;
        self.enqueue(id, service, queue);
        Ok(())
    }

    fn count_rejection(&mut self, service: usize, measured: bool) {
        let station = &mut self.stations[service];
        station.window.rejected += 1;
        if measured {
            station.record.rejected += 1;
        }
    }

    /// A pod holds one request more.
    #[inline(always)]
    fn hold(&mut self, service: usize, pod: u32) {
        let station = &mut self.stations[service];
        station.in_system += 1;
        self.pods[pod as usize].holds += 1;
        if let Some(levels) = &mut station.levels {
            levels.raise(pod);
        }
    }

    /// A pod holds one request less.
    #[inline(always)]
    pub fn unhold(&mut self, service: usize, pod: u32) {
        let station = &mut self.stations[service];
        station.in_system -= 1;
        if station.central {
            return;
        }
        self.pods[pod as usize].holds -= 1;
        if let Some(levels) = &mut station.levels {
            levels.lower(pod);
        }
    }

    #[inline(always)]
    fn enqueue(&mut self, id: u32, service: usize, queue: u32) {
        let station = &mut self.stations[service];
        self.queues[queue as usize].waiting += 1;
        let waiting = station.in_system - station.busy;
        station.window.peak_queue = station.window.peak_queue.max(waiting);
        self.frames[id].flags |= flag::QUEUED;
        match station.discipline {
            Discipline::Fifo => self.push_back(id, queue),
            Discipline::Lifo => self.push_front(id, queue),
            Discipline::Priority { .. } => self.push_back(id, queue + self.frames[id].priority() as u32),
        }
    }

    #[inline(always)]
    fn push_back(&mut self, id: u32, queue: u32) {
        self.frames[id].next = NIL;
        let q = &mut self.queues[queue as usize];
        let tail = q.tail;
        q.tail = id;
        if tail == NIL {
            q.head = id;
        } else {
            self.frames[tail].next = id;
        }
    }

    pub fn push_front(&mut self, id: u32, queue: u32) {
        let q = &mut self.queues[queue as usize];
        self.frames[id].next = q.head;
        if q.head == NIL {
            q.tail = id;
        }
        q.head = id;
    }

    /// Takes the next frame that still wants service out of a queue.
    #[inline(always)]
    fn dequeue(&mut self, service: usize, queue: u32) -> Option<u32> {
        if self.queues[queue as usize].waiting == 0 {
            self.purge(service, queue);
            return None;
        }
        let lists = self.stations[service].lists;
        let mut list = queue;
        loop {
            let q = &mut self.queues[list as usize];
            let id = q.head;
            if id == NIL {
                list += 1;
                if list == queue + lists {
                    return None;
                }
                continue;
            }
            let frame = &mut self.frames[id];
            q.head = frame.next;
            if q.head == NIL {
                q.tail = NIL;
            }
            if frame.flags & flag::ABANDONED == 0 || self.stations[service].abandoned == AbandonedWork::Stay {
                frame.flags &= !flag::QUEUED;
                self.queues[queue as usize].waiting -= 1;
                return Some(id);
            }
            self.drop_abandoned(id, service, queue);
            if self.queues[queue as usize].waiting == 0 {
                return None;
            }
        }
    }

    /// Nobody waits any more: frames that left the queue in place can go.
    #[inline(always)]
    fn purge(&mut self, service: usize, queue: u32) {
        for list in queue..queue + self.stations[service].lists {
            while self.queues[list as usize].head != NIL {
                let id = self.queues[list as usize].head;
                self.queues[list as usize].head = self.frames[id].next;
                self.drop_frame(id);
            }
            self.queues[list as usize].tail = NIL;
        }
    }

    /// Work of a client that gave up reaches the head of its queue.
    #[cold]
    fn drop_abandoned(&mut self, id: u32, service: usize, queue: u32) {
        if self.stations[service].abandoned == AbandonedWork::DropAtHead {
            self.queues[queue as usize].waiting -= 1;
            self.count_left(id, service);
            self.unhold(service, self.frames[id].pod);
        }
        self.drop_frame(id);
    }

    fn count_left(&mut self, id: u32, service: usize) {
        let frame = &self.frames[id];
        if frame.is(flag::MEASURED) {
            let record = &mut self.stations[service].record;
            record.left_queue += 1;
            record.wait_left.record(self.now - frame.arrived);
        }
    }

    /// Whoever waited for a frame has given up. A queued frame leaves as its service treats such work; one in
    /// service runs on, for nobody.
    pub fn abandon(&mut self, id: u32) {
        let frame = &mut self.frames[id];
        frame.flags |= flag::ABANDONED;
        if !frame.is(flag::QUEUED) {
            return;
        }
        let pod = frame.pod;
        let service = self.pods[pod as usize].service as usize;
        if self.stations[service].abandoned == AbandonedWork::Leave {
            self.stations[service].touch(self.now);
            let queue = self.queue_of(service, pod);
            self.queues[queue as usize].waiting -= 1;
            self.count_left(id, service);
            self.unhold(service, pod);
        }
    }

    pub fn queue_of(&self, service: usize, pod: u32) -> u32 {
        let station = &self.stations[service];
        if station.central { station.queue } else { self.pods[pod as usize].queue }
    }

    /// A frame that is already counted in its pod takes a free slot.
    #[inline(always)]
    pub fn take_slot(&mut self, id: u32, service: usize, pod: u32) {
        let station = &mut self.stations[service];
        if station.metered {
            self.pods[pod as usize].meter_to(self.now);
        }
        let station = &mut self.stations[service];
        station.busy += 1;
        self.pods[pod as usize].busy += 1;
        self.begin_service(id, service);
    }

    /// Service begins: the wait is over.
    #[inline(always)]
    fn begin_service(&mut self, id: u32, service: usize) {
        let frame = self.frames[id];
        if frame.is(flag::MEASURED) && !self.is_resumed(id) {
            let wait = self.now - frame.arrived;
            let station = &mut self.stations[service];
            if wait == 0 {
                station.unwaited += 1;
            } else {
                station.record.waited += 1;
                station.record.wait.record(wait);
            }
            if frame.flags & (flag::ROOT | flag::ABANDONED) == flag::ROOT {
                self.classes[frame.parent as usize].begin(wait);
            }
        }
        if let Some((probe, limit)) = self.model.recording.first_waits
            && probe.index() == service
            && self.first_waits.len() < limit as usize
        {
            self.first_waits.push(self.now - frame.arrived);
        }
        self.runnable.push(id);
    }

    /// A frame's program is over: it gives its slot to the next.
    #[inline(always)]
    pub fn release(&mut self, frame: &Frame) {
        let pod = frame.pod;
        let service = self.pods[pod as usize].service as usize;
        let station = &mut self.stations[service];
        station.touch(self.now);
        if station.central {
            return self.release_central(service, pod);
        }
        let queue = self.pods[pod as usize].queue;
        self.unhold(service, pod);
        if let Some(next) = self.dequeue(service, queue) {
            self.begin_service(next, service);
            return;
        }
        self.free_slot(service, pod);
    }

    fn release_central(&mut self, service: usize, pod: u32) {
        self.unhold(service, pod);
        let queue = self.stations[service].queue;
        let usable = self.pods[pod as usize].state == PodState::Ready;
        if usable && let Some(next) = self.dequeue(service, queue) {
            self.frames[next].pod = pod;
            self.begin_service(next, service);
            return;
        }
        self.pods[pod as usize].holds -= 1;
        if let Some(levels) = &mut self.stations[service].levels {
            levels.lower(pod);
        }
        self.free_slot(service, pod);
    }

    #[inline(always)]
    fn free_slot(&mut self, service: usize, pod: u32) {
        let station = &mut self.stations[service];
        let p = &mut self.pods[pod as usize];
        if station.metered {
            p.meter_to(self.now);
        }
        station.busy -= 1;
        p.busy -= 1;
        if p.state == PodState::Draining && p.holds == 0 {
            self.remove_pod(pod);
        }
    }

    /// New slots of a service take what waits centrally.
    pub fn serve_central(&mut self, service: usize) {
        if !self.stations[service].central {
            return;
        }
        self.stations[service].touch(self.now);
        loop {
            let station = &self.stations[service];
            let free = station.levels.as_ref().and_then(|l| l.below(station.slots).first().copied());
            let Some(pod) = free else { break };
            let Some(id) = self.dequeue(service, station.queue) else { break };
            self.frames[id].pod = pod;
            self.pods[pod as usize].holds += 1;
            if let Some(levels) = &mut self.stations[service].levels {
                levels.raise(pod);
            }
            self.take_slot(id, service, pod);
        }
    }

    /// Forgets a frame.
    #[inline(always)]
    pub fn drop_frame(&mut self, id: u32) {
        if self.has_patience
            && let Some(generation) = self.patience.get_mut(id as usize)
        {
            *generation = generation.wrapping_add(1);
        }
        if self.has_preemption {
            self.forget_suspended(id);
        }
        self.frames.remove(id);
    }

    /// A frame takes the slot that an interrupted one has left.
    pub fn replace_in_slot(&mut self, id: u32, service: usize, pod: u32) {
        self.hold(service, pod);
        self.begin_service(id, service);
    }
}

impl Pod {
    /// Brings the meter up to now.
    pub fn meter_to(&mut self, now: u64) {
        let span = now - self.meter.last;
        self.meter.busy_area += u128::from(self.busy) * u128::from(span);
        self.meter.work_area += f64::from(self.meter.working).min(self.cores) * span as f64;
        self.meter.last = now;
    }
}
