//! Confidence intervals from independent replications.

use super::moments::{mean, standard_deviation};
use crate::numerics::t_quantile;

/// An estimate with its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate.
    pub centre: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Half the width; for a symmetric interval the distance of either end from the centre.
    pub half_width: f64,
}

impl Interval {
    /// The interval that reaches `half_width` to both sides of `centre`.
    #[must_use]
    pub fn symmetric(centre: f64, half_width: f64) -> Self {
        Self { centre, low: centre - half_width, high: centre + half_width, half_width }
    }

    /// The interval from `low` to `high` of an estimate that need not lie in the middle.
    #[must_use]
    pub fn between(centre: f64, low: f64, high: f64) -> Self {
        Self { centre, low, high, half_width: (high - low) / 2.0 }
    }

    /// The part of the interval between two values that the estimated quantity cannot pass.
    #[must_use]
    pub fn within(self, least: f64, most: f64) -> Self {
        let (low, high) = (self.low.max(least), self.high.min(most));
        Self { low, high, ..self }
    }

    /// The smallest interval around the same estimate that holds both.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        Self::between(self.centre, self.low.min(other.low), self.high.max(other.high))
    }

    /// Whether `value` lies in the interval, ends included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Half-width over the size of the estimate; infinite for an estimate of zero with any width.
    #[must_use]
    pub fn relative_half_width(&self) -> f64 {
        if self.half_width == 0.0 { 0.0 } else { self.half_width / self.centre.abs() }
    }
}

/// Interval of the mean of independent values: `mean ± t(n-1, 1-a/2) S / sqrt(n)`.
///
/// `confidence` lies in (0, 1). `None` with fewer than two values, or when a value is not finite.
#[must_use]
pub fn t_interval(data: &[f64], confidence: f64) -> Option<Interval> {
    spread_interval(data, confidence, 1.0 / (data.len() as f64).sqrt())
}

/// Range that holds the next single value of the same law with probability `confidence`:
/// `mean ± t(n-1, 1-a/2) S sqrt(1 + 1/n)`, exact for normal values.
///
/// The interval of a mean says nothing about the spread of outcomes; this one does.
#[must_use]
pub fn prediction_interval(data: &[f64], confidence: f64) -> Option<Interval> {
    spread_interval(data, confidence, (1.0 + 1.0 / data.len() as f64).sqrt())
}

fn spread_interval(data: &[f64], confidence: f64, factor: f64) -> Option<Interval> {
    let (centre, deviation) = (mean(data)?, standard_deviation(data)?);
    let t = t_factor(confidence, (data.len() - 1) as f64)?;
    finite(Interval::symmetric(centre, t * deviation * factor))
}

/// Relative half-widths up to here are rounding.
const ROUNDING: f64 = 1e-14;

/// Interval of a ratio of sums over runs, such as drops over arrivals: `r = sum D / sum A`,
/// `s^2 = sum (D_i - r A_i)^2 / (R-1)`, half-width `t s / (sqrt(R) mean A)`.
///
/// Classical ratio estimator (A. M. Law, Simulation Modeling and Analysis, 2015, section 9.5; W. G. Cochran,
/// Sampling Techniques, ch. 6). A binomial interval over requests would be far too short, for drops come in
/// clusters. `None` with fewer than two runs, unequal lengths, or denominators that do not sum above zero.
#[must_use]
pub fn ratio_interval(numerators: &[f64], denominators: &[f64], confidence: f64) -> Option<Interval> {
    if numerators.len() != denominators.len() || numerators.len() < 2 {
        return None;
    }
    let runs = numerators.len() as f64;
    let below = mean(denominators)?;
    if below <= 0.0 {
        return None;
    }
    // Sums rather than means: those of whole numbers are exact, and so is the ratio of runs that agree.
    let ratio = numerators.iter().sum::<f64>() / denominators.iter().sum::<f64>();
    let squares: f64 = numerators
        .iter()
        .zip(denominators)
        .map(|(d, a)| {
            let residual = d - ratio * a;
            residual * residual
        })
        .sum();
    let deviation = (squares / (runs - 1.0)).sqrt();
    let t = t_factor(confidence, runs - 1.0)?;
    let half = t * deviation / (runs.sqrt() * below);
    // Runs that agree leave residuals of rounding only.
    let half = if half <= ROUNDING * ratio.abs() { 0.0 } else { half };
    finite(Interval::symmetric(ratio, half))
}

/// Confidence each of `count` intervals needs for all of them to hold together with `confidence`
/// (Bonferroni's inequality).
#[must_use]
pub fn bonferroni(confidence: f64, count: usize) -> f64 {
    1.0 - (1.0 - confidence) / count.max(1) as f64
}

/// Two-sided t factor; `None` outside the levels and degrees of freedom where it exists.
pub(super) fn t_factor(confidence: f64, df: f64) -> Option<f64> {
    let valid = confidence > 0.0 && confidence < 1.0 && df > 0.0;
    valid.then(|| t_quantile(0.5 + confidence / 2.0, df))
}

/// An interval with an infinite or undefined end is no interval.
pub(super) fn finite(interval: Interval) -> Option<Interval> {
    (interval.low.is_finite() && interval.high.is_finite()).then_some(interval)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNS: [f64; 20] = [
        3.25, 12.931, 11.97, 28.339, 5.33, 12.738, 4.725, 5.337, 8.595, 10.824, 6.296, 0.138, 9.824, 1.057,
        2.71, 0.959, 0.466, 3.838, 0.876, 16.998,
    ];

    #[test]
    fn t_interval_of_twenty_replications() {
        for (confidence, half) in [(0.9, 2.69552652736), (0.95, 3.26279266894), (0.99, 4.45988016269)] {
            let interval = t_interval(&RUNS, confidence).unwrap();
            assert!((interval.centre - 7.36005).abs() < 1e-13);
            assert!((interval.half_width / half - 1.0).abs() < 1e-11, "{confidence}: {interval:?}");
        }
        let interval = t_interval(&RUNS, 0.95).unwrap();
        assert!((interval.relative_half_width() / 0.443311209698 - 1.0).abs() < 1e-11);
        assert!(interval.contains(7.0) && !interval.contains(4.0));
        let prediction = prediction_interval(&RUNS, 0.95).unwrap();
        assert!((prediction.half_width / interval.half_width - 21f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn ratio_interval_by_hand() {
        // r = 6/60; residuals 1-1, 3-2, 2-3; s = 1; t(2, 0.975) = 4.302652729749462.
        let interval = ratio_interval(&[1.0, 3.0, 2.0], &[10.0, 20.0, 30.0], 0.95).unwrap();
        assert!((interval.centre - 0.1).abs() < 1e-15);
        let half = 4.302652729749462 / (3f64.sqrt() * 20.0);
        assert!((interval.half_width / half - 1.0).abs() < 1e-11);
        assert_eq!(ratio_interval(&[0.0, 0.0], &[0.0, 0.0], 0.95), None);
    }

    #[test]
    fn no_interval_without_sense() {
        assert_eq!(t_interval(&[1.0], 0.95), None);
        assert_eq!(t_interval(&RUNS, 1.0), None);
        assert_eq!(t_interval(&[1.0, f64::INFINITY], 0.95), None);
        assert!((bonferroni(0.95, 5) - 0.99).abs() < 1e-15);
    }
}
