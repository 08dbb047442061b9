//! A recorder of durations: integer counts and sums, so that merging is free of order.
//!
//! Values below `2^(bits+1)` nanoseconds have a bin of their own; above, every octave is cut into `2^bits` bins
//! (log-linear, as in HdrHistogram by G. Tene). Quantiles are interpolated inside a bin; mean and variance come
//! from exact sums.

use crate::units::SimDuration;
use serde::{Deserialize, Serialize};

/// Counts of durations in log-linear bins, with exact count, sum and sum of squares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorder {
    bits: u32,
    #[serde(with = "super::sparse")]
    bins: Vec<u64>,
    sum: u128,
    squares: u128,
    ends: Ends,
}

/// The shortest and the longest of durations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ends {
    shortest: u64,
    longest: u64,
}

impl Default for Ends {
    fn default() -> Self {
        Self { shortest: u64::MAX, longest: 0 }
    }
}

impl Ends {
    #[inline(always)]
    pub(super) fn note(&mut self, nanos: u64) {
        self.shortest = self.shortest.min(nanos);
        self.longest = self.longest.max(nanos);
    }

    pub(super) fn join(&mut self, other: Self) {
        self.shortest = self.shortest.min(other.shortest);
        self.longest = self.longest.max(other.longest);
    }
}

impl Recorder {
    /// A recorder with `2^bits` bins an octave, `bits` from 2 to 14.
    #[must_use]
    pub fn new(bits: u8) -> Self {
        let bits = u32::from(bits.clamp(2, 14));
        // Durations reach 2^54 ns (208 days); longer ones share the last bin.
        let octaves = 54 - bits as usize;
        let bins = vec![0; (octaves + 1) << bits];
        Self { bits, bins, sum: 0, squares: 0, ends: Ends::default() }
    }

    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        let used = self.used();
        self.bins[..used].fill(0);
        (self.sum, self.squares, self.ends) = (0, 0, Ends::default());
    }

    #[inline(always)]
    fn bin(&self, nanos: u64) -> usize {
        bin_of(self.bits, nanos)
    }

    /// Bins that may hold something.
    fn used(&self) -> usize {
        (self.bin(self.ends.longest) + 1).min(self.bins.len())
    }

    /// Records one duration.
    #[inline(always)]
    pub fn record(&mut self, nanos: u64) {
        let bin = self.bin(nanos);
        match self.bins.get_mut(bin) {
            Some(count) => *count += 1,
            None => self.record_in_last(),
        }
        self.sum += u128::from(nanos);
        self.squares += u128::from(nanos) * u128::from(nanos);
        self.ends.note(nanos);
    }

    #[cold]
    fn record_in_last(&mut self) {
        if let Some(last) = self.bins.last_mut() {
            *last += 1;
        }
    }

    /// Records `count` durations of zero.
    pub fn record_zeros(&mut self, count: u64) {
        self.bins[0] += count;
        if count > 0 {
            self.ends.note(0);
        }
    }

    /// Adds another recorder of the same resolution.
    ///
    /// # Panics
    ///
    /// If the resolutions differ.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.bits, other.bits, "recorders of one kind share one resolution");
        let used = other.used();
        for (mine, theirs) in self.bins[..used].iter_mut().zip(&other.bins) {
            *mine += theirs;
        }
        self.sum += other.sum;
        self.squares += other.squares;
        self.ends.join(other.ends);
    }

    /// Number of durations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.bins[..self.used()].iter().sum()
    }

    /// Sum in nanoseconds.
    #[must_use]
    pub fn sum_nanos(&self) -> u128 {
        self.sum
    }

    /// Largest duration.
    #[must_use]
    pub fn largest(&self) -> SimDuration {
        SimDuration::from_nanos(self.ends.longest)
    }

    /// Mean in seconds, if anything was recorded.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.sum as f64 / (count as f64 * 1e9))
    }

    /// Population variance in seconds squared, if anything was recorded.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let n = self.count() as f64;
        if n == 0.0 {
            return None;
        }
        let mean = self.sum as f64 / n;
        Some((self.squares as f64 / n - mean * mean).max(0.0) * 1e-18)
    }

    /// Mean of squares in seconds squared, if anything was recorded.
    #[must_use]
    pub fn mean_square(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.squares as f64 / count as f64 * 1e-18)
    }

    /// The smallest value with at least the share `p` of durations at or below it (rank `ceil(p n)`), in
    /// seconds, interpolated inside its bin.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        quantile_of(self.bits, || self.bins[..self.used()].iter().copied().enumerate(), p, self.ends)
    }

    /// The least and the largest value, in seconds, that a recorded value may truly have had: the ends of its bin, as far as
    /// anything was recorded there.
    #[must_use]
    pub fn resolved(&self, seconds: f64) -> (f64, f64) {
        let nanos = (seconds * 1e9 + 0.5).max(0.0) as u64;
        let (low, width) = self.bounds(self.bin(nanos).min(self.bins.len() - 1));
        let within = |edge: u64| edge.clamp(self.ends.shortest.min(nanos), self.ends.longest.max(nanos));
        (within(low) as f64 / 1e9, within(low + width - 1) as f64 / 1e9)
    }

    /// Sum and sum of squares.
    pub(super) fn sums(&self) -> (u128, u128) {
        (self.sum, self.squares)
    }

    pub(super) fn ends(&self) -> Ends {
        self.ends
    }

    /// Adds counts by bin of the same resolution, with their sums and ends.
    pub(super) fn add_bins(
        &mut self,
        bits: u8,
        bins: impl Iterator<Item = (usize, u64)>,
        (sum, squares): (u128, u128),
        ends: Ends,
    ) {
        assert_eq!(self.bits, u32::from(bits), "recorders of one kind share one resolution");
        let last = self.bins.len() - 1;
        bins.for_each(|(bin, count)| self.bins[bin.min(last)] += count);
        self.sum += sum;
        self.squares += squares;
        self.ends.join(ends);
    }

    /// Share of durations at or below `limit`, by whole bins and a straight line inside the last.
    #[must_use]
    pub fn share_within(&self, limit: SimDuration) -> Option<f64> {
        let total = self.count();
        if total == 0 {
            return None;
        }
        if limit.as_nanos() >= self.ends.longest {
            return Some(1.0);
        }
        if limit.as_nanos() < self.ends.shortest {
            return Some(0.0);
        }
        let at = self.bin(limit.as_nanos()).min(self.bins.len() - 1);
        let below: u64 = self.bins[..at].iter().sum();
        let (low, width) = self.bounds(at);
        let part = (limit.as_nanos() - low + 1) as f64 / width as f64;
        Some((below as f64 + part.min(1.0) * self.bins[at] as f64) / total as f64)
    }

    /// Widest relative bin above the exact range: the recorder's resolution.
    #[must_use]
    pub fn relative_resolution(&self) -> f64 {
        1.0 / (1u64 << self.bits) as f64
    }

    /// Non-empty bins as (low, width, count) in nanoseconds, for charts.
    pub fn filled(&self) -> impl Iterator<Item = (u64, u64, u64)> + '_ {
        let full = self.bins[..self.used()].iter().enumerate().filter(|(_, count)| **count > 0);
        full.map(|(bin, &count)| {
            let (low, width) = self.bounds(bin);
            (low, width, count)
        })
    }

    fn bounds(&self, bin: usize) -> (u64, u64) {
        bounds_of(self.bits, bin)
    }
}

/// The bin of a duration at `2^bits` bins an octave.
#[inline(always)]
pub(super) fn bin_of(bits: u32, nanos: u64) -> usize {
    // The highest set bit, counted from the first octave that is cut.
    let shift = (63 - (nanos | (1 << bits)).leading_zeros()) - bits;
    ((u64::from(shift) << bits) + (nanos >> shift)) as usize
}

/// Least value and width of a bin.
fn bounds_of(bits: u32, bin: usize) -> (u64, u64) {
    let bin = bin as u64;
    let octave = (bin >> bits).saturating_sub(1);
    (((bin - (octave << bits)) << octave), 1 << octave)
}

/// The quantile of counted bins; see [`Recorder::quantile`].
pub(super) fn quantile_of<I: Iterator<Item = (usize, u64)>>(
    bits: u32,
    bins: impl Fn() -> I,
    p: f64,
    ends: Ends,
) -> Option<f64> {
    let total: u64 = bins().map(|(_, count)| count).sum();
    if total == 0 {
        return None;
    }
    let rank = ((p * total as f64).ceil() as u64).clamp(1, total);
    let mut below = 0;
    for (bin, count) in bins() {
        if below + count >= rank {
            let (low, width) = bounds_of(bits, bin);
            if width == 1 {
                return Some(low as f64 / 1e9);
            }
            let share = ((rank - below) as f64 - 0.5) / count as f64;
            let value = low as f64 + share * width as f64;
            let value = value.max(ends.shortest as f64).min(ends.longest as f64);
            return Some(value / 1e9);
        }
        below += count;
    }
    Some(ends.longest as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_falls_into_the_bounds_of_its_bin() {
        let recorder = Recorder::new(5);
        for shift in 0..53 {
            for value in [1u64 << shift, (1 << shift) + 1, (2 << shift) - 1, (3 << shift) / 2] {
                let (low, width) = recorder.bounds(recorder.bin(value));
                assert!(low <= value && value < low + width, "{value}: {low} + {width}");
            }
        }
    }

    #[test]
    fn small_values_and_their_quantiles_are_exact() {
        let mut recorder = Recorder::new(7);
        (1..=100).for_each(|v| recorder.record(v));
        assert_eq!(recorder.quantile(0.5), Some(50e-9));
        assert_eq!(recorder.quantile(0.99), Some(99e-9));
        assert_eq!(recorder.quantile(0.991), Some(100e-9));
        assert_eq!(recorder.mean(), Some(50.5e-9));
        assert!((recorder.variance().unwrap() - 833.25e-18).abs() < 1e-25);
    }

    #[test]
    fn no_quantile_lies_beyond_what_was_recorded() {
        let mut recorder = Recorder::new(7);
        (0..1000).for_each(|_| recorder.record(10_000_000));
        for p in [0.001, 0.5, 0.99, 1.0] {
            assert_eq!(recorder.quantile(p), Some(0.01), "{p}");
        }
        let share = |nanos| recorder.share_within(SimDuration::from_nanos(nanos));
        assert_eq!((share(9_999_999), share(10_000_000)), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn merging_equals_recording_together() {
        let (mut a, mut b, mut both) = (Recorder::new(7), Recorder::new(7), Recorder::new(7));
        for i in 0..10_000u64 {
            let value = i * i * 977 % 1_000_003;
            if i % 3 == 0 {
                a.record(value)
            } else {
                b.record(value)
            }
            both.record(value);
        }
        a.merge(&b);
        assert_eq!(a, both);
        a.clear();
        assert_eq!(a, Recorder::new(7));
    }

    #[test]
    fn a_bin_is_a_straight_line_between_its_ends() {
        let mut recorder = Recorder::new(2);
        // One bin, 64 to 79: of two durations the first is taken to lie at a quarter of it, the second at three quarters.
        [64, 79].iter().for_each(|&nanos| recorder.record(nanos));
        assert_eq!((recorder.quantile(0.5), recorder.quantile(1.0)), (Some(68e-9), Some(76e-9)));
        let share = |nanos| recorder.share_within(SimDuration::from_nanos(nanos));
        assert_eq!(
            (share(63), share(64), share(67), share(79)),
            (Some(0.0), Some(0.0625), Some(0.25), Some(1.0))
        );
        assert_eq!(recorder.mean_square(), Some((64.0 * 64.0 + 79.0 * 79.0) / 2.0 * 1e-18));
        // Where it holds something, a value is as uncertain as its bin is wide.
        assert_eq!(recorder.resolved(70e-9), (64e-9, 79e-9));
        recorder.record(2000);
        recorder.record(90);
        assert_eq!(
            (recorder.resolved(90e-9), recorder.resolved(1900e-9)),
            ((80e-9, 95e-9), (1792e-9, 2000e-9))
        );
    }

    #[test]
    fn zeros_are_durations() {
        let mut recorder = Recorder::new(7);
        recorder.record_zeros(3);
        recorder.record(5_000_000);
        assert_eq!(recorder.share_within(SimDuration::ZERO), Some(0.75));
    }

    #[test]
    fn hours_and_days_have_bins_of_their_own() {
        let (mut hours, mut short) = (Recorder::new(7), Recorder::new(7));
        [1, 2, 200 * 24].iter().for_each(|n| hours.record(n * 3_600_000_000_000));
        let median = hours.quantile(0.5).unwrap();
        assert!((median - 7200.0).abs() < 60.0, "{median}");
        // Whoever adds the longer durations gets all of their bins.
        short.record(1);
        short.merge(&hours);
        assert_eq!((short.count(), short.quantile(1.0)), (4, hours.quantile(1.0)));
    }

    #[test]
    fn longest_durations_share_the_last_bin() {
        let mut recorder = Recorder::new(7);
        recorder.record(u64::MAX);
        assert_eq!(recorder.count(), 1);
        recorder.clear();
        assert_eq!(recorder, Recorder::new(7));
    }
}
