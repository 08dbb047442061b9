//! The shortcut for one plain queue: one pod, first come first served, fed by one open class whose requests are
//! single plain calls of one piece of work.
//!
//! Such a queue needs no programs, no balancer and hardly an event list: what happens next is the next arrival or
//! the first end of the work in its slots (D. V. Lindley 1952 for one slot, J. Kiefer and J. Wolfowitz 1955 for
//! several). Requests take frames in the same order as everywhere, so that ends at one instant come in the same order
//! too; the same functions keep the records, and marks are left to the calendar. The record is equal bit for bit to
//! that of the general path, the number of events included.

use super::arrivals::{Stream, direct_call};
use super::callbooks::{CallBooks, Served};
use super::event::{self, Kind};
use super::frame::{Frames, NIL, flag};
use super::measure::{ClassTally, Clock};
use super::queues::{pop_front, push_back};
use super::stations::{Queue, Station};
use super::world::{CHECK_EVERY, World};
use crate::engine::{EMPTY, Heap, event_key};
use crate::metrics::{EdgeRecord, Stopped, WindowRecord};
use crate::model::{Discipline, InitialState, Model, SiteId, SourceKind, Step};
use crate::random::{Key, Sampler};
use std::sync::atomic::AtomicBool;

/// What a model's only queue needs besides the records.
#[derive(Debug)]
pub struct PlainQueue<'m> {
    /// Ends of the work in the slots, ordered as the calendar would.
    ends: Heap,
    /// The next arrival, likewise.
    arrival: u128,
    waiting: Queue,
    work: &'m Sampler,
    /// The step that is the work.
    step: u64,
    site: SiteId,
    flags: u8,
}

impl<'m> PlainQueue<'m> {
    /// The queue of a model that is nothing else.
    pub fn of(model: &'m Model, stations: &[Station]) -> Option<Self> {
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
        let plain = stations[0].plain
            && service.replicas == 1
            && service.queue_limit == u32::MAX
            && service.discipline == Discipline::Fifo
            && matches!(source.kind, SourceKind::Open(_));
        (model.plan.shortcuts && undisturbed && plain).then(|| Self {
            ends: Heap::default(),
            arrival: EMPTY,
            waiting: Queue::EMPTY,
            work: &model.laws[law.index()].sampler,
            step: step as u64,
            site,
            flags: flag::ROOT | class.priority << flag::PRIORITY_SHIFT,
        })
    }

    #[inline(always)]
    fn work_of(&self, key: Key) -> u64 {
        self.work.nanos(key.draw(self.step))
    }
}

impl<'m> World<'m> {
    /// Delivers all events of a model that is one plain queue.
    pub fn deliver_shortly(&mut self, queue: &mut PlainQueue<'m>, interrupt: &AtomicBool) {
        queue.ends.clear();
        queue.waiting = Queue::EMPTY;
        queue.arrival = self.calendar.take_register(0);
        let limits = self.model.plan.limits;
        let mut check_at = CHECK_EVERY.min(limits.events);
        while !self.done {
            if self.serve_until_mark(queue, check_at) {
                let Some((now, word)) = self.calendar.pop(|_| true) else { break };
                self.now = now.as_nanos();
                self.events += 1;
                self.handle_rarer(word);
            }
            if self.events >= check_at || self.frames.is_over_limit() {
                self.check_bounds(interrupt);
                check_at = (self.events + CHECK_EVERY).min(limits.events);
            }
        }
    }

    /// Arrivals and ends of work up to the calendar's next mark (true), the end of the run, or the next look at the
    /// bounds.
    fn serve_until_mark(&mut self, queue: &mut PlainQueue<'m>, check_at: u64) -> bool {
        let mark = self.calendar.foremost();
        let edge = self.sites[queue.site.index()].edge as usize;
        let ([station], [class], [stream]) =
            (&mut self.stations[..], &mut self.classes[..], &mut self.streams[..])
        else {
            return true;
        };
        let mut scene = Scene {
            queue,
            station,
            class,
            stream,
            edge: &mut self.edges[edge].record,
            frames: &mut self.frames,
            windows: &mut self.windows,
            calls: self.calls.as_deref_mut(),
            clock: Clock { now: self.now, from: self.from, to: self.to },
            measured_in_flight: self.measured_in_flight,
            last_arrival: if self.stop_arrivals { self.to } else { u64::MAX },
        };
        let at_mark = loop {
            let end = scene.queue.ends.smallest();
            let next = end.min(scene.queue.arrival);
            if next >= mark {
                break true;
            }
            self.events += 1;
            scene.clock.now = (next >> 64) as u64;
            scene.station.touch(scene.clock.now);
            if next != end {
                scene.request_arrived();
            } else if scene.work_completed(event::low(next as u64)) && !self.measuring {
                (self.done, self.stopped) = (true, Stopped::Finished);
                break false;
            }
            if self.events >= check_at || scene.frames.is_over_limit() {
                break false;
            }
        };
        self.measured_in_flight = scene.measured_in_flight;
        self.now = scene.clock.now;
        at_mark
    }
}

/// All that an arrival or an end of work touches, looked up once.
struct Scene<'a, 'm> {
    queue: &'a mut PlainQueue<'m>,
    station: &'a mut Station,
    class: &'a mut ClassTally,
    stream: &'a mut Stream<'m>,
    edge: &'a mut EdgeRecord,
    frames: &'a mut Frames,
    windows: &'a mut Option<WindowRecord>,
    calls: Option<&'a mut CallBooks>,
    clock: Clock,
    measured_in_flight: u64,
    /// No request arrives at this instant or later.
    last_arrival: u64,
}

impl Scene<'_, '_> {
    #[inline(always)]
    fn request_arrived(&mut self) {
        let Clock { now, from, .. } = self.clock;
        let (key, following) = self.stream.advance();
        let word = self.queue.arrival as u64;
        let following = following.filter(|&at| at < self.last_arrival);
        self.queue.arrival = following.map_or(EMPTY, |at| event_key(at.max(now), word));
        let measured = self.clock.is_counted();
        if measured {
            self.measured_in_flight += 1;
            self.class.arrive(self.windows, now, from);
            self.edge.calls += 1;
            self.edge.attempts += 1;
        }
        let id = self.frames.allocate();
        let frame = &mut self.frames[id];
        frame.key = key.child(u64::from(self.queue.site.0));
        frame.arrived = now;
        frame.flags = self.queue.flags | (u8::from(measured) * flag::MEASURED);
        self.station.count_arrival(measured);
        self.station.in_system += 1;
        if self.station.busy < self.station.slots {
            self.station.busy += 1;
            self.begin_service(id);
        } else {
            self.station.note_queue();
            push_back(self.frames, &mut self.queue.waiting, id);
        }
    }

    #[inline(always)]
    fn begin_service(&mut self, id: u32) {
        let frame = &self.frames[id];
        let wait = self.clock.now - frame.arrived;
        if self.station.count_start(frame.flags, wait) {
            self.class.begin(wait);
        }
        let at = self.clock.now.saturating_add(self.queue.work_of(frame.key));
        self.queue.ends.push(event_key(at, event::pack(Kind::WorkCompleted, 0, id)));
    }

    fn note_end(&mut self, key: Key, arrived: u64, sojourn: u64) {
        let work = self.queue.work_of(key);
        if self.station.slowdown {
            self.station.note_slowdown(sojourn, work);
        }
        if let Some(calls) = &mut self.calls {
            calls.note_end(0, arrived, Some(0), Served { sojourn, in_slot: work });
        }
    }

    /// True if this was the last measured request, after counting has ended.
    #[inline(always)]
    fn work_completed(&mut self, id: u32) -> bool {
        let frame = &self.frames[id];
        let (key, arrived, flags) = (frame.key, frame.arrived, frame.flags);
        let (measured, sojourn) = (flags & flag::MEASURED != 0, self.clock.now - arrived);
        self.queue.ends.take();
        self.station.count_completion(flags, sojourn);
        self.station.in_system -= 1;
        match pop_front(self.frames, &mut self.queue.waiting) {
            NIL => self.station.busy -= 1,
            first => self.begin_service(first),
        }
        if self.station.notes_ends && measured {
            self.note_end(key, arrived, sojourn);
        }
        self.class.succeed(self.windows, arrived, measured, self.clock);
        self.frames.remove(id);
        self.measured_in_flight -= u64::from(measured);
        measured && self.measured_in_flight == 0 && self.clock.now >= self.clock.to
    }
}
