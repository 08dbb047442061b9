//! The constructors: the only gate to a law.

use super::{Component, Empirical, Form, Law, LawError, Phase, Truncated};

/// An interval must hold at least this share of a law, or what remains of it is rounding noise.
const LEAST_MASS: f64 = 1e-9;

pub(super) fn positive(parameter: &'static str, value: f64) -> Result<f64, LawError> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(LawError::new(parameter, format!("must be a positive finite number, not {value}")))
    }
}

fn not_negative(parameter: &'static str, value: f64) -> Result<f64, LawError> {
    if value >= 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(LawError::new(parameter, format!("must be a finite number, at least 0, not {value}")))
    }
}

/// Weights divided by their sum.
fn shares(parameter: &'static str, weights: impl Iterator<Item = f64> + Clone) -> Result<Vec<f64>, LawError> {
    for weight in weights.clone() {
        not_negative(parameter, weight)?;
    }
    let total = positive(parameter, weights.clone().sum())
        .map_err(|_| LawError::new(parameter, "must have a positive finite sum"))?;
    Ok(weights.map(|weight| weight / total).collect())
}

impl Law {
    /// Always `value >= 0`.
    ///
    /// # Errors
    /// When `value` is negative or not finite.
    pub fn constant(value: f64) -> Result<Self, LawError> {
        Ok(Self(Form::Constant { value: not_negative("value", value)? }))
    }

    /// The exponential law of this `mean > 0`.
    ///
    /// # Errors
    /// When `mean` is not a positive finite number.
    pub fn exponential(mean: f64) -> Result<Self, LawError> {
        Ok(Self(Form::Exponential { mean: positive("mean", mean)? }))
    }

    /// The exponential law of mean one.
    #[must_use]
    pub fn unit_exponential() -> Self {
        Self(Form::Exponential { mean: 1.0 })
    }

    /// The law of the sum of `k >= 1` equal exponential phases with `mean > 0` in all.
    ///
    /// # Errors
    /// When a parameter is out of its range.
    pub fn erlang(k: u32, mean: f64) -> Result<Self, LawError> {
        if k == 0 {
            return Err(LawError::new("k", "must be at least 1"));
        }
        Ok(Self(Form::Erlang { k, mean: positive("mean", mean)? }))
    }

    /// The gamma law of mean `shape * scale`; both positive, the shape from 0.01 to 10^8.
    ///
    /// # Errors
    /// When a parameter is out of its range.
    pub fn gamma(shape: f64, scale: f64) -> Result<Self, LawError> {
        if !(0.01..=1e8).contains(&shape) {
            return Err(LawError::new("shape", format!("must be from 0.01 to 1e8, not {shape}")));
        }
        Ok(Self(Form::Gamma { shape, scale: positive("scale", scale)? }))
    }

    /// With probability `probs[i]` (normalised to sum one) exponential of rate `rates[i] > 0`.
    ///
    /// # Errors
    /// When the lists differ in length or are empty, or a number is out of its range.
    pub fn hyperexponential(probs: &[f64], rates: &[f64]) -> Result<Self, LawError> {
        if probs.len() != rates.len() {
            let reason = format!("must be as many as the rates ({}), not {}", rates.len(), probs.len());
            return Err(LawError::new("probs", reason));
        }
        let shares = shares("probs", probs.iter().copied())?;
        let mut phases = Vec::with_capacity(rates.len());
        for (probability, rate) in shares.into_iter().zip(rates) {
            let rate = positive("rates", *rate)?;
            if probability > 0.0 {
                phases.push(Phase { probability, rate });
            }
        }
        Ok(Self(Form::Hyperexponential(phases.into())))
    }

    /// The law of `exp(N)`, where `N` is normal with mean `mu` and standard deviation `sigma > 0`.
    ///
    /// # Errors
    /// When `mu` is beyond ±600 or `sigma` is not in `(0, 20]`: such moments leave the range of numbers.
    pub fn lognormal(mu: f64, sigma: f64) -> Result<Self, LawError> {
        if !(-600.0..=600.0).contains(&mu) {
            return Err(LawError::new("mu", format!("must be from -600 to 600, not {mu}")));
        }
        if positive("sigma", sigma)? > 20.0 {
            return Err(LawError::new("sigma", format!("must be at most 20, not {sigma}")));
        }
        Ok(Self(Form::Lognormal { mu, sigma }))
    }

    /// `P(X > x) = exp(-(x/scale)^shape)`; the scale positive, the shape from 0.01 to 10^6.
    ///
    /// # Errors
    /// When a parameter is out of its range.
    pub fn weibull(shape: f64, scale: f64) -> Result<Self, LawError> {
        if !(0.01..=1e6).contains(&shape) {
            return Err(LawError::new("shape", format!("must be from 0.01 to 1e6, not {shape}")));
        }
        Ok(Self(Form::Weibull { shape, scale: positive("scale", scale)? }))
    }

    /// `P(X > x) = (scale/x)^shape` for `x >= scale`; the scale positive, the shape from 0.1 to 10^6.
    ///
    /// # Errors
    /// When a parameter is out of its range.
    pub fn pareto(shape: f64, scale: f64) -> Result<Self, LawError> {
        if !(0.1..=1e6).contains(&shape) {
            return Err(LawError::new("shape", format!("must be from 0.1 to 1e6, not {shape}")));
        }
        Ok(Self(Form::Pareto { shape, scale: positive("scale", scale)? }))
    }

    /// Equally likely everywhere from `low >= 0` to `high > low`.
    ///
    /// # Errors
    /// When a bound is out of its range.
    pub fn uniform(low: f64, high: f64) -> Result<Self, LawError> {
        not_negative("low", low)?;
        not_negative("high", high)?;
        if high <= low {
            return Err(LawError::new("high", format!("must be above low ({low}), not {high}")));
        }
        Ok(Self(Form::Uniform { low, high }))
    }

    /// Each of `values` equally often, in any order.
    ///
    /// # Errors
    /// When there is no value, or one is negative or not finite.
    pub fn empirical(values: &[f64]) -> Result<Self, LawError> {
        Self::empirical_weighted(values, &vec![1.0; values.len()])
    }

    /// Each of `values` in proportion to its weight, in any order.
    ///
    /// # Errors
    /// When the lists differ in length or are empty, or a number is out of its range.
    pub fn empirical_weighted(values: &[f64], weights: &[f64]) -> Result<Self, LawError> {
        if values.len() != weights.len() {
            let reason = format!("must be as many as the values ({}), not {}", values.len(), weights.len());
            return Err(LawError::new("weights", reason));
        }
        if values.is_empty() {
            return Err(LawError::new("values", "must not be empty"));
        }
        for value in values {
            not_negative("values", *value)?;
        }
        let shares = shares("weights", weights.iter().copied())?;
        let mut pairs: Vec<(f64, f64)> =
            values.iter().copied().zip(shares).filter(|(_, share)| *share > 0.0).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut distinct, mut cumulative): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        let mut sum = 0.0;
        for (value, share) in pairs {
            sum += share;
            if distinct.last() == Some(&value) {
                cumulative.pop();
                distinct.pop();
            }
            distinct.push(value);
            cumulative.push(f64::min(sum, 1.0));
        }
        if let [value] = distinct[..] {
            return Self::constant(value);
        }
        if let Some(last) = cumulative.last_mut() {
            *last = 1.0;
        }
        Ok(Self(Form::Empirical(Empirical { values: distinct.into(), cumulative: cumulative.into() })))
    }

    /// With a probability in proportion to its weight, one of several laws.
    ///
    /// # Errors
    /// When there is no law, or the weights are negative, not finite or all zero.
    pub fn mixture(parts: Vec<(f64, Self)>) -> Result<Self, LawError> {
        let shares = shares("weight", parts.iter().map(|(weight, _)| *weight))?;
        let joined =
            shares.into_iter().zip(parts).map(|(probability, (_, law))| Component { probability, law });
        let mut components: Vec<Component> = joined.filter(|c| c.probability > 0.0).collect();
        match components.pop() {
            None => Err(LawError::new("weight", "must be positive for some law")),
            Some(only) if components.is_empty() => Ok(only.law),
            Some(last) => {
                components.push(last);
                Ok(Self(Form::Mixture(components.into())))
            }
        }
    }

    /// The law of `X + offset`; an atom stays exact.
    ///
    /// # Errors
    /// When a value could become negative or the offset is not finite.
    pub fn shifted(law: Self, offset: f64) -> Result<Self, LawError> {
        if !offset.is_finite() || law.support().0 + offset < 0.0 {
            let least = law.support().0;
            let reason =
                format!("must be finite and leave the smallest value ({least}) at least 0, not {offset}");
            return Err(LawError::new("offset", reason));
        }
        if offset == 0.0 {
            return Ok(law);
        }
        match law.0 {
            Form::Constant { value } => Self::constant(value + offset),
            Form::Uniform { low, high } => Self::uniform(low + offset, high + offset),
            Form::Empirical(law) => {
                let (values, weights): (Vec<f64>, Vec<f64>) =
                    law.weighted().map(|(v, w)| (v + offset, w)).unzip();
                Self::empirical_weighted(&values, &weights)
            }
            Form::Mixture(components) => {
                let moved =
                    components.into_iter().map(|c| Ok((c.probability, Self::shifted(c.law, offset)?)));
                Self::mixture(moved.collect::<Result<_, LawError>>()?)
            }
            Form::Shifted { law, offset: first } => Self::shifted(*law, first + offset),
            Form::Truncated(inner) => {
                // The truncation stays outermost, so that each form of law has one spelling.
                let (low, high) = (inner.low + offset, inner.high + offset);
                let moved = Self(Form::Shifted { law: inner.law, offset });
                Ok(Self(Form::Truncated(Truncated { law: Box::new(moved), low, high, ..inner })))
            }
            form => Ok(Self(Form::Shifted { law: Box::new(Self(form)), offset })),
        }
    }

    /// The law of `X` on the condition `low <= X <= high`; `high` may be infinite.
    ///
    /// # Errors
    /// When `high` is not above `low`, or the interval holds less than 10^-9 of the law.
    pub fn truncated(law: Self, low: f64, high: f64) -> Result<Self, LawError> {
        if low.is_nan() || high.is_nan() || high < low {
            return Err(LawError::new("high", format!("must be at least low ({low}), not {high}")));
        }
        let (least, most) = law.support();
        if low <= least && most <= high {
            return Ok(law);
        }
        let mass = law.mass_between(low, high);
        if mass < LEAST_MASS {
            let reason = format!("leave less than {LEAST_MASS} of the law: P({low} <= X <= {high}) = {mass}");
            return Err(LawError::new("low and high", reason));
        }
        match law.0 {
            Form::Uniform { .. } => Self::uniform(low.max(least), high.min(most)),
            Form::Empirical(law) => {
                let inside = law.weighted().filter(|(value, _)| (low..=high).contains(value));
                let (values, weights): (Vec<f64>, Vec<f64>) = inside.unzip();
                Self::empirical_weighted(&values, &weights)
            }
            Form::Mixture(components) => {
                let mut parts = Vec::new();
                for component in components {
                    let share = component.law.mass_between(low, high);
                    if share >= LEAST_MASS {
                        parts.push((
                            component.probability * share,
                            Self::truncated(component.law, low, high)?,
                        ));
                    }
                }
                Self::mixture(parts)
            }
            Form::Truncated(inner) => Self::truncated(*inner.law, low.max(inner.low), high.min(inner.high)),
            form => {
                let law = Box::new(Self(form));
                let (low, high) = (low.max(least), high.min(most));
                let (below, above) = (law.cdf(low), law.survival(high));
                Ok(Self(Form::Truncated(Truncated { law, low, high, below, above, mass })))
            }
        }
    }
}
