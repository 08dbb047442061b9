//! The shortcut for one plain queue: one pod, first come first served, fed by one open class whose requests are
//! single plain calls of one piece of work.
//!
//! Such a queue needs no programs, no balancer and hardly an event list: what happens next is the next arrival or
//! the first end of the work in its slots (D. V. Lindley 1952 for one slot, J. Kiefer and J. Wolfowitz 1955 for
//! several). Requests take frames in the same order as everywhere, so that ends at one instant come in the same order
//! too; the same functions keep the records, and marks are left to the calendar. The record is equal bit for bit to
//! that of the general path, the number of events included.

use crate::engine::{EMPTY, Heap, event_key};
use crate::metrics::Stopped;
use crate::model::{Discipline, InitialState, Model, SiteId, SourceKind, Step, plain_call::direct_call};
use crate::random::{Key, Sampler};
use crate::system::core::{Clock, Core, Frames, NIL, flag, low, pack};
use crate::system::fleet::{Completion, Fleet, Queue, Rules, pop_front, push_back};
use crate::system::ledger::{PlainBooks, Served};
use crate::system::requests::Stream;

/// What a model's only queue needs besides the records.
#[derive(Debug)]
pub struct PlainQueue<'m> {
    /// Ends of the work in the slots, ordered as the calendar would.
    ends: Heap,
    /// The next arrival, likewise.
    arrival: u128,
    waiting: Queue,
    in_system: u32,
    busy: u32,
    rules: Rules,
    work: &'m Sampler,
    /// The step that is the work.
    step: u64,
    site: SiteId,
    edge: u16,
}

impl<'m> PlainQueue<'m> {
    /// The queue of a model that is nothing else.
    pub fn of(model: &'m Model) -> Option<Self> {
        let ([service], [source], [class]) = (&model.services[..], &model.sources[..], &model.classes[..])
        else {
            return None;
        };
        let site = direct_call(class.program, model)?;
        let step = model.sites[site.index()].operation.index();
        let (Step::Work { law }, Step::End) = (&model.steps[step], &model.steps[step + 1]) else {
            return None;
        };
        let undisturbed = model.changes.is_empty()
            && service.scaler.is_none()
            && class.patience.is_none()
            && matches!(service.initial, InitialState::Empty)
            && model.recording.grid.is_none()
            && model.recording.first_waits.is_none();
        let rules = Rules::of(0, model);
        let plain = rules.plain
            && service.replicas == 1
            && service.queue_limit == u32::MAX
            && service.discipline == Discipline::Fifo
            && matches!(source.kind, SourceKind::Open(_));
        (model.plan.shortcuts && undisturbed && plain).then(|| Self {
            ends: Heap::default(),
            arrival: EMPTY,
            waiting: Queue::EMPTY,
            in_system: 0,
            busy: 0,
            rules,
            work: &model.laws[law.index()].sampler,
            step: step as u64,
            site,
            edge: model.sites[site.index()].edge.0,
        })
    }

    #[inline(always)]
    fn work_of(&self, key: Key) -> u64 {
        self.work.nanos(key.draw(self.step))
    }

    /// Starts anew; arrivals are taken off the calendar.
    pub fn start(&mut self, c: &mut Core<'_>) {
        self.ends.clear();
        self.waiting = Queue::EMPTY;
        (self.in_system, self.busy) = (0, 0);
        self.arrival = c.calendar.take_register(0);
    }

    /// Shows the fleet what the service holds, before anybody looks at it.
    pub fn show(&self, fleet: &mut Fleet) {
        fleet.take_over(0, self.in_system, self.busy);
    }

    /// Arrivals and ends of work up to the calendar's next mark (true), the end of the run, or the next look at the
    /// bounds.
    pub fn serve_until_mark(&mut self, c: &mut Core<'_>, stream: &mut Stream<'_>, check_at: u64) -> bool {
        let mark = c.calendar.foremost();
        let last_arrival = if c.features.stops_arrivals { c.span.to } else { u64::MAX };
        let is_counting = c.ledger.is_counting();
        let clock = c.clock();
        let books = c.ledger.plain_books(self.edge);
        let mut scene = Scene { queue: self, books, stream, frames: &mut c.frames, clock, last_arrival };
        let mut last_has_ended = false;
        let at_mark = loop {
            let end = scene.queue.ends.smallest();
            let next = end.min(scene.queue.arrival);
            if next >= mark {
                break true;
            }
            c.events += 1;
            scene.clock.now = (next >> 64) as u64;
            scene.books.service.touch(scene.clock.now, scene.queue.in_system, scene.queue.busy);
            if next != end {
                scene.request_arrived();
            } else if scene.work_completed(low(next as u64)) && !is_counting {
                last_has_ended = true;
                break false;
            }
            if c.events >= check_at || scene.frames.is_over_limit() {
                break false;
            }
        };
        c.now = scene.clock.now;
        if last_has_ended {
            c.stop(Stopped::Finished);
        }
        at_mark
    }
}

/// All that an arrival or an end of work touches, looked up once.
struct Scene<'a, 'm, 's> {
    queue: &'a mut PlainQueue<'m>,
    books: PlainBooks<'a>,
    stream: &'a mut Stream<'s>,
    frames: &'a mut Frames,
    clock: Clock,
    /// No request arrives at this instant or later.
    last_arrival: u64,
}

impl Scene<'_, '_, '_> {
    #[inline(always)]
    fn request_arrived(&mut self) {
        let now = self.clock.now;
        let (key, following) = self.stream.advance();
        let word = self.queue.arrival as u64;
        let following = following.filter(|&at| at < self.last_arrival);
        self.queue.arrival = following.map_or(EMPTY, |at| event_key(at.max(now), word));
        let measured = self.clock.is_counted();
        if measured {
            *self.books.measured_in_flight += 1;
            self.books.class.arrive(self.books.windows, self.clock);
            self.books.edge.calls += 1;
            self.books.edge.attempts += 1;
        }
        let id = self.frames.allocate();
        let frame = &mut self.frames[id];
        frame.key = key.child(u64::from(self.queue.site.0));
        frame.arrived = now;
        frame.flags = flag::ROOT | (u8::from(measured) * flag::MEASURED);
        self.books.service.count_arrival(measured);
        self.queue.in_system += 1;
        if self.queue.busy < self.queue.rules.slots {
            self.queue.busy += 1;
            self.begin_service(id);
        } else {
            self.books.service.note_queue(self.queue.in_system - self.queue.busy);
            push_back(self.frames, &mut self.queue.waiting, id);
        }
    }

    #[inline(always)]
    fn begin_service(&mut self, id: u32) {
        let frame = &self.frames[id];
        let wait = self.clock.now - frame.arrived;
        if self.books.service.count_start(frame.flags, wait) {
            self.books.class.begin(wait);
        }
        let at = self.clock.now.saturating_add(self.queue.work_of(frame.key));
        self.queue.ends.push(event_key(at, pack(Completion::Work, 0, id)));
    }

    fn note_end(&mut self, key: Key, arrived: u64, sojourn: u64) {
        let work = self.queue.work_of(key);
        if self.queue.rules.slowdown {
            self.books.service.note_slowdown(sojourn, work);
        }
        if let Some(calls) = &mut self.books.calls {
            calls.note_end(0, arrived, Some(0), Served { sojourn, in_slot: work });
        }
    }

    /// True if this was the last measured request, after the counted span.
    #[inline(always)]
    fn work_completed(&mut self, id: u32) -> bool {
        let frame = &self.frames[id];
        let (key, arrived, flags) = (frame.key, frame.arrived, frame.flags);
        let (measured, sojourn) = (flags & flag::MEASURED != 0, self.clock.now - arrived);
        self.queue.ends.take();
        self.books.service.count_completion(flags, sojourn);
        self.queue.in_system -= 1;
        match pop_front(self.frames, &mut self.queue.waiting) {
            NIL => self.queue.busy -= 1,
            first => self.begin_service(first),
        }
        if self.queue.rules.notes_ends && measured {
            self.note_end(key, arrived, sojourn);
        }
        self.books.class.succeed(self.books.windows, arrived, measured, self.clock);
        self.frames.remove(id);
        *self.books.measured_in_flight -= u64::from(measured);
        measured && *self.books.measured_in_flight == 0 && self.clock.now >= self.clock.span.to
    }
}
