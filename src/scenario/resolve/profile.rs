//! Rates over time: sums of straight pieces, on the simulated clock.

use crate::model::{Piece, RateProfile};
use crate::numerics::{cos, exp, sin};

/// Most pieces of one profile.
pub(super) const MAX_PIECES: usize = 2_000_000;

/// A rate made of straight pieces; before the first piece it is the first piece's rate, after the last one the
/// rate at that one's end.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Curve {
    /// Start in seconds on the simulated clock, rate there, rate at the piece's end.
    pieces: Vec<(f64, f64, f64)>,
}

impl Curve {
    /// The same rate for ever.
    pub(super) fn constant(rate: f64) -> Self {
        Self { pieces: vec![(0.0, rate, rate)] }
    }

    /// A rate that is there already.
    pub(super) fn of(profile: &RateProfile) -> Self {
        let pieces = profile.pieces();
        let piece = |(at, piece): (usize, &Piece)| {
            let end = pieces
                .get(at + 1)
                .map_or(piece.rate, |next| piece.rate + piece.slope * (next.start - piece.start));
            (piece.start, piece.rate, end)
        };
        Self { pieces: pieces.iter().enumerate().map(piece).collect() }
    }

    /// Through points of (time, rate), straight between them or in steps; times increase.
    pub(super) fn points(points: &[(f64, f64)], straight: bool) -> Self {
        let piece = |at: usize| {
            let (start, rate) = points[at];
            let end = points.get(at + 1).filter(|_| straight).map_or(rate, |next| next.1);
            (start, rate, end)
        };
        Self { pieces: (0..points.len()).map(piece).collect() }
    }

    /// Added on top: straight up from `start` over `rise`, level for `hold`, then down as `fall` says.
    pub(super) fn peak(start: f64, top: f64, rise: f64, hold: f64, fall: Fall) -> Self {
        let mut points = vec![(start, 0.0, top)];
        if rise == 0.0 {
            points.clear();
        }
        points.push((start + rise, top, top));
        let down = start + rise + hold;
        match fall {
            Fall::Straight(length) => {
                if length > 0.0 {
                    points.push((down, top, 0.0));
                }
                points.push((down + length, 0.0, 0.0));
            }
            Fall::HalfLife(half) => {
                // Sixteen chords a half-life stay within 0.03 % of the curve; after ten half-lives 0.1 % is left.
                let rate = |n: u32| top * exp(-std::f64::consts::LN_2 * f64::from(n) / 16.0);
                for n in 0..160 {
                    points.push((down + half * f64::from(n) / 16.0, rate(n), rate(n + 1)));
                }
                points.push((down + half * 10.0, 0.0, 0.0));
            }
        }
        // Before the peak there is nothing.
        points.insert(0, (f64::MIN, 0.0, 0.0));
        Self { pieces: points }
    }

    /// `mean (1 + amplitude cos(2 pi (t - top) / period))` up to `until`. Each chord is raised so that it keeps the
    /// curve's integral: over an angle a the chord of a sine has (a/2) / tan(a/2) of it.
    pub(super) fn wave(mean: f64, amplitude: f64, period: f64, top: f64, until: f64) -> Self {
        let cuts = (MAX_PIECES as f64 / 4.0 / (until / period).max(1.0)).clamp(16.0, 2880.0).floor();
        let angle = std::f64::consts::TAU / cuts;
        let half = angle / 2.0;
        let raised = amplitude * (sin(half) / cos(half)) / half;
        let first = ((0.0 - top) / period * cuts).floor();
        let count = ((until / period) * cuts).ceil() as usize + 2;
        let rate = |n: f64| mean * (1.0 + raised * cos(angle * (n - (n / cuts).floor() * cuts)));
        let piece = |at: usize| {
            let n = first + at as f64;
            (top + n / cuts * period, rate(n), rate(n + 1.0))
        };
        Self { pieces: (0..count).map(piece).collect() }
    }

    fn end_of(&self, at: usize) -> f64 {
        self.pieces.get(at + 1).map_or(f64::INFINITY, |next| next.0)
    }

    /// Rate in piece `at` at time `t` inside it or at its end.
    fn value(&self, at: usize, t: f64) -> f64 {
        let (start, begin, end) = self.pieces[at];
        let until = self.end_of(at);
        if t <= start || begin == end {
            begin
        } else if until.is_finite() && t < until {
            begin + (end - begin) * (t - start) / (until - start)
        } else {
            end
        }
    }
}

/// How a peak ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fall {
    /// In a straight line over so many seconds.
    Straight(f64),
    /// Halving every so many seconds.
    HalfLife(f64),
}

/// The sum of curves from time zero on.
pub(super) fn sum(curves: &[Curve]) -> RateProfile {
    let starts = curves.iter().flat_map(|curve| curve.pieces.iter().map(|piece| piece.0));
    let mut cuts: Vec<f64> = starts.filter(|&start| start > 0.0).chain([0.0]).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let mut at = vec![0; curves.len()];
    let mut points = Vec::with_capacity(cuts.len());
    for (index, &cut) in cuts.iter().enumerate() {
        let next = cuts.get(index + 1).copied().unwrap_or(f64::INFINITY);
        let (mut begin, mut end) = (0.0, 0.0);
        for (curve, at) in curves.iter().zip(&mut at) {
            while curve.end_of(*at) <= cut {
                *at += 1;
            }
            begin += curve.value(*at, cut);
            end += curve.value(*at, next);
        }
        points.push((cut, begin.max(0.0), end.max(0.0)));
    }
    RateProfile::from_points(&points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_add_and_end() {
        let peak = Curve::peak(100.0, 720.0, 26.0, 180.0, Fall::Straight(480.0));
        let rates = sum(&[Curve::constant(80.0), peak]);
        assert_eq!(rates.rate(0.0), 80.0);
        assert_eq!(rates.rate(113.0), 440.0);
        assert_eq!(rates.rate(200.0), 800.0);
        assert_eq!(rates.rate(546.0), 440.0);
        assert_eq!(rates.rate(1000.0), 80.0);
        let area = 720.0 * (13.0 + 180.0 + 240.0);
        assert!((rates.cumulative(1000.0) - 80_000.0 - area).abs() < 1e-6);
    }

    #[test]
    fn a_peak_before_the_start_is_cut() {
        let rates = sum(&[Curve::constant(1.0), Curve::peak(-10.0, 10.0, 20.0, 0.0, Fall::Straight(0.0))]);
        assert_eq!(rates.pieces()[0].start, 0.0);
        assert!((rates.rate(0.0) - 6.0).abs() < 1e-12);
        assert!((rates.cumulative(10.0) - 10.0 - 75.0).abs() < 1e-9);
        assert_eq!(rates.rate(11.0), 1.0);
    }

    #[test]
    fn a_sudden_peak_and_one_that_halves() {
        let rates = sum(&[Curve::peak(5.0, 8.0, 0.0, 5.0, Fall::HalfLife(10.0))]);
        assert_eq!((rates.rate(4.9), rates.rate(5.0), rates.rate(9.0)), (0.0, 8.0, 8.0));
        assert!((rates.rate(20.0) - 4.0).abs() < 1e-9);
        assert_eq!(rates.rate(111.0), 0.0);
    }

    #[test]
    fn a_wave_keeps_its_integral() {
        let rates = sum(&[Curve::wave(10.0, 0.5, 100.0, 30.0, 300.0)]);
        // Over whole periods the cosine adds nothing; over the half around the top it adds 5 x 100 / pi.
        assert!((rates.cumulative(200.0) - 2000.0).abs() < 1e-8);
        let half = rates.cumulative(55.0) - rates.cumulative(5.0);
        assert!((half - 500.0 - 500.0 / std::f64::consts::PI).abs() < 1e-8, "{half}");
        assert!((rates.rate(30.0) - 15.0).abs() < 1e-4);
    }

    #[test]
    fn points_in_steps_and_straight() {
        let points = [(0.0, 1.0), (10.0, 3.0), (20.0, 0.0)];
        assert_eq!(sum(&[Curve::points(&points, false)]).rate(5.0), 1.0);
        assert_eq!(sum(&[Curve::points(&points, true)]).rate(5.0), 2.0);
        assert_eq!(sum(&[Curve::points(&points, true)]).rate(25.0), 0.0);
    }
}
