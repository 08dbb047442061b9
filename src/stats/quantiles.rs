//! Sample quantiles and their intervals.
//!
//! The sample quantile everywhere is an observation: the smallest one with at least the share `p` of the data
//! at or below it, that is the order statistic of rank `ceil(p n)`.

use super::interval::{Interval, finite, t_factor};
use crate::numerics::beta_reg;

/// Rank (from 1) of the `p` quantile of `n` values, `ceil(p n)` kept within `1..=n`; `None` without values
/// or with `p` outside [0, 1].
///
/// A product that misses a whole number only by the rounding of its factors counts as that number:
/// 0.07 x 100 is rank 7 although the floating-point product lies above it.
#[must_use]
pub fn rank(n: u64, p: f64) -> Option<u64> {
    if n == 0 || !(0.0..=1.0).contains(&p) {
        return None;
    }
    let product = p * n as f64;
    let nearest = product.round();
    let exact = (product - nearest).abs() <= product * (4.0 * f64::EPSILON);
    let rank = if exact { nearest } else { product.ceil() };
    Some((rank as u64).clamp(1, n))
}

/// The `p` quantile of values in rising order; `None` when empty or with `p` outside [0, 1].
#[must_use]
pub fn quantile_of_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    rank(sorted.len() as u64, p).map(|rank| sorted[rank as usize - 1])
}

/// The `p` quantile of values in any order, found in linear time; reorders `data`.
///
/// `None` when empty or with `p` outside [0, 1].
#[must_use]
pub fn quantile(data: &mut [f64], p: f64) -> Option<f64> {
    let rank = rank(data.len() as u64, p)?;
    Some(*data.select_nth_unstable_by(rank as usize - 1, f64::total_cmp).1)
}

/// The `p` quantile of values that hold for a time each, as a queue length does: the smallest value with at
/// least the share `p` of the weight at or below it. Pairs are (value, weight); reorders them.
///
/// `None` when no pair has a positive weight or `p` lies outside [0, 1].
#[must_use]
pub fn weighted_quantile(pairs: &mut [(f64, f64)], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let positive = || pairs.iter().filter(|(_, weight)| *weight > 0.0);
    let total: f64 = positive().map(|(_, weight)| weight).sum();
    let mut below = 0.0;
    let reached = positive().find(|(_, weight)| {
        below += weight;
        below >= p * total
    });
    reached.or_else(|| positive().next_back()).map(|&(value, _)| value)
}

/// Ranks of the order statistics that enclose a quantile of independent values, whatever their law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderStatisticRanks {
    /// Rank (from 1) of the lower end; `None` when there are too few values for one.
    pub lower: Option<u64>,
    /// Rank (from 1) of the upper end; `None` when there are too few values for one.
    pub upper: Option<u64>,
    /// Probability that the interval between the ends, open towards a missing end, holds the quantile.
    pub coverage: f64,
}

/// Distribution-free interval `[X_(l), X_(u)]` of the `p` quantile of `n` independent values: `l` is the
/// largest rank with `P(Bin(n,p) <= l-1) <= a/2` and `u` the smallest with `P(Bin(n,p) >= u) <= a/2`
/// (H. A. David, H. N. Nagaraja, Order Statistics, 2003, section 7.1).
///
/// Requests of one run are not independent; replications are. `None` without values or with a level outside
/// (0, 1).
#[must_use]
pub fn order_statistic_ranks(n: u64, p: f64, confidence: f64) -> Option<OrderStatisticRanks> {
    let inside = |level: f64| level > 0.0 && level < 1.0;
    if n == 0 || !inside(p) || !inside(confidence) {
        return None;
    }
    let tail = (1.0 - confidence) / 2.0;
    // P(Bin >= k) falls and P(Bin <= k-1) rises with k, so each rule holds on one side of one rank.
    let at_least = |k: u64| if k == 0 { 1.0 } else { beta_reg(k as f64, (n - k) as f64 + 1.0, p) };
    let below = |k: u64| if k == 0 { 0.0 } else { beta_reg((n - k) as f64 + 1.0, k as f64, 1.0 - p) };
    let lower = partition(n, |k| below(k) <= tail);
    let upper = partition(n, |k| at_least(k) > tail) + 1;
    let (lower, upper) = ((lower > 0).then_some(lower), (upper <= n).then_some(upper));
    let coverage = 1.0 - lower.map_or(0.0, below) - upper.map_or(0.0, at_least);
    Some(OrderStatisticRanks { lower, upper, coverage })
}

/// Largest `k` in `0..=n` that keeps the rule, which holds at 0 and, once broken, stays broken.
fn partition(n: u64, keeps: impl Fn(u64) -> bool) -> u64 {
    let (mut good, mut bad) = (0, n + 1);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if keeps(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}

/// Interval of a quantile by sectioning: centred at the quantile `pooled` of all requests of all runs, with
/// the spread of the runs' own quantiles around it, `S^2 = sum (q_i - q)^2 / (R-1)` and half-width
/// `t(R-1) S / sqrt(R)`.
///
/// S. Asmussen, P. W. Glynn, Stochastic Simulation (2007), section III.5; M. K. Nakayama, "Confidence
/// intervals for quantiles using sectioning", ACM TOMACS 24 (2014). Less biased than the mean of the runs'
/// quantiles. `None` with fewer than two runs or when a value is not finite.
#[must_use]
pub fn sectioning_interval(pooled: f64, per_run: &[f64], confidence: f64) -> Option<Interval> {
    if per_run.len() < 2 {
        return None;
    }
    let runs = per_run.len() as f64;
    let squares: f64 = per_run.iter().map(|q| (q - pooled) * (q - pooled)).sum();
    let half = t_factor(confidence, runs - 1.0)? * (squares / (runs - 1.0) / runs).sqrt();
    finite(Interval::symmetric(pooled, half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_do_not_stumble_over_rounding() {
        assert_eq!(rank(100, 0.07), Some(7));
        assert_eq!(rank(100, 0.29), Some(29));
        assert_eq!(rank(1000, 0.999), Some(999));
        assert_eq!(rank(180, 0.99), Some(179));
        assert_eq!(rank(10, 0.0), Some(1));
        assert_eq!(rank(10, 1.0), Some(10));
        assert_eq!(rank(0, 0.5), None);
        assert_eq!(rank(3, f64::NAN), None);
    }

    #[test]
    fn quantile_is_an_observation() {
        let mut data = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!(quantile(&mut data, 0.5), Some(3.0));
        assert_eq!(quantile(&mut data, 0.81), Some(5.0));
        data.sort_by(f64::total_cmp);
        assert_eq!(quantile_of_sorted(&data, 0.2), Some(1.0));
        assert_eq!(quantile_of_sorted(&data, 0.21), Some(2.0));
    }

    #[test]
    fn weights_count_time() {
        let mut pairs = [(7.0, 1.0), (0.0, 90.0), (3.0, 9.0), (9.0, 0.0)];
        assert_eq!(weighted_quantile(&mut pairs, 0.5), Some(0.0));
        assert_eq!(weighted_quantile(&mut pairs, 0.99), Some(3.0));
        assert_eq!(weighted_quantile(&mut pairs, 1.0), Some(7.0));
        assert_eq!(weighted_quantile(&mut [(1.0, 0.0)], 0.5), None);
    }

    #[test]
    fn order_statistics_enclose_a_quantile() {
        let cases = [
            (100, 0.9, 84, 96, 0.955690107191),
            (1000, 0.99, 983, 997, 0.976094763498),
            (200, 0.5, 86, 115, 0.959962808387),
            (5000, 0.999, 4990, 5000, 0.979628935516),
            (400, 0.99, 392, 400, 0.961280887067),
        ];
        for (n, p, lower, upper, coverage) in cases {
            let ranks = order_statistic_ranks(n, p, 0.95).unwrap();
            assert_eq!((ranks.lower, ranks.upper), (Some(lower), Some(upper)), "n={n} p={p}");
            assert!((ranks.coverage - coverage).abs() < 1e-11, "n={n} p={p}: {}", ranks.coverage);
        }
    }

    #[test]
    fn extreme_quantiles_need_many_values() {
        // 0.999^n <= 0.025 from n = 3688 on.
        assert_eq!(order_statistic_ranks(3687, 0.999, 0.95).unwrap().upper, None);
        assert_eq!(order_statistic_ranks(3688, 0.999, 0.95).unwrap().upper, Some(3688));
    }

    #[test]
    fn sectioning_spreads_around_the_pooled_quantile() {
        let interval = sectioning_interval(10.0, &[9.0, 11.0, 13.0], 0.95).unwrap();
        assert_eq!(interval.centre, 10.0);
        let half = 4.302652729749462 * (11.0f64 / 2.0 / 3.0).sqrt();
        assert!((interval.half_width / half - 1.0).abs() < 1e-11);
        assert_eq!(sectioning_interval(10.0, &[9.0, f64::INFINITY], 0.95), None);
    }
}
