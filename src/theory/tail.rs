//! Quantiles of laws known by their tail.

use crate::numerics::increasing_root;

/// The `p` quantile of a time whose `P(T > t)` is `tail(t)`: continuous and falling from `tail(0)`, which may
/// be below 1 when the time can be zero. `scale` is any time of the right size.
///
/// `p` lies in [0, 1); `None` otherwise, or when the tail never falls to `1 - p`.
pub(super) fn quantile_of_tail(p: f64, scale: f64, tail: impl Fn(f64) -> f64) -> Option<f64> {
    if !(0.0..1.0).contains(&p) {
        return None;
    }
    let goal = 1.0 - p;
    if tail(0.0) <= goal {
        return Some(0.0);
    }
    let (mut low, mut high) = (0.0, scale);
    // Doubling reaches every time that fits a number; a tail that stays up has no such quantile.
    while tail(high) > goal {
        low = high;
        high *= 2.0;
        if !high.is_finite() {
            return None;
        }
    }
    Some(increasing_root(low, high, |t| goal - tail(t)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::exp;

    #[test]
    fn inverts_an_exponential_tail_with_an_atom() {
        let tail = |t: f64| 0.5 * exp(-t / 3.0);
        assert_eq!(quantile_of_tail(0.4, 1e-3, tail), Some(0.0));
        let p99 = quantile_of_tail(0.99, 1e-3, tail).unwrap();
        assert!((p99 / (3.0 * 3.912023005428146) - 1.0).abs() < 1e-13, "{p99}");
        assert_eq!(quantile_of_tail(1.0, 1.0, tail), None);
        assert_eq!(quantile_of_tail(0.9, 1.0, |_| 0.5), None);
    }
}
