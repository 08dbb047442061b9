//! How state changes: the world and its events.
//!
//! A replication's life: [`Simulator::new`] lays out tables for a model once; [`Simulator::run`] starts the
//! world empty (or in the model's initial state), delivers events in order of (instant, kind, identity), and
//! hands out a [`RunRecord`]. It is a pure function of (model, replication number) and cannot fail: whatever
//! bound is reached is an outcome in the record.
//!
//! * `arrivals` turns streams into requests; `calls` and `programs` run what requests do, `chance` is what each try
//!   meets anew; `service` lets frames in,
//!   `queues` lets them wait; `sharing` is the cpu of a pod that is shared; `balance` chooses pods; `scaling` starts and stops
//!   them; `measure` and `marks` keep the records, `callbooks` those of calls; `probes` look without disturbing; `shortcut` is a
//!   faster way to the same record for one plain queue;
//!   `books` checks that nothing is lost, where debug assertions are on.

mod arrivals;
mod balance;
#[cfg(debug_assertions)]
mod books;
mod callbooks;
mod calls;
mod chance;
mod event;
mod frame;
mod levels;
mod marks;
mod measure;
mod probes;
mod programs;
mod queues;
mod scaling;
mod service;
mod sharing;
mod shortcut;
#[cfg(test)]
mod shortcut_tests;
mod stations;
#[cfg(test)]
mod tests;
mod world;

use crate::metrics::RunRecord;
use crate::model::Model;
use std::sync::atomic::AtomicBool;

pub use world::Simulator;

/// Runs replication number `replication` of the model. If `interrupt` becomes true the run ends early and its
/// record says so.
#[must_use]
pub fn simulate(model: &Model, replication: u64, interrupt: &AtomicBool) -> RunRecord {
    Simulator::new(model).run(replication, interrupt)
}
