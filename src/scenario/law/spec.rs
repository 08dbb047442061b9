//! A law as written, before it is known whether its parameters make one.

/// A column of values in a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnOf {
    /// The file, as written.
    pub file: String,
    /// The column, which a table of one needs not say.
    pub column: Option<String>,
    /// Seconds of one, for values that are plain numbers.
    pub unit: Option<f64>,
}

/// A law as written.
#[derive(Clone, Debug, PartialEq)]
pub enum LawSpec {
    /// Always this many seconds.
    Constant(f64),
    /// Memoryless.
    Exponential {
        /// Mean in seconds.
        mean: f64,
    },
    /// Sum of `k` equal exponential phases.
    Erlang {
        /// Phases.
        k: u32,
        /// Mean of the sum in seconds.
        mean: f64,
    },
    /// One of several exponential phases.
    Hyperexponential {
        /// Probability of each phase.
        probs: Vec<f64>,
        /// Rate of each phase per second.
        rates: Vec<f64>,
    },
    /// Its logarithm is normal.
    Lognormal(LognormalForm),
    /// P(X > x) = exp(-(x / scale)^shape).
    Weibull {
        /// Shape.
        shape: f64,
        /// Scale in seconds.
        scale: f64,
    },
    /// P(X > x) = (scale / x)^shape from `scale` on.
    Pareto {
        /// Shape.
        shape: f64,
        /// Smallest value in seconds.
        scale: f64,
    },
    /// Any value between two equally likely.
    Uniform {
        /// Least, in seconds.
        low: f64,
        /// Largest, in seconds.
        high: f64,
    },
    /// Gamma.
    Gamma {
        /// Shape.
        shape: f64,
        /// Scale in seconds.
        scale: f64,
    },
    /// The values of a file, each as likely as the others.
    Empirical(ColumnOf),
    /// One of several laws.
    Mixture(Vec<(f64, LawSpec)>),
    /// A law moved to the right.
    Shifted {
        /// By so many seconds.
        by: f64,
        /// What is moved.
        law: Box<LawSpec>,
    },
    /// A law on the condition that it falls between two values.
    Within {
        /// What is cut.
        law: Box<LawSpec>,
        /// Least, in seconds.
        low: f64,
        /// Largest, in seconds.
        high: f64,
    },
}

/// The ways to say which lognormal law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LognormalForm {
    /// Mean and standard deviation of the logarithm of the seconds.
    MuSigma {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Mean and coefficient of variation.
    MeanCv {
        /// Mean in seconds.
        mean: f64,
        /// Standard deviation over mean.
        cv: f64,
    },
    /// Mean and a quantile.
    MeanQuantile {
        /// Mean in seconds.
        mean: f64,
        /// Which quantile, such as 0.99.
        p: f64,
        /// Its value in seconds.
        value: f64,
    },
    /// Median and a quantile.
    MedianQuantile {
        /// Median in seconds.
        median: f64,
        /// Which quantile, such as 0.99.
        p: f64,
        /// Its value in seconds.
        value: f64,
    },
}
