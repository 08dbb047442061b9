//! What each run says about one objective.

use super::estimate::ask_runs;
use super::groups;
use super::slice::{Part, requests};
use super::when::counted_length;
use crate::metrics::{Outline, Recorder, RunRecord};
use crate::model::{CpuKind, Measure, Model, Objective, Scope, ServiceId, ShareKind, WaitKind};
use crate::stats::PooledQuantile;
use std::ops::Range;

/// One run in one part: numerator and denominator of a share or a mean, or a quantile with its number of
/// answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Observation {
    /// Sum above the line; for a quantile the quantile itself.
    pub(super) above: f64,
    /// What it is divided by; for a quantile 1. Zero if nothing can be said.
    pub(super) below: f64,
    /// Requests that arrived in the part.
    pub(super) arrived: u64,
}

impl Observation {
    /// The measure's value.
    pub(super) fn value(&self) -> Option<f64> {
        (self.below > 0.0).then(|| self.above / self.below)
    }

    /// Nobody was answered although somebody came: worse than any response time.
    pub(super) fn unanswered(&self) -> bool {
        self.below == 0.0 && self.arrived > 0
    }
}

/// Observations of all runs, and the pooled response times a quantile needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    /// The parts; `None` before the first run, empty if the measure cannot be judged in windows.
    pub(super) parts: Option<Vec<Part>>,
    /// `runs[run][part]`.
    pub(super) runs: Vec<Vec<Observation>>,
    /// What the runs' response times look like, `outlines[part][run]`, for quantiles.
    pub(super) outlines: Vec<Vec<Outline>>,
    /// Response times of all runs by part, for quantiles.
    pub(super) pooled: Vec<Option<Recorder>>,
    /// Why nothing is judged.
    pub(super) obstacle: Option<&'static str>,
}

impl Track {
    /// What `ask` makes of what the runs say about the `p` quantile of a part.
    pub(super) fn of_quantile<T>(
        &self,
        part: usize,
        p: f64,
        ask: impl Fn(&PooledQuantile<'_>) -> Option<T>,
    ) -> Option<T> {
        let outlines: Vec<&Outline> = self.outlines.get(part)?.iter().collect();
        ask_runs(self.pooled[part].as_ref()?, &outlines, p, ask)
    }

    /// An empty track.
    pub(super) fn new(_: &Objective) -> Self {
        Self::default()
    }

    /// Adds the next run.
    pub(super) fn fold(&mut self, model: &Model, objective: &Objective, record: &RunRecord) {
        // Recovery looks at the other objectives' windows and is kept with them.
        if matches!(objective.measure, Measure::Recovers(..)) {
            return;
        }
        let parts = self.parts.get_or_insert_with(|| {
            let found = groups::parts(model, objective, record);
            if found.is_none() {
                self.obstacle = Some("no series was recorded, so its windows cannot be judged");
            }
            let found = found.unwrap_or_default();
            self.pooled = vec![None; found.len()];
            self.outlines = vec![Vec::new(); found.len()];
            found
        });
        let mut run = Vec::with_capacity(parts.len());
        let pools = self.pooled.iter_mut().zip(&mut self.outlines);
        for (part, (pooled, outlines)) in parts.iter().zip(pools) {
            let Some((observation, times)) =
                observe(model, objective.scope, &objective.measure, record, part)
            else {
                self.obstacle = Some(
                    "this measure is not recorded for this scope (or not by window; see run.record.calls)",
                );
                return;
            };
            if objective.measure.quantile().is_some() {
                outlines.push(times.as_ref().map(Outline::new).unwrap_or_default());
            }
            match (pooled, times) {
                (Some(pooled), Some(times)) => pooled.merge(&times),
                (pooled, Some(times)) => *pooled = Some(times),
                _ => {}
            }
            run.push(observation);
        }
        self.runs.push(run);
    }
}

/// What a run says about a measure in a part, with the response times a quantile came from. `None` if it is
/// not recorded.
pub(super) fn observe(
    model: &Model,
    scope: Scope,
    measure: &Measure,
    record: &RunRecord,
    part: &Part,
) -> Option<(Observation, Option<Recorder>)> {
    let plain = |above: f64, below: f64, arrived: u64| Some((Observation { above, below, arrived }, None));
    match *measure {
        Measure::Quantile(p, ..) => {
            let slice = requests(model, record, scope, part, None, true)?;
            let value = slice.sojourn.as_ref().and_then(|s| s.quantile(p));
            let below = if value.is_some() { 1.0 } else { 0.0 };
            Some((Observation { above: value.unwrap_or(0.0), below, arrived: slice.arrived }, slice.sojourn))
        }
        Measure::Mean(..) => {
            let slice = requests(model, record, scope, part, None, true)?;
            let (sum, count) =
                slice.sojourn.map_or((0.0, 0.0), |s| (s.sum_nanos() as f64, s.count() as f64 * 1e9));
            plain(sum, count, slice.arrived)
        }
        Measure::Within(time, ..) => {
            let slice = requests(model, record, scope, part, Some(time), false)?;
            plain(slice.within, slice.arrived as f64, slice.arrived)
        }
        Measure::Share(kind, ..) => {
            let windowed_service = matches!((scope, part), (Scope::Service(_), Part::Windows(_)));
            if windowed_service && record.calls.is_none() && kind != ShareKind::Shed {
                return None;
            }
            let slice = requests(model, record, scope, part, None, false)?;
            let count = match kind {
                ShareKind::Success => slice.succeeded,
                ShareKind::Shed => slice.shed,
                // The unfinished were not answered either.
                ShareKind::Errors => slice.arrived - slice.succeeded.min(slice.arrived),
            };
            plain(count as f64, slice.arrived as f64, slice.arrived)
        }
        Measure::Goodput(..) => {
            let slice = requests(model, record, scope, part, None, false)?;
            plain(slice.succeeded as f64, seconds(record, model, part)?, slice.arrived)
        }
        Measure::Replicas(..) => plain(most_pods(record, scope, part)?, 1.0, 0),
        Measure::Utilisation(..) => {
            let (busy, slots) = busy(record, scope, part)?;
            plain(busy as f64, slots as f64, 0)
        }
        Measure::Cpu(kind, ..) => {
            let (above, below) = cpu(model, record, service_of(scope)?, kind, part)?;
            plain(above, below, 0)
        }
        Measure::Retries(..) => {
            let (attempts, calls) = tries(model, record, scope, part)?;
            plain(attempts as f64, calls as f64, 0)
        }
        Measure::Wait(kind, ..) => waits(model, record, scope, kind, part),
        Measure::Recovers(..) => None,
    }
}

/// Waiting at a service; kept for the whole span only.
fn waits(
    model: &Model,
    record: &RunRecord,
    scope: Scope,
    kind: WaitKind,
    part: &Part,
) -> Option<(Observation, Option<Recorder>)> {
    let tally = record.services.get(service_of(scope)?).filter(|_| *part == Part::Whole)?;
    let waits = tally.waits();
    let count = waits.count();
    let arrived = tally.arrived;
    let seen = |above: f64, below: f64| Observation { above, below, arrived };
    Some(match kind {
        WaitKind::Share => (seen(tally.found_no_slot() as f64, arrived as f64), None),
        WaitKind::Mean => (seen(waits.sum_nanos() as f64, count as f64 * 1e9), None),
        WaitKind::Within(limit) => {
            let limits = model.wait_limits(ServiceId(service_of(scope)? as u16));
            let at = limits.iter().position(|other| *other == limit.as_nanos())?;
            (seen(*tally.wait_within.get(at)? as f64, arrived as f64), None)
        }
        WaitKind::Quantile(p) => {
            let value = waits.quantile(p);
            let below = if value.is_some() { 1.0 } else { 0.0 };
            (seen(value.unwrap_or(0.0), below), (count > 0).then(|| waits.into_owned()))
        }
    })
}

fn seconds(record: &RunRecord, model: &Model, part: &Part) -> Option<f64> {
    let nanos = match part {
        Part::Whole => record.span,
        Part::Windows(range) => {
            let width = record.windows.as_ref()?.width;
            let length = counted_length(model).as_nanos();
            (width * range.end as u64).min(length).saturating_sub(width * range.start as u64)
        }
    };
    Some(nanos as f64 / 1e9)
}

fn service_of(scope: Scope) -> Option<usize> {
    match scope {
        Scope::Service(id) => Some(id.index()),
        _ => None,
    }
}

/// Most ready pods of a service, or of all services together.
fn most_pods(record: &RunRecord, scope: Scope, part: &Part) -> Option<f64> {
    let only = service_of(scope);
    match part {
        Part::Whole => match only {
            Some(s) => Some(f64::from(record.services.get(s)?.ready_range.1)),
            None => Some(record.services.iter().map(|s| f64::from(s.ready_range.1)).sum()),
        },
        Part::Windows(range) => {
            let windows = &record.windows.as_ref()?.services;
            let chosen = windows.iter().enumerate().filter(|(s, _)| only.is_none_or(|only| only == *s));
            let most =
                chosen.map(|(_, rows)| inside(rows, range).iter().map(|w| w.ready_at_end).max().unwrap_or(0));
            Some(most.map(f64::from).sum())
        }
    }
}

fn inside<'a, T>(rows: &'a [T], range: &Range<usize>) -> &'a [T] {
    let end = range.end.min(rows.len());
    &rows[range.start.min(end)..end]
}

/// Busy and offered slots of a service, or of all services together.
fn busy(record: &RunRecord, scope: Scope, part: &Part) -> Option<(u128, u128)> {
    let only = service_of(scope);
    let chosen = |s: usize| only.is_none_or(|only| only == s);
    match part {
        Part::Whole => {
            let rows = record.services.iter().enumerate().filter(|(s, _)| chosen(*s));
            Some(rows.fold((0, 0), |sum, (_, row)| (sum.0 + row.busy, sum.1 + row.slots)))
        }
        Part::Windows(range) => {
            let services = record.windows.as_ref()?.services.iter().enumerate().filter(|(s, _)| chosen(*s));
            let rows = services.flat_map(|(_, rows)| inside(rows, range));
            Some(rows.fold((0, 0), |sum, row| (sum.0 + row.busy, sum.1 + row.slots)))
        }
    }
}

/// What a service's pods did with their cpu, and what that is held against.
fn cpu(model: &Model, record: &RunRecord, service: usize, kind: CpuKind, part: &Part) -> Option<(f64, f64)> {
    let row = match part {
        Part::Whole => {
            let row = &record.services[service];
            (row.worked, row.ready as f64, (row.quota.periods, row.quota.throttled))
        }
        Part::Windows(range) => {
            let rows = record.windows.as_ref()?.services.get(service)?;
            inside(rows, range).iter().fold((0.0, 0.0, (0, 0)), |sum, row| {
                let (periods, throttled) = row.periods;
                let counts: (u64, u64) = (sum.2.0 + periods, sum.2.1 + throttled);
                (sum.0 + row.worked as f64, sum.1 + row.ready as f64, counts)
            })
        }
    };
    let (worked, ready, (periods, throttled)) = row;
    let service = &model.services[service];
    match kind {
        CpuKind::OfRequest => Some((worked, service.reserved_cpu()? * ready)),
        CpuKind::OfLimit => Some((worked, service.granted_cpu()? * ready)),
        // Where no quota ever binds, none is throttled.
        CpuKind::Throttled => Some((throttled as f64, periods.max(1) as f64)),
    }
}

/// Tries and calls on an edge, on the edges to a service, or on all; by window where calls are recorded.
fn tries(model: &Model, record: &RunRecord, scope: Scope, part: &Part) -> Option<(u64, u64)> {
    let counts = |e: usize| match scope {
        Scope::Edge(id) => id.index() == e,
        Scope::Service(id) => model.edges[e].target == id,
        Scope::System | Scope::Class(_) => true,
    };
    if let Part::Windows(range) = part {
        let edges = record.calls.as_ref()?.edges.iter().enumerate().filter(|(e, _)| counts(*e));
        return Some(edges.fold((0, 0), |sum, (_, edge)| {
            let attempts: u64 = inside(&edge.attempts, range).iter().sum();
            let calls: u64 = inside(&edge.windows, range).iter().map(|w| w.calls).sum();
            (sum.0 + attempts, sum.1 + calls)
        }));
    }
    let rows = record.edges.iter().enumerate().take(model.edges.len()).filter(|(e, _)| counts(*e));
    Some(rows.fold((0, 0), |sum, (_, row)| (sum.0 + row.attempts, sum.1 + row.calls)))
}
