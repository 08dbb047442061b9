//! Student values turned into normal ones, so that tests with different degrees of freedom compare.

use crate::numerics::{beta_reg, exp, ln, ln_gamma, norm_quantile};

/// Below this a tail probability is handled by its logarithm, for it is near the smallest number there is.
const SMALL_TAIL: f64 = 1e-280;
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_7;

/// The standard normal value that lies as far out in its law as `t` does in Student's law with `df` degrees
/// of freedom. The sign is kept; an infinite `t` stays infinite.
///
/// Far out in the tails the probability itself leaves the range of numbers; there both tails are compared
/// through their logarithms. `df` must be above zero: `None` otherwise, and for NaN.
#[must_use]
pub fn normal_score(t: f64, df: f64) -> Option<f64> {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return None;
    }
    if df.is_infinite() || t == 0.0 || t.is_infinite() {
        return Some(t);
    }
    Some(score_of_size(t.abs(), df).copysign(t))
}

fn score_of_size(t: f64, df: f64) -> f64 {
    // The upper tail is half of I_x(df/2, 1/2) with x = df / (df + t^2); near t = 0 the complement is exact.
    let square = t * t;
    if square < df * 1e-3 && t < 0.5 {
        let inner = beta_reg(0.5, df / 2.0, square / (df + square)) / 2.0;
        return norm_quantile(0.5 + inner).max(0.0);
    }
    let x = 1.0 / (1.0 + square / df);
    let tail = beta_reg(df / 2.0, 0.5, x) / 2.0;
    if tail > SMALL_TAIL { -norm_quantile(tail) } else { normal_of_ln_tail(ln_student_tail(t, df)) }
}

/// Logarithm of Student's upper tail by the series of the incomplete beta function,
/// `I_x(a,b) = x^a (1-x)^b / (a B(a,b)) (1 + sum_k prod (a+b+i)/(a+1+i) x^(k+1))` (DLMF 8.17.8).
fn ln_student_tail(t: f64, df: f64) -> f64 {
    let (a, b) = (df / 2.0, 0.5);
    let ratio = df.sqrt() / t;
    let ln_x = 2.0 * ln(ratio) - ln_plus_one(ratio * ratio);
    let x = exp(ln_x);
    let (mut term, mut sum) = (1.0, 1.0);
    for i in 0..100_000 {
        term *= x * (a + b + f64::from(i)) / (a + 1.0 + f64::from(i));
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    let ln_beta = ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    a * ln_x + b * ln(1.0 - x) - ln(a) - ln_beta + ln(sum) - std::f64::consts::LN_2
}

fn ln_plus_one(x: f64) -> f64 {
    if x < 1e-8 { x } else { ln(1.0 + x) }
}

/// Solves `ln P(Z > z) = ln_tail` far out, by Newton steps on the asymptotic expansion of the normal tail
/// (DLMF 7.12.1).
fn normal_of_ln_tail(ln_tail: f64) -> f64 {
    let mut z = (-2.0 * ln_tail).sqrt();
    for _ in 0..20 {
        let y = 1.0 / (z * z);
        let series = 1.0 - y * (1.0 - y * (3.0 - y * (15.0 - y * 105.0)));
        let value = -0.5 * z * z - ln(z) - LN_SQRT_2PI + ln(series);
        let step = (value - ln_tail) / (z + 1.0 / z);
        z += step;
        if step.abs() < 1e-14 * z {
            break;
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() <= tolerance * expected.abs(), "{value} is not {expected}");
    }

    #[test]
    fn quantiles_of_equal_level_correspond() {
        close(normal_score(2.093024054408263, 19.0).unwrap(), 1.959963984540054, 1e-11);
        close(normal_score(-2.093024054408263, 19.0).unwrap(), -1.959963984540054, 1e-11);
        // With one degree of freedom the law is Cauchy's: P(T > 1) = 1/4.
        close(normal_score(1.0, 1.0).unwrap(), 0.6744897501960817, 1e-12);
        // With two, P(T > t) = (1 - t / sqrt(2 + t^2)) / 2; t = 1 gives 0.2113248654051871.
        close(normal_score(1.0, 2.0).unwrap(), 0.8018327165292302, 1e-9);
        assert_eq!(normal_score(0.0, 5.0), Some(0.0));
        assert_eq!(normal_score(3.0, f64::INFINITY), Some(3.0));
        assert_eq!(normal_score(3.0, 0.0), None);
    }

    #[test]
    fn many_degrees_of_freedom_are_nearly_normal() {
        close(normal_score(4.0, 1e9).unwrap(), 4.0, 1e-7);
        close(normal_score(0.01, 1e6).unwrap(), 0.01, 1e-6);
    }

    #[test]
    fn tails_stay_finite_and_join_smoothly() {
        let scores: Vec<f64> =
            (0..60).map(|i| normal_score(exp(f64::from(i) * 0.5), 39.0).unwrap()).collect();
        assert!(scores.iter().all(|z| z.is_finite()));
        assert!(scores.windows(2).all(|pair| pair[0] < pair[1]));
        // Where the tail is still a number, its logarithm leads to the same score.
        for t in [1e3, 1e5] {
            close(normal_of_ln_tail(ln_student_tail(t, 39.0)), normal_score(t, 39.0).unwrap(), 1e-9);
        }
    }
}
