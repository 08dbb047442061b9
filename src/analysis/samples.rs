//! The metrics and objectives of a pool as samples: estimates with what each replication adds to them. Two pools
//! whose replications met the same random numbers are compared sample by sample.

use super::estimate::TAIL;
use super::judge::{met_by_run, worst_of};
use super::pool::{Pool, Pooled};
use super::track::Track;
use crate::metrics::catalogue::{self, Merge};
use crate::model::{Measure, Model, Objective};
use crate::stats::{Sample, are_sections_close};

/// A metric of `summary.csv` with its sample.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricSample {
    /// `system`, `class/NAME`, `service/NAME`, `edge/A->B`.
    pub scope: String,
    /// Its name.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// The estimate and the deviations of all replications, in order.
    pub sample: Sample,
}

impl Pool {
    /// Every metric that has an estimate, in the order of `summary.csv`. Quantiles with too few observations beyond
    /// them are left out, as they are from the summary.
    #[must_use]
    pub fn samples(&self) -> Vec<MetricSample> {
        let Some(total) = &self.total else { return Vec::new() };
        let pooled = Pooled::new(&self.model, total);
        let rows = pooled.rows.iter().zip(&self.names).enumerate().filter_map(|(at, (row, name))| {
            let sample = match row.metric.merge {
                Merge::Quantile(p) if row.below * (1.0 - p) < TAIL => None,
                Merge::Mean => Sample::of_mean(&self.values(at)?),
                Merge::Ratio => {
                    let (above, below): (Vec<f64>, Vec<f64>) = self.parts.iter().map(|run| run[at]).unzip();
                    Sample::of_ratio(&above, &below)
                }
                Merge::Sectioned => Sample::of_sections(row.above, &self.sections(at)),
                Merge::Quantile(p) => either(
                    self.of_quantile(row, p, &pooled, |runs| runs.sample()),
                    row.above,
                    &self.sections(at),
                ),
            }?;
            let (scope, metric) = (name.scope.clone(), name.name.to_string());
            Some(MetricSample { scope, metric, unit: name.unit.to_string(), sample })
        });
        rows.collect()
    }

    /// One value a run; `None` if a run has none, for then runs cannot be paired by their place.
    fn values(&self, at: usize) -> Option<Vec<f64>> {
        let value = |(above, below): (f64, f64)| (below > 0.0).then(|| above / below);
        self.parts.iter().map(|run| value(run[at])).collect()
    }

    fn sections(&self, at: usize) -> Vec<Option<f64>> {
        self.parts.iter().map(|run| (run[at].1 > 0.0).then_some(run[at].0)).collect()
    }
}

/// The sample of what the objective numbered `index` measures: of its worst window where windows are judged, of the
/// share of runs that met it where runs are judged. A run that did not recover counts with the time it was looked
/// at, a lower bound. `None` where nothing could be measured.
#[must_use]
pub fn objective_sample(model: &Model, pool: &Pool, index: usize) -> Option<Sample> {
    let (objective, track) = (model.objectives.get(index)?, pool.tracks.get(index)?);
    if objective.in_runs.is_some() {
        let met = met_by_run(model, pool, index);
        let met: Vec<f64> = met.iter().map(|met| f64::from(u8::from(*met == Some(true)))).collect();
        return Sample::of_mean(&met);
    }
    if let Measure::Recovers(_, mark) = objective.measure {
        let looked = model.plan.to().since(mark).as_secs_f64();
        let runs = &pool.health.from(mark)?.runs;
        return Sample::of_mean(&runs.iter().map(|time| time.unwrap_or(looked)).collect::<Vec<_>>());
    }
    sample_of_part(objective, track, worst_of(objective, track)?)
}

fn sample_of_part(objective: &Objective, track: &Track, part: usize) -> Option<Sample> {
    let runs = || track.runs.iter().map(|run| run[part]);
    if let Some(p) = objective.measure.quantile() {
        let pooled = track.pooled[part].as_ref()?.quantile(p)?;
        let sections: Vec<Option<f64>> = runs().map(|seen| seen.value()).collect();
        return either(track.of_quantile(part, p, |runs| runs.sample()), pooled, &sections);
    }
    let (above, below): (Vec<f64>, Vec<f64>) = runs().map(|seen| (seen.above, seen.below)).unzip();
    Sample::of_ratio(&above, &below)
}

/// The sample of a percentile: of the runs' shares beyond it, which see clusters of slow requests; but where runs differ
/// by less than an outline's bin, the less sure of that and of the runs' own percentiles.
fn either(tails: Option<Sample>, pooled: f64, own: &[Option<f64>]) -> Option<Sample> {
    let sections = Sample::of_sections(pooled, own);
    match (tails, sections) {
        (Some(tails), Some(sections)) => {
            let seen: Vec<f64> = own.iter().flatten().copied().collect();
            Some(if are_sections_close(pooled, &seen) { tails.less_sure(sections) } else { tails })
        }
        (tails, sections) => tails.or(sections),
    }
}

/// Name of an objective's measure and the unit of its sample: `sojourn_p99` in `s`, `runs_met` in `1`.
#[must_use]
pub fn objective_measure(objective: &Objective) -> (String, &'static str) {
    if objective.in_runs.is_some() {
        return (catalogue::RUNS_MET.name.to_owned(), catalogue::RUNS_MET.unit);
    }
    let promised = catalogue::promised(&objective.measure);
    (promised.name, promised.unit)
}
