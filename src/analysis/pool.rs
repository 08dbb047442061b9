//! Replications folded into what estimates need: one vector of metrics a run, everything else merged.

use super::estimate::{CONFIDENCE, Estimate, FEW_RUNS, TAIL, ask_runs, estimate_of};
use super::health::Health;
use super::probes::Probes;
pub(super) use super::rows::Named;
use super::scalars::{Scalar, scalars};
use super::series::SeriesPool;
use super::track::Track;
use crate::metrics::catalogue::{Merge, Metric, SOJOURN, SOJOURN_P99};
use crate::metrics::{Outline, Recorder, RunRecord, Stopped};
use crate::model::{ClassId, Model, Scope};
use crate::stats::{
    Interval, PooledQuantile, are_sections_close, bonferroni, is_precise, ratio_interval, sectioning_interval,
};
use std::borrow::Cow;

/// All that is kept of the replications of one design point. Its size does not depend on the number of
/// requests.
#[derive(Clone, Debug)]
pub struct Pool {
    pub(super) model: Model,
    /// All records merged; `None` before the first.
    pub(super) total: Option<RunRecord>,
    /// The metrics of each run: numerator and denominator, in the order of `names`.
    pub(super) parts: Vec<Vec<(f64, f64)>>,
    pub(super) names: Vec<Name>,
    /// What each run's response times look like, in the order in which `scalars` shows recorders.
    outlines: Vec<Vec<Outline>>,
    pub(super) series: SeriesPool,
    pub(super) probes: Probes,
    pub(super) tracks: Vec<Track>,
    pub(super) health: Health,
    /// Runs by how they ended.
    pub(super) endings: Vec<(Stopped, u32)>,
}

#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) scope: String,
    pub(super) metric: &'static Metric,
    /// What results call it.
    pub(super) name: Cow<'static, str>,
    pub(super) unit: Cow<'static, str>,
}

impl Name {
    fn is(&self, scope: &str, name: &str) -> bool {
        self.scope == scope && self.name == name
    }

    /// Whether runs have values of their own, and no parts of a common one.
    fn is_sectioned(&self) -> bool {
        matches!(self.metric.merge, Merge::Sectioned | Merge::Quantile(_))
    }
}

impl Pool {
    /// An empty pool for replications of `model`.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let tracks = model.objectives.iter().map(Track::new).collect();
        Self {
            model: model.clone(),
            total: None,
            parts: Vec::new(),
            names: Vec::new(),
            outlines: Vec::new(),
            series: SeriesPool::default(),
            probes: Probes::default(),
            tracks,
            health: Health::new(model),
            endings: Vec::new(),
        }
    }

    /// Adds the record of the next replication. Records of one model, folded in one order, give the same
    /// bytes.
    pub fn fold(&mut self, record: RunRecord) {
        let mut outlines = Vec::new();
        let rows = scalars(&self.model, &record, &mut |times| outlines.push(Outline::new(times)));
        self.outlines.push(outlines);
        self.parts.push(rows.iter().map(|row| (row.above, row.below)).collect());
        if self.names.is_empty() {
            let name = |row: Scalar| {
                let Scalar { scope, metric, name, unit, .. } = row;
                Name { scope, metric, name, unit }
            };
            self.names = rows.into_iter().map(name).collect();
        }
        self.series.fold(&self.model, &record);
        self.probes.fold(&record);
        for (track, objective) in self.tracks.iter_mut().zip(&self.model.objectives) {
            track.fold(&self.model, objective, &record);
        }
        self.health.fold(&self.model, &record);
        match self.endings.iter_mut().find(|(stopped, _)| *stopped == record.stopped) {
            Some((_, runs)) => *runs += 1,
            None => self.endings.push((record.stopped, 1)),
        }
        match &mut self.total {
            Some(total) => total.merge(&record),
            None => self.total = Some(record.without_series()),
        }
    }

    /// Replications folded.
    #[must_use]
    pub fn runs(&self) -> u32 {
        self.parts.len() as u32
    }

    /// Bounds that replications hit, in words; empty when none did.
    #[must_use]
    pub fn bounds_hit(&self) -> Vec<String> {
        self.endings.iter().filter_map(|&(stopped, runs)| bound(stopped, runs)).collect()
    }

    /// The value of the metric at place `at` of `names` in each run.
    pub(super) fn run_values(&self, at: usize) -> Vec<Option<f64>> {
        let sectioned = self.names[at].is_sectioned();
        let value =
            |(above, below): (f64, f64)| (below > 0.0).then(|| if sectioned { above } else { above / below });
        self.parts.iter().map(|run| value(run[at])).collect()
    }

    /// The values of one metric, a run each, in replication order; runs without a value are left out.
    #[must_use]
    pub fn per_run(&self, scope: &str, metric: &str) -> Vec<f64> {
        let Some(at) = self.names.iter().position(|n| n.is(scope, metric)) else {
            return Vec::new();
        };
        let sectioned = self.names[at].is_sectioned();
        let parts = self.parts.iter().map(|run| run[at]).filter(|part| part.1 > 0.0);
        parts.map(|(above, below)| if sectioned { above } else { above / below }).collect()
    }

    /// Whether every decision metric is known to the relative half-width `precision`, all together at 95 %:
    /// mean and p99 of the response time of every class. Metrics that no request supports do not count.
    #[must_use]
    pub fn is_precise(&self, model: &Model, precision: f64) -> bool {
        let of = |metric: &'static Metric| {
            let scopes = (0..model.classes.len()).map(|c| Scope::Class(ClassId(c as u16)));
            scopes.map(|scope| (scope.written(model), metric)).collect::<Vec<_>>()
        };
        let wanted: Vec<_> = [of(SOJOURN.mean), of(&SOJOURN_P99)].concat();
        let confidence = bonferroni(CONFIDENCE, wanted.len());
        let Some(pooled) = self.total.as_ref().map(|total| Pooled::new(&self.model, total)) else {
            return false;
        };
        let known = |(scope, metric): &(String, &Metric)| {
            let Some(at) = self.names.iter().position(|n| n.is(scope, metric.name)) else {
                return true;
            };
            match self.interval(at, &pooled, confidence) {
                Some(interval) => is_precise(&interval, precision),
                // One run shows nothing; a class nobody asked for cannot become precise.
                None => pooled.rows[at].below == 0.0,
            }
        };
        wanted.iter().all(known)
    }

    /// Every metric that has a value.
    pub(super) fn estimates(&self) -> Vec<Named> {
        let Some(total) = &self.total else { return Vec::new() };
        let pooled = Pooled::new(&self.model, total);
        let rows = (0..pooled.rows.len()).filter_map(|at| {
            let estimate = self.estimate(at, &pooled)?;
            let Name { scope, name, unit, .. } = &self.names[at];
            Some(Named { scope: scope.clone(), metric: name.to_string(), unit: unit.clone(), estimate })
        });
        rows.collect()
    }

    fn estimate(&self, at: usize, all: &Pooled) -> Option<Estimate> {
        let pooled = &all.rows[at];
        if let Merge::Quantile(p) = pooled.metric.merge
            && pooled.below * (1.0 - p) < TAIL
        {
            return None;
        }
        if let Some(interval) = self.interval(at, all, CONFIDENCE) {
            return Some(estimate_of(interval, self.with_value(at) as u32));
        }
        // One run with a value has no interval: both ends are the value.
        let (above, below) = self.parts.iter().map(|run| run[at]).find(|part| part.1 > 0.0)?;
        let mean = if matches!(pooled.metric.merge, Merge::Mean | Merge::Ratio) {
            above / below
        } else {
            pooled.above
        };
        mean.is_finite().then_some(Estimate { mean, ci95_low: mean, ci95_high: mean, replications: 1 })
    }

    fn with_value(&self, at: usize) -> usize {
        self.parts.iter().filter(|run| run[at].1 > 0.0).count()
    }

    fn interval(&self, at: usize, all: &Pooled, confidence: f64) -> Option<Interval> {
        let pooled = &all.rows[at];
        let parts = self.parts.iter().map(|run| run[at]).filter(|part| part.1 > 0.0);
        let (above, below): (Vec<f64>, Vec<f64>) = parts.unzip();
        match pooled.metric.merge {
            // With denominators of one the ratio estimator is the t interval of the mean.
            // No metric is negative, and a share is at most one: what lies beyond says only that the interval is wide.
            Merge::Mean | Merge::Ratio => {
                ratio_interval(&above, &below, confidence).map(|i| i.within(0.0, pooled.metric.most()))
            }
            Merge::Quantile(p) if self.runs() >= FEW_RUNS => {
                let sections = sectioning_interval(pooled.above, &above, confidence);
                let tails = self.of_quantile(pooled, p, all, |runs| runs.interval(confidence))?;
                // Runs that differ by less than an outline's bin look equal beyond the percentile.
                let sections = sections.filter(|_| are_sections_close(pooled.above, &above));
                Some(sections.map_or(tails, |sections| tails.joined(sections)).within(0.0, f64::INFINITY))
            }
            Merge::Sectioned | Merge::Quantile(_) => sectioning_interval(pooled.above, &above, confidence),
        }
    }

    /// What `ask` makes of what the runs say about a quantile.
    pub(super) fn of_quantile<T>(
        &self,
        pooled: &Scalar,
        p: f64,
        all: &Pooled,
        ask: impl Fn(&PooledQuantile<'_>) -> Option<T>,
    ) -> Option<T> {
        let outlines: Vec<&Outline> = self.outlines.iter().map(|run| &run[pooled.times]).collect();
        ask_runs(&all.times[pooled.times], &outlines, p, ask)
    }
}

/// The merged record of all runs: its metrics, and the recorders that quantiles are read from.
pub(super) struct Pooled {
    pub(super) rows: Vec<Scalar>,
    times: Vec<Recorder>,
}

impl Pooled {
    pub(super) fn new(model: &Model, total: &RunRecord) -> Self {
        let mut times = Vec::new();
        let rows = scalars(model, total, &mut |recorder| times.push(recorder.clone()));
        Self { rows, times }
    }
}

/// A bound that replications hit, in words.
fn bound(stopped: Stopped, runs: u32) -> Option<String> {
    let replications = if runs == 1 { "1 replication".to_owned() } else { format!("{runs} replications") };
    let what = match stopped {
        Stopped::Finished => return None,
        Stopped::DrainLimit => "the drain limit passed with requests unfinished",
        Stopped::EventLimit => "the bound on events was reached",
        Stopped::InFlightLimit => "the bound on requests in the system was reached",
        Stopped::Interrupted => "the run was interrupted",
    };
    Some(format!("{what} in {replications}"))
}
