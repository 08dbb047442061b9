//! How state changes: the world and its events.
//!
//! A replication's life: [`Simulator::new`] lays out tables for a model once; [`Simulator::run`] starts the
//! world empty (or in the model's initial state), delivers events in order of (instant, phase, kind, identity), and
//! hands out a [`RunRecord`](crate::metrics::RunRecord). It is a pure function of (model, replication number) and cannot
//! fail: whatever bound is reached is an outcome in the record.
//!
//! Each room owns its fields; what a room causes elsewhere it returns, and `world` routes it.
//!
//! * `core` is what every room is lent: clock, agenda, frames, and the `ledger`, which counts and decides nothing.
//! * `fleet` has services and pods, `routing` the ways to them; both with the core are the `ground` requests run on.
//! * `requests` arrive, run programs, call and fail; `control` measures, scales and changes.
//! * `shortcut` is a faster way to the same record for one plain queue.

mod control;
mod core;
mod fleet;
mod ground;
mod ledger;
mod requests;
mod routing;
mod shortcut;
mod simulator;
#[cfg(test)]
mod tests;
mod world;

pub use simulator::{Simulator, simulate};
