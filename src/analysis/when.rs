//! When requests count, and instants as results have them.

use crate::model::{Mode, Model, WarmUp};
use crate::units::{SimDuration, SimTime};

const SECOND: f64 = 1e9;

/// Seconds of an instant relative to T0, exact for whole nanoseconds.
pub(super) fn relative(nanos: u64, t0: SimTime) -> f64 {
    (i128::from(nanos) - i128::from(t0.as_nanos())) as f64 / SECOND
}

/// The instant from which requests count: in steady mode the warm-up at the start of the span is deleted.
pub(super) fn counted_from(model: &Model) -> SimTime {
    match model.plan.mode {
        Mode::Steady(WarmUp::Fixed(cut)) => (model.plan.from() + cut).min(model.plan.to()),
        _ => model.plan.from(),
    }
}

/// How long requests count.
pub(super) fn counted_length(model: &Model) -> SimDuration {
    model.plan.to().since(counted_from(model))
}
