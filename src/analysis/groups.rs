//! Which recorded windows are judged together.

use super::slice::{Part, arrivals};
use super::when::counted_from;
use crate::metrics::RunRecord;
use crate::model::{Measure, Model, Objective, Scope};
use crate::units::{SimDuration, SimTime};
use std::ops::Range;

/// Arrivals under which a window joins the next.
pub(super) const FEWEST: u64 = 100;

/// The parts an objective is judged in: the whole span, the windows of `during`, or a group of windows each
/// `every`. Groups follow the arrivals of the first replication, so that all replications are judged alike.
/// `None` if the record has no windows although they are needed.
pub(super) fn parts(model: &Model, objective: &Objective, first: &RunRecord) -> Option<Vec<Part>> {
    if objective.during.is_none() && objective.every.is_none() {
        return Some(vec![Part::Whole]);
    }
    let inside = inside(model, first, objective.during)?;
    let Some(every) = objective.every else { return Some(vec![Part::Windows(inside)]) };
    let joins = counts_requests(&objective.measure).then_some(objective.scope);
    Some(joined(first, inside, every, joins).into_iter().map(Part::Windows).collect())
}

/// Whether a measure counts requests, and so needs enough of them.
fn counts_requests(measure: &Measure) -> bool {
    matches!(measure, Measure::Quantile(..) | Measure::Mean(..) | Measure::Within(..) | Measure::Share(..))
}

/// Windows whose middle lies in the span; if there is none, the one that holds its start.
pub(super) fn inside(
    model: &Model,
    record: &RunRecord,
    span: Option<(SimTime, SimTime)>,
) -> Option<Range<usize>> {
    let windows = record.windows.as_ref()?;
    let count = windows.classes.first().map(Vec::len)?;
    if windows.width == 0 || count == 0 {
        return None;
    }
    let Some((start, end)) = span else { return Some(0..count) };
    let from = counted_from(model);
    let (start, end) = (start.since(from).as_nanos(), end.since(from).as_nanos());
    // The window w has its middle at (w + 1/2) width.
    let first_middle_at = |t: u64| (t.saturating_add(windows.width / 2) / windows.width) as usize;
    let (first, last) = (first_middle_at(start).min(count), first_middle_at(end).min(count));
    if first < last {
        return Some(first..last);
    }
    let holding = ((start / windows.width) as usize).min(count - 1);
    Some(holding..holding + 1)
}

/// Cuts windows into groups of `every`; where `scope` is given, a group with under 100 arrivals joins the
/// next, and the last one the one before.
pub(super) fn joined(
    record: &RunRecord,
    inside: Range<usize>,
    every: SimDuration,
    scope: Option<Scope>,
) -> Vec<Range<usize>> {
    let width = record.windows.as_ref().map_or(1, |w| w.width).max(1);
    let step = ((every.as_nanos() + width / 2) / width).max(1) as usize;
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut start = inside.start;
    let mut waiting = 0;
    for cut in inside.clone().step_by(step) {
        let end = (cut + step).min(inside.end);
        let Some(scope) = scope else {
            groups.push(cut..end);
            continue;
        };
        waiting += (cut..end).map(|w| arrivals(record, scope, w).unwrap_or(FEWEST)).sum::<u64>();
        if waiting >= FEWEST {
            groups.push(start..end);
            start = end;
            waiting = 0;
        }
    }
    if scope.is_some() && start < inside.end {
        match groups.last_mut() {
            Some(last) => last.end = inside.end,
            None => groups.push(inside),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{ClassWindow, WindowRecord};
    use crate::model::ClassId;

    fn record(arrivals: &[u64]) -> RunRecord {
        let window = |&arrived: &u64| ClassWindow { arrived, ..ClassWindow::new(0) };
        let classes = vec![arrivals.iter().map(window).collect()];
        let windows = WindowRecord { width: 1_000_000_000, classes, services: Vec::new() };
        RunRecord { windows: Some(windows), ..RunRecord::default() }
    }

    fn second(s: u64) -> SimTime {
        SimTime::ZERO + SimDuration::from_secs(s)
    }

    #[test]
    fn small_windows_join_the_next_and_the_last_the_one_before() {
        let record = record(&[100, 40, 30, 50, 200, 99]);
        let class = Some(Scope::Class(ClassId(0)));
        let one = SimDuration::from_secs(1);
        assert_eq!(joined(&record, 0..6, one, class), [0..1, 1..4, 4..6]);
        assert_eq!(joined(&record, 0..6, one, None), [0..1, 1..2, 2..3, 3..4, 4..5, 5..6]);
        assert_eq!(joined(&record, 0..6, SimDuration::from_secs(4), None), [0..4, 4..6]);
        assert_eq!(joined(&record, 1..3, one, class).first(), Some(&(1..3)));
    }

    #[test]
    fn a_span_takes_the_windows_whose_middle_it_holds() {
        let (model, record) = (Model::default(), record(&[1; 10]));
        let spans = [(2, 5, 2..5), (9, 20, 9..10), (4, 4, 4..5)];
        for (start, end, expected) in spans {
            assert_eq!(inside(&model, &record, Some((second(start), second(end)))), Some(expected));
        }
        assert_eq!(inside(&model, &record, None), Some(0..10));
        assert_eq!(inside(&model, &RunRecord::default(), None), None);
    }
}
