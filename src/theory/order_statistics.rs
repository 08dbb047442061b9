//! Fan-out without queueing: the k-th fastest of n independent calls, and the tail at scale.
//!
//! Sources: H. A. David, H. N. Nagaraja, Order Statistics (2003), ch. 2; J. Dean, L. A. Barroso, "The tail at
//! scale", CACM 56 (2013).

use super::tail::quantile_of_tail;
use crate::numerics::{beta_reg, beta_reg_inverse, exp, exp_m1, ln, ln_1p};

/// Finest step of the quadrature, as a halving of the first.
const MOST_HALVINGS: u32 = 12;
/// Below this exponent of e (over the scale) the area under a tail is negligible.
const LOWEST_EXPONENT: f64 = -45.0;
/// Relative change at which the quadrature has converged.
const CONVERGED: f64 = 1e-12;

/// The response of a request that calls `n` leaves at once and goes on with the `k`-th answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KthOfN {
    k: u64,
    n: u64,
}

impl KthOfN {
    /// The `k`-th fastest of `n`; `None` unless `1 <= k <= n`.
    #[must_use]
    pub fn new(k: u64, n: u64) -> Option<Self> {
        (k >= 1 && k <= n).then_some(Self { k, n })
    }

    /// Probability that the response takes longer than a time that one leaf exceeds with probability
    /// `leaf_tail`: at least `n - k + 1` leaves must exceed it.
    #[must_use]
    pub fn tail(&self, leaf_tail: f64) -> f64 {
        beta_reg(self.late(), self.k as f64, leaf_tail)
    }

    /// Probability that one leaf exceeds the `p` quantile of the response: the level at which to read the
    /// leaf's tail, `0 <= p <= 1`.
    #[must_use]
    pub fn leaf_tail_at(&self, p: f64) -> f64 {
        beta_reg_inverse(self.late(), self.k as f64, 1.0 - p)
    }

    fn late(&self) -> f64 {
        (self.n - self.k) as f64 + 1.0
    }

    /// The `p` quantile of the response, `0 <= p < 1`, when a leaf exceeds `t` with probability
    /// `leaf_tail(t)`, a law without jumps; `scale` is a time of the right size. `None` outside that range.
    #[must_use]
    pub fn quantile(&self, p: f64, scale: f64, leaf_tail: impl Fn(f64) -> f64) -> Option<f64> {
        if !(0.0..1.0).contains(&p) {
            return None;
        }
        // Logarithms keep the search even where the leaf's own level is far out in its tail.
        let goal = self.leaf_tail_at(p);
        quantile_of_tail(0.5, scale, |t| {
            let leaf = leaf_tail(t);
            if leaf <= 0.0 { 0.0 } else { leaf / (leaf + goal) }
        })
    }

    /// Mean and variance of the response by quadrature, when a leaf exceeds `t` with probability
    /// `leaf_tail(t)`; `scale` is a time of the right size, such as a leaf's mean.
    ///
    /// `E[T] = int P(T > t) dt` and `E[T^2] = int 2 t P(T > t) dt` on a logarithmic axis, where the trapezoidal
    /// rule converges very fast for smooth laws (L. N. Trefethen, J. A. C. Weideman, SIAM Review 56, 2014);
    /// kinks cost more points. An infinite moment comes out as infinity.
    #[must_use]
    pub fn moments(&self, scale: f64, leaf_tail: impl Fn(f64) -> f64) -> (f64, f64) {
        let tail = |t: f64| self.tail(leaf_tail(scale * t).clamp(0.0, 1.0));
        let first = integral(1, tail);
        let second = 2.0 * integral(2, tail);
        if second.is_infinite() {
            return (scale * first, second);
        }
        (scale * first, scale * scale * (second - first * first).max(0.0))
    }

    /// Mean and variance of the response when leaves are exponential with mean `leaf_mean`: the gaps between
    /// answers are independent exponentials, so `mean = m sum 1/i` and `variance = m^2 sum 1/i^2`, `i` from
    /// `n - k + 1` to `n` (A. Renyi, 1953).
    #[must_use]
    pub fn moments_of_exponential(&self, leaf_mean: f64) -> (f64, f64) {
        let gaps = (self.n - self.k + 1..=self.n).rev().map(|i| leaf_mean / i as f64);
        gaps.fold((0.0, 0.0), |(mean, variance), gap| (mean + gap, variance + gap * gap))
    }

    /// The `p` quantile of the response when leaves are exponential with mean `leaf_mean`, `0 <= p < 1`.
    #[must_use]
    pub fn quantile_of_exponential(&self, leaf_mean: f64, p: f64) -> f64 {
        -leaf_mean * ln(self.leaf_tail_at(p))
    }
}

/// `int t^(power-1) tail(t) dt` over the exponent of e, with steps halved until nothing changes; infinite when
/// the integrand never dies out.
fn integral(power: i32, tail: impl Fn(f64) -> f64) -> f64 {
    let integrand = |y: f64| tail(exp(y)) * exp(f64::from(power) * y);
    let Some(top) = highest_exponent(integrand) else { return f64::INFINITY };
    let sum = |step: f64, offset: f64| -> f64 {
        let points = ((top - LOWEST_EXPONENT) / step).ceil() as u64;
        (0..=points).map(|i| step * integrand(LOWEST_EXPONENT + offset + i as f64 * step)).sum()
    };
    let mut step = 0.25;
    let mut total = sum(step, 0.0);
    for _ in 0..MOST_HALVINGS {
        // The points between the old ones refine the sum without repeating it.
        let finer = 0.5 * (total + sum(step, step / 2.0));
        let change = (finer - total).abs();
        total = finer;
        step /= 2.0;
        if change <= CONVERGED * total {
            break;
        }
    }
    total
}

/// The exponent beyond which the integrand adds nothing; `None` when it goes on beyond every time.
fn highest_exponent(integrand: impl Fn(f64) -> f64) -> Option<f64> {
    let mut largest: f64 = 0.0;
    for half in -90..=600 {
        let y = f64::from(half) * 0.5;
        let value = integrand(y);
        largest = largest.max(value);
        if y > 0.0 && value <= largest * 1e-18 {
            return Some(y);
        }
    }
    None
}

/// Probability that at least one of `n` independent calls is slow when each is with probability `p_slow`:
/// `1 - (1 - p)^n`, without cancellation for a small `p`.
#[must_use]
pub fn tail_at_scale(n: u64, p_slow: f64) -> f64 {
    -exp_m1(n as f64 * ln_1p(-p_slow))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::norm_sf;

    fn close(value: f64, expected: f64, tolerance: f64) {
        assert!((value / expected - 1.0).abs() < tolerance, "{value} is not {expected}");
    }

    #[test]
    fn exponential_leaves_have_closed_forms() {
        let third = KthOfN::new(3, 5).unwrap();
        let (mean, variance) = third.moments_of_exponential(0.02);
        close(mean, 0.0156666666667, 1e-11);
        close(variance, 8.54444444444e-05, 1e-11);
        close(third.quantile_of_exponential(0.02, 0.999), 0.0609186714244, 1e-9);
        let (numeric_mean, numeric_variance) = third.moments(0.02, |t| exp(-t / 0.02));
        close(numeric_mean, mean, 1e-10);
        close(numeric_variance, variance, 1e-9);
        let last = KthOfN::new(10, 10).unwrap();
        close(last.quantile(0.99, 0.01, |t| exp(-t / 0.01)).unwrap(), 0.0690323679448, 1e-9);
    }

    #[test]
    fn lognormal_leaves_by_quadrature() {
        let slowest = KthOfN::new(100, 100).unwrap();
        let leaf = |t: f64| norm_sf((ln(t) + 5.40988914221) / 1.26863624118);
        close(slowest.moments(0.01, leaf).0, 0.127542547859, 1e-8);
        close(slowest.quantile(0.5, 0.01, leaf).unwrap(), 0.101625711122, 1e-9);
        close(slowest.quantile(0.999, 0.01, leaf).unwrap(), 1.000565771, 1e-9);
        let fastest = KthOfN::new(1, 3).unwrap();
        let leaf = |t: f64| norm_sf((ln(t) + 3.34230586383) / 0.832554611158);
        close(fastest.moments(0.05, leaf).0, 0.021049815815, 1e-8);
        close(fastest.quantile(0.9, 0.05, leaf).unwrap(), 0.0381050691328, 1e-9);
    }

    #[test]
    fn uniform_leaves_have_kinks() {
        // The k-th of n uniform values has mean k / (n + 1) and variance k (n-k+1) / ((n+1)^2 (n+2)).
        let (mean, variance) = KthOfN::new(2, 3).unwrap().moments(0.5, |t| (1.0 - t).clamp(0.0, 1.0));
        close(mean, 0.5, 1e-8);
        close(variance, 0.05, 1e-7);
        // A leaf with tail t^-0.5 has no mean, one with t^-1.5 the mean 3 and no variance.
        let one = KthOfN::new(1, 1).unwrap();
        assert_eq!(one.moments(1.0, |t| t.sqrt().recip().min(1.0)).0, f64::INFINITY);
        let (mean, variance) = one.moments(1.0, |t| (t * t.sqrt()).recip().min(1.0));
        close(mean, 3.0, 1e-7);
        assert_eq!(variance, f64::INFINITY);
        assert_eq!(KthOfN::new(4, 3), None);
    }

    #[test]
    fn slow_calls_meet_in_a_fan_out() {
        close(tail_at_scale(100, 0.01), 0.633967658727, 1e-11);
        close(tail_at_scale(2000, 0.0001), 0.181277434734, 1e-11);
        close(tail_at_scale(10, 1e-18), 1e-17, 1e-11);
    }
}
