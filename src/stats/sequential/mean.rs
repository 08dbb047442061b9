//! Is a mean above or below a threshold? Looked at several times.

use super::Side;
use super::spending::{Looks, Spending};
use crate::numerics::t_cdf;
use crate::stats::moments::{mean, standard_deviation};

/// A mean against a threshold, looked at while observations are added.
///
/// Each side has its own error: "above" is claimed with probability at most `above` when the mean lies at or
/// below the threshold, and likewise "below". At each look Student's t is held against the level that
/// [`Looks`] gives for it. The error is exact for normal observations in many, close for a few tens; means of
/// whole replications are near enough to normal, single response times are not independent and must not be
/// used.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanTest {
    threshold: f64,
    above: Option<Looks>,
    below: Option<Looks>,
    side: Side,
}

impl MeanTest {
    /// A test against `threshold` that claims "above" wrongly with probability at most `above` and "below"
    /// with at most `below`; an error of 0 never claims that side. `None` for errors outside [0, 1) or a
    /// threshold that is not finite.
    #[must_use]
    pub fn new(threshold: f64, above: f64, below: f64, spending: Spending) -> Option<Self> {
        let looks = |alpha: f64| {
            if alpha == 0.0 { Some(None) } else { Looks::new(spending, alpha).map(Some) }
        };
        let (above, below) = (looks(above)?, looks(below)?);
        threshold.is_finite().then_some(Self { threshold, above, below, side: Side::Open })
    }

    /// Looks at all observations so far; `share` is the part of the planned observations that is there, and 1
    /// at the last look. An answer once given stays.
    pub fn look(&mut self, observations: &[f64], share: f64) -> Side {
        let (Some(centre), Some(deviation)) = (mean(observations), standard_deviation(observations)) else {
            return self.side;
        };
        let n = observations.len() as f64;
        self.look_at(centre, deviation / n.sqrt(), n - 1.0, share)
    }

    /// The same for an estimate with its standard error and degrees of freedom, as a ratio or a quantile has
    /// them.
    pub fn look_at(&mut self, estimate: f64, standard_error: f64, df: f64, share: f64) -> Side {
        let known = estimate.is_finite() && standard_error >= 0.0 && df > 0.0;
        if self.side != Side::Open || !known {
            return self.side;
        }
        let distance = estimate - self.threshold;
        // Without spread the observations say which side it is; at the threshold itself they say nothing.
        let t = if distance == 0.0 { 0.0 } else { distance / standard_error };
        let shows = |looks: &mut Option<Looks>, t: f64| {
            looks.as_mut().is_some_and(|looks| {
                let level = looks.level(share);
                level > 0.0 && t_cdf(-t, df) <= level
            })
        };
        let (above, below) = (shows(&mut self.above, t), shows(&mut self.below, -t));
        self.side = match (above, below) {
            (true, _) => Side::Above,
            (false, true) => Side::Below,
            (false, false) => Side::Open,
        };
        self.side
    }

    /// What is shown so far.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::test_data::normals;

    /// Share of tests that claim a side, of observations with this mean and deviation one.
    fn claims(mean: f64, side: Side, tests: u64) -> f64 {
        let claimed = (0..tests).filter(|&seed| {
            let data: Vec<f64> = normals(seed).take(60).map(|z| mean + z).collect();
            let mut test = MeanTest::new(0.0, 0.05, 0.05, Spending::OBrienFleming).unwrap();
            (1..=6).any(|k| test.look(&data[..10 * k], k as f64 / 6.0) == side)
        });
        claimed.count() as f64 / tests as f64
    }

    #[test]
    fn the_error_holds_over_all_looks_and_the_power_is_near_that_of_one_look() {
        let tests = 400;
        let wrong = claims(0.0, Side::Above, tests);
        let error = (0.05 * 0.95 / tests as f64).sqrt();
        assert!((wrong - 0.05).abs() < 3.5 * error, "{wrong}");
        // One look at sixty observations finds 0.4 with probability 0.925.
        let found = claims(0.4, Side::Above, tests);
        assert!((0.87..0.95).contains(&found), "{found}");
    }

    #[test]
    fn clear_answers() {
        let mut test = MeanTest::new(1.0, 0.01, 0.0, Spending::Pocock).unwrap();
        assert_eq!(test.look(&[-5.0, -5.1, -4.9, -5.0], 0.5), Side::Open);
        assert_eq!(test.look(&[3.0, 3.1, 2.9, 3.0, 3.05, 2.95], 0.8), Side::Above);
        assert_eq!(test.side(), Side::Above);
        let mut equal = MeanTest::new(2.0, 0.05, 0.05, Spending::Pocock).unwrap();
        assert_eq!(equal.look(&[2.0; 30], 1.0), Side::Open);
        let mut still = MeanTest::new(2.0, 0.05, 0.05, Spending::Pocock).unwrap();
        assert_eq!(still.look(&[1.5; 30], 1.0), Side::Below);
        assert!(MeanTest::new(0.0, 1.0, 0.0, Spending::Pocock).is_none());
    }
}
