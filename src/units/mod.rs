//! Quantities that cannot be mixed up or be NaN.

mod time;

pub use time::{NANOS_PER_SECOND, SimDuration, SimTime};
