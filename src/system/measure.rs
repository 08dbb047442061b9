//! Keeps the records.

use super::frame::{Frame, NIL, flag};
use super::programs::Ended;
use super::world::World;
use crate::metrics::{
    ClassRecord, ClassWindow, EdgeRecord, FailureCause, RunRecord, ServiceRecord, ServiceWindow, Stopped,
    WindowRecord,
};
use crate::model::{Measure, Model, Scope, SiteId, Step};
use crate::units::SimTime;

/// Windows of a series at most.
const MOST_WINDOWS: u64 = 100_000;

/// The instant, and the counted span `[from, to)`.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub now: u64,
    pub from: u64,
    pub to: u64,
}

impl Clock {
    /// Whether the instant lies in the counted span.
    #[inline(always)]
    pub fn is_counted(self) -> bool {
        self.now >= self.from && self.now < self.to
    }
}

/// The record of one class in the making.
#[derive(Debug)]
pub struct ClassTally {
    class: usize,
    pub limits: Vec<u64>,
    pub record: ClassRecord,
    /// The one call the client's program consists of, if that is all.
    pub direct_site: Option<SiteId>,
    /// Whether its waits and response times are those of its one service.
    mirrors: bool,
    unwaited: u64,
}

impl ClassTally {
    pub fn new(class: usize, model: &Model) -> Self {
        let mut limits: Vec<u64> = model
            .objectives
            .iter()
            .filter(|o| match o.scope {
                Scope::System => true,
                Scope::Class(c) => c.index() == class,
                _ => false,
            })
            .filter_map(|o| match o.measure {
                Measure::Within(limit, ..) => Some(limit.as_nanos()),
                _ => None,
            })
            .collect();
        limits.sort_unstable();
        limits.dedup();
        let direct_site = match model.steps.get(model.classes[class].program.index()) {
            Some(Step::Call { site }) => Some(*site),
            _ => None,
        };
        let record = ClassRecord::new(model.recording.resolution_bits, limits.len());
        let mirrors = (0..model.services.len()).any(|s| mirroring_class(s, model) == Some(class as u16));
        Self { class, limits, record, direct_site, mirrors, unwaited: 0 }
    }

    #[inline(always)]
    pub fn arrive(&mut self, windows: &mut Option<WindowRecord>, now: u64, from: u64) {
        self.record.arrived += 1;
        if let Some(window) = window_of(windows, self.class, now, from) {
            window.arrived += 1;
        }
    }

    /// A request that arrived at `arrived` is answered well.
    #[inline(always)]
    pub fn succeed(
        &mut self,
        windows: &mut Option<WindowRecord>,
        arrived: u64,
        measured: bool,
        clock: Clock,
    ) {
        if clock.is_counted() {
            self.record.completed_in_span += 1;
            if let Some(window) = window_of(windows, self.class, clock.now, clock.from) {
                window.completed_in += 1;
            }
        }
        if !measured {
            return;
        }
        let sojourn = clock.now - arrived;
        self.record.succeeded += 1;
        if !self.mirrors {
            self.record.sojourn.record(sojourn);
        }
        for (count, &limit) in self.record.within.iter_mut().zip(&self.limits) {
            *count += u64::from(sojourn <= limit);
        }
        if let Some(window) = window_of(windows, self.class, arrived, clock.from) {
            window.answer(sojourn);
            for (count, &limit) in window.within.iter_mut().zip(&self.limits) {
                *count += u64::from(sojourn <= limit);
            }
        }
    }

    /// Service at the entry begins after this wait.
    #[inline(always)]
    pub fn begin(&mut self, wait: u64) {
        if wait == 0 {
            self.unwaited += 1;
        } else {
            self.record.wait.record(wait);
        }
    }
}

/// The class all of whose requests are single plain calls of a service that nobody else calls, and which never give
/// up: its waits and response times are the service's.
pub fn mirroring_class(service: usize, model: &Model) -> Option<u16> {
    let calls = |site: SiteId| model.edges[model.sites[site.index()].edge.index()].target.index() == service;
    let mut callers = model.sites.iter().enumerate().filter(|(i, _)| calls(SiteId(*i as u16)));
    let (only, None) = (callers.next()?.0, callers.next()) else { return None };
    let uses = |c: &&crate::model::Class| {
        super::arrivals::direct_call(c.program, model).is_some_and(|site| site.index() == only)
    };
    let class = model.classes.iter().position(|c| uses(&c))?;
    let alone =
        model.steps.iter().filter(|s| matches!(s, Step::Call { site } if site.index() == only)).count() == 1;
    (alone && model.classes.iter().filter(uses).count() == 1 && model.classes[class].patience.is_none())
        .then_some(class as u16)
}

#[inline(always)]
fn window_of(
    windows: &mut Option<WindowRecord>,
    class: usize,
    at: u64,
    from: u64,
) -> Option<&mut ClassWindow> {
    let windows = windows.as_mut()?;
    let index = (at.checked_sub(from)? / windows.width) as usize;
    windows.classes[class].get_mut(index)
}

impl World<'_> {
    /// Empty records, for a new replication.
    pub fn reset_records(&mut self) {
        let model = self.model;
        let bits = model.recording.resolution_bits;
        for class in &mut self.classes {
            class.record = ClassRecord::new(bits, class.limits.len());
            class.unwaited = 0;
        }
        for edge in &mut self.edges {
            edge.reset();
            edge.record = EdgeRecord::default();
        }
        for (station, service) in self.stations.iter_mut().zip(&model.services) {
            station.reset(service, bits);
        }
        self.windows = model.recording.window.filter(|w| !w.is_zero()).map(|width| {
            let width = width.as_nanos();
            let count = (self.to.saturating_sub(self.from)).div_ceil(width).min(MOST_WINDOWS) as usize;
            let of_class = |c: &ClassTally| vec![ClassWindow::new(c.limits.len()); count];
            WindowRecord {
                width,
                classes: self.classes.iter().map(of_class).collect(),
                services: vec![Vec::with_capacity(count); self.stations.len()],
            }
        });
        self.reset_calls();
    }

    /// A request has ended, well or by a cause.
    #[inline(always)]
    pub fn end_root(&mut self, frame: &Ended, cause: Option<FailureCause>) {
        let class = frame.parent as usize;
        let tally = &mut self.classes[class];
        if frame.pod != NIL
            && self.has_outstanding
            && let Some(site) = tally.direct_site
        {
            self.edge_returned(site, NIL, frame.pod);
        }
        let measured = frame.is(flag::MEASURED);
        match cause {
            None => {
                let clock = Clock { now: self.now, from: self.from, to: self.to };
                self.classes[class].succeed(&mut self.windows, frame.arrived, measured, clock);
            }
            Some(cause) if measured => self.note_failure(class, frame, self.now - frame.arrived, cause),
            Some(_) => {}
        }
        if measured {
            self.measured_in_flight -= 1;
            // At `to` itself counting has yet to be ended, and the mark that ends it also ends the run.
            if self.measured_in_flight == 0 && self.now >= self.to && !self.measuring {
                self.stop(Stopped::Finished);
            }
        }
        if frame.parent_epoch != NIL {
            let source = self.model.classes[class].source.index();
            self.think(source, frame.parent_epoch);
        }
    }

    fn note_failure(&mut self, class: usize, frame: &Ended, after: u64, cause: FailureCause) {
        let tally = &mut self.classes[class];
        tally.record.failed[cause as usize] += 1;
        tally.record.failed_after.record(after);
        if let Some(window) = window_of(&mut self.windows, class, frame.arrived, self.from) {
            window.failed[cause as usize] += 1;
        }
    }

    /// A service that is asked for it keeps the waits of its first requests.
    #[cold]
    pub fn note_first_wait(&mut self, wait: u64) {
        if let Some((_, limit)) = self.model.recording.first_waits
            && self.first_waits.len() < limit as usize
        {
            self.first_waits.push(wait);
        }
    }

    /// Sojourn over own work, where one piece of work is all there is.
    pub fn note_slowdown(&mut self, frame: &Ended, service: usize) {
        if !frame.is(flag::MEASURED) || frame.pc == 0 {
            return;
        }
        let step = frame.pc as usize - 1;
        let single = step == 0 || matches!(self.steps[step - 1], Step::End);
        if !single {
            return;
        }
        let work = self.work_of(frame.key, step);
        self.stations[service].note_slowdown(self.now - frame.arrived, work);
    }

    /// Hands the record out.
    pub fn take_record(&mut self) -> RunRecord {
        let bits = self.model.recording.resolution_bits;
        let services: Vec<ServiceRecord> = self.stations.iter_mut().map(|s| s.take_record(bits)).collect();
        let mirrored = |class: usize| self.stations.iter().position(|s| s.mirrored_by == Some(class as u16));
        let classes: Vec<ClassRecord> = self
            .classes
            .iter_mut()
            .enumerate()
            .map(|(class, tally)| {
                let mut record = std::mem::replace(&mut tally.record, ClassRecord::new(bits, 0));
                record.wait.record_zeros(tally.unwaited);
                if let Some(service) = mirrored(class) {
                    record.wait = services[service].wait.clone();
                    record.sojourn = services[service].sojourn.clone();
                }
                record.censored = record.arrived - record.succeeded - record.failures();
                record
            })
            .collect();
        let mut record = RunRecord {
            classes,
            services,
            calls: None,
            edges: self.edges.iter().map(|e| e.record).collect(),
            limits: self.classes.iter().map(|c| c.limits.clone()).collect(),
            windows: self.windows.take(),
            first_waits: std::mem::take(&mut self.first_waits),
            grid: std::mem::take(&mut self.grid),
            span: self.to - self.from,
            ended: SimTime::from_nanos(self.now),
            stopped: self.stopped,
            events: self.events,
            peak_frames: self.frames.peak(),
            frame_bytes: size_of::<Frame>() as u32,
        };
        record.calls = self.take_calls(&record);
        record
    }
}

impl super::stations::Station {
    fn reset(&mut self, service: &crate::model::Service, bits: u8) {
        self.record = ServiceRecord::new(bits);
        self.window = ServiceWindow::default();
        self.frozen = None;
        self.counted = (0, 0, 0, 0);
        (self.queue, self.lists) = (super::stations::Queue::EMPTY, NIL);
        self.ready.clear();
        self.starting.clear();
        self.spare.clear();
        self.draining = 0;
        self.bounds = super::scaling::bounds(service);
        if let Some(levels) = &mut self.levels {
            levels.clear();
        }
        (self.in_system, self.busy, self.last, self.pods_last) = (0, 0, 0, 0);
        (self.busy_ever, self.unwaited, self.pods_made) = (0, 0, 0);
    }

    fn take_record(&mut self, bits: u8) -> ServiceRecord {
        let mut record = std::mem::replace(&mut self.record, ServiceRecord::new(bits));
        record.wait.record_zeros(self.unwaited);
        if let Some(f) = self.frozen.take() {
            (record.busy, record.queued, record.ready) = (f.busy, f.queued, f.ready);
            (record.slots, record.pods, record.peak_queue) = (f.slots, f.pods, f.peak_queue);
            record.in_system = f.in_system;
            record.worked = f.worked;
        }
        record
    }
}
