//! The books of calls: response times of edges, service times, and both by window.
//!
//! They are kept only where they are asked for, beside the frames and not in them, so that a run without them pays
//! nothing: what events call here is marked cold, for it must not cost registers where it is not called. What the record of a class says already is not noted twice: a client whose program is one plain call has
//! no frame of its own, and its requests are the calls of its edge; where all calls of a service are such requests,
//! its windows are theirs.

use super::arrivals::direct_call;
use super::frame::flag;
use super::world::World;
use crate::metrics::{CallRecord, EdgeCalls, FailureCause, Recorder, RunRecord, ServiceCalls};
use crate::model::{EdgeId, Measure, Model, Scope, ServiceId, SiteId};

/// With more frames than this the check would take longer than the run.
#[cfg(debug_assertions)]
const MOST_FRAMES: u32 = 500;

/// Where the windows of a series lie.
#[derive(Clone, Copy, Debug)]
struct Grid {
    from: u64,
    to: u64,
    /// Zero if no series is recorded.
    width: u64,
}

impl Grid {
    /// The window an instant lies in, if it lies in the counted span.
    #[inline(always)]
    fn at(self, instant: u64) -> usize {
        if self.width == 0 || instant < self.from || instant >= self.to {
            return usize::MAX;
        }
        ((instant - self.from) / self.width) as usize
    }
}

/// The books of one replication.
#[derive(Debug)]
pub struct CallBooks {
    grid: Grid,
    record: CallRecord,
    /// The instant at which the present call of a frame began.
    began: Vec<u64>,
    /// The instant at which service of a frame began.
    started: Vec<u64>,
    /// The edge of the one plain call that a class's requests are.
    direct: Vec<Option<usize>>,
    /// The class whose requests are all calls of a service.
    mirrored: Vec<Option<usize>>,
}

/// How long a call was in a service, and how long of that in its slot.
#[derive(Clone, Copy, Debug)]
pub struct Served {
    pub sojourn: u64,
    pub in_slot: u64,
}

/// Limits in nanoseconds of the `within` objectives of a scope, sorted.
fn limits(model: &Model, scope: Scope) -> Vec<u64> {
    let of_scope = model.objectives.iter().filter(|o| o.scope == scope);
    let mut limits: Vec<u64> = of_scope
        .filter_map(|o| match o.measure {
            Measure::Within(limit, ..) => Some(limit.as_nanos()),
            _ => None,
        })
        .collect();
    limits.sort_unstable();
    limits.dedup();
    limits
}

/// Counts a time under every limit it keeps.
#[inline(always)]
fn count_within(counts: &mut [u64], limits: &[u64], nanos: u64) {
    for (count, &limit) in counts.iter_mut().zip(limits) {
        *count += u64::from(nanos <= limit);
    }
}

/// Writes an instant down for a frame.
#[inline(always)]
fn put(instants: &mut Vec<u64>, id: u32, now: u64) {
    let at = id as usize;
    if at >= instants.len() {
        instants.resize((at + 1).next_power_of_two(), 0);
    }
    instants[at] = now;
}

impl CallBooks {
    fn new(
        model: &Model,
        from: u64,
        to: u64,
        width: u64,
        windows: usize,
        mirrored: Vec<Option<usize>>,
    ) -> Self {
        let bits = model.recording.resolution_bits;
        let edge = |e: usize| EdgeCalls::new(bits, limits(model, Scope::Edge(EdgeId(e as u16))), windows);
        let service =
            |s: usize| ServiceCalls::new(bits, limits(model, Scope::Service(ServiceId(s as u16))), windows);
        let direct: Vec<Option<usize>> = model
            .classes
            .iter()
            .map(|class| Some(model.sites[direct_call(class.program, model)?.index()].edge.index()))
            .collect();
        let record = CallRecord {
            edges: (0..model.edges.len()).map(edge).collect(),
            services: (0..model.services.len()).map(service).collect(),
            classes: direct.iter().map(|edge| edge.map(|_| Recorder::new(bits))).collect(),
        };
        let grid = Grid { from, to, width };
        Self { grid, record, began: Vec::new(), started: Vec::new(), direct, mirrored }
    }

    /// The program of a measured frame has run to its end. `class` is that of a root whose client still waits.
    pub fn note_end(&mut self, service: usize, arrived: u64, class: Option<usize>, times: Served) {
        let tally = &mut self.record.services[service];
        tally.service.record(times.in_slot);
        // All else of a mirrored service is the class's.
        let mirrored = self.mirrored[service].is_some();
        if !mirrored || !tally.limits.is_empty() {
            count_within(&mut tally.within, &tally.limits, times.sojourn);
            if let Some(window) = tally.windows.get_mut(self.grid.at(arrived)) {
                count_within(&mut window.within, &tally.limits, times.sojourn);
                if !mirrored {
                    window.answer(times.sojourn);
                }
            }
        }
        let Some(class) = class else { return };
        if !mirrored && let Some(recorder) = &mut self.record.classes[class] {
            recorder.record(times.in_slot);
        }
        if let Some(edge) = self.direct[class] {
            self.note_direct_answer(edge, arrived, times.sojourn);
        }
    }

    /// Counts a plain request under the limits of its edge.
    #[inline(always)]
    fn note_direct_answer(&mut self, edge: usize, arrived: u64, sojourn: u64) {
        let tally = &mut self.record.edges[edge];
        if tally.limits.is_empty() {
            return;
        }
        count_within(&mut tally.within, &tally.limits, sojourn);
        if let Some(window) = tally.windows.get_mut(self.grid.at(arrived)) {
            count_within(&mut window.within, &tally.limits, sojourn);
        }
    }

    /// A try reaches a service, or was lost on the way to it.
    fn count_try(&mut self, service: usize, now: u64, arrives: bool) {
        if let Some(window) = self.record.services[service].windows.get_mut(self.grid.at(now)) {
            window.calls = if arrives { window.calls + 1 } else { window.calls - 1 };
        }
    }

    fn count_attempt(&mut self, edge: usize, began: u64) {
        if let Some(attempts) = self.record.edges[edge].attempts.get_mut(self.grid.at(began)) {
            *attempts += 1;
        }
    }

    /// Hands the record out: what classes know already is filled in from the rest of the replication's record.
    fn finish(mut self, model: &Model, run: &RunRecord) -> CallRecord {
        let windows_of = |class: usize| run.windows.iter().flat_map(move |w| &w.classes[class]);
        for (class, edge) in self.direct.iter().enumerate() {
            let (Some(edge), tally) = (*edge, &run.classes[class]) else { continue };
            let calls = &mut self.record.edges[edge];
            let abandoned = tally.failed[FailureCause::Abandoned as usize];
            calls.answered += tally.succeeded;
            calls.failed.iter_mut().zip(&tally.failed).for_each(|(a, b)| *a += b);
            calls.failed[FailureCause::Abandoned as usize] -= abandoned;
            calls.abandoned += abandoned;
            calls.response.merge(&tally.sojourn);
            for (window, requests) in calls.windows.iter_mut().zip(windows_of(class)) {
                window.add_requests(requests);
            }
            for (attempts, requests) in calls.attempts.iter_mut().zip(windows_of(class)) {
                *attempts += requests.arrived;
            }
            let service = model.edges[edge].target.index();
            let tally = &mut self.record.services[service];
            if self.mirrored[service] == Some(class) {
                self.record.classes[class] = Some(tally.service.clone());
                for (window, requests) in tally.windows.iter_mut().zip(windows_of(class)) {
                    // What was turned away is noted where it happens.
                    let failed = std::mem::take(&mut window.failed);
                    window.add_requests(requests);
                    window.failed = failed;
                }
            } else {
                for (window, requests) in tally.windows.iter_mut().zip(windows_of(class)) {
                    window.calls += requests.arrived;
                }
            }
        }
        self.record
    }
}

impl World<'_> {
    /// Empty books for a new replication, if books are kept. Windows are known already.
    pub fn reset_calls(&mut self) {
        if !self.model.recording.calls {
            return;
        }
        let (width, windows) = match &self.windows {
            Some(windows) if self.model.recording.call_windows => {
                (windows.width, windows.classes.first().map_or(0, Vec::len))
            }
            _ => (0, 0),
        };
        let mirrored = self.stations.iter().map(|s| s.mirrored_by.map(usize::from)).collect();
        let books = CallBooks::new(self.model, self.from, self.to, width, windows, mirrored);
        self.calls = Some(Box::new(books));
    }

    /// Closes the books of a replication whose other records are these.
    pub fn take_calls(&mut self, run: &RunRecord) -> Option<CallRecord> {
        self.calls.take().map(|books| books.finish(self.model, run))
    }

    /// A frame begins a call.
    #[cold]
    pub fn note_call(&mut self, id: u32, edge: u16, target: u16) {
        let Some(books) = &mut self.calls else { return };
        put(&mut books.began, id, self.now);
        if self.frames[id].is(flag::MEASURED) {
            if let Some(window) = books.record.edges[edge as usize].windows.get_mut(books.grid.at(self.now)) {
                window.calls += 1;
            }
            books.count_attempt(edge as usize, self.now);
            books.count_try(target as usize, self.now, true);
        }
    }

    /// A call is tried again.
    #[cold]
    pub fn note_further_try(&mut self, id: u32, edge: u16, target: u16) {
        let Some(books) = self.calls.as_mut().filter(|_| self.frames[id].is(flag::MEASURED)) else { return };
        books.count_attempt(edge as usize, books.began[id as usize]);
        books.count_try(target as usize, self.now, true);
    }

    /// A try of a measured request is lost on its way.
    pub fn note_lost_try(&mut self, site: SiteId) {
        let target = self.sites[site.index()].target as usize;
        if let Some(books) = &mut self.calls {
            books.count_try(target, self.now, false);
        }
    }

    /// A call is turned away at the door of its service.
    #[cold]
    pub fn note_turned_away(&mut self, id: u32, site: SiteId, cause: FailureCause) {
        let Some(books) = self.calls.as_mut().filter(|_| self.frames[id].is(flag::MEASURED)) else { return };
        let target = self.sites[site.index()].target as usize;
        if let Some(window) = books.record.services[target].windows.get_mut(books.grid.at(self.now)) {
            window.failed[cause as usize] += 1;
        }
    }

    /// A call is answered well.
    #[cold]
    pub fn note_answer(&mut self, id: u32, site: SiteId) {
        let Some(books) = &mut self.calls else { return };
        if !self.frames[id].is(flag::MEASURED) {
            return;
        }
        let began = books.began[id as usize];
        let response = self.now - began;
        let tally = &mut books.record.edges[self.sites[site.index()].edge as usize];
        tally.answered += 1;
        tally.response.record(response);
        count_within(&mut tally.within, &tally.limits, response);
        if let Some(window) = tally.windows.get_mut(books.grid.at(began)) {
            window.answer(response);
            count_within(&mut window.within, &tally.limits, response);
        }
    }

    /// A call of a measured request has failed for good.
    pub fn note_failed_call(&mut self, id: u32, edge: usize, cause: FailureCause) {
        let Some(books) = &mut self.calls else { return };
        let tally = &mut books.record.edges[edge];
        tally.failed[cause as usize] += 1;
        if let Some(window) = tally.windows.get_mut(books.grid.at(books.began[id as usize])) {
            window.failed[cause as usize] += 1;
        }
    }

    /// The caller goes away while it calls.
    pub fn note_abandoned_call(&mut self, site: SiteId, measured: bool) {
        if let Some(books) = self.calls.as_mut().filter(|_| measured) {
            books.record.edges[self.sites[site.index()].edge as usize].abandoned += 1;
        }
    }

    /// Service of a frame begins.
    #[cold]
    pub fn note_start(&mut self, id: u32, service: usize, wait: u64) {
        if let Some(books) = &mut self.calls {
            put(&mut books.started, id, self.now);
        }
        if self.stations[service].notes_first_waits {
            self.note_first_wait(wait);
        }
    }

    /// A frame has been served to the end of its program.
    #[cold]
    pub fn note_end(&mut self, id: u32, service: usize, arrived: u64, parent: u32, flags: u8) {
        let Some(books) = self.calls.as_mut().filter(|_| flags & flag::MEASURED != 0) else { return };
        let times = Served { sojourn: self.now - arrived, in_slot: self.now - books.started[id as usize] };
        let waited_for = flags & (flag::ROOT | flag::ABANDONED) == flag::ROOT;
        books.note_end(service, arrived, waited_for.then_some(parent as usize), times);
    }

    /// Calls of edges whose callers have frames of their own are conserved.
    #[cfg(debug_assertions)]
    pub fn check_calls(&self) {
        let Some(books) = self.calls.as_ref().filter(|_| self.frames.peak() < MOST_FRAMES) else { return };
        let mut going_on = vec![0; self.edges.len()];
        for frame in self.frames.live().filter(|f| f.is(flag::MEASURED) && !f.is(flag::QUEUED)) {
            if let crate::model::Step::Call { site } = self.steps[frame.pc as usize] {
                going_on[self.sites[site.index()].edge as usize] += 1;
            }
        }
        for (edge, state) in self.edges.iter().enumerate() {
            let plain = books.direct.iter().zip(&self.classes).filter(|(direct, _)| **direct == Some(edge));
            let plain: u64 = plain.map(|(_, class)| class.record.arrived).sum();
            let tally = &books.record.edges[edge];
            let over = tally.answered + tally.failures() + tally.abandoned;
            let counts = (state.record.calls - plain - over, going_on[edge]);
            assert_eq!(counts.0, counts.1, "calls = answered + failed + abandoned + going on");
        }
    }
}
