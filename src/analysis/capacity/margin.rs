//! A ruling by how far runs lie from their limits: for the points of a walk that nobody doubts.
//!
//! That 95 % of runs meet every objective takes a hundred runs without a miss to show by counting alone. Where eight
//! runs lie twenty standard deviations from the limit that says enough to walk on. Such a ruling carries no stated
//! error: the answer of a search does not rest on it, for the answer and its neighbours are shown by fresh runs.

use super::climb::Standing;
use crate::analysis::judge::gap_by_run;
use crate::analysis::pool::Pool;
use crate::model::Model;
use crate::numerics::norm_quantile;
use crate::stats::clopper_pearson;

/// A point whose share of runs is exactly the wanted one is called failing by no more than this, a look.
const MISSES: f64 = 0.01;

/// Standard errors by which the margin must be clear.
const CLEAR: f64 = 3.0;

/// Fewest runs of which a spread says something.
const FEWEST: usize = 4;

/// Where runs without a miss show the wanted share at this error, counting is enough and the margin takes no part.
pub(super) const COUNTED: f64 = 0.05;

/// Rules by margin on the objectives `counts`; `met` says for every run whether it met them all.
///
/// It fails where so many runs missed that the wanted share is out of question. It holds where every run met
/// everything and, for each objective, the distance of the runs' mean from the limit, in their standard deviations, is
/// above the normal quantile of the wanted share by three of its own standard errors (of a standardised mean,
/// sqrt(1/n + z^2 / (2 (n - 1))); N. L. Johnson and B. L. Welch, Biometrika 31, 1940). It holds, too, where the count
/// alone says so at an error of 5 %. Everything else is doubt.
pub(super) fn by_margin(model: &Model, pool: &Pool, counts: &[usize], met: &[bool], wanted: f64) -> Standing {
    let (all, good) = (met.len() as u64, met.iter().filter(|&&ok| ok).count() as u64);
    let counted = |error: f64| clopper_pearson(good, all, 1.0 - 2.0 * error);
    if counted(MISSES).is_some_and(|interval| interval.high < wanted) {
        return Standing::Fails;
    }
    if counted(COUNTED).is_some_and(|interval| interval.low >= wanted) {
        return Standing::Holds;
    }
    let clear = |&o: &usize| {
        let gaps: Vec<f64> = gap_by_run(model, pool, o).into_iter().flatten().collect();
        // Where no run says anything about an objective none misses it.
        gaps.is_empty() || is_clear(&gaps, wanted)
    };
    if good == all && counts.iter().all(clear) { Standing::Holds } else { Standing::Undecided }
}

/// Whether gaps, positive where the limit is met, lie so far from zero that the wanted share of their law does.
fn is_clear(gaps: &[f64], wanted: f64) -> bool {
    if gaps.len() < FEWEST {
        return false;
    }
    let count = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / count;
    let variance = gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / (count - 1.0);
    if variance == 0.0 {
        // A rule such as `replicas <= 12` is met on its limit, too.
        return mean >= 0.0;
    }
    let distance = mean / variance.sqrt();
    let spread = (1.0 / count + distance * distance / (2.0 * (count - 1.0))).sqrt();
    distance - CLEAR * spread >= norm_quantile(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of the normal law: a sample without luck.
    fn sample(count: usize, distance: f64) -> Vec<f64> {
        (0..count).map(|n| distance + norm_quantile((n as f64 + 0.5) / count as f64)).collect()
    }

    #[test]
    fn eight_runs_far_from_the_limit_are_enough_and_near_it_are_not() {
        assert!(is_clear(&sample(8, 20.0), 0.95));
        assert!(!is_clear(&sample(8, 3.0), 0.95));
        assert!(is_clear(&sample(64, 3.0), 0.95));
        assert!(!is_clear(&sample(64, 1.7), 0.95));
    }

    #[test]
    fn runs_that_do_not_differ_are_clear_if_they_meet_the_limit() {
        assert!(is_clear(&[0.25; 8], 0.95) && is_clear(&[0.0; 8], 0.95));
        assert!(!is_clear(&[-0.25; 8], 0.95));
        assert!(!is_clear(&[0.25; 3], 0.95), "of three nothing is known");
    }

    #[test]
    fn more_runs_are_wanted_for_a_larger_share() {
        let runs = sample(32, 3.2);
        assert!(is_clear(&runs, 0.9) && !is_clear(&runs, 0.99));
    }

    /// The standard error against a count: of many samples whose true share is the wanted one, how many are clear?
    #[test]
    fn a_point_at_the_wanted_share_is_hardly_ever_clear() {
        use crate::random::{Key, unit};
        let limit = norm_quantile(0.95);
        let mut clear = 0;
        for trial in 0..4000u64 {
            let key = Key::root(9, trial, 0);
            let gaps: Vec<f64> = (0..8).map(|n| limit + norm_quantile(unit(key.draw(n)))).collect();
            clear += u32::from(is_clear(&gaps, 0.95));
        }
        // The normal law says 0.13 %; a sample of eight has a longer tail.
        assert!(clear <= 40, "{clear} of 4000");
    }
}
