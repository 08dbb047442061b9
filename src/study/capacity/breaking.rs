//! What a setting that fails misses.

use super::bench::Bench;
use crate::analysis::capacity::{Breaking, Criterion, Missed, Standing};
use crate::analysis::met_by_run;

/// The objectives that a tried setting misses, without those set aside. Judged by runs, where none fails by itself,
/// the one that most runs miss.
pub(super) fn missed(bench: &Bench<'_>, at: &[u32], set_aside: &[usize]) -> Vec<usize> {
    let Some((point, ruling)) = bench.ruling(at, set_aside) else { return Vec::new() };
    let counts = (0..ruling.each.len()).filter(|o| !set_aside.contains(o));
    let share = |o: usize| {
        let runs: Vec<bool> = met_by_run(&point.model, &point.pool, o).into_iter().flatten().collect();
        runs.iter().filter(|&&met| met).count() as f64 / runs.len().max(1) as f64
    };
    match bench.criterion() {
        Criterion::AsWritten => {
            let failing: Vec<usize> = counts.clone().filter(|&o| ruling.each[o] == Standing::Fails).collect();
            // A search counts what it cannot tell as failing.
            if failing.is_empty() {
                counts.filter(|&o| ruling.each[o] == Standing::Undecided).collect()
            } else {
                failing
            }
        }
        Criterion::ShareOfRuns(wanted) => {
            let failing: Vec<usize> = counts.clone().filter(|&o| share(o) < wanted).collect();
            if failing.is_empty() {
                counts.min_by(|&a, &b| share(a).total_cmp(&share(b))).into_iter().collect()
            } else {
                failing
            }
        }
    }
}

/// The setting with what it misses; nothing if it was not tried.
pub(super) fn breaking(bench: &Bench<'_>, at: &[u32], set_aside: &[usize]) -> Option<Breaking> {
    let (point, ruling) = bench.ruling(at, set_aside)?;
    let describe = |o: usize| {
        let result = &ruling.objectives[o];
        Missed {
            rule: result.rule.clone(),
            scope: result.scope.clone(),
            metric: result.metric.clone(),
            comparison: result.comparison,
            limit: result.limit,
            unit: result.unit,
            measured: result.measured,
        }
    };
    let missed = missed(bench, at, set_aside).into_iter().map(describe).collect();
    Some(Breaking { setting: bench.texts(at), missed, busiest: point.busiest() })
}
