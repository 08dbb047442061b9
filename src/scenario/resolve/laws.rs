//! Laws as written to laws as simulated: parameters checked, empirical files read.

use super::empirical;
use crate::numerics::{ln, norm_quantile, sqrt};
use crate::random::{Law, LawError};
use crate::scenario::cursor::Field;
use crate::scenario::law::{LawSpec, LognormalForm};

/// The law a field says, `None` after a diagnostic.
pub fn law(field: &Field<'_>) -> Option<Law> {
    let spec = field.law()?;
    of_spec(&spec, field)
}

/// The law of `spec`, written at `field`; `None` after a diagnostic.
pub fn of_spec(spec: &LawSpec, field: &Field<'_>) -> Option<Law> {
    match build(spec, field) {
        Ok(law) => Some(law),
        Err(Refused::Law(error)) => {
            field.error(format!("{}: {error}", field.path));
            None
        }
        Err(Refused::Said) => None,
    }
}

enum Refused {
    Law(LawError),
    /// A diagnostic has been made.
    Said,
}

impl From<LawError> for Refused {
    fn from(error: LawError) -> Self {
        Self::Law(error)
    }
}

fn build(spec: &LawSpec, field: &Field<'_>) -> Result<Law, Refused> {
    Ok(match spec {
        LawSpec::Constant(value) => Law::constant(*value)?,
        LawSpec::Exponential { mean } => Law::exponential(*mean)?,
        LawSpec::Erlang { k, mean } => Law::erlang(*k, *mean)?,
        LawSpec::Hyperexponential { probs, rates } => Law::hyperexponential(probs, rates)?,
        LawSpec::Lognormal(form) => {
            if let Some((what, least, value)) = reversed(*form) {
                let (least, value) = (shown(least), shown(value));
                field.error(format!("{}: the p99 ({value}) must be above the {what} ({least})", field.path));
                return Err(Refused::Said);
            }
            lognormal(*form)?
        }
        LawSpec::Weibull { shape, scale } => Law::weibull(*shape, *scale)?,
        LawSpec::Pareto { shape, scale } => Law::pareto(*shape, *scale)?,
        LawSpec::Uniform { low, high } => Law::uniform(*low, *high)?,
        LawSpec::Gamma { shape, scale } => Law::gamma(*shape, *scale)?,
        LawSpec::Empirical(of) => Law::empirical(&empirical::values(of, field).ok_or(Refused::Said)?)?,
        LawSpec::Mixture(parts) => {
            let parts: Result<Vec<_>, Refused> =
                parts.iter().map(|(weight, law)| Ok((*weight, build(law, field)?))).collect();
            Law::mixture(parts?)?
        }
        LawSpec::Shifted { by, law } => Law::shifted(build(law, field)?, *by)?,
        LawSpec::Within { law, low, high } => Law::truncated(build(law, field)?, *low, *high)?,
    })
}

/// A p99 that is not above what it must be above, with that.
fn reversed(form: LognormalForm) -> Option<(&'static str, f64, f64)> {
    let (what, least, value) = match form {
        LognormalForm::MeanQuantile { mean, p: 0.99, value } => ("mean", mean, value),
        LognormalForm::MedianQuantile { median, p: 0.99, value } => ("median", median, value),
        _ => return None,
    };
    (least > 0.0 && value > 0.0 && value <= least).then_some((what, least, value))
}

/// Seconds as an author would write them.
fn shown(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s >= 1.0 => (s, "s"),
        s if s >= 1e-3 => (s * 1e3, "ms"),
        s => (s * 1e6, "us"),
    };
    format!("{}{unit}", (value * 1e6).round() / 1e6)
}

fn lognormal(form: LognormalForm) -> Result<Law, LawError> {
    match form {
        LognormalForm::MuSigma { mu, sigma } => Law::lognormal(mu, sigma),
        LognormalForm::MeanCv { mean, cv } => Law::lognormal_mean_cv(mean, cv),
        LognormalForm::MeanQuantile { mean, p: 0.99, value } => Law::lognormal_mean_p99(mean, value),
        LognormalForm::MedianQuantile { median, p: 0.99, value } => Law::lognormal_median_p99(median, value),
        // ln(value / mean) = z sigma - sigma^2 / 2, of which the smaller root is taken; ln(value / median) = z sigma.
        LognormalForm::MeanQuantile { mean, p, value } => {
            let (z, spread) = (norm_quantile(p), 2.0 * ln(value / mean));
            let root = z * z - spread;
            let sigma = if root >= 0.0 { spread / (z + sqrt(root)) } else { f64::NAN };
            Law::lognormal(ln(mean) - 0.5 * sigma * sigma, sigma)
        }
        LognormalForm::MedianQuantile { median, p, value } => {
            Law::lognormal(ln(median), ln(value / median) / norm_quantile(p))
        }
    }
}
