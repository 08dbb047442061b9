//! The ledger: what is counted and timed, by class, service, edge and window. It decides nothing.

mod calls;
mod classes;
mod counting;
mod edges;
mod grid;
mod looks;
mod noting;
mod series;
mod services;
mod state;

pub use calls::Served;
pub use looks::Look;
pub use services::{PodCounts, Standing};
pub use state::{Ledger, PlainBooks};
