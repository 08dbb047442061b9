//! Estimates linearised over replications, so that two designs can be compared pair by pair.
//!
//! Any estimate that is made of replications (a mean, a ratio of sums, a pooled quantile) moves, to first order,
//! with the mean of one number a replication: its *deviation*. Once an estimate has that form, the t interval of one
//! design and the paired interval of two are the same few lines for all of them.

use super::interval::{Interval, finite, t_factor};
use super::moments::{correlation, mean, sample_variance};

/// An estimate that moves like `centre + mean(deviations)`; deviation `i` belongs to replication `i`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The estimate.
    pub centre: f64,
    /// What each replication adds to it, in the estimate's unit.
    pub deviations: Vec<f64>,
}

/// Two designs compared under common random numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// Interval of `head - base`.
    pub difference: Interval,
    /// Interval of `head / base`; `None` where the base is not positive.
    pub ratio: Option<Interval>,
    /// Standard error of the difference.
    pub standard_error: f64,
    /// Correlation of the pairs; below zero the common random numbers did harm. `None` when a side is constant.
    pub correlation: Option<f64>,
    /// How many times as many independent runs would have shown the same: `(Var a + Var b) / Var (b - a)`;
    /// infinite where every pair differs equally. `None` when both sides are constant.
    pub variance_reduction: Option<f64>,
    /// Pairs behind it.
    pub pairs: usize,
}

impl Sample {
    /// The mean of one value a replication. `None` without values.
    #[must_use]
    pub fn of_mean(values: &[f64]) -> Option<Self> {
        let centre = mean(values)?;
        Self { centre, deviations: values.iter().map(|value| value - centre).collect() }.checked()
    }

    /// A ratio of sums over replications, linearised as by the ratio estimator (see
    /// [`ratio_interval`](super::ratio_interval)): deviation `(a_i - r b_i) / mean b`. `None` where the denominators
    /// do not sum above zero.
    #[must_use]
    pub fn of_ratio(numerators: &[f64], denominators: &[f64]) -> Option<Self> {
        let below =
            mean(denominators).filter(|&below| below > 0.0 && numerators.len() == denominators.len())?;
        let centre = mean(numerators)? / below;
        let pairs = numerators.iter().zip(denominators);
        Self { centre, deviations: pairs.map(|(a, b)| (a - centre * b) / below).collect() }.checked()
    }

    /// A pooled quantile with the quantiles of the single replications around it (sectioning; M. K. Nakayama, ACM
    /// TOMACS 24, 2014). A replication without observations adds nothing.
    #[must_use]
    pub fn of_sections(pooled: f64, sections: &[Option<f64>]) -> Option<Self> {
        let deviation = |section: &Option<f64>| section.map_or(0.0, |value| value - pooled);
        Self { centre: pooled, deviations: sections.iter().map(deviation).collect() }.checked()
    }

    /// Of two ways to say what the replications add to one estimate, the one that admits more uncertainty.
    #[must_use]
    pub fn less_sure(self, other: Self) -> Self {
        let error = |sample: &Self| sample.standard_error().unwrap_or(0.0);
        if error(&other) > error(&self) { other } else { self }
    }

    fn checked(self) -> Option<Self> {
        (self.centre.is_finite() && self.deviations.iter().all(|d| d.is_finite())).then_some(self)
    }

    /// Replications behind the estimate.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.deviations.len()
    }

    /// Standard error of the estimate: root of the mean square of the deviations over `R - 1`. `None` with fewer
    /// than two replications.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        root_mean_square(&self.deviations)
    }

    /// `centre ± t(R-1) s / sqrt(R)`. `None` with fewer than two replications.
    #[must_use]
    pub fn interval(&self, confidence: f64) -> Option<Interval> {
        let t = t_factor(confidence, self.runs().checked_sub(1)? as f64)?;
        finite(Interval::symmetric(self.centre, t * self.standard_error()?))
    }
}

/// `sqrt(sum d^2 / (R-1) / R)`: around the estimate itself, so that the bias of a section's quantile counts as
/// uncertainty.
fn root_mean_square(deviations: &[f64]) -> Option<f64> {
    let runs = deviations.len() as f64;
    let squares: f64 = deviations.iter().map(|d| d * d).sum();
    (runs >= 2.0).then(|| (squares / (runs - 1.0) / runs).sqrt())
}

/// Compares two designs whose replication `i` met the same random numbers. The ratio's interval is that of the
/// linearised ratio, `(d_head - r d_base) / base` (the delta method).
///
/// `None` with fewer than two pairs or unequal numbers of replications: runs without a partner cannot be paired.
#[must_use]
pub fn contrast(base: &Sample, head: &Sample, confidence: f64) -> Option<Contrast> {
    if base.runs() != head.runs() {
        return None;
    }
    let pairs = || base.deviations.iter().zip(&head.deviations);
    // Around the mean, not around zero: the bias that both sides' sections share cancels in the difference.
    let spread =
        |differences: &[f64]| Some((sample_variance(differences)? / differences.len() as f64).sqrt());
    let differences: Vec<f64> = pairs().map(|(b, h)| h - b).collect();
    let standard_error = spread(&differences)?;
    let t = t_factor(confidence, (base.runs() - 1) as f64)?;
    let ratio = (base.centre > 0.0).then(|| head.centre / base.centre).and_then(|ratio| {
        let parts: Vec<f64> = pairs().map(|(b, h)| (h - ratio * b) / base.centre).collect();
        finite(Interval::symmetric(ratio, t * spread(&parts)?))
    });
    let independent = sample_variance(&base.deviations)? + sample_variance(&head.deviations)?;
    let paired = sample_variance(&differences)?;
    Some(Contrast {
        difference: finite(Interval::symmetric(head.centre - base.centre, t * standard_error))?,
        ratio,
        standard_error,
        correlation: correlation(&base.deviations, &head.deviations),
        variance_reduction: (independent > 0.0).then(|| independent / paired),
        pairs: base.runs(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{paired, ratio_interval, sectioning_interval, t_interval};

    const A: [f64; 6] = [21.626, 20.817, 26.098, 22.548, 21.458, 25.523];
    const B: [f64; 6] = [20.223, 19.397, 24.321, 21.11, 20.066, 23.756];

    fn close(value: f64, expected: f64) {
        assert!((value - expected).abs() <= 1e-12 * expected.abs(), "{value} is not {expected}");
    }

    #[test]
    fn intervals_are_those_of_the_estimators_they_stand_for() {
        let same = |sample: Option<Sample>, expected: Option<Interval>| {
            let (ours, expected) = (sample.unwrap().interval(0.95).unwrap(), expected.unwrap());
            close(ours.centre, expected.centre);
            close(ours.half_width, expected.half_width);
        };
        same(Sample::of_mean(&A), t_interval(&A, 0.95));
        same(Sample::of_ratio(&A, &B), ratio_interval(&A, &B, 0.95));
        let sections: Vec<_> = A.iter().copied().map(Some).collect();
        same(Sample::of_sections(22.0, &sections), sectioning_interval(22.0, &A, 0.95));
    }

    #[test]
    fn a_contrast_of_means_is_the_paired_t_interval() {
        let (a, b) = (Sample::of_mean(&A).unwrap(), Sample::of_mean(&B).unwrap());
        let ours = contrast(&b, &a, 0.95).unwrap();
        let classic = paired(&A, &B, 0.95).unwrap();
        close(ours.difference.centre, classic.difference.centre);
        close(ours.difference.half_width, classic.difference.half_width);
        close(ours.correlation.unwrap(), classic.correlation.unwrap());
        close(ours.variance_reduction.unwrap(), 1.0 / classic.variance_ratio.unwrap());
        let ratio = ours.ratio.unwrap();
        let direct = ratio_interval(&A, &B, 0.95).unwrap();
        close(ratio.centre, direct.centre);
        close(ratio.half_width, direct.half_width);
    }

    #[test]
    fn what_cannot_be_paired_is_refused() {
        let a = Sample::of_mean(&A).unwrap();
        assert_eq!(contrast(&a, &Sample::of_mean(&B[1..]).unwrap(), 0.95), None);
        assert_eq!(Sample::of_mean(&[]), None);
        assert_eq!(Sample::of_ratio(&A, &[0.0; 6]), None);
        assert_eq!(Sample::of_mean(&[1.0, f64::NAN]), None);
        assert_eq!(Sample::of_mean(&[1.0]).unwrap().interval(0.95), None);
    }
}
