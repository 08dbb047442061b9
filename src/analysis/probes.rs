//! What probes saw, over the runs: waits by the place of a request in the order of service, and the state of a
//! service at equally spaced instants.

use super::estimate::{CONFIDENCE, Estimate};
use super::when::relative;
use crate::metrics::RunRecord;
use crate::metrics::catalogue::{IN_SYSTEM, VIRTUAL_WAIT, WAIT_BY_PLACE, WAITING};
use crate::model::{Model, Scope};
use crate::numerics::{sqrt, t_quantile};
use crate::stats::Moments;
use serde::Serialize;

/// One place of a probe.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProbeRow {
    /// The service, as `service/NAME`.
    pub scope: String,
    /// `wait` by index; `in_system`, `waiting` and `virtual_wait` by instant.
    pub metric: &'static str,
    /// `s` or `requests`.
    pub unit: &'static str,
    /// From one: the how manieth request whose service began.
    pub index: Option<u64>,
    /// Seconds from T0.
    pub t: Option<f64>,
    /// Mean over the runs that got there, with its 95 % interval.
    pub estimate: Estimate,
}

/// Moments over the runs at every place.
#[derive(Clone, Debug, Default)]
pub(super) struct Probes {
    waits: Vec<Moments>,
    in_system: Vec<Moments>,
    waiting: Vec<Moments>,
    virtual_wait: Vec<Moments>,
}

impl Probes {
    /// Adds what the next run's probes saw.
    pub(super) fn fold(&mut self, record: &RunRecord) {
        let seconds = |nanos: u64| nanos as f64 / 1e9;
        push(&mut self.waits, record.first_waits.iter().map(|&wait| Some(seconds(wait))));
        push(&mut self.in_system, record.grid.iter().map(|row| Some(f64::from(row.in_system))));
        push(&mut self.waiting, record.grid.iter().map(|row| Some(f64::from(row.waiting))));
        push(&mut self.virtual_wait, record.grid.iter().map(|row| row.virtual_wait.map(seconds)));
    }

    /// A row a place, waits first.
    pub(super) fn rows(&self, model: &Model) -> Vec<ProbeRow> {
        let mut rows = Vec::new();
        if let Some((service, _)) = model.recording.first_waits {
            let scope = Scope::Service(service).written(model);
            rows.extend(self.waits.iter().zip(1..).filter_map(|(moments, index)| {
                let (estimate, scope) = (estimate(moments)?, scope.clone());
                Some(ProbeRow {
                    scope,
                    metric: WAIT_BY_PLACE.name,
                    unit: WAIT_BY_PLACE.unit,
                    index: Some(index),
                    t: None,
                    estimate,
                })
            }));
        }
        let Some(grid) = &model.recording.grid else { return rows };
        let scope = Scope::Service(grid.service).written(model);
        let columns =
            [(&IN_SYSTEM, &self.in_system), (&WAITING, &self.waiting), (&VIRTUAL_WAIT, &self.virtual_wait)];
        for (metric, column) in columns {
            rows.extend(column.iter().zip(&grid.times).filter_map(|(moments, at)| {
                let (estimate, scope) = (estimate(moments)?, scope.clone());
                let t = Some(relative(at.as_nanos(), model.plan.t0));
                Some(ProbeRow { scope, metric: metric.name, unit: metric.unit, index: None, t, estimate })
            }));
        }
        rows
    }
}

/// Adds a value at every place; a run may end before the last.
fn push(places: &mut Vec<Moments>, values: impl ExactSizeIterator<Item = Option<f64>>) {
    if places.len() < values.len() {
        places.resize(values.len(), Moments::new());
    }
    for (moments, value) in places.iter_mut().zip(values) {
        value.into_iter().for_each(|value| moments.push(value));
    }
}

/// Mean and t interval; nothing is negative. One run has no interval: both ends are its value.
fn estimate(moments: &Moments) -> Option<Estimate> {
    let mean = moments.mean()?;
    let runs = moments.count() as f64;
    let half = moments
        .sample_variance()
        .map_or(0.0, |variance| t_quantile(0.5 + CONFIDENCE / 2.0, runs - 1.0) * sqrt(variance / runs));
    let (ci95_low, ci95_high) = ((mean - half).max(0.0), mean + half);
    Some(Estimate { mean, ci95_low, ci95_high, replications: moments.count() as u32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_few_runs_reach_have_fewer_replications() {
        let mut probes = Probes::default();
        for waits in [vec![0, 1_000_000_000, 5_000_000_000], vec![0, 3_000_000_000]] {
            probes.fold(&RunRecord { first_waits: waits, ..RunRecord::default() });
        }
        let seen: Vec<_> = probes.waits.iter().map(|moments| estimate(moments).unwrap()).collect();
        assert_eq!((seen[0].mean, seen[0].ci95_high, seen[0].replications), (0.0, 0.0, 2));
        // One and three: deviation sqrt 2, one degree of freedom, so the half-width is 12.706.
        assert!((seen[1].mean, seen[1].ci95_low) == (2.0, 0.0) && (seen[1].ci95_high - 14.706).abs() < 1e-3);
        assert_eq!((seen[2].mean, seen[2].ci95_low, seen[2].replications), (5.0, 5.0, 1));
    }
}
