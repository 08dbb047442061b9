//! Is a probability above or below its target? Decided with as few trials as it takes.

use super::Side;
use super::spending::{Looks, Spending};
use crate::numerics::ln;
use crate::stats::clopper_pearson;

/// Wald's sequential probability ratio test of a probability: at least `high`, or at most `low`?
///
/// Between the two, in the zone of indifference, either answer is right. Stops at the first trial after which
/// the likelihoods of `high` and `low` differ by the factor `1 / error`; the wrong answer is then given with
/// probability at most `error` (A. Wald, Sequential Analysis, 1947, section 3.2: the bounds `1/error` and
/// `error` are the strict ones).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShareRatioTest {
    success: f64,
    failure: f64,
    bound: f64,
    ratio: f64,
    trials: u64,
    side: Side,
}

impl ShareRatioTest {
    /// `None` unless `0 < low < high < 1` and `0 < error < 1/2`.
    #[must_use]
    pub fn new(low: f64, high: f64, error: f64) -> Option<Self> {
        let valid = 0.0 < low && low < high && high < 1.0 && 0.0 < error && error < 0.5;
        valid.then(|| Self {
            success: ln(high / low),
            failure: ln((1.0 - high) / (1.0 - low)),
            bound: -ln(error),
            ratio: 0.0,
            trials: 0,
            side: Side::Open,
        })
    }

    /// Takes one trial in and says what is shown; an answer once given stays.
    pub fn push(&mut self, success: bool) -> Side {
        if self.side == Side::Open {
            self.trials += 1;
            self.ratio += if success { self.success } else { self.failure };
            if self.ratio >= self.bound {
                self.side = Side::Above;
            } else if self.ratio <= -self.bound {
                self.side = Side::Below;
            }
        }
        self.side
    }

    /// What is shown so far.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// Trials that were needed, or were taken so far.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// About how many trials the test takes when a trial succeeds with probability `p`: Wald's
    /// approximation, which neglects by how much the last trial overshoots.
    #[must_use]
    pub fn expected_trials(&self, p: f64) -> f64 {
        let drift = p * self.success + (1.0 - p) * self.failure;
        let square = p * self.success * self.success + (1.0 - p) * self.failure * self.failure;
        if drift * drift * self.bound < 1e-6 * square {
            return self.bound * self.bound / square;
        }
        // The walk leaves at the bound its drift leads to, except with about the error probability.
        self.bound / drift.abs()
    }
}

/// Trials until an exact interval of the probability excludes the target, looked at several times.
///
/// At each look the one-sided Clopper–Pearson bounds are taken at the level newly spent, so that the levels of
/// all looks add up to `error`: whatever the probability is, the wrong side is claimed with probability at
/// most `error`. Unlike [`ShareRatioTest`] it needs no zone of indifference, and no end: a probability near
/// the target stays open.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareLooks {
    target: f64,
    looks: Looks,
    side: Side,
}

impl ShareLooks {
    /// A test against `target` in [0, 1]; `None` outside, or unless `0 < error < 1`.
    #[must_use]
    pub fn new(target: f64, error: f64, spending: Spending) -> Option<Self> {
        let valid = (0.0..=1.0).contains(&target);
        let looks = Looks::new(spending, error)?;
        valid.then_some(Self { target, looks, side: Side::Open })
    }

    /// Looks at all trials so far, of which `successes` succeeded; `share` is the part of the planned trials
    /// that is there. An answer once given stays. Looking again without new trials changes nothing.
    pub fn look(&mut self, successes: u64, trials: u64, share: f64) -> Side {
        if self.side != Side::Open {
            return self.side;
        }
        let level = self.looks.exact_level(share);
        if level <= 0.0 || level >= 0.5 {
            return self.side;
        }
        // One-sided bounds at `level` are the ends of the two-sided interval with twice the error.
        if let Some(interval) = clopper_pearson(successes, trials, 1.0 - 2.0 * level) {
            if interval.low >= self.target {
                self.side = Side::Above;
            } else if interval.high < self.target {
                self.side = Side::Below;
            }
        }
        self.side
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The law of the test's answers when trials succeed with probability `p`, by following all paths.
    fn answers(p: f64, most: u64) -> (f64, f64, f64) {
        let mut open = vec![(0u64, ShareRatioTest::new(0.9, 0.98, 0.05).unwrap(), 1.0)];
        let (mut above, mut below, mut trials) = (0.0, 0.0, 0.0);
        for _ in 0..most {
            let mut next: Vec<(u64, ShareRatioTest, f64)> = Vec::new();
            for (successes, test, mass) in open {
                for (success, weight) in [(true, p), (false, 1.0 - p)] {
                    let mut test = test;
                    let weight = mass * weight;
                    match test.push(success) {
                        Side::Above => {
                            (above, trials) = (above + weight, trials + weight * test.trials() as f64)
                        }
                        Side::Below => {
                            (below, trials) = (below + weight, trials + weight * test.trials() as f64)
                        }
                        Side::Open => {
                            let successes = successes + u64::from(success);
                            match next.iter_mut().find(|n| n.0 == successes) {
                                Some(known) => known.2 += weight,
                                None => next.push((successes, test, weight)),
                            }
                        }
                    }
                }
            }
            open = next;
        }
        (above, below, trials)
    }

    #[test]
    fn the_ratio_test_keeps_its_errors() {
        let (above, below, trials) = answers(0.9, 600);
        assert!((above + below - 1.0).abs() < 1e-6);
        assert!(above <= 0.05 && above > 0.02, "{above}");
        let test = ShareRatioTest::new(0.9, 0.98, 0.05).unwrap();
        assert!((trials / test.expected_trials(0.9) - 1.0).abs() < 0.35, "{trials}");
        let (_, below, _) = answers(0.98, 600);
        assert!(below <= 0.05 && below > 0.01, "{below}");
    }

    #[test]
    fn a_ratio_by_hand() {
        // ln(0.8/0.6) = 0.28768; -ln(0.05) = 2.99573: eleven successes in a row.
        let mut test = ShareRatioTest::new(0.6, 0.8, 0.05).unwrap();
        for _ in 0..10 {
            assert_eq!(test.push(true), Side::Open);
        }
        assert_eq!(test.push(true), Side::Above);
        assert_eq!((test.push(false), test.trials()), (Side::Above, 11));
        assert_eq!(ShareRatioTest::new(0.8, 0.6, 0.05), None);
        assert_eq!(ShareRatioTest::new(0.8, 1.0, 0.05), None);
    }

    #[test]
    fn looks_claim_the_wrong_side_rarely() {
        // All paths of up to 120 trials with a look every 20: at the target itself "below" is wrong.
        let (target, error) = (0.9, 0.05);
        let mut open = vec![(0u64, ShareLooks::new(target, error, Spending::Pocock).unwrap(), 1.0)];
        let mut wrong = 0.0;
        for look in 1..=6u64 {
            let mut next = Vec::new();
            for (before, test, mass) in &open {
                for more in 0..=20u64 {
                    let weight = mass * binomial(20, more, target);
                    let mut test = test.clone();
                    match test.look(before + more, 20 * look, look as f64 / 6.0) {
                        Side::Below => wrong += weight,
                        Side::Above => {}
                        Side::Open => next.push((before + more, test, weight)),
                    }
                }
            }
            next.sort_by_key(|n| n.0);
            next.dedup_by(|b, a| {
                a.0 == b.0 && {
                    a.2 += b.2;
                    true
                }
            });
            open = next;
        }
        assert!(wrong <= error && wrong > 0.004, "{wrong}");
        let mut clear = ShareLooks::new(0.9, 0.05, Spending::Pocock).unwrap();
        assert_eq!(clear.look(5, 20, 0.2), Side::Below);
        assert_eq!(clear.look(500, 500, 0.9), Side::Below);
    }

    fn binomial(n: u64, k: u64, p: f64) -> f64 {
        use crate::numerics::binomial_cdf;
        binomial_cdf(k, n, p) - if k > 0 { binomial_cdf(k - 1, n, p) } else { 0.0 }
    }
}
