//! Moments, and the partial moments a truncation needs.

use super::{Form, Law, Truncated};
use crate::numerics::{exp, exp_m1, gamma, gamma_p, gamma_q, ln, norm_cdf, norm_sf, pow, powi};

impl Law {
    /// The mean; infinite for a Pareto law of shape at most one.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.moment(1)
    }

    /// `E[X^2]`; infinite for a Pareto law of shape at most two.
    #[must_use]
    pub fn second_moment(&self) -> f64 {
        self.moment(2)
    }

    /// The variance, in a form that does not cancel where there is one; infinite if the second moment is.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let second = self.second_moment();
        if second == f64::INFINITY {
            return second;
        }
        match &self.0 {
            Form::Constant { .. } => 0.0,
            Form::Exponential { mean } => mean * mean,
            Form::Erlang { k, mean } => mean * mean / f64::from(*k),
            Form::Gamma { shape, scale } => shape * scale * scale,
            Form::Lognormal { mu, sigma } => {
                let square = sigma * sigma;
                exp_m1(square) * exp(2.0 * mu + square)
            }
            Form::Pareto { shape, scale } => {
                let mean = shape * scale / (shape - 1.0);
                mean * mean / (shape * (shape - 2.0))
            }
            Form::Uniform { low, high } => (high - low) * (high - low) / 12.0,
            Form::Shifted { law, .. } => law.variance(),
            Form::Empirical(law) => {
                let mean = self.mean();
                law.weighted().map(|(value, weight)| weight * (value - mean) * (value - mean)).sum()
            }
            Form::Mixture(components) => {
                let mean = self.mean();
                let spread = |law: &Law| law.variance() + (law.mean() - mean) * (law.mean() - mean);
                components.iter().map(|c| c.probability * spread(&c.law)).sum()
            }
            Form::Hyperexponential(_) | Form::Weibull { .. } | Form::Truncated(_) => {
                (second - self.mean() * self.mean()).max(0.0)
            }
        }
    }

    /// The squared coefficient of variation, variance over squared mean; zero for the constant zero, NaN for an
    /// infinite mean.
    #[must_use]
    pub fn scv(&self) -> f64 {
        let mean = self.mean();
        if mean == 0.0 { 0.0 } else { self.variance() / (mean * mean) }
    }

    /// `E[X^order]` for order one or two.
    fn moment(&self, order: i32) -> f64 {
        let k = f64::from(order);
        match &self.0 {
            Form::Constant { value } => powi(*value, order),
            Form::Exponential { mean } => k * powi(*mean, order),
            Form::Erlang { k: phases, mean } => {
                let rest = if order == 2 { 1.0 + 1.0 / f64::from(*phases) } else { 1.0 };
                rest * powi(*mean, order)
            }
            Form::Gamma { shape, scale } => {
                let rest = if order == 2 { shape + 1.0 } else { 1.0 };
                shape * rest * powi(*scale, order)
            }
            Form::Hyperexponential(phases) => {
                phases.iter().map(|p| p.probability * k / powi(p.rate, order)).sum()
            }
            Form::Lognormal { mu, sigma } => exp(k * mu + 0.5 * k * k * sigma * sigma),
            Form::Weibull { shape, scale } => powi(*scale, order) * gamma(1.0 + k / shape),
            Form::Pareto { shape, scale } => {
                if *shape > k {
                    shape * powi(*scale, order) / (shape - k)
                } else {
                    f64::INFINITY
                }
            }
            Form::Uniform { low, high } => {
                if order == 1 {
                    0.5 * (low + high)
                } else {
                    (low * low + low * high + high * high) / 3.0
                }
            }
            Form::Empirical(law) => law.weighted().map(|(value, weight)| weight * powi(value, order)).sum(),
            Form::Mixture(components) => components.iter().map(|c| c.probability * c.law.moment(order)).sum(),
            Form::Shifted { law, offset } => {
                let mean = law.mean();
                if order == 1 { mean + offset } else { law.moment(2) + 2.0 * offset * mean + offset * offset }
            }
            Form::Truncated(t) => truncated(t, order),
        }
    }

    /// `E[X^order; X <= x]` and `E[X^order; X > x]`, each with its own digits.
    fn partial(&self, order: i32, x: f64) -> (f64, f64) {
        let k = f64::from(order);
        let total = self.moment(order);
        let split = |below: f64, above: f64| (total * below, total * above);
        if x >= self.support().1 {
            return (total, 0.0);
        }
        // The order-weighted gamma law of shape `a` is the gamma law of shape `a + order`, and so on.
        match &self.0 {
            Form::Exponential { mean } => split(gamma_p(1.0 + k, x / mean), gamma_q(1.0 + k, x / mean)),
            Form::Erlang { k: phases, mean } => {
                let (shape, y) = (f64::from(*phases) + k, x * f64::from(*phases) / mean);
                split(gamma_p(shape, y), gamma_q(shape, y))
            }
            Form::Gamma { shape, scale } => {
                split(gamma_p(shape + k, x / scale), gamma_q(shape + k, x / scale))
            }
            Form::Hyperexponential(phases) => phases.iter().fold((0.0, 0.0), |(below, above), p| {
                let part = p.probability * k / powi(p.rate, order);
                let y = p.rate * x;
                (below + part * gamma_p(1.0 + k, y), above + part * gamma_q(1.0 + k, y))
            }),
            Form::Lognormal { mu, sigma } => {
                let z = (ln(x) - mu) / sigma - k * sigma;
                split(norm_cdf(z), norm_sf(z))
            }
            Form::Weibull { shape, scale } => {
                let (a, y) = (1.0 + k / shape, pow(x / scale, *shape));
                split(gamma_p(a, y), gamma_q(a, y))
            }
            Form::Pareto { shape, scale } => {
                let (beyond, log) = (shape - k, ln(x / scale).max(0.0));
                let unit = shape * powi(*scale, order);
                let below = if beyond == 0.0 { log } else { -exp_m1(-beyond * log) / beyond };
                let above = if beyond > 0.0 { unit / beyond * exp(-beyond * log) } else { f64::INFINITY };
                (unit * below, above)
            }
            Form::Shifted { law, offset } => {
                let inner = x - offset;
                let zero = (law.cdf(inner), law.survival(inner));
                let first = law.partial(1, inner);
                if order == 1 {
                    return (first.0 + offset * zero.0, first.1 + offset * zero.1);
                }
                let second = law.partial(2, inner);
                let join = |p0: f64, p1: f64, p2: f64| p2 + 2.0 * offset * p1 + offset * offset * p0;
                (join(zero.0, first.0, second.0), join(zero.1, first.1, second.1))
            }
            Form::Uniform { low, high } => {
                let x = x.max(*low);
                let upto = |from: f64, to: f64| {
                    (powi(to, order + 1) - powi(from, order + 1)) / ((k + 1.0) * (high - low))
                };
                (upto(*low, x), upto(x, *high))
            }
            Form::Constant { value } => {
                if *value <= x {
                    (total, 0.0)
                } else {
                    (0.0, total)
                }
            }
            Form::Empirical(law) => law.weighted().fold((0.0, 0.0), |(below, above), (value, weight)| {
                let part = weight * powi(value, order);
                if value <= x { (below + part, above) } else { (below, above + part) }
            }),
            Form::Mixture(components) => components.iter().fold((0.0, 0.0), |(below, above), c| {
                let (b, a) = c.law.partial(order, x);
                (below + c.probability * b, above + c.probability * a)
            }),
            Form::Truncated(t) => {
                let below = between(&t.law, order, t.low, x.max(t.low)) / t.mass;
                (below, total - below)
            }
        }
    }
}

fn truncated(t: &Truncated, order: i32) -> f64 {
    between(&t.law, order, t.low, t.high) / t.mass
}

/// `E[X^order; low < X <= high]`, from the side where less is subtracted.
fn between(law: &Law, order: i32, low: f64, high: f64) -> f64 {
    let (start, end) = (law.partial(order, low), law.partial(order, high));
    if start.1 == f64::INFINITY && end.1 == f64::INFINITY || start.0 <= start.1 && start.1 != f64::INFINITY {
        end.0 - start.0
    } else {
        start.1 - end.1
    }
}
