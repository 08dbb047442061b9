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

/// Replications needed in all to bring an interval of `done` of them to the relative error `g`:
/// `R ~ R0 (h0 / h)^2`. At least `done`; `None` when no number is enough (the estimate is zero).
#[must_use]
pub fn forecast_replications(done: u64, interval: &Interval, g: f64) -> Option<u64> {
    let target = relative_target(g) * interval.centre.abs();
    if interval.half_width <= target {
        return Some(done);
    }
    let ratio = interval.half_width / target;
    let needed = (done as f64 * ratio * ratio).ceil();
    // `as` saturates, so an absurd forecast stays a number that every cap cuts.
    needed.is_finite().then(|| (needed as u64).max(done))
}

/// How many replications to add before the next look: towards the forecast, but at least a fifth of those
/// done and at least ten, and never beyond `cap` in all. 0 once the cap is reached.
///
/// Looking rarely matters: checks after each replication stop too early and lose one to five points of
/// coverage. Half the distance to the forecast keeps a noisy first forecast from overshooting.
#[must_use]
pub fn next_batch(done: u64, forecast: Option<u64>, cap: u64) -> u64 {
    let smallest = 10.max(done.div_ceil(5));
    let towards = forecast.unwrap_or(cap).saturating_sub(done).div_ceil(2);
    smallest.max(towards).min(cap.saturating_sub(done))
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

    #[test]
    fn forecast_grows_with_the_square() {
        let interval = Interval::symmetric(10.0, 4.0);
        assert_eq!(forecast_replications(20, &interval, 0.25), Some(80));
        assert_eq!(forecast_replications(20, &Interval::symmetric(10.0, 1.0), 0.25), Some(20));
        assert_eq!(forecast_replications(20, &Interval::symmetric(0.0, 1.0), 0.25), None);
    }

    #[test]
    fn batches_are_neither_tiny_nor_beyond_the_cap() {
        assert_eq!(next_batch(20, Some(80), 1000), 30);
        assert_eq!(next_batch(20, Some(21), 1000), 10);
        assert_eq!(next_batch(200, Some(210), 1000), 40);
        assert_eq!(next_batch(990, None, 1000), 10);
        assert_eq!(next_batch(1000, Some(5000), 1000), 0);
    }
}
