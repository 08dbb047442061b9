//! The rough shape of one run's durations, small enough to keep for every run.

use super::Recorder;

/// Bins an octave has, as a power of two.
const BITS: u32 = 3;

/// Counts of a run's durations in bins of an eighth of an octave, from the first that holds something to the last.
///
/// It says how many durations of this run lie beyond a value that is known only when all runs are there, such as
/// their pooled quantile. The value itself never comes from here, so the width of the bins does not bias it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    first: usize,
    counts: Box<[u32]>,
}

impl Outline {
    /// The outline of what a recorder holds.
    #[must_use]
    pub fn new(recorder: &Recorder) -> Self {
        let mut counts: Vec<u32> = Vec::new();
        let mut first = 0;
        for (low, _, count) in recorder.filled() {
            let bin = bin(low);
            if counts.is_empty() {
                first = bin;
            }
            // Bins come in ascending order; a run has fewer than four thousand million durations in one.
            counts.resize(bin - first + 1, 0);
            if let Some(last) = counts.last_mut() {
                *last = last.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
            }
        }
        Self { first, counts: counts.into() }
    }

    /// Number of durations.
    #[must_use]
    pub fn count(&self) -> f64 {
        self.counts.iter().map(|&count| f64::from(count)).sum()
    }

    /// Durations longer than `seconds`, by whole bins and a straight line inside the one that holds it.
    #[must_use]
    pub fn beyond(&self, seconds: f64) -> f64 {
        let nanos = (seconds * 1e9).max(0.0);
        let at = bin(nanos as u64);
        let above = (at + 1).saturating_sub(self.first).min(self.counts.len());
        let whole: f64 = self.counts[above..].iter().map(|&count| f64::from(count)).sum();
        let inside = at.checked_sub(self.first).and_then(|at| self.counts.get(at)).copied().unwrap_or(0);
        let (low, high) = (start(at), start(at + 1));
        // Durations of zero are one value and no stretch.
        let part = if nanos < 1.0 { 0.0 } else { (high - nanos) / (high - low) };
        whole + part * f64::from(inside)
    }
}

fn bin(nanos: u64) -> usize {
    let shift = (63 - (nanos | (1 << BITS)).leading_zeros()) - BITS;
    ((u64::from(shift) << BITS) + (nanos >> shift)) as usize
}

/// Least value of a bin, in nanoseconds.
fn start(bin: usize) -> f64 {
    let octave = (bin >> BITS).saturating_sub(1);
    ((bin - (octave << BITS)) as u64 as f64) * (1u64 << octave.min(63)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_beyond_a_value() {
        let mut recorder = Recorder::new(7);
        (1..=1000u64).for_each(|ms| recorder.record(ms * 1_000_000));
        let outline = Outline::new(&recorder);
        assert_eq!(outline.count(), 1000.0);
        for (seconds, beyond) in [(0.0, 1000.0), (0.25, 750.0), (0.9, 100.0), (0.99, 10.0), (2.0, 0.0)] {
            // A bin is an eighth of an octave wide, and durations are evenly spread inside it.
            assert!((outline.beyond(seconds) - beyond).abs() < 9.0, "{seconds}: {}", outline.beyond(seconds));
        }
        assert!(outline.counts.len() < 90);
        assert_eq!((Outline::default().count(), Outline::default().beyond(1.0)), (0.0, 0.0));
    }

    #[test]
    fn zeros_are_not_beyond_zero() {
        let mut recorder = Recorder::new(7);
        recorder.record_zeros(70);
        (0..30).for_each(|_| recorder.record(5_000_000));
        let outline = Outline::new(&recorder);
        assert_eq!((outline.count(), outline.beyond(0.0)), (100.0, 30.0));
    }

    #[test]
    fn bins_meet() {
        for bin_number in 0..400 {
            let from = start(bin_number);
            assert_eq!(bin(from as u64), bin_number);
            assert!(start(bin_number + 1) > from);
        }
    }
}
