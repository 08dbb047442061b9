//! Where requests come from.

use super::{ClassId, LawId};
use crate::random::Choice;
use std::sync::Arc;

/// A stream of requests.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// How requests come.
    pub kind: SourceKind,
    /// Its classes.
    pub classes: Vec<ClassId>,
    /// Draws a class by weight (an index into `classes`).
    pub mix: Choice,
}

/// How requests come.
#[derive(Clone, Debug)]
pub enum SourceKind {
    /// Requests come whatever the system does.
    Open(ArrivalProcess),
    /// A fixed population: each user thinks, asks, waits for the answer, thinks again.
    Closed {
        /// How many users.
        users: u32,
        /// Law of the thinking time.
        think: LawId,
    },
}

/// A process of arrival instants.
#[derive(Clone, Debug)]
pub enum ArrivalProcess {
    /// Nonhomogeneous Poisson: a unit-rate stream through the inverse of the cumulative rate.
    Poisson(RateProfile),
    /// The n-th arrival at the instant where the cumulative rate reaches n - 1/2: no randomness.
    Even(RateProfile),
    /// Independent gaps; the first arrival comes after one gap.
    Renewal {
        /// Law of the gaps.
        gap: LawId,
    },
    /// Poisson whose rate is set by a background Markov chain started in its stationary law.
    Mmpp {
        /// Rate of each state, per second.
        rates: Vec<f64>,
        /// Generator of the chain, per second; rows sum to zero.
        generator: Vec<Vec<f64>>,
    },
    /// Arrivals at `from`, `from + gap`, … before `to`, segment after segment.
    Segments(Vec<Segment>),
    /// Exactly these instants, in nanoseconds from the start of the replication, sorted.
    Times(Arc<[u64]>),
}

/// A stretch of evenly spaced arrivals, in nanoseconds from the start of the replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// First arrival.
    pub from: u64,
    /// No arrival at or after this instant.
    pub to: u64,
    /// Gap between arrivals.
    pub gap: u64,
}

/// A rate over time: pieces on which the rate is a straight line. Curves are cut so finely that each piece
/// keeps the curve's integral; the sinusoid's error is below 1e-6 of its amplitude.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RateProfile {
    pieces: Vec<Piece>,
}

/// A stretch of a [`RateProfile`] on which the rate is a straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Start, in seconds from the start of the replication.
    pub start: f64,
    /// Rate at the start, per second.
    pub rate: f64,
    /// Change of the rate, per second squared.
    pub slope: f64,
    /// Expected arrivals before the start.
    pub cumulative: f64,
    /// Seconds between arrivals at the rate at the start; infinite if it is zero.
    pub gap: f64,
}

impl RateProfile {
    /// A constant rate per second.
    #[must_use]
    pub fn constant(rate: f64) -> Self {
        Self::from_points(&[(0.0, rate, rate)])
    }

    /// From `(start, rate at the start, rate at the end)` triples with increasing starts; the last piece's
    /// rate at its start holds for ever. Negative rates count as zero.
    #[must_use]
    pub fn from_points(points: &[(f64, f64, f64)]) -> Self {
        let mut pieces = Vec::with_capacity(points.len());
        let mut cumulative = 0.0;
        for (i, &(start, begin, end)) in points.iter().enumerate() {
            let rate = begin.max(0.0);
            let span = points.get(i + 1).map_or(f64::INFINITY, |next| next.0 - start);
            let slope = if span.is_finite() && span > 0.0 { (end.max(0.0) - rate) / span } else { 0.0 };
            pieces.push(Piece { start, rate, slope, cumulative, gap: 1.0 / rate });
            if span.is_finite() {
                cumulative += span * (rate + 0.5 * slope * span);
            }
        }
        Self { pieces }
    }

    /// The pieces, in order of time.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Index of the piece that holds at `t` seconds.
    fn piece_at(&self, t: f64) -> usize {
        self.pieces.partition_point(|p| p.start <= t).max(1) - 1
    }

    /// Rate per second at `t` seconds.
    #[must_use]
    pub fn rate(&self, t: f64) -> f64 {
        let p = &self.pieces[self.piece_at(t)];
        (p.rate + p.slope * (t - p.start)).max(0.0)
    }

    /// Expected arrivals in `[0, t]`.
    #[must_use]
    pub fn cumulative(&self, t: f64) -> f64 {
        let p = &self.pieces[self.piece_at(t)];
        let dt = (t - p.start).max(0.0);
        p.cumulative + dt * (p.rate + 0.5 * p.slope * dt)
    }

    /// The instant at which the cumulative rate reaches `target`, infinity if it never does. `cursor` is the
    /// piece to look from; targets must not decrease between calls with the same cursor.
    #[must_use]
    #[inline]
    pub fn invert(&self, target: f64, cursor: &mut usize) -> f64 {
        while self.pieces.get(*cursor + 1).is_some_and(|next| next.cumulative <= target) {
            *cursor += 1;
        }
        let p = &self.pieces[*cursor];
        let rest = target - p.cumulative;
        if p.slope == 0.0 {
            // The rest is positive or the rate is, so the product is a number.
            return if p.rate > 0.0 { p.start + rest * p.gap } else { f64::INFINITY };
        }
        // The smaller root of rate*x + slope*x^2/2 = rest, in the form that does not cancel.
        let discriminant = (p.rate * p.rate + 2.0 * p.slope * rest).max(0.0);
        p.start + 2.0 * rest / (p.rate + discriminant.sqrt())
    }

    /// Largest rate in `[from, to]` seconds.
    #[must_use]
    pub fn largest(&self, from: f64, to: f64) -> f64 {
        let inside = self.pieces.iter().filter(|p| p.start > from && p.start < to);
        let ends = inside.clone().map(|p| self.rate(p.start));
        // Just before a jump the rate may be larger than after it.
        let before = inside.map(|p| self.rate(p.start.next_down()));
        ends.chain(before).chain([self.rate(from), self.rate(to.next_down())]).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inversion_undoes_the_cumulative_rate() {
        let profile = RateProfile::from_points(&[(0.0, 10.0, 10.0), (5.0, 10.0, 110.0), (15.0, 40.0, 40.0)]);
        let mut cursor = 0;
        for i in 0..2000 {
            let target = f64::from(i) * 0.5;
            let t = profile.invert(target, &mut cursor);
            assert!((profile.cumulative(t) - target).abs() < 1e-9, "{target} {t}");
        }
        assert_eq!(profile.cumulative(15.0), 50.0 + 600.0);
        assert!((profile.largest(0.0, 100.0) - 110.0).abs() < 1e-9);
    }

    #[test]
    fn a_rate_of_zero_never_arrives_until_it_rises() {
        let profile = RateProfile::from_points(&[(0.0, 0.0, 0.0), (10.0, 2.0, 2.0), (20.0, 0.0, 0.0)]);
        let mut cursor = 0;
        assert_eq!(profile.invert(1.0, &mut cursor), 10.5);
        assert_eq!(profile.invert(20.5, &mut cursor), f64::INFINITY);
    }
}
