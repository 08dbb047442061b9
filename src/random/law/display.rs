//! Laws in the spelling of scenarios.

use std::fmt;

use super::{Form, Law};
use crate::numerics::{exp, norm_quantile};

/// Significant digits shown.
const DIGITS: usize = 6;

/// A number with at most six significant digits.
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounding through the decimal form: the shortest spelling of the rounded number.
        let rounded: f64 = format!("{:.*e}", DIGITS - 1, self.0).parse().unwrap_or(self.0);
        write!(f, "{rounded}")
    }
}

/// A duration in the largest unit in which it is at least one.
struct Seconds(f64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1.0, 1.0, "s"), (1e-3, 1e3, "ms"), (1e-6, 1e6, "us")];
        let (factor, unit) = match units.iter().find(|(least, ..)| self.0 >= *least) {
            Some((_, factor, unit)) => (*factor, *unit),
            None if self.0 == 0.0 => (1.0, "s"),
            None => (1e9, "ns"),
        };
        write!(f, "{}{unit}", Number(self.0 * factor))
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.form() {
            Form::Constant { value } => write!(f, "constant({})", Seconds(*value)),
            Form::Exponential { mean } => write!(f, "exponential({})", Seconds(*mean)),
            Form::Erlang { k, mean } => write!(f, "erlang({k} mean {})", Seconds(*mean)),
            Form::Gamma { shape, scale } => {
                write!(f, "gamma(shape {} scale {})", Number(*shape), Seconds(*scale))
            }
            Form::Hyperexponential(phases) => {
                let parts =
                    phases.iter().map(|p| format!("{} of {}", Number(p.probability), Seconds(1.0 / p.rate)));
                write!(f, "hyperexponential({})", parts.collect::<Vec<_>>().join(", "))
            }
            Form::Lognormal { mu, sigma } => {
                let (median, p99) = (exp(*mu), exp(mu + sigma * norm_quantile(0.99)));
                write!(f, "lognormal(median {} p99 {})", Seconds(median), Seconds(p99))
            }
            Form::Weibull { shape, scale } => {
                write!(f, "weibull(shape {} scale {})", Number(*shape), Seconds(*scale))
            }
            Form::Pareto { shape, scale } => {
                write!(f, "pareto(shape {} scale {})", Number(*shape), Seconds(*scale))
            }
            Form::Uniform { low, high } => write!(f, "uniform({} to {})", Seconds(*low), Seconds(*high)),
            Form::Empirical(law) => write!(f, "empirical({} values)", law.values().len()),
            Form::Mixture(components) => {
                let parts = components.iter().map(|c| format!("{} of {}", Number(c.probability), c.law));
                write!(f, "mixture({})", parts.collect::<Vec<_>>().join(", "))
            }
            Form::Shifted { law, offset } if *offset < 0.0 => write!(f, "{law} - {}", Seconds(-offset)),
            Form::Shifted { law, offset } => write!(f, "{law} + {}", Seconds(*offset)),
            Form::Truncated(t) if t.high() == f64::INFINITY => {
                write!(f, "{} from {}", t.law(), Seconds(t.low()))
            }
            Form::Truncated(t) => {
                write!(f, "{} within {} to {}", t.law(), Seconds(t.low()), Seconds(t.high()))
            }
        }
    }
}
