//! Roots of monotone functions.

/// The smallest `x` in `[low, high]` at which the non-decreasing `f` is no longer negative, to the last
/// bits; `high` if `f` is negative everywhere. Jumps are allowed.
///
/// ITP method: I. F. D. Oliveira, R. H. C. Takahashi, An enhancement of the bisection method average
/// performance preserving minmax optimality, ACM TOMS 47 (2020), with kappa_1 = 0.2/(high - low),
/// kappa_2 = 2 and n_0 = 1: super-linear on smooth functions, never worse than bisection by more than a step.
#[must_use]
pub fn increasing_root(low: f64, high: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa >= 0.0 || a >= b {
        return a;
    }
    if fb < 0.0 {
        return b;
    }
    let kappa = 0.2 / (b - a);
    let tolerance = |b: f64| f64::EPSILON * b.abs().max(f64::MIN_POSITIVE);
    // The radius within which a step counts as no worse than bisection; it halves with every step.
    let mut radius = b - a;
    while b - a > tolerance(b) {
        let width = b - a;
        let middle = a + 0.5 * width;
        if middle <= a || middle >= b {
            break;
        }
        let secant = (fb * a - fa * b) / (fb - fa);
        let sign = if middle >= secant { 1.0 } else { -1.0 };
        let truncation = (kappa * width * width).max(0.5 * tolerance(b));
        let towards = if truncation <= (middle - secant).abs() { secant + sign * truncation } else { middle };
        let reach = (radius - 0.5 * width).max(0.0);
        let mut x = if (towards - middle).abs() <= reach { towards } else { middle - sign * reach };
        if x.is_nan() || x <= a || x >= b {
            x = middle;
        }
        let fx = f(x);
        if fx >= 0.0 {
            (b, fb) = (x, fx);
        } else {
            (a, fa) = (x, fx);
        }
        radius *= 0.5;
    }
    b
}

/// Newton's method for the root of a monotone `f`, which returns its value and its slope at a point, from
/// `start`; a step that leaves the bracket of the signs seen so far is replaced by its bisection.
///
/// Meant for functions that are concave or convex on the chosen scale, where Newton's method converges from
/// everywhere; the bracket is for the last bits, where rounding decides the sign.
pub(super) fn newton(start: f64, increasing: bool, mut f: impl FnMut(f64) -> (f64, f64)) -> f64 {
    const MOST_STEPS: usize = 200;
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut x = start;
    for _ in 0..MOST_STEPS {
        let (value, slope) = f(x);
        if value == 0.0 || value.is_nan() {
            break;
        }
        if (value < 0.0) == increasing {
            low = x;
        } else {
            high = x;
        }
        // A flat spot gives no direction: walk by one unit of the (logarithmic) scale instead.
        let step = if slope == 0.0 || !slope.is_finite() {
            if (value < 0.0) == increasing { 1.0 } else { -1.0 }
        } else {
            (-value / slope).clamp(-8.0, 8.0)
        };
        let mut next = x + step;
        if next <= low || next >= high {
            if low.is_finite() && high.is_finite() {
                next = low + 0.5 * (high - low);
            }
            if next <= low || next >= high {
                break;
            }
        }
        let done = (next - x).abs() <= 1e-16 * (1.0 + x.abs());
        x = next;
        if done {
            break;
        }
    }
    x
}
