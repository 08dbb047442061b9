//! Time integrals of whole numbers that change at events.

/// Levels above this are counted together in the law; sums stay exact.
const LAW_LEVELS: usize = 4096;

/// Integral over time of a level, of its square, and the time spent at each level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelIntegral {
    area: u128,
    square_area: u128,
    span: u64,
    law: Vec<u64>,
}

impl Default for LevelIntegral {
    fn default() -> Self {
        Self { area: 0, square_area: 0, span: 0, law: vec![0; 64] }
    }
}

impl LevelIntegral {
    /// Adds `nanos` spent at `level`.
    #[inline(always)]
    pub fn add(&mut self, level: u32, nanos: u64) {
        let level_area = u128::from(level) * u128::from(nanos);
        self.area += level_area;
        self.square_area += level_area * u128::from(level);
        let at = level as usize;
        if at < self.law.len() {
            self.law[at] += nanos;
        } else {
            self.add_above(at, nanos);
        }
        self.span += nanos;
    }

    #[cold]
    fn add_above(&mut self, level: usize, nanos: u64) {
        let at = level.min(LAW_LEVELS);
        if at >= self.law.len() {
            self.law.resize((at + 1).next_power_of_two().min(LAW_LEVELS + 1), 0);
        }
        self.law[at] += nanos;
    }

    /// Adds another integral.
    pub fn merge(&mut self, other: &Self) {
        self.area += other.area;
        self.square_area += other.square_area;
        self.span += other.span;
        if self.law.len() < other.law.len() {
            self.law.resize(other.law.len(), 0);
        }
        for (mine, theirs) in self.law.iter_mut().zip(&other.law) {
            *mine += theirs;
        }
    }

    /// Time average of the level.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.span == 0 { 0.0 } else { self.area as f64 / self.span as f64 }
    }

    /// Variance over time of the level.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.span == 0 {
            return 0.0;
        }
        let mean = self.mean();
        (self.square_area as f64 / self.span as f64 - mean * mean).max(0.0)
    }

    /// Level times nanoseconds.
    #[must_use]
    pub fn area(&self) -> u128 {
        self.area
    }

    /// Nanoseconds in all.
    #[must_use]
    pub fn span(&self) -> u64 {
        self.span
    }

    /// Share of time at each level; the last entry holds all levels from 4096 on.
    #[must_use]
    pub fn law(&self) -> Vec<f64> {
        let used = self.law.iter().rposition(|&t| t > 0).map_or(0, |i| i + 1);
        self.law[..used].iter().map(|&t| t as f64 / self.span.max(1) as f64).collect()
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
}
