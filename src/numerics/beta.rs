//! The regularised incomplete beta function and its inverse.

use super::elementary::{exp, ln, ln_1p, sqrt};
use super::gamma::{deviance, stirling_error};
use super::root::newton;

/// Regularised incomplete beta function `I_x(a, b)`, the distribution function of a beta law (NIST DLMF 8.17.2).
///
/// `a, b > 0`, `x` in `[0, 1]`.
#[must_use]
pub fn beta_reg(a: f64, b: f64, x: f64) -> f64 {
    sides(a, b, x, 1.0 - x).0
}

/// `I_x(a, b)` and its complement, given `x` and `y = 1 - x` so that neither loses digits near one.
pub(super) fn sides(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    let valid = a > 0.0 && b > 0.0 && a < f64::INFINITY && b < f64::INFINITY && x >= 0.0 && y >= 0.0;
    if !valid {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (0.0, 1.0);
    }
    if y == 0.0 {
        return (1.0, 0.0);
    }
    let weight = weight(a, b, x, y);
    // The continued fraction converges fast below the mean of the law, so above it the sides change places.
    if x * (a + b + 2.0) <= a + 1.0 {
        let value = (weight / fraction(a, b, x, y)).min(1.0);
        (value, 1.0 - value)
    } else {
        let value = (weight / fraction(b, a, y, x)).min(1.0);
        (1.0 - value, value)
    }
}

/// `x^a y^b / B(a, b)` by Loader's saddle-point form, so that large `a` and `b` lose no digits.
fn weight(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let exponent =
        stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y);
    exp(exponent) * sqrt(a / n * b / std::f64::consts::TAU)
}

/// The even part of the continued fraction of NIST DLMF 8.17.22, by Lentz's method, in the arrangement of
/// A. R. DiDonato, A. H. Morris, Algorithm 708, ACM TOMS 18 (1992): with `x` and `y` apart, nothing cancels when
/// `x` is near one. `I_x(a, b)` is the weight over this.
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    // A denominator of exactly zero is replaced by a tiny one (Thompson and Barnett 1986).
    let guard = |value: f64| if value == 0.0 { 1e-300 } else { value };
    let offset = a * y - b * x + 1.0;
    let mut product = guard(a * offset / (a + 1.0));
    let mut c = product;
    let mut d = 0.0;
    let mut m = 0.0;
    loop {
        m += 1.0;
        let before = a + 2.0 * m - 1.0;
        let numerator = (a + m - 1.0) / before * ((a + b + m - 1.0) / before) * (m * (b - m)) * x * x;
        let term = m + m * (b - m) * x / before + (a + m) * (offset + m * (2.0 - x)) / (before + 2.0);
        d = 1.0 / guard(term + numerator * d);
        c = guard(term + numerator / c);
        let factor = c * d;
        product *= factor;
        if (factor - 1.0).abs() <= 2.0 * f64::EPSILON || m > 1e6 {
            return product;
        }
    }
}

/// The `x` with `I_x(a, b) = p`, for `a, b > 0` and `p` in `[0, 1]`.
///
/// Newton's method on the logarithm of the smaller side against the logit of `x`.
#[must_use]
pub fn beta_reg_inverse(a: f64, b: f64, p: f64) -> f64 {
    let valid = a > 0.0 && b > 0.0 && a < f64::INFINITY && b < f64::INFINITY && (0.0..=1.0).contains(&p);
    if !valid {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return p;
    }
    let lower = p <= 0.5;
    let goal = if lower { ln(p) } else { ln_1p(-p) };
    let logit = newton(ln(a / b), lower, |logit| {
        let (x, y) = (1.0 / (1.0 + exp(-logit)), 1.0 / (1.0 + exp(logit)));
        let (below, above) = sides(a, b, x, y);
        // The density times dx/dlogit = x y is the weight itself.
        let slope = weight(a, b, x, y);
        if lower { (ln(below) - goal, slope / below) } else { (ln(above) - goal, -slope / above) }
    });
    1.0 / (1.0 + exp(-logit))
}
