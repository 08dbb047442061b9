//! The numbers of one scope over the whole span or over some of its windows.

use crate::metrics::{CallWindow, ClassRecord, FAILURE_CAUSES, FailureCause, Recorder, RunRecord};
use crate::model::{Model, Scope};
use crate::units::SimDuration;
use std::ops::Range;

/// Where to look: all of the counted span, or these windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Windows(Range<usize>),
}

/// Counts and times of requests in a part.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    pub(super) arrived: u64,
    pub(super) succeeded: u64,
    pub(super) failed: u64,
    pub(super) shed: u64,
    /// Answered well within the limit that was asked for.
    pub(super) within: f64,
    /// Response times; empty unless asked for.
    pub(super) sojourn: Option<Recorder>,
}

/// The requests of a scope. `None` if the record does not keep them: without `run.record.calls` services and edges
/// have no series of answers, and edges no response times. `within` asks for a count within a limit, `times` for response times.
pub(super) fn requests(
    model: &Model,
    record: &RunRecord,
    scope: Scope,
    part: &Part,
    within: Option<SimDuration>,
    times: bool,
) -> Option<Slice> {
    match scope {
        Scope::System => {
            let mut all: Option<Slice> = None;
            for c in 0..model.classes.len() {
                let one = class(record, c, part, within, times)?;
                match &mut all {
                    Some(all) => all.add(&one),
                    None => all = Some(one),
                }
            }
            all
        }
        Scope::Class(id) => class(record, id.index(), part, within, times),
        Scope::Service(id) => service(record, id.index(), part, within, times),
        Scope::Edge(id) => edge(record, id.index(), part, within, times),
    }
}

/// Requests that arrived for a scope in one window, to tell whether there are enough to judge.
pub(super) fn arrivals(record: &RunRecord, scope: Scope, window: usize) -> Option<u64> {
    let windows = record.windows.as_ref()?;
    let of = |class: &Vec<crate::metrics::ClassWindow>| class.get(window).map_or(0, |w| w.arrived);
    let of_calls = |windows: &Vec<CallWindow>| windows.get(window).map(|w| w.calls);
    match scope {
        Scope::Service(id) if record.calls.is_some() => {
            of_calls(&record.calls.as_ref()?.services.get(id.index())?.windows)
        }
        Scope::System => Some(windows.classes.iter().map(of).sum()),
        Scope::Class(id) => windows.classes.get(id.index()).map(of),
        Scope::Service(id) => {
            windows.services.get(id.index()).map(|s| s.get(window).map_or(0, |w| w.arrived))
        }
        Scope::Edge(id) => of_calls(&record.calls.as_ref()?.edges.get(id.index())?.windows),
    }
}

impl Slice {
    fn add(&mut self, other: &Self) {
        self.arrived += other.arrived;
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.shed += other.shed;
        self.within += other.within;
        match (&mut self.sojourn, &other.sojourn) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            (None, Some(theirs)) => self.sojourn = Some(theirs.clone()),
            _ => {}
        }
    }
}

fn class(
    record: &RunRecord,
    c: usize,
    part: &Part,
    within: Option<SimDuration>,
    times: bool,
) -> Option<Slice> {
    let limit = within.and_then(|limit| {
        let limits = record.limits.get(c)?;
        limits.iter().position(|&l| l == limit.as_nanos())
    });
    let needs_times = times || (within.is_some() && limit.is_none());
    let mut slice = match part {
        Part::Whole => whole_class(record.classes.get(c)?, limit, needs_times),
        Part::Windows(range) => {
            let windows = record.windows.as_ref()?.classes.get(c)?;
            let mut sum = Slice { arrived: 0, succeeded: 0, failed: 0, shed: 0, within: 0.0, sojourn: None };
            for window in windows.get(range.start..range.end.min(windows.len()))? {
                sum.arrived += window.arrived;
                sum.succeeded += window.succeeded;
                sum.failed += window.failed.iter().sum::<u64>();
                sum.shed += shed(&window.failed);
                sum.within += limit.map_or(0, |i| window.within[i]) as f64;
                if let Some(sojourn) = window.sojourn.as_ref().filter(|_| needs_times) {
                    match &mut sum.sojourn {
                        Some(mine) => mine.merge(sojourn),
                        None => sum.sojourn = Some((**sojourn).clone()),
                    }
                }
            }
            sum
        }
    };
    if let (Some(time), None) = (within, limit) {
        // No counter was kept for this limit: the recorder's share is as fine as its bins.
        let share = slice.sojourn.as_ref().and_then(|s| s.share_within(time)).unwrap_or(0.0);
        slice.within = share * slice.succeeded as f64;
    }
    Some(slice)
}

fn whole_class(tally: &ClassRecord, limit: Option<usize>, times: bool) -> Slice {
    Slice {
        arrived: tally.arrived,
        succeeded: tally.succeeded,
        failed: tally.failures(),
        shed: tally.shed(),
        within: limit.map_or(0, |i| tally.within[i]) as f64,
        sojourn: (times && tally.sojourn.count() > 0).then(|| tally.sojourn.clone()),
    }
}

/// Calls of a service.
fn service(
    record: &RunRecord,
    s: usize,
    part: &Part,
    within: Option<SimDuration>,
    times: bool,
) -> Option<Slice> {
    let calls = record.calls.as_ref().and_then(|calls| calls.services.get(s));
    match part {
        Part::Whole => {
            let tally = record.services.get(s)?;
            let counted = calls.zip(within).and_then(|(c, limit)| count_within(&c.limits, &c.within, limit));
            let estimated = || {
                let share = within.and_then(|limit| tally.sojourn.share_within(limit)).unwrap_or(0.0);
                share * tally.completed as f64
            };
            Some(Slice {
                arrived: tally.arrived,
                succeeded: tally.completed,
                failed: tally.arrived.saturating_sub(tally.completed),
                shed: tally.rejected,
                within: counted.unwrap_or_else(estimated),
                sojourn: (times && tally.sojourn.count() > 0).then(|| tally.sojourn.clone()),
            })
        }
        Part::Windows(range) => match calls {
            Some(calls) => windowed(&calls.windows, &calls.limits, range, within, times),
            None if within.is_none() && !times => turned_away(record, s, range),
            None => None,
        },
    }
}

/// Where calls are not recorded, windows keep only how many came and were turned away.
fn turned_away(record: &RunRecord, s: usize, range: &Range<usize>) -> Option<Slice> {
    let windows = record.windows.as_ref()?.services.get(s)?;
    let end = range.end.min(windows.len());
    let inside = windows.get(range.start.min(end)..end)?;
    let (arrived, shed) = inside.iter().fold((0, 0), |sum, w| (sum.0 + w.arrived, sum.1 + w.rejected));
    Some(Slice { arrived, succeeded: arrived - shed, failed: shed, shed, within: 0.0, sojourn: None })
}

/// Calls on an edge. What nobody waits for any more, and what is unfinished, was not answered.
fn edge(
    record: &RunRecord,
    e: usize,
    part: &Part,
    within: Option<SimDuration>,
    times: bool,
) -> Option<Slice> {
    let tally = record.edges.get(e)?;
    let calls = record.calls.as_ref().and_then(|calls| calls.edges.get(e));
    match (part, calls) {
        (Part::Windows(range), Some(calls)) => windowed(&calls.windows, &calls.limits, range, within, times),
        (Part::Whole, Some(calls)) => {
            let counted = within.and_then(|limit| count_within(&calls.limits, &calls.within, limit));
            let estimated = || {
                let share = within.and_then(|limit| calls.response.share_within(limit)).unwrap_or(0.0);
                share * calls.answered as f64
            };
            Some(Slice {
                arrived: tally.calls,
                succeeded: calls.answered,
                failed: calls.failures(),
                shed: shed(&calls.failed),
                within: counted.unwrap_or_else(estimated),
                sojourn: (times && calls.answered > 0).then(|| calls.response.clone()),
            })
        }
        (Part::Whole, None) if within.is_none() && !times => {
            let (arrived, failed) = (tally.calls, tally.failed);
            let succeeded = arrived.saturating_sub(failed);
            Some(Slice { arrived, succeeded, failed, shed: 0, within: 0.0, sojourn: None })
        }
        _ => None,
    }
}

/// Calls within a limit that was counted.
fn count_within(limits: &[u64], counts: &[u64], limit: SimDuration) -> Option<f64> {
    let at = limits.iter().position(|&l| l == limit.as_nanos())?;
    counts.get(at).map(|&count| count as f64)
}

/// Calls of some windows of a service or an edge.
fn windowed(
    windows: &[CallWindow],
    limits: &[u64],
    range: &Range<usize>,
    within: Option<SimDuration>,
    times: bool,
) -> Option<Slice> {
    let end = range.end.min(windows.len());
    let mut sum = Slice { arrived: 0, succeeded: 0, failed: 0, shed: 0, within: 0.0, sojourn: None };
    for window in windows.get(range.start.min(end)..end)? {
        sum.arrived += window.calls;
        sum.succeeded += window.answered;
        sum.failed += window.failures();
        sum.shed += shed(&window.failed);
        if let Some(limit) = within {
            let share =
                || window.times.as_ref().and_then(|t| t.recorder().share_within(limit)).unwrap_or(0.0);
            let counted = count_within(limits, &window.within, limit);
            sum.within += counted.unwrap_or_else(|| share() * window.answered as f64);
        }
        if let Some(seen) = window.times.as_ref().filter(|_| times) {
            match &mut sum.sojourn {
                Some(mine) => seen.add_to(mine),
                None => sum.sojourn = Some(seen.recorder()),
            }
        }
    }
    // Without windows nothing was recorded.
    (!windows.is_empty()).then_some(sum)
}

fn shed(failed: &[u64; FAILURE_CAUSES]) -> u64 {
    FailureCause::ALL.iter().filter(|cause| cause.is_shed()).map(|&cause| failed[cause as usize]).sum()
}
