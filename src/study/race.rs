//! The two sides of a check, replication by replication, within a budget of wall time.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::StudyError;
use super::host::Stopwatch;
use super::step::Step;
use crate::analysis::Pool;
use crate::experiment::{Workers, run_side_by_side};
use crate::model::Model;

/// Replications at the first look, doubled at each later one.
const FIRST_LOOK: u32 = 20;

/// Looks without a budget: 20, 40, 80, 160 replications. The same on every machine.
const LOOKS: u32 = 4;

/// Looks within a budget: up to 10,240 replications.
const LOOKS_IN_BUDGET: u32 = 10;

/// Replications by which the pace is known before anything is planned.
const PACE: u32 = 5;

/// Part of the time left that is planned for: a pace is only an estimate.
const CAUTION: f64 = 0.95;

/// The numbers of replications at which a check looks: once at a fixed number, else doubling.
pub(super) fn schedule(fixed: Option<u32>, has_budget: bool) -> Vec<u32> {
    match fixed {
        Some(number) => vec![number],
        None => {
            (0..if has_budget { LOOKS_IN_BUDGET } else { LOOKS }).map(|look| FIRST_LOOK << look).collect()
        }
    }
}

/// Designs that run the same replications.
pub(super) struct Race<'a> {
    workers: &'a Workers,
    watch: Stopwatch,
    until: Option<f64>,
    models: Vec<Arc<Model>>,
    pools: Vec<Pool>,
    done: u32,
    /// Seconds spent on replications.
    spent: f64,
}

impl<'a> Race<'a> {
    /// Nobody runs yet. Replications are added until `watch` shows `until`.
    pub fn new(workers: &'a Workers, watch: Stopwatch, until: Option<f64>) -> Self {
        Self { workers, watch, until, models: Vec::new(), pools: Vec::new(), done: 0, spent: 0.0 }
    }

    /// One more side.
    pub fn enter(&mut self, model: Arc<Model>) {
        self.pools.push(Pool::new(&model));
        self.models.push(model);
    }

    /// How many sides there are.
    pub fn sides(&self) -> usize {
        self.models.len()
    }

    /// Model and pool of a side.
    pub fn side(&self, index: usize) -> (&Model, &Pool) {
        (&self.models[index], &self.pools[index])
    }

    /// Replications of every side.
    pub fn done(&self) -> u32 {
        self.done
    }

    /// Bounds that replications hit, in words.
    pub fn bounds_hit(&self) -> Vec<String> {
        self.pools.iter().flat_map(Pool::bounds_hit).collect()
    }

    /// Runs up to `target` replications of every side, fewer if time does not allow. True if `target` was reached.
    pub fn run_to(
        &mut self,
        target: u32,
        interrupt: &AtomicBool,
        progress: &mut dyn FnMut(Step),
    ) -> Result<bool, StudyError> {
        if self.until.is_some() && self.done == 0 {
            self.run(target.min(PACE), target, interrupt, progress)?;
        }
        let affordable = self.until.map_or(target, |until| {
            let pace = self.spent / f64::from(self.done.max(1));
            let more = (until - self.watch.seconds()).max(0.0) * CAUTION / pace.max(1e-9);
            self.done.saturating_add(more.min(1e9) as u32)
        });
        self.run(target.min(affordable), target, interrupt, progress)?;
        Ok(self.done >= target)
    }

    fn run(
        &mut self,
        end: u32,
        target: u32,
        interrupt: &AtomicBool,
        progress: &mut dyn FnMut(Step),
    ) -> Result<(), StudyError> {
        if end <= self.done {
            return Ok(());
        }
        let began = self.watch.seconds();
        let sides = self.models.len() as u32;
        let (pools, mut folded) = (&mut self.pools, self.done * sides);
        let range = u64::from(self.done)..u64::from(end);
        run_side_by_side(self.workers, &self.models, range, interrupt, |side, record| {
            pools[side].fold(record);
            folded += 1;
            progress(Step::Replications { done: folded, of: target * sides });
        })
        .map_err(|_| StudyError::Interrupted)?;
        self.done = end;
        self.spent += self.watch.seconds() - began;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_double_and_a_fixed_number_is_one_look() {
        assert_eq!(schedule(None, false), [20, 40, 80, 160]);
        assert_eq!(schedule(None, true).last(), Some(&10_240));
        assert_eq!(schedule(Some(33), true), [33]);
    }
}
