//! What is noted of calls, where books of calls are kept. Functions that events call are marked cold: they must not cost
//! registers where they are not called.

use super::calls::{Served, count_within, put};
use super::state::Ledger;
use crate::metrics::FailureCause;
use crate::system::core::{Ended, flag};

impl Ledger {
    /// A frame begins a call.
    #[cold]
    pub fn note_call(&mut self, id: u32, measured: bool, (edge, target): (u16, u16), now: u64) {
        let Some(books) = &mut self.calls else { return };
        put(&mut books.began, id, now);
        if measured {
            if let Some(window) = books.record.edges[edge as usize].windows.get_mut(books.grid.at(now)) {
                window.calls += 1;
            }
            books.count_attempt(edge as usize, now);
            books.count_try(target as usize, now, true);
        }
    }

    /// The call of a measured request is tried again.
    #[cold]
    pub fn note_further_try(&mut self, id: u32, (edge, target): (u16, u16), now: u64) {
        let Some(books) = &mut self.calls else { return };
        books.count_attempt(edge as usize, books.began[id as usize]);
        books.count_try(target as usize, now, true);
    }

    /// A try of a measured request is lost on its way.
    pub fn note_lost_try(&mut self, target: u16, now: u64) {
        if let Some(books) = &mut self.calls {
            books.count_try(target as usize, now, false);
        }
    }

    /// A call of a measured request is turned away at the door of its service.
    #[cold]
    pub fn note_turned_away(&mut self, target: u16, now: u64, cause: FailureCause) {
        let Some(books) = &mut self.calls else { return };
        if let Some(window) = books.record.services[target as usize].windows.get_mut(books.grid.at(now)) {
            window.failed[cause as usize] += 1;
        }
    }

    /// The call of a measured frame is answered well.
    #[cold]
    pub fn note_answer(&mut self, id: u32, edge: u16, now: u64) {
        let Some(books) = &mut self.calls else { return };
        let began = books.began[id as usize];
        let response = now - began;
        let tally = &mut books.record.edges[edge as usize];
        tally.answered += 1;
        tally.response.record(response);
        count_within(&mut tally.within, &tally.limits, response);
        if let Some(window) = tally.windows.get_mut(books.grid.at(began)) {
            window.answer(response);
            count_within(&mut window.within, &tally.limits, response);
        }
    }

    /// A call of a measured request has failed for good.
    pub fn note_failed_call(&mut self, id: u32, edge: u16, cause: FailureCause) {
        let Some(books) = &mut self.calls else { return };
        let tally = &mut books.record.edges[edge as usize];
        tally.failed[cause as usize] += 1;
        if let Some(window) = tally.windows.get_mut(books.grid.at(books.began[id as usize])) {
            window.failed[cause as usize] += 1;
        }
    }

    /// The caller of a measured request goes away while it calls.
    pub fn note_abandoned_call(&mut self, edge: u16) {
        if let Some(books) = &mut self.calls {
            books.record.edges[edge as usize].abandoned += 1;
        }
    }

    /// Service of a frame begins.
    pub fn note_start(&mut self, id: u32, now: u64) {
        if let Some(books) = &mut self.calls {
            put(&mut books.started, id, now);
        }
    }

    /// A measured frame has been served to the end of its program.
    #[cold]
    pub fn note_end(&mut self, id: u32, service: usize, ended: &Ended, now: u64) {
        let Some(books) = &mut self.calls else { return };
        let times = Served { sojourn: now - ended.arrived, in_slot: now - books.started[id as usize] };
        let waited_for = ended.flags & (flag::ROOT | flag::ABANDONED) == flag::ROOT;
        books.note_end(service, ended.arrived, waited_for.then_some(ended.parent as usize), times);
    }

    /// Calls of edges whose callers have frames of their own are conserved: so many of each edge are going on.
    #[cfg(debug_assertions)]
    pub fn check_calls(&self, going_on: &[u64]) {
        let Some(books) = &self.calls else { return };
        for (edge, tally) in self.edges.iter().enumerate() {
            let plain = books.direct.iter().zip(&self.classes).filter(|(direct, _)| **direct == Some(edge));
            let plain: u64 = plain.map(|(_, class)| class.record.arrived).sum();
            let calls = &books.record.edges[edge];
            let over = calls.answered + calls.failures() + calls.abandoned;
            let begun = tally.calls - plain - over;
            assert_eq!(begun, going_on[edge], "calls = answered + failed + abandoned + going on");
        }
    }
}
