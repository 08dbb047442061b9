//! The ledger of one replication.

use super::calls::CallBooks;
use super::classes::ClassTally;
use super::grid::Grid;
use super::series;
use super::services::ServiceBooks;
use crate::metrics::{ClassRecord, EdgeRecord, GridRow, RunRecord, ServiceRecord, WindowRecord};
use crate::model::Model;
use crate::system::core::Span;

/// All records in the making.
#[derive(Debug)]
pub struct Ledger {
    pub(super) span: Span,
    pub(super) classes: Vec<ClassTally>,
    pub(super) services: Vec<ServiceBooks>,
    pub(super) edges: Vec<EdgeRecord>,
    pub(super) windows: Option<WindowRecord>,
    /// Response times of edges and service times, if recorded.
    pub(super) calls: Option<Box<CallBooks>>,
    first_waits: Vec<u64>,
    /// How many first waits are asked for.
    first_waits_wanted: usize,
    grid: Vec<GridRow>,
    pub(super) measured_in_flight: u64,
    /// Whether the counted span has begun and not ended.
    pub(super) is_counting: bool,
}

/// The books of a model that is one plain queue, side by side.
#[derive(Debug)]
pub struct PlainBooks<'l> {
    pub class: &'l mut ClassTally,
    pub service: &'l mut ServiceBooks,
    pub edge: &'l mut EdgeRecord,
    pub windows: &'l mut Option<WindowRecord>,
    pub calls: Option<&'l mut CallBooks>,
    pub measured_in_flight: &'l mut u64,
}

impl Ledger {
    /// Empty books for replications of `model`.
    pub fn new(model: &Model, span: Span) -> Self {
        Self {
            span,
            classes: (0..model.classes.len()).map(|c| ClassTally::new(c, model)).collect(),
            services: (0..model.services.len()).map(|s| ServiceBooks::new(s, model)).collect(),
            edges: vec![EdgeRecord::default(); model.edges.len()],
            windows: None,
            calls: None,
            first_waits: Vec::new(),
            first_waits_wanted: model.recording.first_waits.map_or(0, |(_, limit)| limit as usize),
            grid: Vec::new(),
            measured_in_flight: 0,
            is_counting: false,
        }
    }

    /// Empties the books for a new replication.
    pub fn start(&mut self, model: &Model) {
        let bits = model.recording.resolution_bits;
        self.classes.iter_mut().for_each(|class| class.reset(bits));
        self.services.iter_mut().for_each(|service| service.reset(bits));
        self.edges.fill(EdgeRecord::default());
        self.grid.clear();
        self.first_waits.clear();
        (self.measured_in_flight, self.is_counting) = (0, false);
        let limits = self.classes.iter().map(|class| class.limits.len());
        self.windows = series::empty(&model.recording, self.span, limits, self.services.len());
        self.calls = model.recording.calls.then(|| {
            let windows = self.windows.as_ref().filter(|_| model.recording.call_windows);
            let width = windows.map_or(0, |w| w.width);
            let count = windows.and_then(|w| w.classes.first()).map_or(0, Vec::len);
            let mirrored = self.services.iter().map(|s| s.mirrored_by.map(usize::from)).collect();
            Box::new(CallBooks::new(model, Grid { span: self.span, width }, count, mirrored))
        });
    }

    /// The books of a service.
    #[inline(always)]
    pub fn service(&mut self, service: usize) -> &mut ServiceBooks {
        &mut self.services[service]
    }

    /// Service at the entry of a class begins after this wait.
    #[inline(always)]
    pub fn begin(&mut self, class: u32, wait: u64) {
        self.classes[class as usize].begin(wait);
    }

    /// Width of the series' windows in nanoseconds, if one is recorded.
    pub fn window(&self) -> Option<u64> {
        self.windows.as_ref().map(|w| w.width)
    }

    /// Counting begins or ends.
    pub fn set_counting(&mut self, is_counting: bool) {
        self.is_counting = is_counting;
    }

    /// Whether the counted span has begun and not ended.
    pub fn is_counting(&self) -> bool {
        self.is_counting
    }

    /// Whether a measured request has not ended.
    pub fn is_awaited(&self) -> bool {
        self.measured_in_flight > 0
    }

    /// Keeps the wait of one of the first requests, as far as they are asked for.
    pub fn note_first_wait(&mut self, wait: u64) {
        if self.first_waits.len() < self.first_waits_wanted {
            self.first_waits.push(wait);
        }
    }

    /// Keeps what a probe saw.
    pub fn note_probe(&mut self, row: GridRow) {
        self.grid.push(row);
    }

    /// The books of a plain queue: the only class, the only service, and the edge between them.
    pub fn plain_books(&mut self, edge: u16) -> PlainBooks<'_> {
        PlainBooks {
            class: &mut self.classes[0],
            service: &mut self.services[0],
            edge: &mut self.edges[edge as usize],
            windows: &mut self.windows,
            calls: self.calls.as_deref_mut(),
            measured_in_flight: &mut self.measured_in_flight,
        }
    }

    /// Puts what was counted into the replication's record.
    pub fn take(&mut self, model: &Model, record: &mut RunRecord) {
        let bits = model.recording.resolution_bits;
        let services: Vec<ServiceRecord> = self.services.iter_mut().map(|s| s.take(bits)).collect();
        let mut classes: Vec<ClassRecord> = self.classes.iter_mut().map(|class| class.take(bits)).collect();
        for (record, tally) in classes.iter_mut().zip(&self.classes) {
            if let Some(service) = tally.mirrors {
                record.wait = services[service].wait.clone();
                record.sojourn = services[service].sojourn.clone();
            }
        }
        (record.classes, record.services) = (classes, services);
        record.edges = self.edges.clone();
        record.limits = self.classes.iter().map(|c| c.limits.clone()).collect();
        record.windows = self.windows.take();
        record.first_waits = std::mem::take(&mut self.first_waits);
        record.grid = std::mem::take(&mut self.grid);
        record.span = self.span.to - self.span.from;
        record.calls = self.calls.take().map(|books| books.finish(model, record));
    }

    /// Requests are conserved.
    #[cfg(debug_assertions)]
    pub fn check(&self) {
        let records = self.classes.iter().map(|c| &c.record);
        let in_flight: u64 = records.map(|r| r.arrived - r.succeeded - r.failures()).sum();
        assert_eq!(in_flight, self.measured_in_flight, "arrived = succeeded + failed + in flight");
    }
}
