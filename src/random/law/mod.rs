//! Laws of random durations and sizes.

mod construct;
mod display;
mod distribution;
mod lognormal;
mod moments;

#[cfg(test)]
pub(super) mod tests;

use std::fmt;

/// The law of a random number that is never negative: a duration in seconds, or a size in any unit.
///
/// The constructors are the only way to a law and check their parameters, so everything that takes a law may
/// rely on it. Values are plain `f64`.
#[derive(Clone, Debug, PartialEq)]
pub struct Law(Form);

/// What a law is, for those who must look inside (theory, for one); see the constructors for the ranges.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// Always `value`.
    Constant {
        /// The value.
        value: f64,
    },
    /// `P(X > x) = exp(-x/mean)`.
    Exponential {
        /// The mean.
        mean: f64,
    },
    /// The sum of `k` exponential phases.
    Erlang {
        /// The number of phases.
        k: u32,
        /// The mean of the sum.
        mean: f64,
    },
    /// The gamma law with density proportional to `x^(shape-1) exp(-x/scale)`.
    Gamma {
        /// The shape.
        shape: f64,
        /// The scale.
        scale: f64,
    },
    /// One of several exponential laws.
    Hyperexponential(Box<[Phase]>),
    /// `ln X` is normal.
    Lognormal {
        /// The mean of the logarithm.
        mu: f64,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    /// `P(X > x) = exp(-(x/scale)^shape)`.
    Weibull {
        /// The shape.
        shape: f64,
        /// The scale.
        scale: f64,
    },
    /// `P(X > x) = (scale/x)^shape` from `scale` on.
    Pareto {
        /// The shape; moments of this order and above are infinite.
        shape: f64,
        /// The smallest value.
        scale: f64,
    },
    /// Equally likely everywhere between `low` and `high`.
    Uniform {
        /// The smallest value.
        low: f64,
        /// The largest value.
        high: f64,
    },
    /// Finitely many values.
    Empirical(Empirical),
    /// One of several laws.
    Mixture(Box<[Component]>),
    /// A law moved by an offset. The inner law has no atoms: moving an atom is done in place.
    Shifted {
        /// The law that is moved.
        law: Box<Law>,
        /// By how much; may be negative.
        offset: f64,
    },
    /// A law on the condition that its value lies in an interval. The inner law has no atoms.
    Truncated(Truncated),
}

/// One exponential branch of a hyperexponential law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Phase {
    /// The probability of this branch.
    pub probability: f64,
    /// The rate, one over the mean, of this branch.
    pub rate: f64,
}

/// One branch of a mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// The probability of this branch.
    pub probability: f64,
    /// Its law.
    pub law: Law,
}

/// Finitely many values with their probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    /// Strictly increasing.
    values: Box<[f64]>,
    /// `P(X <= values[i])`; the last is one.
    cumulative: Box<[f64]>,
}

impl Empirical {
    /// The values, strictly increasing.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// For each value the probability of that value or a smaller one.
    #[must_use]
    pub fn cumulative(&self) -> &[f64] {
        &self.cumulative
    }

    /// The values with their own probabilities.
    pub fn weighted(&self) -> impl Iterator<Item = (f64, f64)> {
        let before = std::iter::once(0.0).chain(self.cumulative.iter().copied());
        self.values.iter().zip(&self.cumulative).zip(before).map(|((v, upto), before)| (*v, upto - before))
    }
}

/// A law on the condition that its value lies in an interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Truncated {
    law: Box<Law>,
    low: f64,
    high: f64,
    /// `P(X < low)` of the inner law.
    below: f64,
    /// `P(X > high)` of the inner law.
    above: f64,
    /// `P(low <= X <= high)` of the inner law.
    mass: f64,
}

impl Truncated {
    /// The law before truncation.
    #[must_use]
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// The interval's lower end.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The interval's upper end; may be infinite.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.high
    }
}

/// A probability told from the side on which it is small, so that a tail keeps its digits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tail {
    /// The probability below a point.
    Lower(f64),
    /// The probability above a point.
    Upper(f64),
}

impl Tail {
    /// The probability below.
    #[must_use]
    pub fn lower(self) -> f64 {
        match self {
            Self::Lower(u) => u,
            Self::Upper(q) => 1.0 - q,
        }
    }

    /// The probability above.
    #[must_use]
    pub fn upper(self) -> f64 {
        match self {
            Self::Lower(u) => 1.0 - u,
            Self::Upper(q) => q,
        }
    }
}

/// Why a law cannot be made: which parameter, and what is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct LawError {
    /// The parameter's name.
    pub parameter: &'static str,
    /// What it must be, as the end of a sentence that starts with the parameter's name.
    pub reason: String,
}

impl fmt::Display for LawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.parameter, self.reason)
    }
}

impl std::error::Error for LawError {}

impl LawError {
    fn new(parameter: &'static str, reason: impl Into<String>) -> Self {
        Self { parameter, reason: reason.into() }
    }
}

impl Law {
    /// What the law is.
    #[must_use]
    pub fn form(&self) -> &Form {
        &self.0
    }

    /// The value if there is only one.
    #[must_use]
    pub fn as_constant(&self) -> Option<f64> {
        match self.0 {
            Form::Constant { value } => Some(value),
            _ => None,
        }
    }
}
