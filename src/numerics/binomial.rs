//! The binomial law.

use super::beta::sides;

/// Probability of at most `k` successes in `n` independent trials that each succeed with probability `p`
/// (NIST DLMF 8.17.5).
#[must_use]
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if k >= n {
        return 1.0;
    }
    sides((n - k) as f64, k as f64 + 1.0, 1.0 - p, p).0
}
