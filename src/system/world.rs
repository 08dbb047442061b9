//! The world: all state of one replication, and the loop that delivers events.

use super::arrivals::Stream;
use super::balance::EdgeState;
use super::callbooks::CallBooks;
use super::event::{self, Kind, mark};
use super::frame::Frames;
use super::measure::ClassTally;
use super::sharing::Sharing;
use super::shortcut::PlainQueue;
use super::stations::{Detail, Meter, Pod, Queue, Station};
use crate::engine::{Calendar, RingId};
use crate::metrics::{GridRow, RunRecord, Stopped, WindowRecord};
use crate::model::{After, Balancer, LawId, Mode, Model, Step, WarmUp};
use crate::random::{Key, Sampler};
use crate::units::{SimDuration, SimTime};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};

/// How often, in events, the bounds are looked at.
pub const CHECK_EVERY: u64 = 1 << 16;

/// Runs replications of one model, reusing its memory.
#[derive(Debug)]
pub struct Simulator<'m> {
    world: World<'m>,
    /// The shortcut, if the model is one plain queue.
    shortcut: Option<PlainQueue<'m>>,
}

impl<'m> Simulator<'m> {
    /// Lays out the tables for `model`.
    #[must_use]
    pub fn new(model: &'m Model) -> Self {
        let world = World::new(model);
        let shortcut = PlainQueue::of(model, &world.stations);
        Self { world, shortcut }
    }

    /// Whether the model's records are made by a shortcut; they are equal to those of the general path.
    #[must_use]
    pub fn takes_shortcut(&self) -> bool {
        self.shortcut.is_some()
    }

    /// Runs one replication; see [`simulate`](super::simulate).
    #[must_use]
    pub fn run(&mut self, replication: u64, interrupt: &AtomicBool) -> RunRecord {
        self.world.start(replication);
        match &mut self.shortcut {
            Some(queue) => self.world.deliver_shortly(queue, interrupt),
            None => self.world.deliver_events(interrupt),
        }
        self.world.take_record()
    }
}

/// What every try needs of a call site.
#[derive(Clone, Copy, Debug)]
pub struct HotSite {
    pub edge: u16,
    /// The service that is called.
    pub target: u16,
    /// First step of its operation.
    pub operation: u16,
    pub can_lose: bool,
    /// Whether anything besides its number is noted at the beginning of a call.
    pub notes_begin: bool,
    /// Ring of the try timeout.
    pub of_try: Option<RingId>,
    /// Ring of the whole call's timeout.
    pub of_call: Option<RingId>,
}

/// All state of one replication.
#[derive(Debug)]
pub struct World<'m> {
    pub model: &'m Model,
    pub samplers: Vec<&'m Sampler>,
    pub steps: &'m [Step],
    pub calendar: Calendar,
    pub frames: Frames,
    pub runnable: Vec<u32>,
    pub stations: Vec<Station>,
    pub pods: Vec<Pod>,
    pub details: Vec<Detail>,
    /// What metered pods have used.
    pub meters: Vec<Meter>,
    /// Lists of waiting frames by priority, where queues have them.
    pub lists: Vec<Queue>,
    pub sharing: Vec<Sharing>,
    pub edges: Vec<EdgeState>,
    pub sites: Vec<HotSite>,
    pub streams: Vec<Stream<'m>>,
    pub classes: Vec<ClassTally>,
    pub windows: Option<WindowRecord>,
    /// Response times of edges and service times, if recorded.
    pub calls: Option<Box<CallBooks>>,
    pub first_waits: Vec<u64>,
    pub grid: Vec<GridRow>,
    /// Generations of frames, for patience timers; kept only if a class has patience.
    pub patience: Vec<u32>,
    /// Tries of the calls inside which frames run; kept only if chance is met inside calls that can be tried again.
    pub tries_above: Vec<u64>,
    /// Remaining work and planned completion of frames, for preemptive pods; kept only if there are any.
    pub suspended: Vec<(u64, u64)>,
    pub root: Key,
    pub replication: u64,
    pub now: u64,
    /// Measured requests arrive in `[from, to)`; in steady mode `from` is after the warm-up.
    pub from: u64,
    pub to: u64,
    pub measured_in_flight: u64,
    pub measuring: bool,
    pub done: bool,
    pub stopped: Stopped,
    pub events: u64,
    pub pods_started: u64,
    pub has_patience: bool,
    pub has_preemption: bool,
    pub has_tries_above: bool,
    /// Whether work somewhere does not simply last as long as drawn.
    pub has_uneven_work: bool,
    /// Whether a balancer counts outstanding requests.
    pub has_outstanding: bool,
    /// Whether anybody wants to know of answers to calls.
    pub notes_answers: bool,
    /// Whether arrivals end at `to`.
    pub stop_arrivals: bool,
}

impl<'m> World<'m> {
    fn new(model: &'m Model) -> Self {
        let mut calendar = Calendar::new(model.sources.len().max(1));
        let ring = |calendar: &mut Calendar, d: Option<SimDuration>| d.map(|d| calendar.ring(d));
        let sites = model
            .sites
            .iter()
            .map(|s| HotSite {
                edge: s.edge.0,
                target: model.edges[s.edge.index()].target.0,
                operation: s.operation.0,
                can_lose: s.policy.loss > 0.0,
                notes_begin: s.policy.timeout.is_some() || model.recording.calls,
                of_try: ring(&mut calendar, s.policy.try_timeout),
                of_call: ring(&mut calendar, s.policy.timeout),
            })
            .collect();
        let plan = &model.plan;
        let mut from = plan.from();
        if let Mode::Steady(WarmUp::Fixed(cut)) = plan.mode {
            from += cut;
        }
        let has_outstanding = model.edges.iter().any(|e| e.balancer == Balancer::LeastConnections);
        let stations: Vec<Station> = (0..model.services.len()).map(|s| Station::new(s, model)).collect();
        Self {
            model,
            has_uneven_work: stations.iter().any(|s| !s.plain),
            samplers: model.laws.iter().map(|l| &l.sampler).collect(),
            steps: &model.steps,
            calendar,
            frames: Frames::new(plan.limits.in_flight),
            runnable: Vec::with_capacity(64),
            stations,
            pods: Vec::new(),
            details: Vec::new(),
            meters: Vec::new(),
            lists: Vec::new(),
            sharing: Vec::new(),
            edges: model.edges.iter().map(|e| EdgeState::new(e, model)).collect(),
            sites,
            streams: model.sources.iter().map(|s| Stream::new(s, model)).collect(),
            classes: (0..model.classes.len()).map(|c| ClassTally::new(c, model)).collect(),
            windows: None,
            calls: None,
            first_waits: Vec::new(),
            grid: Vec::new(),
            patience: Vec::new(),
            tries_above: Vec::new(),
            suspended: Vec::new(),
            root: Key::root(0, 0, 0),
            replication: 0,
            now: 0,
            from: from.as_nanos(),
            to: plan.to().as_nanos(),
            measured_in_flight: 0,
            measuring: false,
            done: false,
            stopped: Stopped::Finished,
            events: 0,
            pods_started: 0,
            has_patience: model.classes.iter().any(|c| c.patience.is_some()),
            has_outstanding,
            notes_answers: has_outstanding || model.recording.calls,
            has_preemption: model.services.iter().any(super::stations::preempts),
            has_tries_above: super::chance::nests_retries(model),
            stop_arrivals: matches!(plan.after, After::Stop { .. }),
        }
    }

    /// Puts everything back to time zero and schedules what is known beforehand.
    fn start(&mut self, replication: u64) {
        self.calendar.clear();
        self.frames.clear();
        self.runnable.clear();
        self.pods.clear();
        self.details.clear();
        self.meters.clear();
        self.lists.clear();
        self.sharing.clear();
        self.patience.clear();
        self.tries_above.clear();
        self.suspended.clear();
        self.grid.clear();
        self.first_waits.clear();
        self.root = Key::root(self.model.plan.seed, replication, 0);
        self.replication = replication;
        self.now = 0;
        (self.measured_in_flight, self.events, self.pods_started) = (0, 0, 0);
        (self.measuring, self.done, self.stopped) = (false, false, Stopped::Finished);
        self.reset_records();
        self.start_pods();
        self.schedule_marks();
        self.schedule_changes();
        self.start_streams();
        self.place_initial_requests();
        self.run_frames();
    }

    fn schedule_marks(&mut self) {
        let plan = &self.model.plan;
        let (After::Continue { drain_limit } | After::Stop { drain_limit }) = plan.after;
        let to = SimTime::from_nanos(self.to);
        let marks = [
            (SimTime::from_nanos(self.from), mark::FROM),
            (plan.t0, mark::T0),
            (to, mark::TO),
            (to + drain_limit, mark::DRAINED),
        ];
        for (at, which) in marks {
            self.calendar.schedule(at, event::pack(Kind::MarkReached, 0, which));
        }
        if let Some(windows) = &self.windows {
            let first = SimTime::from_nanos(self.from + windows.width);
            self.calendar.schedule(first, event::pack(Kind::MarkReached, 0, mark::WINDOW));
        }
        if let Some(probe) = &self.model.recording.grid
            && let Some(&first) = probe.times.first()
        {
            self.calendar.schedule(first, event::pack(Kind::ProbeDue, 0, 0));
        }
    }

    fn schedule_changes(&mut self) {
        for (i, change) in self.model.changes.iter().enumerate() {
            self.calendar.schedule(change.at, event::pack(Kind::ChangeDue, 0, i as u32));
        }
        self.start_scalers();
    }

    fn deliver_events(&mut self, interrupt: &AtomicBool) {
        let limits = self.model.plan.limits;
        let mut check_at = CHECK_EVERY.min(limits.events);
        while !self.done {
            let frames = &self.frames;
            let patience = &self.patience;
            let alive = |word| timer_is_alive(frames, patience, word);
            let Some((now, word)) = self.calendar.pop(alive) else { break };
            self.now = now.as_nanos();
            self.events += 1;
            if let Some(next) = self.calendar.probable_next() {
                self.fetch(next);
            }
            self.handle(word);
            #[cfg(debug_assertions)]
            self.check_books_often();
            // A request that is over the limit is noticed at once, for a small run may end before the next look.
            if self.events >= check_at || self.frames.is_over_limit() {
                self.check_bounds(interrupt);
                check_at = (self.events + CHECK_EVERY).min(limits.events);
            }
        }
    }

    #[cold]
    pub fn check_bounds(&mut self, interrupt: &AtomicBool) {
        let limits = self.model.plan.limits;
        if interrupt.load(Ordering::Relaxed) {
            self.stop(Stopped::Interrupted);
        } else if self.events >= limits.events {
            self.stop(Stopped::EventLimit);
        } else if self.frames.is_over_limit() {
            self.stop(Stopped::InFlightLimit);
        }
    }

    pub fn stop(&mut self, why: Stopped) {
        self.done = true;
        self.stopped = why;
    }

    /// Reads what the next event concerns: in a large system it is far away in memory, and is on its way while the
    /// event before is handled.
    #[inline(always)]
    fn fetch(&self, word: u64) {
        if event::is(word, Kind::WorkCompleted) {
            let frame = &self.frames[event::low(word)];
            // Its first and its last field: a frame may lie across two lines of the cache.
            black_box((frame.key, frame.pc, self.pods[event::middle(word) as usize].busy));
        }
    }

    #[inline(always)]
    fn handle(&mut self, word: u64) {
        if event::is(word, Kind::WorkCompleted) {
            self.work_completed(event::low(word), event::middle(word));
        } else if event::is(word, Kind::RequestArrived) {
            self.request_arrived(event::low(word) as usize);
        } else {
            self.handle_rarer(word);
        }
    }

    pub fn handle_rarer(&mut self, word: u64) {
        let (middle, low) = (event::middle(word), event::low(word));
        match event::kind(word) {
            Kind::WorkCompleted | Kind::RequestArrived => {}
            Kind::SharedWorkCompleted => self.shared_work_completed(middle, low),
            Kind::WaitCompleted => self.wait_completed(low, middle),
            Kind::TryTimedOut => self.try_timed_out(low),
            Kind::CallTimedOut => self.call_timed_out(low),
            Kind::BackoffEnded => self.backoff_ended(low, middle),
            Kind::PatienceEnded => self.patience_ended(low, middle),
            Kind::PodReady => self.pod_ready(middle, low),
            Kind::ChangeDue => self.change_due(low as usize),
            Kind::ThinkEnded => self.think_ended(middle as usize, low),
            Kind::MetricsScraped => self.metrics_scraped(),
            Kind::ScalerTicked => self.scaler_ticked(low as usize),
            Kind::ProbeDue => self.probe_due(low as usize),
            Kind::MarkReached => self.mark_reached(low),
        }
    }

    /// Draws nanoseconds from a law for a purpose of a key.
    #[inline(always)]
    pub fn draw(&self, law: LawId, key: Key, purpose: u64) -> u64 {
        self.samplers[law.index()].nanos(key.draw(purpose))
    }
}

/// Whether a timer in a ring still matters.
#[inline(always)]
fn timer_is_alive(frames: &Frames, patience: &[u32], word: u64) -> bool {
    let (middle, frame) = (event::middle(word), event::low(word));
    match event::kind(word) {
        Kind::TryTimedOut => frames[frame].epoch & event::MIDDLE_MASK == middle,
        Kind::CallTimedOut => {
            let f = &frames[frame];
            f.epoch.wrapping_sub(u32::from(f.attempt)) & event::MIDDLE_MASK == middle
        }
        Kind::PatienceEnded => patience[frame as usize] & event::MIDDLE_MASK == middle,
        _ => true,
    }
}

/// Purposes of draws that are not steps of a program; steps use their own index.
pub mod purpose {
    /// Which class a root is.
    pub const CLASS: u64 = 1 << 40;
    /// How long a client waits.
    pub const PATIENCE: u64 = 2 << 40;
    /// Whether a try is lost; the attempt and the site are added.
    pub const LOSS: u64 = 3 << 40;
    /// Which pod a try goes to; the attempt and the site are added.
    pub const BALANCE: u64 = 4 << 40;
    /// How long a back-off lasts; the attempt and the site are added.
    pub const BACKOFF: u64 = 5 << 40;
    /// How long a pod takes to start, how fast it is.
    pub const POD: u64 = 6 << 40;
    /// A user's thinking time.
    pub const THINK: u64 = 7 << 40;
    /// The number of requests at the start.
    pub const INITIAL: u64 = 8 << 40;
    /// The client's address.
    pub const ADDRESS: u64 = 9 << 40;
}

/// Parts of keys that are not call sites.
pub mod part {
    /// A further visit after a jump backwards.
    pub const VISIT: u64 = 1 << 32;
    /// A branch of a parallel step.
    pub const BRANCH: u64 = 2 << 32;
    /// Pods.
    pub const PODS: u64 = 3 << 32;
    /// Requests present at the start.
    pub const INITIAL: u64 = 4 << 32;
    /// Chance inside calls that have been tried again.
    pub const TRIES: u64 = 5 << 32;
}
