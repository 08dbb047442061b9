//! Student's t law.

use super::beta::sides;
use super::elementary::{exp, ln, ln_1p, sqrt};
use super::gamma::{ln_gamma, stirling_error};
use super::normal::norm_quantile;
use super::root::newton;

/// Distribution function of Student's t law with `df > 0` degrees of freedom, whole or not; accurate in the
/// lower tail (NIST DLMF 8.17.1 with the substitution of Abramowitz and Stegun 26.7.1).
#[must_use]
pub fn t_cdf(t: f64, df: f64) -> f64 {
    if df == f64::INFINITY {
        return super::norm_cdf(t);
    }
    if t.is_infinite() && df > 0.0 {
        return if t > 0.0 { 1.0 } else { 0.0 };
    }
    let (centre, tail) = central_and_tail(t.abs(), df);
    if t > 0.0 { if centre < 0.25 { 0.5 + centre } else { 1.0 - tail } } else { tail }
}

/// `P(0 < T < t)` and `P(T > t)` for `t >= 0`.
fn central_and_tail(t: f64, df: f64) -> (f64, f64) {
    // The two fractions are formed so that a huge t cannot overflow.
    let ratio = t / df * t;
    let (inner, outer) = sides(0.5, 0.5 * df, ratio / (1.0 + ratio), 1.0 / (1.0 + ratio));
    let (inner, outer) = if ratio == f64::INFINITY && df > 0.0 { (1.0, 0.0) } else { (inner, outer) };
    (0.5 * inner, 0.5 * outer)
}

/// Density of Student's t law.
fn density(t: f64, df: f64) -> f64 {
    let half = 0.5 * df;
    // gamma(half + 1/2) / (sqrt(half) gamma(half)), by Stirling's formula where the logarithms would cancel.
    let ln_ratio = if half > 16.0 {
        let shifted = half - 0.5;
        stirling_error(shifted) - stirling_error(half) + half * ln_1p(-0.5 / half) + 0.5
    } else {
        ln_gamma(half + 0.5) - ln_gamma(half) - 0.5 * ln(half)
    };
    exp(ln_ratio - (half + 0.5) * ln_1p(t / df * t)) / sqrt(std::f64::consts::TAU)
}

/// The `p`-quantile of Student's t law with `df > 0` degrees of freedom, whole or not.
///
/// Newton's method against `ln t`, on the logarithm of the tail or of the central probability, whichever is
/// the smaller.
#[must_use]
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if p > 0.5 {
        return -t_quantile(1.0 - p, df);
    }
    if p == 0.5 {
        return 0.0;
    }
    if p == 0.0 || df == f64::INFINITY {
        return norm_quantile(p);
    }
    let use_tail = p < 0.25;
    let goal = if use_tail { ln(p) } else { ln(0.5 - p) };
    let log_t = newton(ln(-norm_quantile(p)), !use_tail, |log_t| {
        let t = exp(log_t);
        let (centre, tail) = central_and_tail(t, df);
        let slope = t * density(t, df);
        if use_tail { (ln(tail) - goal, -slope / tail) } else { (ln(centre) - goal, slope / centre) }
    });
    -exp(log_t)
}
