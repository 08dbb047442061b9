//! Records of several replications added up, and what they say about a metric.

use super::judge::{Estimate, Events};
use flashcrowd::metrics::{ClassRecord, Recorder, RunRecord, ServiceRecord};
use std::borrow::Cow;

/// Bins per octave of the harness's recorders, as a power of two.
pub const RESOLUTION_BITS: u8 = 10;

/// Records of replications added up.
#[derive(Clone, Debug)]
pub struct Pool {
    /// One a class.
    pub classes: Vec<ClassRecord>,
    /// One a service.
    pub services: Vec<ServiceRecord>,
    /// Counted time, in seconds.
    pub span: f64,
    /// Replications.
    pub runs: f64,
}

/// Which durations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Times {
    /// Waits of a service's requests that were served.
    Wait(usize),
    /// Waits of a service's requests, the ones that left included.
    WaitOfAll(usize),
    /// Times in a service.
    Sojourn(usize),
    /// Times from arrival to the first start of service, of a class.
    ClassWait(usize),
    /// Response times of a class.
    Response(usize),
}

/// What a metric is, in terms of records.
pub enum Quantity {
    /// A ratio of sums over runs.
    Ratio(Sums),
    /// A ratio of counts: the share of chances that were events.
    Share(Sums),
    /// A mean duration.
    Mean(Times),
    /// A variance of durations.
    Variance(Times),
    /// A quantile of durations.
    Quantile(Times, f64),
    /// Variance over time of the number in a service.
    VarianceInSystem(usize),
    /// The limit of n (or t) times the variance of a run's ratio.
    AsymptoticVariance(Sums),
    /// Variance over mean of a run's count (the ratio's first part).
    Dispersion(Sums),
}

/// Two sums over a pool.
pub type Sums = Box<dyn Fn(&Pool) -> (f64, f64) + Send + Sync>;

/// What a section of the runs says about a quantity.
#[derive(Clone, Copy, Debug)]
pub enum Observation {
    /// Two sums.
    Pair(f64, f64),
    /// Weight, sum and sum of squares.
    Moments(f64, f64, f64),
    /// A quantile, if anything was recorded.
    Quantile(Option<f64>),
}

impl Pool {
    /// The record of one run.
    pub fn new(record: RunRecord) -> Self {
        let span = record.span as f64 * 1e-9;
        Self { classes: record.classes, services: record.services, span, runs: 1.0 }
    }

    /// Adds another pool.
    pub fn merge(&mut self, other: &Self) {
        self.span += other.span;
        self.runs += other.runs;
        for (mine, theirs) in self.classes.iter_mut().zip(&other.classes) {
            mine.arrived += theirs.arrived;
            mine.succeeded += theirs.succeeded;
            mine.censored += theirs.censored;
            mine.completed_in_span += theirs.completed_in_span;
            mine.wait.merge(&theirs.wait);
            mine.sojourn.merge(&theirs.sojourn);
        }
        for (mine, theirs) in self.services.iter_mut().zip(&other.services) {
            merge_service(mine, theirs);
        }
    }

    fn recorder(&self, times: Times) -> Cow<'_, Recorder> {
        Cow::Borrowed(match times {
            Times::Wait(service) | Times::WaitOfAll(service) => &self.services[service].wait,
            Times::Sojourn(service) => &self.services[service].sojourn,
            Times::ClassWait(class) => &self.classes[class].wait,
            Times::Response(class) => &self.classes[class].sojourn,
        })
    }

    /// Weight, sum and sum of squares of durations.
    fn moments(&self, times: Times) -> (f64, f64, f64) {
        let of = |r: &Recorder| {
            let n = r.count() as f64;
            (n, r.sum_nanos() as f64 * 1e-9, n * r.mean_square().unwrap_or(0.0))
        };
        let (n, sum, squares) = of(&self.recorder(times));
        match times {
            Times::WaitOfAll(service) => {
                let left = of(&self.services[service].wait_left);
                (n + left.0, sum + left.1, squares + left.2)
            }
            _ => (n, sum, squares),
        }
    }
}

fn merge_service(mine: &mut ServiceRecord, theirs: &ServiceRecord) {
    mine.arrived += theirs.arrived;
    mine.rejected += theirs.rejected;
    mine.left_queue += theirs.left_queue;
    mine.waited += theirs.waited;
    mine.completed += theirs.completed;
    mine.wait.merge(&theirs.wait);
    mine.wait_left.merge(&theirs.wait_left);
    mine.sojourn.merge(&theirs.sojourn);
    mine.slowdown.0 += theirs.slowdown.0;
    mine.slowdown.1 += theirs.slowdown.1;
    mine.in_system.merge(&theirs.in_system);
    mine.busy += theirs.busy;
    mine.worked += theirs.worked;
    mine.quota.merge(&theirs.quota);
    mine.queued += theirs.queued;
    mine.slots += theirs.slots;
    mine.peak_queue = mine.peak_queue.max(theirs.peak_queue);
    for (a, b) in mine.pod_busy.iter_mut().zip(&theirs.pod_busy) {
        *a += b;
    }
}

impl Quantity {
    /// What a pool says about it.
    pub fn observe(&self, pool: &Pool) -> Observation {
        match self {
            Self::Ratio(sums)
            | Self::Share(sums)
            | Self::AsymptoticVariance(sums)
            | Self::Dispersion(sums) => {
                let (above, below) = sums(pool);
                Observation::Pair(above, below)
            }
            Self::Mean(times) => {
                let (n, sum, _) = pool.moments(*times);
                Observation::Pair(sum, n)
            }
            Self::Variance(times) => {
                let (n, sum, squares) = pool.moments(*times);
                Observation::Moments(n, sum, squares)
            }
            Self::Quantile(times, p) => Observation::Quantile(pool.recorder(*times).quantile(*p)),
            Self::VarianceInSystem(service) => {
                let level = &pool.services[*service].in_system;
                let time = level.span() as f64 * 1e-9;
                let mean = level.mean();
                Observation::Moments(time, mean * time, (level.variance() + mean * mean) * time)
            }
        }
    }

    /// The estimate from sections of equal runs and their sum.
    pub fn estimate(&self, sections: &[Observation], total: &Observation) -> Option<Estimate> {
        match (self, *total) {
            (Self::Quantile(..), Observation::Quantile(pooled)) => quantile_estimate(sections, pooled?),
            (Self::AsymptoticVariance(_), Observation::Pair(above, below)) => {
                let each = pairs(sections).map(|(a, b)| a / b);
                let spread = each.map(|r| (r - above / below) * (r - above / below)).sum::<f64>();
                let df = sections.len() as f64 - 1.0;
                let size = below / sections.len() as f64;
                Some(Estimate { value: size * spread / df, error: 0.0, df, ..Estimate::default() })
            }
            (Self::Dispersion(_), Observation::Pair(above, _)) => {
                let df = sections.len() as f64 - 1.0;
                let mean = above / sections.len() as f64;
                let spread = pairs(sections).map(|(a, _)| (a - mean) * (a - mean)).sum::<f64>();
                Some(Estimate { value: spread / df / mean, error: 0.0, df, ..Estimate::default() })
            }
            (_, Observation::Moments(n, sum, squares)) => {
                let mean = sum / n;
                let centred = sections.iter().map(|o| match *o {
                    Observation::Moments(n, s, q) => (q - 2.0 * mean * s + mean * mean * n, n),
                    _ => (0.0, 0.0),
                });
                let mut estimate = ratio_estimate(centred.collect())?;
                estimate.value = squares / n - mean * mean;
                Some(estimate)
            }
            (_, Observation::Pair(above, below)) => {
                let mut estimate = ratio_estimate(pairs(sections).collect())?;
                if let Self::Share(_) = self {
                    let others = pairs(sections).map(|(a, b)| b - a);
                    estimate.events = Some(Events {
                        seen: above,
                        chances: below,
                        cluster: Some(dispersion(pairs(sections).map(|p| p.0))),
                        cluster_of_others: Some(dispersion(others)),
                    });
                }
                Some(estimate)
            }
            _ => None,
        }
    }

    /// Whether the estimate is a sample variance, judged by its chi-square law.
    pub fn is_spread(&self) -> bool {
        matches!(self, Self::AsymptoticVariance(_) | Self::Dispersion(_))
    }
}

/// Deviations of the sections from a quantity's estimate, in its unit.
pub fn deviations(quantity: &Quantity, sections: &[Observation], value: f64) -> Option<Vec<f64>> {
    match quantity {
        Quantity::Mean(_) | Quantity::Ratio(_) => {
            let size = pairs(sections).map(|p| p.1).sum::<f64>() / sections.len() as f64;
            Some(pairs(sections).map(|(a, b)| (a - value * b) / size).collect())
        }
        Quantity::Quantile(..) => sections
            .iter()
            .map(|o| if let Observation::Quantile(q) = *o { q.map(|q| q - value) } else { None })
            .collect(),
        _ => None,
    }
}

fn pairs(sections: &[Observation]) -> impl Iterator<Item = (f64, f64)> + Clone + '_ {
    sections.iter().filter_map(|o| if let Observation::Pair(a, b) = *o { Some((a, b)) } else { None })
}

/// Variance of counts over their mean.
fn dispersion(counts: impl Iterator<Item = f64> + Clone) -> f64 {
    let n = counts.clone().count() as f64;
    let mean = counts.clone().sum::<f64>() / n;
    if mean <= 0.0 {
        return 1.0;
    }
    counts.map(|c| (c - mean) * (c - mean)).sum::<f64>() / (n - 1.0) / mean
}

/// Ratio of sums over independent sections (W. G. Cochran, Sampling Techniques, chapter 6).
pub fn ratio_estimate(pairs: Vec<(f64, f64)>) -> Option<Estimate> {
    let runs = pairs.len() as f64;
    let (above, below) = pairs.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
    if below <= 0.0 || runs < 2.0 {
        return None;
    }
    let ratio = above / below;
    let squares: f64 = pairs.iter().map(|(a, b)| (a - ratio * b) * (a - ratio * b)).sum();
    let error = (squares * runs / (runs - 1.0)).sqrt() / below;
    Some(Estimate { value: ratio, error, df: runs - 1.0, ..Estimate::default() })
}

/// A pooled quantile with the spread of the sections' own around it (S. Asmussen, P. W. Glynn, Stochastic
/// Simulation, 2007, section III.5).
fn quantile_estimate(sections: &[Observation], pooled: f64) -> Option<Estimate> {
    let each = sections.iter().filter_map(|o| if let Observation::Quantile(q) = *o { q } else { None });
    let each: Vec<f64> = each.collect();
    let runs = each.len() as f64;
    if runs < 2.0 {
        return None;
    }
    let squares: f64 = each.iter().map(|q| (q - pooled) * (q - pooled)).sum();
    let error = (squares / (runs - 1.0) / runs).sqrt();
    // Anywhere inside its bin: a uniform error, as wide as the bin at its widest.
    let bin = pooled * (1.0 / f64::from(1u32 << RESOLUTION_BITS));
    Some(Estimate {
        value: pooled,
        error,
        df: runs - 1.0,
        resolution: bin / 12f64.sqrt(),
        ..Estimate::default()
    })
}
