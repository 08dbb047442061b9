//! The ratio of two means of pairs.

use super::interval::{Interval, t_factor};
use super::moments::{mean, sample_covariance, sample_variance};

/// Interval of `E[A] / E[B]` from pairs, by inverting the t test of `E[A] - r E[B] = 0`: exact for normal
/// pairs, and not in the middle around the ratio of the means.
///
/// E. C. Fieller, "Some problems in interval estimation", JRSS B 16 (1954). `None` with fewer than two pairs,
/// unequal lengths, or when the denominator is not clearly away from zero, for then every ratio is possible.
#[must_use]
pub fn fieller(above: &[f64], below: &[f64], confidence: f64) -> Option<Interval> {
    let n = above.len() as f64;
    let (a, b) = (mean(above)?, mean(below)?);
    let (vaa, vbb) = (sample_variance(above)? / n, sample_variance(below)? / n);
    let vab = sample_covariance(above, below)? / n;
    let t = t_factor(confidence, n - 1.0)?;
    let square = t * t;
    // (a - r b)^2 <= t^2 (vaa - 2 r vab + r^2 vbb), a quadratic in r.
    let leading = b * b - square * vbb;
    if leading.is_nan() || leading <= 0.0 {
        return None;
    }
    let middle = a * b - square * vab;
    let rest = a * a - square * vaa;
    let root = (middle * middle - leading * rest).max(0.0).sqrt();
    let interval = Interval::between(a / b, (middle - root) / leading, (middle + root) / leading);
    super::interval::finite(interval)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::t_interval;

    #[test]
    fn the_ends_are_the_ratios_that_the_t_test_just_accepts() {
        let above = [10.2, 11.9, 9.7, 13.1, 10.8, 12.4];
        let below = [5.1, 5.8, 5.0, 6.3, 5.2, 6.4];
        let found = fieller(&above, &below, 0.95).unwrap();
        assert!(found.low < found.centre && found.centre < found.high);
        for end in [found.low, found.high] {
            let residuals: Vec<f64> = above.iter().zip(&below).map(|(a, b)| a - end * b).collect();
            let test = t_interval(&residuals, 0.95).unwrap();
            assert!((test.centre.abs() / test.half_width - 1.0).abs() < 1e-9, "{test:?}");
        }
    }

    #[test]
    fn a_known_denominator_gives_the_plain_interval() {
        let above = [3.0, 5.0, 4.0, 8.0];
        let found = fieller(&above, &[2.0; 4], 0.9).unwrap();
        let plain = t_interval(&above, 0.9).unwrap();
        assert!((found.low - plain.low / 2.0).abs() < 1e-12 && (found.high - plain.high / 2.0).abs() < 1e-12);
        assert_eq!(fieller(&above, &[1.0, -1.0, 0.5, -0.4], 0.9), None);
    }
}
