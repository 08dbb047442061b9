//! The lognormal law as people state it: by its mean, its median and its 99th percentile.

use super::construct::positive;
use super::{Law, LawError};
use crate::numerics::{exp, ln, ln_1p, norm_quantile, sqrt};

impl Law {
    /// The lognormal law of this mean and 99th percentile.
    ///
    /// With `z` the normal 99th percentile, `ln(p99/mean) = z sigma - sigma^2/2` has two roots; the smaller
    /// sigma is taken, the law whose median lies nearer to its mean. There is no root above
    /// `p99/mean = exp(z^2/2)`, about 14.97.
    ///
    /// # Errors
    /// When `p99` is not above the mean, or more than 14.97 times the mean.
    pub fn lognormal_mean_p99(mean: f64, p99: f64) -> Result<Self, LawError> {
        positive("mean", mean)?;
        if positive("p99", p99)? <= mean {
            return Err(LawError::new("p99", format!("must be above the mean ({mean}), not {p99}")));
        }
        let z = norm_quantile(0.99);
        let spread = 2.0 * ln(p99 / mean);
        if spread > z * z {
            let most = exp(0.5 * z * z);
            let reason = format!(
                "is {:.4} times the mean; no lognormal law has a p99 above {most:.2} times its mean",
                p99 / mean
            );
            return Err(LawError::new("p99", reason));
        }
        // The smaller root of sigma^2 - 2 z sigma + spread, in the form that does not cancel.
        let sigma = spread / (z + sqrt(z * z - spread));
        Self::lognormal(ln(mean) - 0.5 * sigma * sigma, sigma)
    }

    /// The lognormal law of this median and 99th percentile.
    ///
    /// # Errors
    /// When `p99` is not above the median.
    pub fn lognormal_median_p99(median: f64, p99: f64) -> Result<Self, LawError> {
        positive("median", median)?;
        if positive("p99", p99)? <= median {
            return Err(LawError::new("p99", format!("must be above the median ({median}), not {p99}")));
        }
        Self::lognormal(ln(median), ln(p99 / median) / norm_quantile(0.99))
    }

    /// The lognormal law of this mean and coefficient of variation (standard deviation over mean).
    ///
    /// # Errors
    /// When either is not a positive finite number.
    pub fn lognormal_mean_cv(mean: f64, cv: f64) -> Result<Self, LawError> {
        positive("mean", mean)?;
        positive("cv", cv)?;
        let variance = ln_1p(cv * cv);
        Self::lognormal(ln(mean) - 0.5 * variance, sqrt(variance))
    }
}
