//! Choosing one of several items, by inversion.

use crate::numerics::pow;

/// Weighted selection of an index by inversion of the cumulative weights: more bits, never a smaller index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The first index whose end is above the bits is chosen; the very last bits belong to the last item.
    ends: Box<[u64]>,
    /// For each value of the top bits, the smallest index they can choose.
    guide: Box<[u32]>,
    guide_shift: u32,
}

impl Choice {
    /// A choice among `weights.len()` items in proportion to their weights.
    ///
    /// `None` unless there is a weight, all are finite and not negative, their sum is positive and finite, and
    /// there are fewer than 2^32 of them. An item of weight zero is never chosen.
    #[must_use]
    pub fn weighted(weights: &[f64]) -> Option<Self> {
        let valid = weights.iter().all(|w| w.is_finite() && *w >= 0.0);
        let total: f64 = weights.iter().sum();
        if !(valid && total > 0.0 && total.is_finite()) || u32::try_from(weights.len()).is_err() {
            return None;
        }
        let mut sum = 0.0;
        let cumulative = weights.iter().map(|weight| {
            sum += weight;
            sum / total
        });
        Some(Self::from_shares(cumulative.collect::<Vec<f64>>().into_iter()))
    }

    /// The choice with these cumulative shares: at least one, not decreasing, the last of them one.
    pub(super) fn inverting(cumulative: &[f64]) -> Self {
        Self::from_shares(cumulative.iter().copied())
    }

    /// Zipf's law over `count` items: item `i` (from 0) has weight `(i + 1)^-exponent`.
    ///
    /// `None` unless the exponent is finite and not negative and `count` is positive and below 2^32.
    #[must_use]
    pub fn zipf(exponent: f64, count: u32) -> Option<Self> {
        if !exponent.is_finite() || exponent < 0.0 {
            return None;
        }
        let weights: Vec<f64> = (1..=count).map(|rank| pow(f64::from(rank), -exponent)).collect();
        Self::weighted(&weights)
    }

    fn from_shares(cumulative: impl ExactSizeIterator<Item = f64>) -> Self {
        let guide_bits = usize::BITS - cumulative.len().leading_zeros();
        let guide_shift = u64::BITS - guide_bits;
        // An item with no share of its own ends where the one before it ends, so the search never stops at it.
        // Rounding may leave the last share just below one: the first item to reach it takes the rest.
        let mut ends: Vec<u64> = cumulative.map(|share| (share * TWO_POW_64) as u64).collect();
        let top = ends.iter().copied().max().unwrap_or(0);
        ends.iter_mut().filter(|end| **end == top).for_each(|end| *end = u64::MAX);
        let mut guide = Vec::with_capacity(1 << guide_bits);
        let mut index = 0;
        for start in (0..1u64 << guide_bits).map(|top| top << guide_shift) {
            while ends[index] <= start {
                index += 1;
            }
            guide.push(index as u32);
        }
        Self { ends: ends.into(), guide: guide.into(), guide_shift }
    }

    /// The number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no item; never true.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Probability of the item at `index`; zero beyond the last.
    #[must_use]
    pub fn probability(&self, index: usize) -> f64 {
        let end = |i: usize| self.ends.get(i).copied().unwrap_or(u64::MAX);
        let start = if index == 0 { 0 } else { end(index - 1) };
        // Ends are shares of 2^64; the division by it is exact.
        (end(index) - start) as f64 / 18_446_744_073_709_551_616.0
    }

    /// The index that 64 random bits choose.
    #[inline]
    #[must_use]
    pub fn pick(&self, bits: u64) -> usize {
        let mut index = self.guide[(bits >> self.guide_shift) as usize] as usize;
        // Less than one step on average: the guide has more entries than there are items.
        let bits = bits.min(u64::MAX - 1);
        while self.ends[index] <= bits {
            index += 1;
        }
        index
    }
}

const TWO_POW_64: f64 = 18_446_744_073_709_551_616.0;

/// A whole number below `n`, each with probability `1/n` up to `n / 2^64`, monotone in the bits; 0 if `n` is 0.
#[inline(always)]
#[must_use]
pub const fn uniform_below(bits: u64, n: u64) -> u64 {
    ((bits as u128 * n as u128) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Key;

    #[test]
    fn shares_match_the_weights() {
        let weights = [0.0, 3.0, 0.0, 1.0, 4.0, 0.0];
        let choice = Choice::weighted(&weights).expect("valid weights");
        let draws = 400_000;
        let mut counts = [0.0; 6];
        let root = Key::root(1, 2, 3);
        for i in 0..draws {
            counts[choice.pick(root.child(i).draw(0))] += 1.0;
        }
        for (count, weight) in counts.iter().zip(weights) {
            let p = weight / 8.0;
            let deviation = count - draws as f64 * p;
            assert!(deviation.abs() <= 4.5 * (draws as f64 * p * (1.0 - p)).sqrt(), "{counts:?}");
        }
        // The extreme bits choose the first and the last item that has a weight.
        assert_eq!(choice.pick(0), 1);
        assert_eq!(choice.pick(u64::MAX), 4);
    }

    #[test]
    fn equal_weights_split_the_bits_evenly() {
        let choice = Choice::weighted(&[1.0; 4]).expect("valid weights");
        assert_eq!(choice.len(), 4);
        for quarter in 0..4 {
            assert_eq!(choice.pick(quarter << 62), quarter as usize);
            assert_eq!(choice.pick((quarter << 62) + ((1 << 62) - 1)), quarter as usize);
        }
    }

    #[test]
    fn zipf_follows_its_power_law() {
        let choice = Choice::zipf(0.9, 1000).expect("valid parameters");
        let total: f64 = (1..=1000).map(|rank| pow(f64::from(rank), -0.9)).sum();
        // The share of the first item is an interval of the bits that starts at zero.
        let edge = (TWO_POW_64 / total) as u64;
        assert_eq!(choice.pick(edge - 10_000), 0);
        assert_eq!(choice.pick(edge + 10_000), 1);
        assert_eq!(choice.pick(u64::MAX), 999);
    }

    #[test]
    fn nonsense_is_refused() {
        for weights in [&[][..], &[0.0, 0.0], &[1.0, -1.0], &[f64::NAN], &[f64::INFINITY], &[1e308, 1e308]] {
            assert!(Choice::weighted(weights).is_none(), "{weights:?}");
        }
        assert!(Choice::zipf(f64::NAN, 3).is_none());
        assert!(Choice::zipf(1.0, 0).is_none());
    }

    #[test]
    fn uniform_below_covers_its_range() {
        assert_eq!(uniform_below(0, 10), 0);
        assert_eq!(uniform_below(u64::MAX, 10), 9);
        assert_eq!(uniform_below(1 << 63, 10), 5);
        assert_eq!(uniform_below(u64::MAX, 0), 0);
    }
}
