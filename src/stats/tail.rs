//! Pooled quantiles of replications, with intervals that see how the tail is spread over the runs.

use super::interval::{Interval, finite};
use super::sample::Sample;
use crate::numerics::t_quantile;

/// What runs say about a pooled quantile.
///
/// The share of observations beyond the pooled quantile is a ratio of sums over runs; its interval, read as levels
/// and put through the pooled quantile function, is the interval of the quantile (R. S. Woodruff, "Confidence
/// intervals for medians and other position measures", JASA 47, 1952). Sectioning (the spread of the runs' own
/// quantiles around the pooled one) agrees with it in the limit, but needs hundreds of observations beyond the
/// quantile in *every* run: slow requests come in few clusters, a run without one has a low quantile of its own
/// that says nothing of how much a cluster moves the pooled one, and intervals at 95 % then hold the truth in 80 %
/// of cases.
pub struct PooledQuantile<'a> {
    /// The level, in (0, 1).
    pub p: f64,
    /// Observations of each run beyond the pooled quantile.
    pub beyond: &'a [f64],
    /// Observations of each run.
    pub counts: &'a [f64],
    /// The pooled quantile at any level in [0, 1].
    pub quantile: &'a dyn Fn(f64) -> Option<f64>,
}

impl PooledQuantile<'_> {
    /// The interval of the quantile.
    ///
    /// Shares beyond a high quantile are skewed over runs, so that their variance is itself poorly known; Student's
    /// degrees of freedom are those of a variance of values with this kurtosis, `2 / (k/R + 2/(R-1))`
    /// (R. G. Miller, Beyond ANOVA, 1986, section 7.1: `Var S^2 = sigma^4 (k/R + 2/(R-1))`). Where the level's upper
    /// end lies beyond one, the interval ends at the largest observation: to refuse exactly the samples that vary
    /// much would leave those that happen to vary little, and their intervals hold the truth far too rarely. `None`
    /// with fewer than two runs, or with none that has observations.
    #[must_use]
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let shares = self.shares()?;
        let runs = shares.len() as f64;
        let df = 2.0 / (kurtosis(&shares).unwrap_or(0.0).max(0.0) / runs + 2.0 / (runs - 1.0));
        let reach = t_quantile(0.5 + confidence / 2.0, df) * standard_error(&shares);
        let centre = (self.quantile)(self.p)?;
        let low = (self.quantile)((self.p - reach).max(0.0))?;
        let high = (self.quantile)((self.p + reach).min(1.0))?;
        finite(Interval::between(centre, low.min(centre), high.max(centre)))
    }

    /// The quantile with what each run adds to it: its share beyond, divided by the density there, which is read
    /// from the pooled quantiles two standard errors around. `None` where that density cannot be told.
    #[must_use]
    pub fn sample(&self) -> Option<Sample> {
        let shares = self.shares()?;
        let reach = 2.0 * standard_error(&shares);
        let (low, high) = (self.p - reach.min(self.p), self.p + reach.min(0.9 * (1.0 - self.p)));
        let width = (self.quantile)(high)? - (self.quantile)(low)?;
        let slope = width / (high - low);
        let centre = (self.quantile)(self.p)?;
        if reach == 0.0 {
            return Some(Sample { centre, deviations: shares });
        }
        (slope.is_finite() && slope > 0.0)
            .then(|| Sample { centre, deviations: shares.iter().map(|share| share * slope).collect() })
    }

    /// Deviations of the runs' shares beyond the quantile, as the ratio estimator has them.
    fn shares(&self) -> Option<Vec<f64>> {
        let runs = self.counts.len();
        if runs < 2 || self.beyond.len() != runs || !(self.p > 0.0 && self.p < 1.0) {
            return None;
        }
        let all: f64 = self.counts.iter().sum();
        let ratio = self.beyond.iter().sum::<f64>() / all;
        let size = all / runs as f64;
        let pairs = self.beyond.iter().zip(self.counts);
        (all > 0.0).then(|| pairs.map(|(beyond, count)| (beyond - ratio * count) / size).collect())
    }
}

/// Whether the runs' own quantiles lie so close together that bins of an eighth of an octave, as the
/// outlines of runs have them, cannot tell their shares beyond the pooled quantile apart: within two
/// such bins. Then the shares look equal, and only the quantiles themselves show how the runs differ.
#[must_use]
pub fn are_sections_close(pooled: f64, sections: &[f64]) -> bool {
    let most = sections.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = sections.iter().copied().fold(f64::INFINITY, f64::min);
    most - least <= pooled / 4.0
}

/// Standard error of the mean of deviations.
fn standard_error(deviations: &[f64]) -> f64 {
    let runs = deviations.len() as f64;
    (deviations.iter().map(|d| d * d).sum::<f64>() / (runs - 1.0) / runs).sqrt()
}

/// Excess kurtosis, corrected for bias (D. N. Joanes, C. A. Gill, The Statistician 47, 1998: `G2`). `None` with
/// fewer than four values or without spread.
fn kurtosis(deviations: &[f64]) -> Option<f64> {
    let n = deviations.len() as f64;
    let square = deviations.iter().map(|d| d * d).sum::<f64>() / n;
    let fourth = deviations.iter().map(|d| d * d * d * d).sum::<f64>() / n;
    let plain = fourth / (square * square) - 3.0;
    (n >= 4.0 && square > 0.0).then(|| (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * plain + 6.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::test_data::normals;

    #[test]
    fn kurtosis_by_hand() {
        // Values -2, 0, 0, 0, 2: squares mean 1.6, fourth powers 6.4, plain excess -0.5.
        assert!((kurtosis(&[-2.0, 0.0, 0.0, 0.0, 2.0]).unwrap() - 4.0 / 6.0 * 3.0).abs() < 1e-12);
        assert_eq!(kurtosis(&[1.0, -1.0, 0.0]), None);
        assert_eq!(kurtosis(&[0.0; 9]), None);
    }

    #[test]
    fn the_ends_are_quantiles_at_the_ends_of_the_level() {
        let beyond = [8.0, 12.0, 9.0, 11.0, 10.0];
        let runs =
            PooledQuantile { p: 0.9, beyond: &beyond, counts: &[100.0; 5], quantile: &|p| Some(10.0 * p) };
        // Deviations -2, 2, -1, 1, 0 of a hundred: S = sqrt(2.5)/100; kurtosis below zero, so four degrees of freedom.
        let reach = 2.776_445_105_197_79 * (2.5f64 / 5.0).sqrt() / 100.0;
        let found = runs.interval(0.95).unwrap();
        assert!((found.low - (9.0 - 10.0 * reach)).abs() < 1e-9, "{found:?}");
        assert!((found.high - (9.0 + 10.0 * reach)).abs() < 1e-9, "{found:?}");
        let sample = runs.sample().unwrap();
        assert!((sample.deviations[1] - 0.2).abs() < 1e-12 && sample.centre == 9.0, "{sample:?}");
    }

    #[test]
    fn few_beyond_end_at_the_largest() {
        let runs = PooledQuantile {
            p: 0.99,
            beyond: &[0.0, 0.0, 0.0, 0.0, 5.0],
            counts: &[100.0; 5],
            quantile: &|p| Some(p),
        };
        let found = runs.interval(0.95).unwrap();
        assert!(found.high == 1.0 && found.low < 0.98, "{found:?}");
        let one = PooledQuantile { p: 0.5, beyond: &[5.0], counts: &[10.0], quantile: &|p| Some(p) };
        assert!(one.interval(0.95).is_none() && one.sample().is_none());
        let equal = PooledQuantile { beyond: &[1.0; 5], ..runs };
        assert_eq!(equal.interval(0.95).unwrap().half_width, 0.0);
        assert_eq!(equal.sample().unwrap().standard_error(), Some(0.0));
    }

    #[test]
    fn clustered_observations_are_covered() {
        // Each run has a level of its own, so that its observations hang together: log-normal, all equally likely.
        let (experiments, runs, each) = (400, 20, 50);
        let truth = 1.644_853_626_951_472_7 * std::f64::consts::SQRT_2;
        let held = (0..experiments).filter(|&experiment| {
            let mut draws = normals(1000 + experiment);
            let data: Vec<Vec<f64>> = (0..runs)
                .map(|_| {
                    let level = draws.next().unwrap();
                    draws.by_ref().take(each).map(|z| z + level).collect()
                })
                .collect();
            let mut all: Vec<f64> = data.iter().flatten().copied().collect();
            all.sort_by(f64::total_cmp);
            let quantile = |p: f64| crate::stats::quantile_of_sorted(&all, p);
            let pooled = quantile(0.95).unwrap();
            let beyond: Vec<f64> =
                data.iter().map(|run| run.iter().filter(|x| **x > pooled).count() as f64).collect();
            let counts = vec![each as f64; runs];
            let found = PooledQuantile { p: 0.95, beyond: &beyond, counts: &counts, quantile: &quantile };
            found.interval(0.95).is_some_and(|interval| interval.contains(truth))
        });
        let share = held.count() as f64 / experiments as f64;
        assert!((0.92 - 0.041..=0.98 + 0.021).contains(&share), "{share}");
    }
}
