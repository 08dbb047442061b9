//! Why there is no answer, and the checks of parameters that say so.

use std::fmt;

/// Why a model has no steady-state answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unsolvable {
    /// Work arrives at least as fast as it can be done; the queue grows without end.
    Unstable {
        /// Offered load over slots; 1 or more.
        utilisation: f64,
    },
    /// The exact answer would take more states or steps than are worth computing.
    TooLarge {
        /// What there would be too many of.
        name: &'static str,
        /// The most that is allowed.
        most: u64,
    },
    /// A parameter lies outside its range.
    Parameter {
        /// Name of the parameter.
        name: &'static str,
        /// Its value.
        value: f64,
    },
}

impl fmt::Display for Unsolvable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unstable { utilisation } => write!(f, "unstable: utilisation would be {utilisation}"),
            Self::TooLarge { name, most } => write!(f, "too large: more than {most} {name}"),
            Self::Parameter { name, value } => write!(f, "{name} of {value} is out of range"),
        }
    }
}

impl std::error::Error for Unsolvable {}

/// `value` if it is finite and above zero.
pub(super) fn positive(name: &'static str, value: f64) -> Result<f64, Unsolvable> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(Unsolvable::Parameter { name, value }) }
}

/// `value` if it is finite and not below zero.
pub(super) fn not_negative(name: &'static str, value: f64) -> Result<f64, Unsolvable> {
    if value.is_finite() && value >= 0.0 { Ok(value) } else { Err(Unsolvable::Parameter { name, value }) }
}

/// `count` if there is at least one.
pub(super) fn at_least_one(name: &'static str, count: u64) -> Result<f64, Unsolvable> {
    if count > 0 { Ok(count as f64) } else { Err(Unsolvable::Parameter { name, value: 0.0 }) }
}
