//! A coarse recorder for windows, of which a run has thousands: it keeps only the bins between the shortest and the
//! longest duration it was shown.

use super::recorder::{Ends, Recorder, bin_of, quantile_of};
use serde::{Deserialize, Serialize};

/// Bins of an octave, as a power of two: 32, a relative width of 3 %.
pub(super) const SKETCH_BITS: u8 = 5;

/// Counts of durations in 32 bins an octave, with exact count, sum and sum of squares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch {
    /// Bin of the first count.
    first: u32,
    #[serde(with = "super::runs")]
    counts: Vec<u64>,
    sum: u128,
    squares: u128,
    ends: Ends,
}

impl Sketch {
    /// Records one duration.
    #[inline]
    pub fn record(&mut self, nanos: u64) {
        let bin = bin_of(u32::from(SKETCH_BITS), nanos);
        match self.counts.get_mut(bin.wrapping_sub(self.first as usize)) {
            Some(count) => *count += 1,
            None => *self.widened(bin) += 1,
        }
        self.sum += u128::from(nanos);
        self.squares += u128::from(nanos) * u128::from(nanos);
        self.ends.note(nanos);
    }

    /// The count of a bin that may lie outside of what is kept.
    #[cold]
    fn widened(&mut self, bin: usize) -> &mut u64 {
        if self.counts.is_empty() {
            self.first = bin as u32;
        }
        let first = self.first as usize;
        if bin < first {
            self.counts.splice(0..0, std::iter::repeat_n(0, first - bin));
            self.first = bin as u32;
        }
        let at = bin - self.first as usize;
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        &mut self.counts[at]
    }

    /// Adds another sketch.
    pub fn merge(&mut self, other: &Self) {
        for (bin, count) in other.bins() {
            *self.widened(bin) += count;
        }
        self.sum += other.sum;
        self.squares += other.squares;
        self.ends.join(other.ends);
    }

    /// Number of durations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The quantile as [`Recorder::quantile`] gives it.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        quantile_of(u32::from(SKETCH_BITS), || self.bins(), p, self.ends)
    }

    /// The same durations in a recorder.
    #[must_use]
    pub fn recorder(&self) -> Recorder {
        let mut recorder = Recorder::new(SKETCH_BITS);
        self.add_to(&mut recorder);
        recorder
    }

    /// Adds the durations to a recorder that came from a sketch.
    ///
    /// # Panics
    ///
    /// If the recorder has another resolution.
    pub fn add_to(&self, recorder: &mut Recorder) {
        recorder.add_bins(SKETCH_BITS, self.bins(), (self.sum, self.squares), self.ends);
    }

    /// What a recorder of a window holds.
    #[must_use]
    pub fn of(recorder: &Recorder) -> Self {
        let (sum, squares) = recorder.sums();
        let mut sketch = Self { sum, squares, ends: recorder.ends(), ..Self::default() };
        for (low, _, count) in recorder.filled() {
            *sketch.widened(bin_of(u32::from(SKETCH_BITS), low)) += count;
        }
        sketch
    }

    fn bins(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let first = self.first as usize;
        self.counts.iter().enumerate().map(move |(at, &count)| (first + at, count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sketch_says_what_a_recorder_of_its_resolution_says() {
        let (mut sketch, mut recorder) = (Sketch::default(), Recorder::new(SKETCH_BITS));
        for i in 0..5_000u64 {
            let value = i * i * 977 % 1_000_003 * 1_000 + i % 3;
            sketch.record(value);
            recorder.record(value);
        }
        assert_eq!(sketch.recorder(), recorder);
        assert_eq!(Sketch::of(&recorder), sketch);
        for p in [0.001, 0.5, 0.9, 0.99, 1.0] {
            assert_eq!(sketch.quantile(p), recorder.quantile(p), "{p}");
        }
        assert_eq!(Sketch::default().quantile(0.5), None);
    }

    #[test]
    fn merging_equals_recording_together() {
        let (mut short, mut long, mut both) = (Sketch::default(), Sketch::default(), Sketch::default());
        for i in 1..200u64 {
            short.record(i * 1_000);
            // Some of the longer ones share bins with the shorter.
            long.record(i * 100_000);
            both.record(i * 1_000);
            both.record(i * 100_000);
        }
        let mut other = long.clone();
        other.merge(&short);
        short.merge(&long);
        assert_eq!(short, both);
        assert_eq!(other, both);
        assert_eq!(both.count(), 398);
    }

    #[test]
    fn longest_durations_share_the_last_bin_of_a_recorder() {
        let mut sketch = Sketch::default();
        sketch.record(u64::MAX);
        let mut recorder = Recorder::new(SKETCH_BITS);
        recorder.record(u64::MAX);
        assert_eq!(sketch.recorder(), recorder);
    }
}
