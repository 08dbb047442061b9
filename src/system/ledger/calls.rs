//! The books of calls: response times of edges, service times, and both by window.
//!
//! They are kept only where they are asked for, beside the frames and not in them, so that a run without them pays
//! nothing: what events call here is marked cold, for it must not cost registers where it is not called. What the record of a class says already is not noted twice: a client whose program is one plain call has
//! no frame of its own, and its requests are the calls of its edge; where all calls of a service are such requests,
//! its windows are theirs.

use super::grid::Grid;
use crate::metrics::{CallRecord, EdgeCalls, FailureCause, Recorder, RunRecord, ServiceCalls};
use crate::model::{EdgeId, Model, Scope, ServiceId, plain_call::direct_call};

/// The books of one replication.
#[derive(Debug)]
pub struct CallBooks {
    pub grid: Grid,
    pub record: CallRecord,
    /// The instant at which the present call of a frame began.
    pub began: Vec<u64>,
    /// The instant at which service of a frame began.
    pub started: Vec<u64>,
    /// The edge of the one plain call that a class's requests are.
    pub direct: Vec<Option<usize>>,
    /// The class whose requests are all calls of a service.
    mirrored: Vec<Option<usize>>,
}

/// How long a call was in a service, and how long of that in its slot.
#[derive(Clone, Copy, Debug)]
pub struct Served {
    pub sojourn: u64,
    pub in_slot: u64,
}

/// Counts a time under every limit it keeps.
#[inline(always)]
pub fn count_within(counts: &mut [u64], limits: &[u64], nanos: u64) {
    for (count, &limit) in counts.iter_mut().zip(limits) {
        *count += u64::from(nanos <= limit);
    }
}

/// Writes an instant down for a frame.
#[inline(always)]
pub fn put(instants: &mut Vec<u64>, id: u32, now: u64) {
    let at = id as usize;
    if at >= instants.len() {
        instants.resize((at + 1).next_power_of_two(), 0);
    }
    instants[at] = now;
}

impl CallBooks {
    /// Empty books with so many windows; `mirrored` is the class whose requests are all calls of a service.
    pub fn new(model: &Model, grid: Grid, windows: usize, mirrored: Vec<Option<usize>>) -> Self {
        let bits = model.recording.resolution_bits;
        let edge =
            |e: usize| EdgeCalls::new(bits, model.within_limits(Scope::Edge(EdgeId(e as u16))), windows);
        let service = |s: usize| {
            ServiceCalls::new(bits, model.within_limits(Scope::Service(ServiceId(s as u16))), windows)
        };
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
    pub fn count_try(&mut self, service: usize, now: u64, arrives: bool) {
        if let Some(window) = self.record.services[service].windows.get_mut(self.grid.at(now)) {
            window.calls = if arrives { window.calls + 1 } else { window.calls - 1 };
        }
    }

    pub fn count_attempt(&mut self, edge: usize, began: u64) {
        if let Some(attempts) = self.record.edges[edge].attempts.get_mut(self.grid.at(began)) {
            *attempts += 1;
        }
    }

    /// Hands the record out: what classes know already is filled in from the rest of the replication's record.
    pub fn finish(mut self, model: &Model, run: &RunRecord) -> CallRecord {
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
