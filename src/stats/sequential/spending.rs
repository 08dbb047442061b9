//! How much of an error probability each look may use up.

use crate::numerics::{increasing_root, ln, norm_pdf, norm_quantile, norm_sf};

/// Values of the statistic further out than this many deviations are left out of integrals.
const FAR: f64 = 7.0;
/// Nodes of an integral a standard deviation of the step has, halved.
const NODES: f64 = 3.0;

/// How an error probability is spread over the information as it grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spending {
    /// Little early, almost all at the end: `2 - 2 Phi(z(1 - a/2) / sqrt(t))`.
    OBrienFleming,
    /// About evenly: `a ln(1 + (e - 1) t)`.
    Pocock,
}

impl Spending {
    /// Error probability that may have been used up when the share `share` of the information is there; all
    /// of `alpha` from a share of one on.
    ///
    /// K. K. G. Lan, D. L. DeMets, "Discrete sequential boundaries for clinical trials", Biometrika 70 (1983).
    #[must_use]
    pub fn spent(self, alpha: f64, share: f64) -> f64 {
        if share.is_nan() || share <= 0.0 {
            return 0.0;
        }
        if share >= 1.0 {
            return alpha;
        }
        match self {
            Self::OBrienFleming => 2.0 * norm_sf(-norm_quantile(alpha / 2.0) / share.sqrt()),
            Self::Pocock => alpha * ln(1.0 + (std::f64::consts::E - 1.0) * share),
        }
    }
}

/// The looks of a one-sided test, one after the other.
///
/// [`Looks::level`] gives the nominal level of the next look such that a sum of independent contributions
/// crosses at this look or before it with the probability spent by then, if nothing is there to be found. The
/// nominal level carries over to Student's t (C. Jennison, B. W. Turnbull, Group Sequential Methods with
/// Applications to Clinical Trials, 2000, section 3.8); [`Looks::exact_level`] holds for any statistic and is
/// stricter.
#[derive(Clone, Debug, PartialEq)]
pub struct Looks {
    spending: Spending,
    alpha: f64,
    share: f64,
    spent: f64,
    /// Values of the Brownian path at the last look that have not crossed, with their density times their step.
    path: Vec<(f64, f64)>,
}

impl Looks {
    /// No look yet. `None` unless `0 < alpha < 1`.
    #[must_use]
    pub fn new(spending: Spending, alpha: f64) -> Option<Self> {
        let valid = alpha > 0.0 && alpha < 1.0;
        valid.then(|| Self { spending, alpha, share: 0.0, spent: 0.0, path: vec![(0.0, 1.0)] })
    }

    /// The error probability over all looks.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// Nominal one-sided level of a look at the share `share` of the planned information: reject when the
    /// upper tail probability of the statistic is at most this. 0 when the share has not grown since the last
    /// look, or when nothing is left to spend.
    ///
    /// The boundary is found by integrating over the path from look to look (P. Armitage, C. K. McPherson,
    /// B. C. Rowe, "Repeated significance tests on accumulating data", JRSS A 132, 1969). Shares above one are
    /// one. Looks much closer together than a thousandth of the information are no gain and cost time.
    #[must_use]
    pub fn level(&mut self, share: f64) -> f64 {
        let Some((share, increment)) = self.advance(share) else { return 0.0 };
        let step = (share - self.share).sqrt();
        let crossing =
            |bound: f64| self.path.iter().map(|&(at, mass)| mass * norm_sf((bound - at) / step)).sum::<f64>();
        let furthest = (FAR + 4.0) * share.sqrt();
        let bound = increasing_root(-furthest, furthest, |bound| increment - crossing(bound));
        self.path = spread(&self.path, step, share, bound);
        self.share = share;
        norm_sf(bound / share.sqrt())
    }

    /// What is newly spent by a look at `share`: a level that holds whatever the law of the statistic and
    /// however the looks depend on each other, as the levels of all looks add up to `alpha`. 0 as for
    /// [`Looks::level`]; use one of the two for all looks of a test.
    #[must_use]
    pub fn exact_level(&mut self, share: f64) -> f64 {
        let Some((share, increment)) = self.advance(share) else { return 0.0 };
        self.share = share;
        increment
    }

    /// The share to go to and what is newly spent there.
    fn advance(&mut self, share: f64) -> Option<(f64, f64)> {
        let share = share.min(1.0);
        let spent = self.spending.spent(self.alpha, share);
        // Far below any probability that matters, and below what the integrals resolve.
        let increment = spent - self.spent;
        if share.is_nan() || share <= self.share || increment <= 1e-14 {
            return None;
        }
        self.spent = spent;
        Some((share, increment))
    }
}

/// The part of the path that lies below `bound` after a normal step, on a fresh grid (Simpson's rule).
fn spread(path: &[(f64, f64)], step: f64, share: f64, bound: f64) -> Vec<(f64, f64)> {
    let low = -FAR * share.sqrt();
    let high = bound.min(FAR * share.sqrt());
    if high <= low {
        return Vec::new();
    }
    // A fine enough grid for the density, whose narrowest feature is the step to come at the earliest.
    let intervals = (2.0 * (NODES * (high - low) / step).ceil()).clamp(120.0, 4000.0);
    let width = (high - low) / intervals;
    let last = intervals as usize;
    let node = |i: usize| {
        let at = low + width * i as f64;
        let density =
            path.iter().map(|&(from, mass)| mass * norm_pdf((at - from) / step)).sum::<f64>() / step;
        let weight = if i == 0 || i == last { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
        (at, density * width * weight / 3.0)
    };
    (0..=last).map(node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boundary(spending: Spending, alpha: f64, looks: u32) -> Vec<f64> {
        let mut state = Looks::new(spending, alpha).unwrap();
        (1..=looks).map(|k| -norm_quantile(state.level(f64::from(k) / f64::from(looks)))).collect()
    }

    fn near(found: &[f64], expected: &[f64]) {
        assert!(
            found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 5.1e-4),
            "{found:?} not {expected:?}"
        );
    }

    #[test]
    fn spending_starts_at_nothing_and_ends_at_all() {
        for spending in [Spending::OBrienFleming, Spending::Pocock] {
            assert_eq!(spending.spent(0.05, 0.0), 0.0);
            assert_eq!(spending.spent(0.05, 1.0), 0.05);
            assert_eq!(spending.spent(0.05, 7.0), 0.05);
        }
        // z(0.9875) = 2.241402728; over sqrt(0.5): 3.169822; tail 0.00076281...
        assert!((Spending::OBrienFleming.spent(0.025, 0.5) - 0.001_525_323).abs() < 1e-8);
        assert!((Spending::Pocock.spent(0.025, 0.5) - 0.015_502_863).abs() < 1e-8);
    }

    #[test]
    fn boundaries_of_five_looks_are_the_published_ones() {
        // One-sided 0.025, equal steps, as group-sequential programs print them to three digits.
        near(&boundary(Spending::OBrienFleming, 0.025, 5), &[4.877, 3.357, 2.680, 2.290, 2.031]);
        near(&boundary(Spending::Pocock, 0.025, 5), &[2.438, 2.427, 2.410, 2.397, 2.386]);
    }

    #[test]
    fn one_look_is_the_plain_test() {
        let mut looks = Looks::new(Spending::Pocock, 0.05).unwrap();
        assert!((looks.level(1.0) - 0.05).abs() < 1e-12);
        assert_eq!(looks.level(1.0), 0.0);
        assert!(Looks::new(Spending::Pocock, 0.0).is_none());
    }

    #[test]
    fn exact_levels_add_up() {
        let mut looks = Looks::new(Spending::OBrienFleming, 0.01).unwrap();
        let sum: f64 = (1..=7).map(|k| looks.exact_level(f64::from(k) / 7.0)).sum();
        assert!((sum - 0.01).abs() < 1e-13, "{sum}");
    }
}
