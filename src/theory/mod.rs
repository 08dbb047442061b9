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
mod unsolvable;

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
pub use unsolvable::Unsolvable;
