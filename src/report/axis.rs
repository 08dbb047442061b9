//! Ticks of axes: round numbers, times relative to T0, decades.

use crate::numerics::log10;

/// Steps of a time axis in seconds that people read easily.
const TIME_STEPS: [f64; 24] = [
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0,
    1800.0, 3600.0, 7200.0, 10_800.0, 21_600.0, 43_200.0, 86_400.0,
];

/// Most ticks on a time axis.
const TIME_TICKS: f64 = 9.0;

/// A vertical axis: how a value becomes a height, and where its ticks are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    /// Whether heights are decimal logarithms of values.
    pub(super) log: bool,
    /// Lower end, as a height.
    pub(super) low: f64,
    /// Upper end, as a height.
    pub(super) high: f64,
    /// Values of the ticks.
    pub(super) ticks: Vec<f64>,
}

impl Axis {
    /// From zero to a round number at or above `largest`; `whole` things get whole ticks.
    pub(super) fn linear(largest: f64, whole: bool) -> Self {
        let largest = if largest.is_finite() && largest > 0.0 { largest } else { 1.0 };
        let step = round_step(largest / 5.0, whole);
        let count = (largest / step - 1e-9).ceil().max(1.0);
        let ticks = (0..=count as usize).map(|i| i as f64 * step).collect();
        Self { log: false, low: 0.0, high: count * step, ticks }
    }

    /// In decades around positive values; ticks at 1, 2 and 5, or at powers of ten when there are many
    /// decades.
    pub(super) fn logarithmic(smallest: f64, largest: f64) -> Self {
        let fine = largest / smallest < 3e3;
        let steps: &[f64] = if fine { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let mut all = Vec::new();
        let mut decade = 1e-9;
        while decade < 1e9 {
            all.extend(steps.iter().map(|s| s * decade));
            decade *= 10.0;
        }
        let first = all.iter().rposition(|&t| t <= smallest * 1.0001).unwrap_or(0);
        let last = all.iter().position(|&t| t >= largest * 0.9999).unwrap_or(all.len() - 1).max(first + 1);
        let ticks = all[first..=last.min(all.len() - 1)].to_vec();
        Self { log: true, low: log10(ticks[0]), high: log10(ticks[ticks.len() - 1]), ticks }
    }

    /// The height of a value, kept inside the axis.
    pub(super) fn height(&self, value: f64) -> f64 {
        let height = match self.log {
            true if value <= 0.0 => self.low,
            true => log10(value),
            false => value,
        };
        height.clamp(self.low, self.high)
    }
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten at or above `at_least`; without 2.5 for whole things.
pub(super) fn round_step(at_least: f64, whole: bool) -> f64 {
    let mut decade = 1.0;
    while decade * 10.0 <= at_least {
        decade *= 10.0;
    }
    while decade > at_least {
        decade /= 10.0;
    }
    let factors = [1.0, 2.0, 2.5, 5.0, 10.0];
    let mut allowed = factors.iter().filter(|&&f| !whole || f != 2.5).map(|f| f * decade);
    allowed.find(|&s| s >= at_least * (1.0 - 1e-9)).unwrap_or(decade * 10.0)
}

/// Ticks of a time axis, seconds relative to T0, always a multiple of a readable step.
pub(super) fn time_ticks(from: f64, to: f64) -> Vec<f64> {
    let span = to - from;
    let step = TIME_STEPS.iter().copied().find(|s| span / s <= TIME_TICKS).unwrap_or_else(|| {
        let days = (span / TIME_TICKS / 86_400.0).ceil();
        days * 86_400.0
    });
    let first = (from / step - 1e-9).ceil() as i64;
    let last = (to / step + 1e-9).floor() as i64;
    (first..=last).map(|i| i as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_ticks_are_round_and_cover_the_data() {
        assert_eq!(Axis::linear(8123.0, false).ticks, [0.0, 2000.0, 4000.0, 6000.0, 8000.0, 10000.0]);
        assert_eq!(Axis::linear(12.0, false).ticks[1], 2.5);
        assert_eq!(Axis::linear(12.0, true).ticks, [0.0, 5.0, 10.0, 15.0]);
        assert_eq!(Axis::linear(1.0, false).high, 1.0);
        assert_eq!(Axis::linear(0.0, true).ticks.len(), 6);
        assert_eq!(Axis::linear(f64::NAN, false).high, 1.0);
    }

    #[test]
    fn logarithmic_ticks_enclose_the_data() {
        let axis = Axis::logarithmic(0.012, 0.9);
        assert!((axis.ticks[0] - 0.01).abs() < 1e-12 && (axis.ticks.last().unwrap() - 1.0).abs() < 1e-9);
        assert!((axis.height(0.1) + 1.0).abs() < 1e-12);
        assert_eq!(axis.height(0.0), axis.low);
        let flat = Axis::logarithmic(0.5, 0.5);
        assert!(flat.high > flat.low);
    }

    #[test]
    fn time_ticks_are_multiples_that_include_t0() {
        assert_eq!(
            time_ticks(-600.0, 1800.0),
            [-600.0, -300.0, 0.0, 300.0, 600.0, 900.0, 1200.0, 1500.0, 1800.0]
        );
        assert_eq!(time_ticks(0.0, 60.0), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0]);
        assert!(time_ticks(0.0, 40.0 * 86_400.0).len() <= 10);
    }
}
