//! For tests: a closed form beside its known value.

/// Fails unless `value` has the first ten or so digits of `expected`.
#[track_caller]
pub(super) fn close(value: f64, expected: f64) {
    assert!((value / expected - 1.0).abs() < 2e-11, "{value} is not {expected}");
}
