//! When a run was healthy: every promise about answers held in its windows; and so when it recovered.

use super::estimate::{CONFIDENCE, Estimate, estimate_of, mean_time};
use super::groups::{inside, joined};
use super::rows::Named;
use super::slice::Part;
use super::track::observe;
use super::when::{counted_from, counted_length, relative};
use crate::metrics::RunRecord;
use crate::metrics::catalogue::{self, Metric};
use crate::model::{Measure, Model, Objective, Scope, ScopeKind};
use crate::stats::{ratio_interval, wilson};
use crate::units::{SimDuration, SimTime};
use std::ops::Range;

/// How long health must last to count as recovery.
const HOLDS: SimDuration = SimDuration::from_secs(60);

/// A mark from which recovery is counted, and what each run did.
#[derive(Clone, Debug)]
pub(super) struct Recovery {
    /// The mark.
    pub(super) mark: SimTime,
    /// Its name.
    pub(super) label: String,
    /// Seconds to recovery by run; `None` if it did not recover in the counted span.
    pub(super) runs: Vec<Option<f64>>,
    /// Seconds of the counted span before the mark in unhealthy windows, by run.
    pub(super) broken_before: Vec<f64>,
}

/// Health of all runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Health {
    /// Groups of windows by objective; empty for those that say nothing about health.
    groups: Option<Vec<Vec<Range<usize>>>>,
    /// One a mark.
    pub(super) recoveries: Vec<Recovery>,
    /// Seconds of the counted span in unhealthy windows, by run.
    pub(super) unhealthy: Vec<f64>,
    /// Seconds from T0 to the start of the first unhealthy window and to the end of the last, by run that had one.
    pub(super) broken: Vec<(f64, f64)>,
}

/// Promises whose windows say whether answers are as promised. Goodput falls with the offered rate after a
/// peak, and pods and utilisation are means, so they say nothing about health.
fn is_health(objective: &Objective) -> bool {
    let scope = matches!(objective.scope, Scope::System | Scope::Class(_));
    let measure = matches!(
        objective.measure,
        Measure::Quantile(..) | Measure::Mean(..) | Measure::Within(..) | Measure::Share(..)
    );
    scope && measure
}

impl Health {
    /// Marks are what `recovers` objectives name, and the end of the last peak.
    pub(super) fn new(model: &Model) -> Self {
        let mut health = Self::default();
        if !model.objectives.iter().any(is_health) {
            return health;
        }
        for objective in &model.objectives {
            if let Measure::Recovers(_, mark) = objective.measure {
                health.mark(mark, mark_label(model, mark));
            }
        }
        let peaks = model.windows.iter().filter(|w| w.top.is_some() && w.end <= model.plan.to());
        if let Some(last) = peaks.max_by_key(|w| w.end) {
            health.mark(last.end, format!("{}.end", last.name));
        }
        health
    }

    fn mark(&mut self, mark: SimTime, label: String) {
        if !self.recoveries.iter().any(|r| r.mark == mark) {
            self.recoveries.push(Recovery { mark, label, runs: Vec::new(), broken_before: Vec::new() });
        }
    }

    /// The recovery from this mark.
    pub(super) fn from(&self, mark: SimTime) -> Option<&Recovery> {
        self.recoveries.iter().find(|r| r.mark == mark)
    }

    /// Adds the next run.
    pub(super) fn fold(&mut self, model: &Model, record: &RunRecord) {
        let Some(windows) = &record.windows else { return };
        let Some(all) = inside(model, record, None) else { return };
        if !model.objectives.iter().any(is_health) {
            return;
        }
        let groups = self.groups.get_or_insert_with(|| {
            let of = |objective: &Objective| {
                let every = objective.every.unwrap_or(SimDuration::from_nanos(windows.width));
                joined(record, all.clone(), every, Some(objective.scope))
            };
            model.objectives.iter().map(|o| if is_health(o) { of(o) } else { Vec::new() }).collect()
        });
        let mut healthy = vec![true; all.end];
        for (objective, groups) in model.objectives.iter().zip(groups.iter()) {
            for group in groups {
                if !holds(model, objective, record, group) {
                    healthy[group.clone()].fill(false);
                }
            }
        }
        let (width, from) = (windows.width, counted_from(model));
        let length = counted_length(model).as_nanos();
        let sick = |until: u64| {
            let ends = healthy.iter().enumerate().map(|(w, &ok)| (w as u64 * width, ok));
            let parts =
                ends.filter(|(_, ok)| !ok).map(|(start, _)| (start + width).min(until).saturating_sub(start));
            parts.sum::<u64>() as f64 / 1e9
        };
        self.unhealthy.push(sick(length));
        let at = |nanos: u64| relative(from.as_nanos() + nanos.min(length), model.plan.t0);
        let first = healthy.iter().position(|&ok| !ok);
        let last = healthy.iter().rposition(|&ok| !ok);
        self.broken.extend(first.zip(last).map(|(a, b)| (at(width * a as u64), at(width * (b as u64 + 1)))));
        for recovery in &mut self.recoveries {
            recovery.runs.push(recovered(&healthy, width, from, recovery.mark));
            recovery.broken_before.push(sick(recovery.mark.since(from).as_nanos().min(length)));
        }
    }

    /// Time that promises were broken, and time to recover, as metrics of the system.
    pub(super) fn rows(&self) -> Vec<Named> {
        let mut rows = Vec::new();
        let mut push = |metric: &Metric, estimate: Option<Estimate>| {
            let (scope, name) = (ScopeKind::System.called(""), metric.name.to_owned());
            rows.extend(estimate.map(|estimate| Named {
                scope,
                metric: name,
                unit: metric.unit.into(),
                estimate,
            }));
        };
        push(&catalogue::TIME_ABOVE_OBJECTIVE, mean_time(&self.unhealthy));
        let broken: Vec<f64> = self.unhealthy.iter().map(|&t| f64::from(u8::from(t > 0.0))).collect();
        let ones = vec![1.0; broken.len()];
        push(
            &catalogue::RUNS_ABOVE_OBJECTIVE,
            ratio_interval(&broken, &ones, CONFIDENCE).map(|i| estimate_of(i, broken.len() as u32)),
        );
        if let Some(recovery) = self.recoveries.first().filter(|r| !r.runs.is_empty()) {
            let times: Vec<f64> = recovery.runs.iter().flatten().copied().collect();
            push(&catalogue::RECOVERY, mean_time(&times));
            let share = wilson(times.len() as u64, recovery.runs.len() as u64, CONFIDENCE);
            push(&catalogue::RECOVERED_RATIO, share.map(|i| estimate_of(i, recovery.runs.len() as u32)));
        }
        rows
    }
}

/// Whether an objective's limit holds in a group of windows of one run; nobody coming is healthy, nobody
/// answered is not.
fn holds(model: &Model, objective: &Objective, record: &RunRecord, group: &Range<usize>) -> bool {
    let part = Part::Windows(group.clone());
    let Some((seen, _)) = observe(model, objective.scope, &objective.measure, record, &part) else {
        return true;
    };
    seen.value().map_or(!seen.unanswered(), |value| objective.measure.holds(value))
}

/// Seconds from the mark to the first window from which all are healthy for 60 s.
fn recovered(healthy: &[bool], width: u64, from: SimTime, mark: SimTime) -> Option<f64> {
    let lasting = HOLDS.as_nanos().div_ceil(width.max(1)).max(1) as usize;
    // A mark inside a healthy window finds the system healthy.
    let first = (mark.since(from).as_nanos() / width.max(1)) as usize;
    // Counted from the back: how many windows in a row are healthy from here on.
    let mut streak = 0;
    let mut start = None;
    for (w, &ok) in healthy.iter().enumerate().skip(first).rev() {
        streak = if ok { streak + 1 } else { 0 };
        if streak >= lasting {
            start = Some(w);
        }
    }
    start.map(|w| (from.as_nanos() + width * w as u64).saturating_sub(mark.as_nanos()) as f64 / 1e9)
}

/// The mark as its author would name it.
fn mark_label(model: &Model, mark: SimTime) -> String {
    for window in &model.windows {
        let points = [(window.end, "end"), (window.start, "start")];
        let top = window.top.map(|top| (top, "top"));
        if let Some((_, point)) = points.into_iter().chain(top).find(|(at, _)| *at == mark) {
            return format!("{}.{point}", window.name);
        }
    }
    let seconds = relative(mark.as_nanos(), model.plan.t0);
    if seconds == 0.0 { "T0".to_owned() } else { format!("T0{seconds:+}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: u64 = 10_000_000_000;

    fn second(s: u64) -> SimTime {
        SimTime::ZERO + SimDuration::from_secs(s)
    }

    #[test]
    fn recovery_is_the_first_health_that_lasts_a_minute() {
        // From 100 s on, windows of 10 s: sick, five well, sick, seven well.
        let pattern = [false, true, true, true, true, true, false, true, true, true, true, true, true, true];
        assert_eq!(recovered(&pattern, WINDOW, second(100), second(100)), Some(70.0));
        // A minute of health inside the pattern counts although sickness comes back.
        let back = [true, true, true, true, true, true, false];
        assert_eq!(recovered(&back, WINDOW, second(100), second(100)), Some(0.0));
        assert_eq!(recovered(&pattern[..12], WINDOW, second(100), second(100)), None);
        // A mark inside a healthy window finds health; inside a sick one it waits for the next.
        assert_eq!(recovered(&[true; 8], WINDOW, second(100), second(104)), Some(0.0));
        assert_eq!(recovered(&pattern, WINDOW, second(104), second(108)), Some(66.0));
        assert_eq!(recovered(&[true; 8], WINDOW, second(100), second(1000)), None);
    }
}
