//! The core: what every room is lent beside its own fields.

use super::event::{EventKind, pack};
use super::features::Features;
use super::frames::Frames;
use super::keys::part;
use super::span::{Clock, Span};
use crate::engine::Calendar;
use crate::metrics::Stopped;
use crate::model::{LawId, Model, Step};
use crate::random::{Key, Sampler};
use crate::system::ledger::Ledger;
use crate::units::SimTime;

/// Clock, agenda, the arena of frames, the ledger. All else is some room's own.
#[derive(Debug)]
pub struct Core<'m> {
    pub model: &'m Model,
    pub features: Features,
    pub steps: &'m [Step],
    samplers: Vec<&'m Sampler>,
    pub calendar: Calendar,
    pub frames: Frames,
    /// Frames that are to run on now; the last first.
    pub runnable: Vec<u32>,
    pub ledger: Ledger,
    /// The root of all keys of this replication.
    pub root: Key,
    pub now: u64,
    pub span: Span,
    pub events: u64,
    pub done: bool,
    pub stopped: Stopped,
}

impl<'m> Core<'m> {
    /// A core for replications of `model`.
    pub fn new(model: &'m Model) -> Self {
        let features = Features::of(model);
        let span = Span::of(&model.plan);
        Self {
            model,
            features,
            steps: &model.steps,
            samplers: model.laws.iter().map(|l| &l.sampler).collect(),
            calendar: Calendar::new(model.sources.len().max(1)),
            frames: Frames::new(model.plan.limits.in_flight, &features),
            runnable: Vec::with_capacity(64),
            ledger: Ledger::new(model, span),
            root: Key::root(0, 0, 0),
            now: 0,
            span,
            events: 0,
            done: false,
            stopped: Stopped::Finished,
        }
    }

    /// Back to time zero, with nothing scheduled and nothing recorded.
    pub fn start(&mut self, replication: u64) {
        self.calendar.clear();
        self.frames.clear();
        self.runnable.clear();
        self.ledger.start(self.model);
        self.root = Key::root(self.model.plan.seed, replication, 0);
        (self.now, self.events) = (0, 0);
        (self.done, self.stopped) = (false, Stopped::Finished);
    }

    /// The present instant and the counted span.
    #[inline(always)]
    pub fn clock(&self) -> Clock {
        Clock { now: self.now, span: self.span }
    }

    /// Ends the run.
    pub fn stop(&mut self, why: Stopped) {
        self.done = true;
        self.stopped = why;
    }

    /// Schedules an event at an instant in nanoseconds.
    #[inline(always)]
    pub fn schedule<K: EventKind>(&mut self, at: u64, kind: K, middle: u32, low: u32) {
        self.calendar.schedule(SimTime::from_nanos(at), pack(kind, middle, low));
    }

    /// Draws nanoseconds from a law for a purpose of a key.
    #[inline(always)]
    pub fn draw(&self, law: LawId, key: Key, purpose: u64) -> u64 {
        self.samplers[law.index()].nanos(key.draw(purpose))
    }

    /// Draws a value from a law for a purpose of a key.
    pub fn draw_value(&self, law: LawId, key: Key, purpose: u64) -> f64 {
        self.samplers[law.index()].value(key.draw(purpose))
    }

    /// Draws the nanoseconds that a step of a frame takes. Its key is handed in, for whoever asks has it at hand.
    #[inline(always)]
    pub fn draw_step(&self, law: LawId, id: u32, key: Key, step: u16) -> u64 {
        let key = if self.features.redraws { self.key_of_try(id, key, step) } else { key };
        self.draw(law, key, u64::from(step))
    }

    /// The key from which a step is drawn where tries may draw anew.
    #[inline(never)]
    fn key_of_try(&self, id: u32, key: Key, step: u16) -> Key {
        let above = self.frames.tries_above.get(id);
        let anew = above != 0 && self.model.is_redrawn(usize::from(step));
        if anew { key.child(part::TRIES).child(above) } else { key }
    }

    /// Own work of a frame's step in nanoseconds: draws have no state, so it can be asked for again.
    pub fn work_of(&self, id: u32, key: Key, step: u16) -> u64 {
        match self.steps[usize::from(step)] {
            Step::Work { law } => self.draw_step(law, id, key, step),
            _ => 0,
        }
    }
}
