//! The values a factor of a sweep takes: a list, or a range with a step, on a logarithmic scale, or to draw from.

mod condition;
mod fixed;
mod level;
mod range;
mod values;

pub use condition::{Condition, ConditionError};
pub use fixed::{Amount, amount_text};
pub use level::{Level, MAX_LEVELS, VALUES, size};
pub use range::Range;
pub use values::Values;
