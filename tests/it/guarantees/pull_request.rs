//! One simulated pull request: its blocks of replications, and the looks of a check.

use flashcrowd::baseline::{ALPHA, BETA, Finding, Look, decide, is_settled, watch};
use flashcrowd::random::{Key, unit};
use flashcrowd::scenario::Tolerances;

use super::stored::{Block, Stored};

/// Replications at the looks of a check without a budget.
const LOOKS: [usize; 4] = [20, 40, 80, 160];

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It showed a regression.
    Failed,
    /// Every metric is within its tolerance.
    Held,
    /// The last look left something open.
    Undecided,
}

/// The check of `before` and `after`: its outcome, and the replications a side it took.
pub fn check(before: &[&Stored], after: &[&Stored], tolerances: &Tolerances) -> (Outcome, u32) {
    let look = Look { of: LOOKS.len() as u32, sharing: 1 };
    let (mut base, mut head) = (Block::new(before), Block::new(after));
    let mut has_failed = false;
    for runs in LOOKS {
        let watched = watch(&base.measure(runs), &head.measure(runs), tolerances).expect("tolerances fit");
        let decisions = decide(&watched, look, ALPHA, BETA);
        has_failed |= decisions.iter().any(|decision| decision.finding == Finding::Regressed);
        if is_settled(&decisions) {
            return (if has_failed { Outcome::Failed } else { Outcome::Held }, runs as u32);
        }
    }
    (if has_failed { Outcome::Failed } else { Outcome::Undecided }, LOOKS[LOOKS.len() - 1] as u32)
}

/// Places of a block in a pool of this size, all different; the same for the same request.
pub fn block(request: u64, pool: usize) -> Vec<usize> {
    draw(request, pool, LOOKS[LOOKS.len() - 1])
}

/// A block of each pool; no replication is in both.
pub fn disjoint_blocks<'a>(
    request: u64,
    base: &'a [Stored],
    head: &'a [Stored],
) -> (Vec<&'a Stored>, Vec<&'a Stored>) {
    let most = LOOKS[LOOKS.len() - 1];
    let drawn = draw(request, base.len().min(head.len()), 2 * most);
    let (before, after) = drawn.split_at(most);
    (before.iter().map(|&at| &base[at]).collect(), after.iter().map(|&at| &head[at]).collect())
}

/// The first `count` of a random order of `0..pool` (Fisher and Yates).
fn draw(request: u64, pool: usize, count: usize) -> Vec<usize> {
    let key = Key::root(2026, request, 0);
    let mut order: Vec<usize> = (0..pool).collect();
    for at in 0..count {
        let left = (pool - at) as f64;
        let chosen = at + ((unit(key.draw(at as u64)) * left) as usize).min(pool - at - 1);
        order.swap(at, chosen);
    }
    order.truncate(count);
    order
}
