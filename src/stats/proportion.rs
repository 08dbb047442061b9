//! Intervals for a share of independent trials, such as the share of runs that met an objective.

use super::interval::Interval;
use crate::numerics::{beta_reg_inverse, exp, ln, norm_quantile};

/// Wilson's score interval of `successes` out of `trials` (E. B. Wilson, JASA 22, 1927).
///
/// The centre is the plain share `successes / trials`, which the ends enclose but not in the middle.
/// `None` without trials, with more successes than trials, or with `confidence` outside (0, 1).
#[must_use]
pub fn wilson(successes: u64, trials: u64, confidence: f64) -> Option<Interval> {
    check(successes, trials, confidence)?;
    let n = trials as f64;
    let share = successes as f64 / n;
    let z = norm_quantile(0.5 + confidence / 2.0);
    let (z2, shrink) = (z * z, 1.0 + z * z / n);
    let middle = (share + z2 / (2.0 * n)) / shrink;
    let reach = z / shrink * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    // At the borders the formula gives 0 and 1 up to rounding; say so exactly.
    let low = if successes == 0 { 0.0 } else { (middle - reach).max(0.0) };
    let high = if successes == trials { 1.0 } else { (middle + reach).min(1.0) };
    Some(Interval::between(share, low, high))
}

/// The "exact" interval of `successes` out of `trials`, which covers at least with `confidence`
/// (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934): quantiles of beta laws.
///
/// `None` as for [`wilson`].
#[must_use]
pub fn clopper_pearson(successes: u64, trials: u64, confidence: f64) -> Option<Interval> {
    check(successes, trials, confidence)?;
    let tail = (1.0 - confidence) / 2.0;
    let (k, n) = (successes as f64, trials as f64);
    let low = if successes == 0 { 0.0 } else { beta_reg_inverse(k, n - k + 1.0, tail) };
    let high = if successes == trials { 1.0 } else { beta_reg_inverse(k + 1.0, n - k, 1.0 - tail) };
    Some(Interval::between(k / n, low, high))
}

/// Largest probability of an event that did not happen in `trials` independent trials, at one-sided
/// `confidence`: `1 - (1-confidence)^(1/trials)`, about `3 / trials` at 95 %.
#[must_use]
pub fn probability_bound_without_events(trials: u64, confidence: f64) -> Option<f64> {
    check(0, trials, confidence)?;
    Some(1.0 - exp(ln(1.0 - confidence) / trials as f64))
}

fn check(successes: u64, trials: u64, confidence: f64) -> Option<()> {
    (trials > 0 && successes <= trials && confidence > 0.0 && confidence < 1.0).then_some(())
}

/// Trials after which, if none failed, a share of successes below `wanted` is refuted at an error: the smallest n with
/// `wanted^n <= error`, where the interval of Clopper and Pearson reaches the share.
#[must_use]
pub fn trials_without_a_miss(wanted: f64, error: f64) -> u32 {
    (ln(error) / ln(wanted)).ceil().clamp(1.0, f64::from(u32::MAX)) as u32
}

/// Fewest runs that, all met, show a share of runs by Wilson's interval: its lower end `n / (n + z^2)` reaches the share.
/// `None` if no number does.
#[must_use]
pub fn runs_that_show_share(wanted: f64, confidence: f64) -> Option<u64> {
    if wanted >= 1.0 {
        return None;
    }
    let z = norm_quantile(0.5 + confidence / 2.0);
    Some((z * z * wanted / (1.0 - wanted)).ceil().max(1.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
    }

    #[test]
    fn wilson_by_hand() {
        // k = 18, n = 20, z = 1.959963984540054.
        let interval = wilson(18, 20, 0.95).unwrap();
        close(interval.centre, 0.9);
        close(interval.low, 0.698966354772);
        close(interval.high, 0.972133518786);
        assert_eq!(wilson(0, 20, 0.95).unwrap().low, 0.0);
        assert_eq!(wilson(20, 20, 0.95).unwrap().high, 1.0);
        assert_eq!(wilson(3, 2, 0.95), None);
    }

    #[test]
    fn runs_without_a_miss_show_a_share_from_their_number_on() {
        for share in [0.5, 0.9, 0.95, 0.99] {
            let runs = runs_that_show_share(share, 0.95).unwrap();
            assert!(wilson(runs, runs, 0.95).unwrap().low >= share);
            assert!(wilson(runs - 1, runs - 1, 0.95).unwrap().low < share);
        }
        assert_eq!(runs_that_show_share(0.95, 0.95), Some(73));
        assert_eq!(runs_that_show_share(1.0, 0.95), None);
    }

    #[test]
    fn clopper_pearson_at_the_borders_has_a_closed_form() {
        let none = clopper_pearson(0, 20, 0.95).unwrap();
        assert_eq!(none.low, 0.0);
        close(none.high, 0.168433470983085);
        let all = clopper_pearson(20, 20, 0.95).unwrap();
        close(all.low, 1.0 - 0.168433470983085);
        assert_eq!(all.high, 1.0);
        close(probability_bound_without_events(20, 0.95).unwrap(), 0.139108340668);
    }

    #[test]
    fn clopper_pearson_inverts_the_binomial_law() {
        use crate::numerics::binomial_cdf;
        let interval = clopper_pearson(7, 25, 0.9).unwrap();
        close(binomial_cdf(7, 25, interval.high), 0.05);
        close(1.0 - binomial_cdf(6, 25, interval.low), 0.05);
    }

    /// Mean and least probability, over success probabilities of 0.5 % to 99.5 %, that an interval of `n` trials
    /// holds the truth, by counting all outcomes.
    fn coverage(n: u64, interval: impl Fn(u64, u64, f64) -> Option<Interval>) -> (f64, f64) {
        use crate::numerics::binomial_cdf;
        let intervals: Vec<Interval> = (0..=n).map(|k| interval(k, n, 0.95).unwrap()).collect();
        let at = |p: f64| {
            let weight = |k: u64| binomial_cdf(k, n, p) - if k > 0 { binomial_cdf(k - 1, n, p) } else { 0.0 };
            (0..=n).filter(|&k| intervals[k as usize].contains(p)).map(weight).sum::<f64>()
        };
        let shares: Vec<f64> = (1..200).map(|i| at(f64::from(i) / 200.0)).collect();
        (shares.iter().sum::<f64>() / 199.0, shares.iter().copied().fold(1.0, f64::min))
    }

    #[test]
    fn coverage_by_counting_all_outcomes() {
        for (n, mean, least) in [(20, 0.95327, 0.90461), (50, 0.95174, 0.91056), (200, 0.94992, 0.92016)] {
            let found = coverage(n, wilson);
            assert!((found.0 - mean).abs() < 1e-4 && (found.1 - least).abs() < 1e-4, "wilson {n}: {found:?}");
            let exact = coverage(n, clopper_pearson);
            assert!(exact.1 >= 0.95 && exact.0 < 0.98, "clopper_pearson {n}: {exact:?}");
        }
    }
}
