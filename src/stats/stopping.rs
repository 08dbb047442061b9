//! When to stop adding replications.

use super::interval::Interval;

/// Largest relative half-width, measured on the estimate, that guarantees the relative error `g` of the true
/// mean: `g / (1 + g)` (A. M. Law, Simulation Modeling and Analysis, 2015, section 9.4.1).
#[must_use]
pub fn relative_target(g: f64) -> f64 {
    g / (1.0 + g)
}

/// Whether an interval is narrow enough for a relative error of at most `g`.
///
/// An estimate of exactly zero is never precise in relative terms unless its interval has no width.
#[must_use]
pub fn is_precise(interval: &Interval, g: f64) -> bool {
    interval.half_width <= relative_target(g) * interval.centre.abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_is_judged_on_the_estimate() {
        assert!((relative_target(0.25) - 0.2).abs() < 1e-15);
        assert!(is_precise(&Interval::symmetric(-10.0, 1.9), 0.25));
        assert!(!is_precise(&Interval::symmetric(10.0, 2.1), 0.25));
        assert!(!is_precise(&Interval::symmetric(0.0, 1e-9), 0.25));
        assert!(is_precise(&Interval::symmetric(0.0, 0.0), 0.25));
    }
}
