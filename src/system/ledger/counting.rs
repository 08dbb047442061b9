//! Requests come and end, and services change: the books of all of them are brought up.

use super::services::Standing;
use super::state::Ledger;
use crate::metrics::{FailureCause, ScalingEvent};
use crate::model::ClassId;
use crate::system::core::{Clock, Ended, flag};
use crate::units::SimTime;

/// Changes of pods kept in a record; enough for a day of 15 s ticks.
const SCALING_EVENTS: usize = 6000;

impl Ledger {
    /// A measured request arrives.
    #[inline(always)]
    pub fn arrive(&mut self, class: ClassId, clock: Clock) {
        self.measured_in_flight += 1;
        self.classes[class.index()].arrive(&mut self.windows, clock);
    }

    /// A request has ended, well or by a cause. True if it was the last that was waited for after the counted span.
    #[inline(always)]
    pub fn end_request(&mut self, frame: &Ended, clock: Clock, cause: Option<FailureCause>) -> bool {
        let measured = frame.is(flag::MEASURED);
        let tally = &mut self.classes[frame.parent as usize];
        match cause {
            None => tally.succeed(&mut self.windows, frame.arrived, measured, clock),
            Some(cause) if measured => tally.fail(&mut self.windows, frame.arrived, clock, cause),
            Some(_) => {}
        }
        if !measured {
            return false;
        }
        self.measured_in_flight -= 1;
        // At `to` itself counting has yet to be ended, and the mark that ends it also ends the run.
        self.measured_in_flight == 0 && clock.now >= clock.span.to && !self.is_counting
    }

    /// A window of the series ends; `standing` tells how a service stands.
    pub fn close_window(&mut self, standing: impl Fn(usize) -> Standing) {
        let Some(windows) = &mut self.windows else { return };
        let span = self.span.to - self.span.from;
        if windows.services.first().is_some_and(|w| w.len() as u64 * windows.width >= span) {
            return;
        }
        for (service, (books, rows)) in self.services.iter_mut().zip(&mut windows.services).enumerate() {
            rows.push(books.close_window(standing(service)));
        }
    }

    /// The number of pods has changed.
    pub fn note_scaling(&mut self, service: usize, now: u64, wanted: u32, ready: u32) {
        let record = &mut self.services[service].record;
        if self.is_counting {
            let (low, high) = record.ready_range;
            record.ready_range = (low.min(ready), high.max(ready));
        }
        if record.scaling.len() < SCALING_EVENTS {
            record.scaling.push(ScalingEvent { at: SimTime::from_nanos(now), desired: wanted, ready });
        }
    }
}
