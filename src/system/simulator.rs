//! A replication's life.

use super::shortcut::PlainQueue;
use super::world::World;
use crate::metrics::RunRecord;
use crate::model::Model;
use std::sync::atomic::AtomicBool;

/// Runs replications of one model, reusing its memory.
#[derive(Debug)]
pub struct Simulator<'m> {
    world: World<'m>,
    /// The shortcut, if the model is one plain queue.
    shortcut: Option<PlainQueue<'m>>,
}

impl<'m> Simulator<'m> {
    /// Lays out the tables for `model`.
    #[must_use]
    pub fn new(model: &'m Model) -> Self {
        Self { world: World::new(model), shortcut: PlainQueue::of(model) }
    }

    /// Whether the model's records are made by a shortcut; they are equal to those of the general path.
    #[must_use]
    pub fn takes_shortcut(&self) -> bool {
        self.shortcut.is_some()
    }

    /// Runs one replication; see [`simulate`].
    #[must_use]
    pub fn run(&mut self, replication: u64, interrupt: &AtomicBool) -> RunRecord {
        self.world.start(replication);
        match &mut self.shortcut {
            Some(queue) => self.world.deliver_shortly(queue, interrupt),
            None => self.world.deliver_events(interrupt),
        }
        self.world.take_record()
    }
}

/// Runs replication number `replication` of the model. If `interrupt` becomes true the run ends early and its
/// record says so.
#[must_use]
pub fn simulate(model: &Model, replication: u64, interrupt: &AtomicBool) -> RunRecord {
    Simulator::new(model).run(replication, interrupt)
}
