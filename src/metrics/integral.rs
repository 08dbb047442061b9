//! Time integrals of whole numbers that change at events.
//!
//! Only the time spent at each level is added up at an event; everything else follows from it at the end.

use serde::{Deserialize, Serialize};

/// Levels from here on are counted together in the law; their sums are kept apart, so that moments stay exact.
const LAW_LEVELS: usize = 4096;

/// Time spent at each level, and what follows from it: the integral over time of the level and of its square.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelIntegral {
    #[serde(with = "super::sparse")]
    law: Vec<u64>,
    high_area: u128,
    high_squares: u128,
}

impl Default for LevelIntegral {
    fn default() -> Self {
        Self { law: vec![0; 64], high_area: 0, high_squares: 0 }
    }
}

impl LevelIntegral {
    /// Adds `nanos` spent at `level`.
    #[inline(always)]
    pub fn add(&mut self, level: u32, nanos: u64) {
        match self.law.get_mut(level as usize) {
            Some(time) if (level as usize) < LAW_LEVELS => *time += nanos,
            _ => self.add_high(level, nanos),
        }
    }

    #[cold]
    #[inline(never)]
    fn add_high(&mut self, level: u32, nanos: u64) {
        let at = (level as usize).min(LAW_LEVELS);
        if at >= self.law.len() {
            self.law.resize((at + 1).next_power_of_two().min(LAW_LEVELS + 1), 0);
        }
        self.law[at] += nanos;
        if at == LAW_LEVELS {
            let area = u128::from(level) * u128::from(nanos);
            self.high_area += area;
            self.high_squares += area * u128::from(level);
        }
    }

    /// Adds another integral.
    pub fn merge(&mut self, other: &Self) {
        if self.law.len() < other.law.len() {
            self.law.resize(other.law.len(), 0);
        }
        for (mine, theirs) in self.law.iter_mut().zip(&other.law) {
            *mine += theirs;
        }
        self.high_area += other.high_area;
        self.high_squares += other.high_squares;
    }

    fn exact_levels(&self) -> impl Iterator<Item = (u128, u128)> + '_ {
        self.law.iter().take(LAW_LEVELS).enumerate().map(|(level, &time)| (level as u128, u128::from(time)))
    }

    /// Time average of the level.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.area() as f64 / self.span().max(1) as f64
    }

    /// Variance over time of the level.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let squares: u128 = self.exact_levels().map(|(level, time)| level * level * time).sum();
        let mean = self.mean();
        ((squares + self.high_squares) as f64 / self.span().max(1) as f64 - mean * mean).max(0.0)
    }

    /// Level times nanoseconds.
    #[must_use]
    pub fn area(&self) -> u128 {
        self.exact_levels().map(|(level, time)| level * time).sum::<u128>() + self.high_area
    }

    /// Nanoseconds in all.
    #[must_use]
    pub fn span(&self) -> u64 {
        self.law.iter().sum()
    }

    /// Share of time at each level; the last entry holds all levels from 4096 on.
    #[must_use]
    pub fn law(&self) -> Vec<f64> {
        let used = self.law.iter().rposition(|&t| t > 0).map_or(0, |i| i + 1);
        let span = self.span().max(1) as f64;
        self.law[..used].iter().map(|&t| t as f64 / span).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_variance_and_law_agree() {
        let mut integral = LevelIntegral::default();
        integral.add(0, 10);
        integral.add(2, 20);
        integral.add(100, 10);
        assert_eq!(integral.mean(), 26.0);
        assert_eq!(integral.variance(), (20.0 * 4.0 + 10.0 * 10_000.0) / 40.0 - 676.0);
        let law = integral.law();
        assert_eq!((law[0], law[2], law[100], law.len()), (0.25, 0.5, 0.25, 101));
        integral.add(5_000_000, 40);
        assert_eq!(integral.law().len(), LAW_LEVELS + 1);
    }

    #[test]
    fn high_levels_keep_their_moments_and_merging_equals_adding_together() {
        let (mut low, mut high, mut both) =
            (LevelIntegral::default(), LevelIntegral::default(), LevelIntegral::default());
        low.add(0, 30);
        high.add(10_000, 10);
        both.add(0, 30);
        both.add(10_000, 10);
        low.merge(&high);
        assert_eq!((low.area(), low.span()), (100_000, 40));
        assert_eq!((low.mean(), low.variance()), (2_500.0, 25_000_000.0 - 6_250_000.0));
        assert_eq!(low, both);
        // The first level of which only sums are kept counts once.
        let mut edge = LevelIntegral::default();
        edge.add(LAW_LEVELS as u32, 2);
        assert_eq!((edge.mean(), edge.variance()), (4096.0, 0.0));
    }
}
