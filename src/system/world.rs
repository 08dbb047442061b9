//! The world: the rooms of one replication, and the loop that delivers events to them.

use super::control::{Change, Control, Order, Tick};
use super::core::{Core, Frame, Mark, Phase, is, kind, low, middle, phase};
use super::fleet::{Completion, PodEvent};
use super::ground::Ground;
use super::ledger::Look;
use super::requests::{Arrival, Requests, Timer};
use super::shortcut::PlainQueue;
use crate::metrics::{RunRecord, Stopped};
use crate::model::{After, Model};
use crate::units::SimTime;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};

/// How often, in events, the bounds are looked at.
const CHECK_EVERY: u64 = 1 << 16;

/// Every one of the first events is looked at in builds with debug assertions.
#[cfg(debug_assertions)]
const EVERY_EVENT: u64 = 20_000;

/// With more frames than this the check of calls would take longer than the run.
#[cfg(debug_assertions)]
const MOST_FRAMES: u32 = 500;

/// All state of one replication.
#[derive(Debug)]
pub struct World<'m> {
    ground: Ground<'m>,
    requests: Requests<'m>,
    control: Control,
}

impl<'m> World<'m> {
    /// Rooms for replications of `model`.
    pub fn new(model: &'m Model) -> Self {
        Self { ground: Ground::new(model), requests: Requests::new(model), control: Control::new(model) }
    }

    /// Puts everything back to time zero and schedules what is known beforehand.
    pub fn start(&mut self, replication: u64) {
        self.ground.start(replication);
        schedule_looks(&mut self.ground.core);
        self.control.start(&mut self.ground.core);
        self.requests.start(&mut self.ground);
    }

    /// Delivers all events.
    pub fn deliver_events(&mut self, interrupt: &AtomicBool) {
        let limits = self.ground.core.model.plan.limits;
        let mut check_at = CHECK_EVERY.min(limits.events);
        while !self.ground.core.done {
            let core = &mut self.ground.core;
            let frames = &core.frames;
            let Some((now, word)) = core.calendar.pop(|word| Timer::is_alive(frames, word)) else { break };
            core.now = now.as_nanos();
            core.events += 1;
            if let Some(next) = core.calendar.probable_next() {
                self.fetch(next);
            }
            self.handle(word);
            #[cfg(debug_assertions)]
            self.check_often();
            // A request that is over the limit is noticed at once, for a small run may end before the next look.
            let core = &mut self.ground.core;
            if core.events >= check_at || core.frames.is_over_limit() {
                check_bounds(core, interrupt);
                check_at = (core.events + CHECK_EVERY).min(limits.events);
            }
        }
    }

    /// Delivers all events of a model that is one plain queue.
    pub fn deliver_shortly(&mut self, queue: &mut PlainQueue<'m>, interrupt: &AtomicBool) {
        queue.start(&mut self.ground.core);
        let limits = self.ground.core.model.plan.limits;
        let mut check_at = CHECK_EVERY.min(limits.events);
        while !self.ground.core.done {
            let core = &mut self.ground.core;
            let Some(stream) = self.requests.only_stream() else { break };
            if queue.serve_until_mark(core, stream, check_at) {
                let Some((now, word)) = core.calendar.pop(|_| true) else { break };
                core.now = now.as_nanos();
                core.events += 1;
                queue.show(&mut self.ground.fleet);
                self.handle_rarer(word);
            }
            let core = &mut self.ground.core;
            if core.events >= check_at || core.frames.is_over_limit() {
                check_bounds(core, interrupt);
                check_at = (core.events + CHECK_EVERY).min(limits.events);
            }
        }
    }

    /// Reads what the next event concerns: in a large system it is far away in memory, and is on its way while the
    /// event before is handled.
    #[inline(always)]
    fn fetch(&self, word: u64) {
        if is(word, Completion::Work) {
            let frame = &self.ground.core.frames[low(word)];
            // Its first and its last field: a frame may lie across two lines of the cache.
            black_box((frame.key, frame.pc, self.ground.fleet.fetch(middle(word))));
        }
    }

    #[inline(always)]
    fn handle(&mut self, word: u64) {
        if is(word, Completion::Work) {
            self.requests.work_completed(&mut self.ground, low(word), middle(word));
        } else if is(word, Arrival::RequestArrived) {
            self.requests.request_arrived(&mut self.ground, low(word) as usize);
        } else {
            self.handle_rarer(word);
        }
    }

    fn handle_rarer(&mut self, word: u64) {
        let (g, at, id) = (&mut self.ground, middle(word), low(word));
        match phase(word) {
            Phase::Work => match kind(word) {
                Completion::Work => {}
                Completion::SharedWork => {
                    g.fleet.shared_work_completed(&mut g.core, at, id);
                    self.requests.run_frames(g);
                }
            },
            Phase::Timers => match kind(word) {
                Timer::WaitCompleted => self.requests.wait_completed(g, id, at),
                Timer::TryTimedOut => self.requests.try_timed_out(g, id),
                Timer::CallTimedOut => self.requests.call_timed_out(g, id),
                Timer::BackoffEnded => self.requests.backoff_ended(g, id, at),
                Timer::PatienceEnded => self.requests.patience_ended(g, id, at),
            },
            Phase::Fleet => match kind(word) {
                PodEvent::Ready => {
                    g.fleet.pod_ready(&mut g.core, at, id);
                    self.pods_changed();
                }
            },
            Phase::Changes => match kind(word) {
                Change::Due => {
                    let order = self.control.change(&g.core, id as usize);
                    self.carry_out(order);
                }
            },
            Phase::Arrivals => match kind(word) {
                Arrival::RequestArrived => {}
                Arrival::ThinkEnded => self.requests.think_ended(g, at as usize, id),
            },
            Phase::Control => match kind(word) {
                Tick::MetricsScraped => self.control.scrape(&mut g.core, &mut g.fleet),
                Tick::ScalerTicked => {
                    let order = self.control.tick(&mut g.core, &g.fleet, id as usize);
                    self.carry_out(order);
                }
            },
            Phase::Looks => match kind(word) {
                Look::ProbeDue => self.probe_due(id as usize),
                Look::MarkReached => self.mark_reached(Mark::of(id)),
            },
        }
    }

    /// Carries out what a controller ordered.
    fn carry_out(&mut self, order: Option<Order>) {
        let g = &mut self.ground;
        match order {
            Some(Order::Pods { service, replicas }) => g.fleet.scale_to(&mut g.core, service, replicas),
            Some(Order::QueueLimit { service, limit }) => g.fleet.set_queue_limit(service, limit),
            Some(Order::Users { source, users }) => self.requests.set_users(&mut g.core, source, users),
            None => {}
        }
        self.pods_changed();
    }

    /// Tells balancers of pods that came and went, and runs what found a slot meanwhile.
    fn pods_changed(&mut self) {
        self.ground.routing.pods_changed(&mut self.ground.fleet);
        self.requests.run_frames(&mut self.ground);
    }

    fn probe_due(&mut self, index: usize) {
        let Ground { core, fleet, .. } = &mut self.ground;
        let Some(probe) = &core.model.recording.grid else { return };
        let row = fleet.look(core, probe.service.index(), probe.virtual_wait);
        core.ledger.note_probe(row);
        if let Some(next) = probe.times.get(index + 1) {
            core.schedule(next.as_nanos(), Look::ProbeDue, 0, index as u32 + 1);
        }
    }

    fn mark_reached(&mut self, mark: Mark) {
        let Ground { core, fleet, .. } = &mut self.ground;
        fleet.mark(core, mark);
        match mark {
            Mark::From => core.ledger.set_counting(true),
            Mark::T0 => {}
            Mark::Window => {
                let next = core.now + core.ledger.window().unwrap_or(u64::MAX - core.now);
                if next < core.span.to {
                    core.schedule(next, Look::MarkReached, 0, Mark::Window as u32);
                }
            }
            Mark::To => {
                core.ledger.set_counting(false);
                if !core.ledger.is_awaited() {
                    core.stop(Stopped::Finished);
                }
            }
            Mark::Drained if core.ledger.is_awaited() => core.stop(Stopped::DrainLimit),
            Mark::Drained => core.stop(Stopped::Finished),
        }
    }

    /// Hands the record out.
    pub fn take_record(&mut self) -> RunRecord {
        let core = &mut self.ground.core;
        let mut record = RunRecord {
            ended: SimTime::from_nanos(core.now),
            stopped: core.stopped,
            events: core.events,
            peak_frames: core.frames.peak(),
            frame_bytes: size_of::<Frame>() as u32,
            ..RunRecord::default()
        };
        core.ledger.take(core.model, &mut record);
        record
    }

    /// What must hold after every event: looks after every event of small runs, and now and then later on.
    #[cfg(debug_assertions)]
    fn check_often(&self) {
        let core = &self.ground.core;
        if core.events < EVERY_EVENT || core.events.is_multiple_of(256) {
            core.ledger.check();
            self.ground.fleet.check();
            if core.frames.peak() < MOST_FRAMES {
                core.ledger.check_calls(&self.requests.calls_going_on(&self.ground));
            }
        }
    }
}

/// Schedules marks and looks.
fn schedule_looks(core: &mut Core<'_>) {
    let plan = &core.model.plan;
    let (After::Continue { drain_limit } | After::Stop { drain_limit }) = plan.after;
    let drained = SimTime::from_nanos(core.span.to) + drain_limit;
    let marks = [
        (core.span.from, Mark::From),
        (plan.t0.as_nanos(), Mark::T0),
        (core.span.to, Mark::To),
        (drained.as_nanos(), Mark::Drained),
    ];
    for (at, mark) in marks {
        core.schedule(at, Look::MarkReached, 0, mark as u32);
    }
    if let Some(width) = core.ledger.window() {
        core.schedule(core.span.from + width, Look::MarkReached, 0, Mark::Window as u32);
    }
    let probe = core.model.recording.grid.as_ref();
    if let Some(first) = probe.and_then(|probe| probe.times.first()) {
        core.schedule(first.as_nanos(), Look::ProbeDue, 0, 0);
    }
}

#[cold]
fn check_bounds(core: &mut Core<'_>, interrupt: &AtomicBool) {
    let limits = core.model.plan.limits;
    if interrupt.load(Ordering::Relaxed) {
        core.stop(Stopped::Interrupted);
    } else if core.events >= limits.events {
        core.stop(Stopped::EventLimit);
    } else if core.frames.is_over_limit() {
        core.stop(Stopped::InFlightLimit);
    }
}
