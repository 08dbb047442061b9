//! The numbers of one scope over the whole span or over some of its windows.

use crate::metrics::{ClassRecord, FAILURE_CAUSES, FailureCause, Recorder, RunRecord};
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

/// The requests of a scope. `None` if the record does not keep them: services and edges have no window series
/// of answers. `within` asks for a count within a limit, `times` for response times.
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
    match scope {
        Scope::System => Some(windows.classes.iter().map(of).sum()),
        Scope::Class(id) => windows.classes.get(id.index()).map(of),
        Scope::Service(id) => {
            windows.services.get(id.index()).map(|s| s.get(window).map_or(0, |w| w.arrived))
        }
        Scope::Edge(_) => None,
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

/// Calls of a service; windows keep only how many came and were turned away.
fn service(
    record: &RunRecord,
    s: usize,
    part: &Part,
    within: Option<SimDuration>,
    times: bool,
) -> Option<Slice> {
    match part {
        Part::Whole => {
            let tally = record.services.get(s)?;
            let within = within.and_then(|limit| tally.sojourn.share_within(limit)).unwrap_or(0.0);
            Some(Slice {
                arrived: tally.arrived,
                succeeded: tally.completed,
                failed: tally.arrived.saturating_sub(tally.completed),
                shed: tally.rejected,
                within: within * tally.completed as f64,
                sojourn: (times && tally.sojourn.count() > 0).then(|| tally.sojourn.clone()),
            })
        }
        Part::Windows(range) if within.is_none() && !times => {
            let windows = record.windows.as_ref()?.services.get(s)?;
            let end = range.end.min(windows.len());
            let inside = windows.get(range.start.min(end)..end)?;
            let (arrived, shed) =
                inside.iter().fold((0, 0), |sum, w| (sum.0 + w.arrived, sum.1 + w.rejected));
            Some(Slice { arrived, succeeded: arrived - shed, failed: shed, shed, within: 0.0, sojourn: None })
        }
        Part::Windows(_) => None,
    }
}

fn edge(
    record: &RunRecord,
    e: usize,
    part: &Part,
    within: Option<SimDuration>,
    times: bool,
) -> Option<Slice> {
    if *part != Part::Whole || within.is_some() || times {
        return None;
    }
    let tally = record.edges.get(e)?;
    let succeeded = tally.calls.saturating_sub(tally.failed);
    Some(Slice { arrived: tally.calls, succeeded, failed: tally.failed, shed: 0, within: 0.0, sojourn: None })
}

fn shed(failed: &[u64; FAILURE_CAUSES]) -> u64 {
    FailureCause::ALL.iter().filter(|cause| cause.is_shed()).map(|&cause| failed[cause as usize]).sum()
}
