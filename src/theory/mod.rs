//! Closed forms and fluid limits of a model, where they exist.
//!
//! Rates are per second, times in seconds, offered load in Erlangs. *Slots* are the parallel servers of
//! queueing theory: places in service. Unless said otherwise requests arrive by a Poisson process, work is
//! exponential, the queue is first in, first out, and every number is a steady-state value.

mod birth_death;
#[cfg(test)]
mod closeness;
mod erlang;
mod erlang_a;
mod finite_population;
mod fixed_patience;
mod fluid;
mod loss;
mod mg1;
mod mm1_initial_bias;
mod networks;
mod order_statistics;
mod staffing;
mod stages;
pub mod stationary;
mod tail;

pub use birth_death::{Law, stationary_law, stationary_law_by};
pub use erlang::{MmC, erlang_b, erlang_c};
pub use erlang_a::ErlangA;
pub use finite_population::FinitePopulation;
pub use fixed_patience::FixedPatience;
pub use fluid::{Fluid, FluidPeak};
pub use loss::MmCK;
pub use mg1::{Mg1, Mg1Ps, Mm1Ps};
pub use mm1_initial_bias::{InitialBias, mm1_initial_bias};
pub use networks::{ClosedNetwork, ClosedStation, JacksonStation, OpenNetwork, QueueingStation};
pub use order_statistics::{KthOfN, tail_at_scale};
pub use staffing::{Staffing, StaffingTarget, halfin_whitt, smallest_slots};

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

impl std::fmt::Display for Unsolvable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unstable { utilisation } => write!(f, "unstable: utilisation would be {utilisation}"),
            Self::TooLarge { name, most } => write!(f, "too large: more than {most} {name}"),
            Self::Parameter { name, value } => write!(f, "{name} of {value} is out of range"),
        }
    }
}

impl std::error::Error for Unsolvable {}

/// `value` if it is finite and above zero.
fn positive(name: &'static str, value: f64) -> Result<f64, Unsolvable> {
    if value.is_finite() && value > 0.0 { Ok(value) } else { Err(Unsolvable::Parameter { name, value }) }
}

/// `value` if it is finite and not below zero.
fn not_negative(name: &'static str, value: f64) -> Result<f64, Unsolvable> {
    if value.is_finite() && value >= 0.0 { Ok(value) } else { Err(Unsolvable::Parameter { name, value }) }
}

/// `count` if there is at least one.
fn at_least_one(name: &'static str, count: u64) -> Result<f64, Unsolvable> {
    if count > 0 { Ok(count as f64) } else { Err(Unsolvable::Parameter { name, value: 0.0 }) }
}
