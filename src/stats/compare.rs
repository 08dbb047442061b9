//! Two designs compared by their replications.

use super::interval::{Interval, finite, t_factor, t_interval};
use super::moments::{correlation, mean, sample_variance};

/// Difference of two designs that were run with the same random numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedComparison {
    /// Interval of the mean of `a - b`.
    pub difference: Interval,
    /// Correlation of the pairs; below zero the common random numbers did harm. `None` when a side is constant.
    pub correlation: Option<f64>,
    /// Variance of `a - b` over that of independent runs, `Var a + Var b`; small is good. `None` when both
    /// sides are constant.
    pub variance_ratio: Option<f64>,
}

/// Difference of two designs that were run independently.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WelchComparison {
    /// Interval of `mean a - mean b`.
    pub difference: Interval,
    /// Satterthwaite's degrees of freedom.
    pub df: f64,
}

/// Paired t interval of `a - b`, run by run; the right one under common random numbers.
///
/// `None` with fewer than two pairs or unequal counts: runs without a partner cannot be compared in pairs.
#[must_use]
pub fn paired(a: &[f64], b: &[f64], confidence: f64) -> Option<PairedComparison> {
    if a.len() != b.len() {
        return None;
    }
    let differences: Vec<f64> = a.iter().zip(b).map(|(x, y)| x - y).collect();
    let independent = sample_variance(a)? + sample_variance(b)?;
    Some(PairedComparison {
        difference: t_interval(&differences, confidence)?,
        correlation: correlation(a, b),
        variance_ratio: (independent > 0.0).then_some(sample_variance(&differences)? / independent),
    })
}

/// Welch's interval of the difference of two independent means, with Satterthwaite's degrees of freedom
/// (B. L. Welch, Biometrika 34, 1947). Invalid under common random numbers: use [`paired`] there.
///
/// `None` with fewer than two values on a side, or when neither side varies.
#[must_use]
pub fn welch(a: &[f64], b: &[f64], confidence: f64) -> Option<WelchComparison> {
    let (n_a, n_b) = (a.len() as f64, b.len() as f64);
    let (part_a, part_b) = (sample_variance(a)? / n_a, sample_variance(b)? / n_b);
    let sum = part_a + part_b;
    let df = sum * sum / (part_a * part_a / (n_a - 1.0) + part_b * part_b / (n_b - 1.0));
    let half = t_factor(confidence, df)? * sum.sqrt();
    Some(WelchComparison { difference: finite(Interval::symmetric(mean(a)? - mean(b)?, half))?, df })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 15] = [
        21.626, 20.817, 26.098, 22.548, 21.458, 25.523, 35.124, 22.584, 31.089, 22.38, 32.323, 28.454,
        23.847, 20.802, 21.097,
    ];
    const B_SAME_DRAWS: [f64; 15] = [
        20.223, 19.397, 24.321, 21.11, 20.066, 23.756, 32.934, 21.168, 29.084, 21.022, 30.364, 26.508,
        22.159, 19.413, 19.598,
    ];
    const B_INDEPENDENT: [f64; 15] = [
        22.907, 27.759, 21.23, 30.826, 22.332, 27.083, 29.148, 25.389, 19.731, 20.378, 19.182, 20.941,
        21.175, 27.539, 30.257,
    ];

    fn close(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-10, "{value} is not {expected}");
    }

    #[test]
    fn paired_comparison_uses_the_common_draws() {
        let result = paired(&A, &B_SAME_DRAWS, 0.95).unwrap();
        close(result.difference.centre, 1.64313333333333);
        close(result.difference.half_width, 0.154353396994);
        close(result.correlation.unwrap(), 0.999830501297);
        assert!(result.variance_ratio.unwrap() < 0.01);
        assert_eq!(paired(&A, &B_SAME_DRAWS[1..], 0.95), None);
    }

    #[test]
    fn welch_comparison_of_independent_runs() {
        let result = welch(&A, &B_INDEPENDENT, 0.95).unwrap();
        close(result.difference.centre, 0.65953333333333);
        close(result.difference.half_width, 3.26427159008);
        close(result.df, 27.5333893719);
        assert_eq!(welch(&[1.0, 1.0], &[2.0, 2.0], 0.95), None);
    }
}
