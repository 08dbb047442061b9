//! Laws compiled for sampling by inversion.
//!
//! The quantile function is tabulated over cells that shrink geometrically towards both ends: each half of the
//! unit interval is cut into octaves `[2^-(j+1), 2^-j)` of the distance `w` to its own end, each octave into
//! 32 equal cells, as the exponent and the leading mantissa bits of `w` number them. Within a cell the cubic
//! through four exact quantiles is used. A cell is never wider than 1/32 of its distance to the end, so the
//! relative error is about 1e-8 for common laws; it is checked to be below 1e-6 for every law. Beyond the last octave (probability 2^-16 at each end),
//! and in the few cells that hold a jump or a kink, the exact quantile is computed.
//!
//! So a draw takes one uniform, is monotone in it, and costs three multiplications and a look-up.

use super::Choice;
use super::law::{Form, Law, Tail};
use crate::numerics::powi;

/// Cells per octave, as a power of two.
const CELL_BITS: u32 = 5;
const CELLS_PER_OCTAVE: usize = 1 << CELL_BITS;
/// Octaves of each half that are tabulated; the rest, of probability 2^-16 at each end, is computed.
const OCTAVES: usize = 15;
const CELLS: usize = OCTAVES * CELLS_PER_OCTAVE;
/// The distance to the end is held as a 53-bit whole number, so that it converts to floating point exactly.
const DISTANCE_SHIFT: u32 = 10;
/// One past the exponent of the largest distance, in the biased form of floating-point numbers.
const TOP_EXPONENT: usize = 1023 + 53;
const MANTISSA_BITS: u32 = 52;
/// What the exponent and leading mantissa bits of the smallest tabulated distance read.
const FIRST_CELL: usize = (TOP_EXPONENT - OCTAVES) << CELL_BITS;
const NANOS: f64 = 1e9;
const SECONDS: f64 = 1e-9;
/// 2^-64.
const DISTANCE_UNIT: f64 = 1.0 / (1u128 << 64) as f64;
/// The greatest relative error of a cubic at its check points; a cell that misses it is computed exactly.
const CELL_TOLERANCE: f64 = 1e-6;

/// Where a cell is checked: near the places at which a cubic through four equidistant points errs most, and the
/// middle, for kinks.
const CHECKS: [f64; 3] = [0.127, 0.5, 0.873];

/// A law compiled for sampling: one uniform a draw, monotone in its bits.
///
/// Durations come as whole nanoseconds ([`Sampler::nanos`]) or as seconds ([`Sampler::value`]); for a law of
/// anything else than a duration, `value` is in the law's own unit.
#[derive(Clone, Debug)]
pub enum Sampler {
    /// One value: no randomness is used.
    Constant {
        /// The value in whole nanoseconds.
        nanos: u64,
        /// The value.
        value: f64,
    },
    /// A tabulated quantile function.
    Table(Box<Table>),
    /// Finitely many values.
    Discrete(Box<Discrete>),
}

/// A tabulated quantile function; see [`Sampler`].
#[derive(Clone, Debug)]
pub struct Table {
    /// For each half of the unit interval, the cubics of its cells from the end inwards, in nanoseconds, in
    /// powers of a variable that runs from -1/2 to 1/2 across the cell. A NaN marks a cell that is computed.
    halves: [Box<[[f64; 4]]>; 2],
    law: Law,
}

/// Finitely many values; see [`Sampler`].
#[derive(Clone, Debug)]
pub struct Discrete {
    choice: Choice,
    values: Box<[(u64, f64)]>,
}

/// The nearest whole nanosecond, saturating; below zero and NaN give zero.
#[inline(always)]
fn round(nanos: f64) -> u64 {
    // Adding 2^52 leaves the nearest whole number in the low bits of the mantissa; the cast, which must also
    // saturate and refuse NaN, takes several times as long.
    const SHIFT: f64 = (1u64 << 52) as f64;
    if (0.0..SHIFT / 2.0).contains(&nanos) {
        (nanos + SHIFT).to_bits() & ((1 << 52) - 1)
    } else {
        (nanos + 0.5) as u64
    }
}

impl Sampler {
    /// Compiles a law; takes thousands of exact quantiles, a few milliseconds for the slowest laws.
    #[must_use]
    pub fn new(law: &Law) -> Self {
        match law.form() {
            Form::Constant { value } => Self::Constant { nanos: round(value * NANOS), value: *value },
            Form::Empirical(empirical) => {
                let values = empirical.values().iter().map(|value| (round(value * NANOS), *value)).collect();
                Self::Discrete(Box::new(Discrete {
                    choice: Choice::inverting(empirical.cumulative()),
                    values,
                }))
            }
            _ => Self::Table(Box::new(Table::new(law))),
        }
    }

    /// The exponential law of mean one, for unit-rate streams.
    #[must_use]
    pub fn unit_exponential() -> Self {
        Self::Table(Box::new(Table::new(&Law::unit_exponential())))
    }

    /// The draw of 64 random bits in the nearest whole nanosecond, for a law in seconds; saturates.
    #[inline(always)]
    #[must_use]
    pub fn nanos(&self, bits: u64) -> u64 {
        match self {
            Self::Constant { nanos, .. } => *nanos,
            Self::Table(table) => round(table.nanos(bits)),
            Self::Discrete(discrete) => discrete.values[discrete.choice.pick(bits)].0,
        }
    }

    /// The draw of 64 random bits, in seconds or in whatever unit the law is.
    #[inline(always)]
    #[must_use]
    pub fn value(&self, bits: u64) -> f64 {
        match self {
            Self::Constant { value, .. } => *value,
            Self::Table(table) => table.nanos(bits) * SECONDS,
            Self::Discrete(discrete) => discrete.values[discrete.choice.pick(bits)].1,
        }
    }
}

/// Which half the bits lie in (0 lower, 1 upper), and their distance to that half's own end in units of 2^-64.
#[inline(always)]
fn half_and_distance(bits: u64) -> (usize, u64) {
    let upper = bits >> 63;
    (upper as usize, bits ^ upper.wrapping_neg())
}

impl Table {
    fn new(law: &Law) -> Self {
        let half = |upper: bool| (0..CELLS).map(|cell| cubic(law, upper, cell)).collect();
        Self { halves: [half(false), half(true)], law: law.clone() }
    }

    #[inline(always)]
    fn nanos(&self, bits: u64) -> f64 {
        let (half, distance) = half_and_distance(bits);
        // A signed conversion is a single instruction, and the number does not reach the sign bit.
        let scaled = ((distance >> DISTANCE_SHIFT) as i64 as f64).to_bits();
        let cell = ((scaled >> (MANTISSA_BITS - CELL_BITS)) as usize).wrapping_sub(FIRST_CELL);
        // Distances below the table wrap to huge cell numbers and miss it, like those beyond its end would.
        if let Some([c0, c1, c2, c3]) = self.halves[half].get(cell) {
            let within = (scaled << CELL_BITS) & ((1 << MANTISSA_BITS) - 1);
            let t = f64::from_bits(within | 1.0f64.to_bits()) - 1.5;
            let nanos = (c0 + c1 * t) + (t * t) * (c2 + c3 * t);
            if !nanos.is_nan() {
                return nanos;
            }
        }
        self.exact(half, distance)
    }

    #[cold]
    #[inline(never)]
    fn exact(&self, half: usize, distance: u64) -> f64 {
        // The middle of the interval of 2^-64 that the bits stand for.
        let w = (distance as f64 + 0.5) * DISTANCE_UNIT;
        NANOS * self.law.inverse(if half == 1 { Tail::Upper(w) } else { Tail::Lower(w) })
    }
}

/// The cubic of one cell through its quantiles at 0, 1/3, 2/3 and 1, or NaN where it is not good enough.
fn cubic(law: &Law, upper: bool, cell: usize) -> [f64; 4] {
    let quantile = |place: f64| {
        let octave = cell / CELLS_PER_OCTAVE;
        let mantissa = 1.0 + ((cell % CELLS_PER_OCTAVE) as f64 + place) / CELLS_PER_OCTAVE as f64;
        let w = mantissa * powi(0.5, (OCTAVES - octave + 1) as i32);
        NANOS * law.inverse(if upper { Tail::Upper(w) } else { Tail::Lower(w) })
    };
    let (q0, q1, q2, q3) = (quantile(0.0), quantile(1.0 / 3.0), quantile(2.0 / 3.0), quantile(1.0));
    // Newton's divided differences in s = 3 place, then moved to the centre s = 3/2 + 3 t.
    let (d1, d2, d3) = (q1 - q0, q2 - 2.0 * q1 + q0, (q3 - q0) - 3.0 * (q2 - q1));
    let (a1, a2, a3) = (d1, d2 / 2.0, d3 / 6.0);
    // q0 + a1 s + a2 s(s-1) + a3 s(s-1)(s-2)
    let coefficients = [
        q0 + (1.5 * a1 + 0.75 * a2 - 0.375 * a3),
        3.0 * (a1 + 2.0 * a2 - 0.25 * a3),
        9.0 * (a2 + 1.5 * a3),
        27.0 * a3,
    ];
    let value = |t: f64| {
        let [c0, c1, c2, c3] = coefficients;
        (c0 + c1 * t) + (t * t) * (c2 + c3 * t)
    };
    let good = CHECKS.iter().all(|place| {
        let exact = quantile(*place);
        (value(place - 0.5) - exact).abs() <= CELL_TOLERANCE * exact
    });
    if good && monotone(&coefficients, upper) { coefficients } else { [f64::NAN; 4] }
}

/// Whether the cubic never runs against the law: the distance grows towards the middle, so the upper half falls.
fn monotone(&[_, c1, c2, c3]: &[f64; 4], upper: bool) -> bool {
    let sign = if upper { -1.0 } else { 1.0 };
    let slope = |t: f64| sign * (c1 + t * (2.0 * c2 + t * 3.0 * c3));
    let turning = -c2 / (3.0 * c3);
    let inside = turning.is_finite() && turning.abs() < 0.5;
    slope(-0.5) >= 0.0 && slope(0.5) >= 0.0 && (!inside || slope(turning) >= 0.0)
}
