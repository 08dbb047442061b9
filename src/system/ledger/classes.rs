//! What is counted of requests by class.

use super::series::window_of;
use crate::metrics::{ClassRecord, FailureCause, WindowRecord};
use crate::model::{ClassId, Model, Scope, plain_call::mirroring_class};
use crate::system::core::Clock;

/// The record of one class in the making.
#[derive(Debug)]
pub struct ClassTally {
    class: usize,
    /// Limits of the `within` objectives in nanoseconds, sorted.
    pub limits: Vec<u64>,
    pub record: ClassRecord,
    /// The service whose waits and response times are those of the class, recorded there.
    pub mirrors: Option<usize>,
    unwaited: u64,
}

impl ClassTally {
    pub fn new(class: usize, model: &Model) -> Self {
        let limits = model.within_limits(Scope::Class(ClassId(class as u16)));
        let record = ClassRecord::new(model.recording.resolution_bits, limits.len());
        let mirrors = (0..model.services.len()).find(|&s| mirroring_class(s, model) == Some(class as u16));
        Self { class, limits, record, mirrors, unwaited: 0 }
    }

    pub fn reset(&mut self, bits: u8) {
        self.record = ClassRecord::new(bits, self.limits.len());
        self.unwaited = 0;
    }

    #[inline(always)]
    pub fn arrive(&mut self, windows: &mut Option<WindowRecord>, clock: Clock) {
        self.record.arrived += 1;
        if let Some(window) = window_of(windows, self.class, clock.now, clock.span.from) {
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
        let from = clock.span.from;
        if clock.is_counted() {
            self.record.completed_in_span += 1;
            if let Some(window) = window_of(windows, self.class, clock.now, from) {
                window.completed_in += 1;
            }
        }
        if !measured {
            return;
        }
        let sojourn = clock.now - arrived;
        self.record.succeeded += 1;
        if self.mirrors.is_none() {
            self.record.sojourn.record(sojourn);
        }
        for (count, &limit) in self.record.within.iter_mut().zip(&self.limits) {
            *count += u64::from(sojourn <= limit);
        }
        if let Some(window) = window_of(windows, self.class, arrived, from) {
            window.answer(sojourn);
            for (count, &limit) in window.within.iter_mut().zip(&self.limits) {
                *count += u64::from(sojourn <= limit);
            }
        }
    }

    /// A measured request that arrived at `arrived` has failed.
    pub fn fail(
        &mut self,
        windows: &mut Option<WindowRecord>,
        arrived: u64,
        clock: Clock,
        cause: FailureCause,
    ) {
        self.record.failed[cause as usize] += 1;
        self.record.failed_after.record(clock.now - arrived);
        if let Some(window) = window_of(windows, self.class, arrived, clock.span.from) {
            window.failed[cause as usize] += 1;
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

    /// Hands the record out, but for what the service has that it mirrors.
    pub fn take(&mut self, bits: u8) -> ClassRecord {
        let mut record = std::mem::replace(&mut self.record, ClassRecord::new(bits, 0));
        record.wait.record_zeros(self.unwaited);
        record.censored = record.arrived - record.succeeded - record.failures();
        record
    }
}
