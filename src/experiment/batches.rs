//! Replications in batches of fixed sizes, until a rule says stop.

use std::sync::atomic::AtomicBool;

use super::{Interrupted, WorkUnit, Workers};
use crate::metrics::RunRecord;

/// Replications before the first look at the precision. With fewer the interval is itself so uncertain that
/// stopping on it costs coverage (A. M. Law, Simulation Modeling and Analysis, 2015, section 9.4.1).
pub const FIRST_BATCH: u32 = 20;

/// Smallest batch after the first one.
const LATER_BATCH: u32 = 10;

/// What records are folded into. Folding records in the same order must give the same state.
pub trait Fold {
    /// Takes the record of the next replication.
    fn fold(&mut self, record: RunRecord);
}

/// When replications stop. Never a matter of threads or of time: equal rules stop at equal numbers.
pub enum StopRule<'a, P> {
    /// At exactly this number.
    Fixed(u32),
    /// At the end of the first batch after which the rule holds, at most at `cap`.
    Until {
        /// Most replications.
        cap: u32,
        /// Whether what was folded so far is enough.
        is_enough: &'a dyn Fn(&P) -> bool,
    },
}

/// Why replications stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The fixed number was reached.
    Done,
    /// The rule held.
    Enough,
    /// The rule did not hold at the cap.
    Capped,
}

/// How a design point went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trials {
    /// Replications folded.
    pub replications: u32,
    /// Why there are no more.
    pub ending: Ending,
}

/// Replications to add after `done`: 20, then 10, from 100 on a tenth of those done in steps of ten.
/// 0 at `cap`.
#[must_use]
pub fn next_batch(done: u32, cap: u32) -> u32 {
    let wanted = if done == 0 { FIRST_BATCH } else { LATER_BATCH.max(done / 100 * LATER_BATCH) };
    wanted.min(cap.saturating_sub(done))
}

/// Runs replications 0, 1, … of `design_point` until `rule` stops them, and folds their records into `pool` in
/// order. `progress` hears `(done, of)` after every replication, where `of` is what the current batch ends at.
///
/// # Errors
/// [`Interrupted`] when `interrupt` was set; the pool then holds part of the work and is not to be used.
pub fn run_until<P: Fold, W>(
    workers: &Workers,
    design_point: u32,
    workspace: impl Fn() -> W + Sync,
    rule: &StopRule<'_, P>,
    pool: &mut P,
    interrupt: &AtomicBool,
    mut progress: impl FnMut(u32, u32),
) -> Result<Trials, Interrupted>
where
    W: FnMut(u64) -> RunRecord + Send,
{
    let mut replications = 0;
    loop {
        let count = match rule {
            StopRule::Fixed(number) => number - replications,
            StopRule::Until { cap, .. } => next_batch(replications, *cap),
        };
        let end = replications + count;
        progress(replications, end);
        let unit = WorkUnit { design_point, first: u64::from(replications), count };
        workers.run(unit, &workspace, interrupt, |record| {
            pool.fold(record);
            replications += 1;
            progress(replications, end);
        })?;
        let ending = match rule {
            StopRule::Fixed(_) => Some(Ending::Done),
            StopRule::Until { is_enough, .. } if is_enough(pool) => Some(Ending::Enough),
            StopRule::Until { cap, .. } => (replications >= *cap).then_some(Ending::Capped),
        };
        if let Some(ending) = ending {
            return Ok(Trials { replications, ending });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Fold for Vec<u64> {
        fn fold(&mut self, record: RunRecord) {
            self.push(record.events);
        }
    }

    fn trials(rule: &StopRule<'_, Vec<u64>>, threads: usize) -> (Trials, Vec<u64>, Vec<(u32, u32)>) {
        let workers = Workers::new(threads).unwrap();
        let job = |number: u64| RunRecord { events: number, ..RunRecord::default() };
        let (mut pool, mut heard) = (Vec::new(), Vec::new());
        let interrupt = AtomicBool::new(false);
        let progress = |done, of| heard.push((done, of));
        let trials = run_until(&workers, 0, || job, rule, &mut pool, &interrupt, progress).unwrap();
        (trials, pool, heard)
    }

    #[test]
    fn batches_are_fixed() {
        let sizes = |mut done: u32, cap: u32| {
            std::iter::from_fn(move || {
                let batch = next_batch(done, cap);
                done += batch;
                (batch > 0).then_some(batch)
            })
        };
        assert_eq!(sizes(0, 55).collect::<Vec<_>>(), [20, 10, 10, 10, 5]);
        assert_eq!(sizes(190, 300).collect::<Vec<_>>(), [10, 20, 20, 20, 20, 20]);
        assert_eq!(sizes(0, 7).collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn a_fixed_number_is_run_exactly() {
        let (trials, pool, heard) = trials(&StopRule::Fixed(3), 2);
        assert_eq!(trials, Trials { replications: 3, ending: Ending::Done });
        assert_eq!(pool, [0, 1, 2]);
        assert_eq!(heard, [(0, 3), (1, 3), (2, 3), (3, 3)]);
    }

    #[test]
    fn the_rule_is_asked_only_after_whole_batches() {
        for threads in [1, 4] {
            let rule = StopRule::Until { cap: 1000, is_enough: &|pool: &Vec<u64>| pool.len() >= 33 };
            let (trials, pool, _) = trials(&rule, threads);
            assert_eq!(trials, Trials { replications: 40, ending: Ending::Enough });
            assert_eq!(pool, (0..40).collect::<Vec<u64>>());
        }
    }

    #[test]
    fn the_cap_ends_what_the_rule_does_not() {
        let rule = StopRule::Until { cap: 25, is_enough: &|_: &Vec<u64>| false };
        assert_eq!(trials(&rule, 2).0, Trials { replications: 25, ending: Ending::Capped });
    }
}
