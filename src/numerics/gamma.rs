//! The gamma function, the regularised incomplete gamma functions and their inverses.

#![expect(clippy::excessive_precision, reason = "constants are kept as printed in their sources")]

use super::elementary::{exp, ln, ln_1p, pow, sqrt};
use super::normal::norm_quantile;
use super::root::newton;

/// Half of `ln(2 pi)`.
const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_741_78;
/// From here on Stirling's series with eight terms is exact to the last bits.
const STIRLING_FROM: f64 = 16.0;

/// Logarithm of the absolute value of the gamma function.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The gamma function.
#[must_use]
pub fn gamma(x: f64) -> f64 {
    libm::tgamma(x)
}

/// `ln(gamma(a + 1)) - ln(sqrt(2 pi a) (a/e)^a)`, the error of Stirling's formula (NIST DLMF 5.11.1).
pub(super) fn stirling_error(a: f64) -> f64 {
    if a < STIRLING_FROM {
        return ln_gamma(a + 1.0) - (a + 0.5) * ln(a) + a - HALF_LN_TWO_PI;
    }
    let square = a * a;
    let mut sum = 1.0 / 156.0;
    for term in [-691.0 / 360_360.0, 1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0, 1.0 / 12.0] {
        sum = sum / square + term;
    }
    sum / a
}

/// The deviance `x ln(x/m) + m - x`, without cancellation when `x` is near `m`.
///
/// C. Loader, Fast and accurate computation of binomial probabilities (2000).
pub(super) fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() > 0.1 * (x + m) {
        return x * ln(x / m) + m - x;
    }
    // With v = (x-m)/(x+m): ln(x/m) = 2 atanh(v), of which the first term combines with m - x.
    let v = (x - m) / (x + m);
    let square = v * v;
    let mut power = 2.0 * x * v;
    let mut sum = (x - m) * v;
    let mut odd = 1.0;
    loop {
        power *= square;
        odd += 2.0;
        let next = sum + power / odd;
        if next == sum {
            return sum;
        }
        sum = next;
    }
}

/// The Poisson weight `x^a e^-x / gamma(a + 1)`, for whole `a` the probability of `a` events when `x` are
/// expected; by Loader's saddle-point form, so that a large `a` loses no digits.
#[must_use]
pub fn poisson_weight(a: f64, x: f64) -> f64 {
    if a < STIRLING_FROM {
        return exp(a * ln(x) - x - ln_gamma(a + 1.0));
    }
    exp(-stirling_error(a) - deviance(a, x)) / sqrt(std::f64::consts::TAU * a)
}

/// Regularised lower incomplete gamma function `P(a, x)`, the distribution function of a gamma law of shape
/// `a > 0` and scale one (NIST DLMF 8.2.4).
#[must_use]
pub fn gamma_p(a: f64, x: f64) -> f64 {
    incomplete(a, x).0
}

/// Regularised upper incomplete gamma function `Q(a, x) = 1 - P(a, x)`, accurate in its tail.
#[must_use]
pub fn gamma_q(a: f64, x: f64) -> f64 {
    incomplete(a, x).1
}

/// Both incomplete gamma functions: the smaller side by its own expansion, the other as its complement.
fn incomplete(a: f64, x: f64) -> (f64, f64) {
    if a.is_nan() || x.is_nan() || a <= 0.0 || a == f64::INFINITY || x < 0.0 {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    if x < a + 1.0 {
        let p = (poisson_weight(a, x) * series(a, x)).min(1.0);
        (p, 1.0 - p)
    } else {
        let q = (poisson_weight(a, x) * a * fraction(a, x)).min(1.0);
        (1.0 - q, q)
    }
}

/// `1 + x/(a+1) + x^2/((a+1)(a+2)) + …` (NIST DLMF 8.7.1).
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut divisor = a;
    loop {
        divisor += 1.0;
        term *= x / divisor;
        sum += term;
        if term <= sum * 1e-17 {
            return sum;
        }
    }
}

/// The continued fraction of the upper function (NIST DLMF 8.9.2, even part) by Lentz's method.
fn fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = f64::INFINITY;
    let mut d = 1.0 / b;
    let mut product = d;
    let mut i = 0.0;
    loop {
        i += 1.0;
        let coefficient = -i * (i - a);
        b += 2.0;
        d = 1.0 / (coefficient * d + b);
        c = b + coefficient / c;
        let factor = c * d;
        product *= factor;
        if (factor - 1.0).abs() <= 2.0 * f64::EPSILON || i > 1e6 {
            return product;
        }
    }
}

/// The `x` with `P(a, x) = p`, for `a > 0` and `p` in `[0, 1]`.
#[must_use]
pub fn gamma_p_inverse(a: f64, p: f64) -> f64 {
    if p <= 0.5 { inverse(a, p, true) } else { inverse(a, 1.0 - p, false) }
}

/// The `x` with `Q(a, x) = q`, accurate for a tiny `q`.
#[must_use]
pub fn gamma_q_inverse(a: f64, q: f64) -> f64 {
    if q < 0.5 { inverse(a, q, false) } else { inverse(a, 1.0 - q, true) }
}

/// Newton's method on the logarithm of the smaller side against `ln x`, where both sides are concave.
fn inverse(a: f64, target: f64, lower: bool) -> f64 {
    if a.is_nan() || target.is_nan() || a <= 0.0 || a == f64::INFINITY || target < 0.0 {
        return f64::NAN;
    }
    if target == 0.0 {
        return if lower { 0.0 } else { f64::INFINITY };
    }
    let goal = ln(target);
    // P(a, x) tends to x^a / gamma(a + 1) for small x.
    let small = (if lower { goal } else { ln_1p(-target) } + ln_gamma(a + 1.0)) / a;
    if lower && small < -40.0 {
        return exp(small);
    }
    let start = if a < 0.5 {
        if lower || small < -1.0 { small.min(0.0) } else { ln((-goal - ln_gamma(a)).max(0.5)) }
    } else {
        // Wilson and Hilferty (1931): the cube root of a gamma variable is nearly normal.
        let z = if lower { norm_quantile(target) } else { -norm_quantile(target) };
        let root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * sqrt(a));
        if root > 0.1 { ln(a * pow(root, 3.0)) } else { small }
    };
    let log_x = newton(start, lower, |log_x| {
        let x = exp(log_x);
        let (p, q) = incomplete(a, x);
        // x times the density is a times the Poisson weight.
        let slope = a * poisson_weight(a, x);
        if lower { (ln(p) - goal, slope / p) } else { (ln(q) - goal, -slope / q) }
    });
    exp(log_x)
}

/// The `p`-quantile of the chi-squared law with `df > 0` degrees of freedom, whole or not.
#[must_use]
pub fn chi2_quantile(p: f64, df: f64) -> f64 {
    2.0 * gamma_p_inverse(0.5 * df, p)
}
