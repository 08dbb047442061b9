//! Distribution functions and their inverses.

use super::{Component, Form, Law, Phase, Tail, Truncated};
use crate::numerics::{
    exp, exp_m1, gamma_p, gamma_p_inverse, gamma_q, gamma_q_inverse, increasing_root, ln, ln_1p, norm_cdf,
    norm_quantile, norm_sf, pow,
};

impl Law {
    /// `P(X <= x)`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        self.both(x).0
    }

    /// `P(X > x)`, accurate in the upper tail.
    #[must_use]
    pub fn survival(&self, x: f64) -> f64 {
        self.both(x).1
    }

    /// `P(X <= x)` and `P(X > x)`, each with its own digits.
    fn both(&self, x: f64) -> (f64, f64) {
        let (least, most) = self.support();
        if x < least {
            return (0.0, 1.0);
        }
        if x >= most {
            return (1.0, 0.0);
        }
        match &self.0 {
            Form::Constant { .. } => (1.0, 0.0),
            Form::Exponential { mean } => (-exp_m1(-x / mean), exp(-x / mean)),
            Form::Erlang { k, mean } => {
                let (shape, y) = (f64::from(*k), x * f64::from(*k) / mean);
                (gamma_p(shape, y), gamma_q(shape, y))
            }
            Form::Gamma { shape, scale } => (gamma_p(*shape, x / scale), gamma_q(*shape, x / scale)),
            Form::Hyperexponential(phases) => hyperexponential(phases, x),
            Form::Lognormal { mu, sigma } => {
                let z = (ln(x) - mu) / sigma;
                (norm_cdf(z), norm_sf(z))
            }
            Form::Weibull { shape, scale } => {
                let hazard = pow(x / scale, *shape);
                (-exp_m1(-hazard), exp(-hazard))
            }
            Form::Pareto { shape, scale } => (-exp_m1(-shape * ln(x / scale)), pow(scale / x, *shape)),
            Form::Uniform { low, high } => ((x - low) / (high - low), (high - x) / (high - low)),
            Form::Empirical(law) => {
                let upto = law.values.partition_point(|value| *value <= x);
                let below = if upto == 0 { 0.0 } else { law.cumulative[upto - 1] };
                (below, 1.0 - below)
            }
            Form::Mixture(components) => mixed(components, |law| law.both(x)),
            Form::Shifted { law, offset } => law.both(x - offset),
            Form::Truncated(t) => {
                let (below, above) = t.law.both(x);
                // From the side of the inner law on which less is subtracted.
                if t.below <= t.above {
                    let lower = ((below - t.below) / t.mass).clamp(0.0, 1.0);
                    (lower, ((above - t.above) / t.mass).clamp(0.0, 1.0))
                } else {
                    let upper = ((above - t.above) / t.mass).clamp(0.0, 1.0);
                    (((t.mass + t.above - above) / t.mass).clamp(0.0, 1.0), upper)
                }
            }
        }
    }

    /// `P(low <= X <= high)`, from the side where less is subtracted.
    pub(super) fn mass_between(&self, low: f64, high: f64) -> f64 {
        let below = self.probability_below(low);
        if below <= 0.5 {
            return self.cdf(high) - below;
        }
        let at_low = self.cdf(low) - below;
        at_low + self.survival(low) - self.survival(high)
    }

    /// `P(X < x)`, which differs from the distribution function at an atom.
    fn probability_below(&self, x: f64) -> f64 {
        match &self.0 {
            Form::Constant { value } => f64::from(u8::from(*value < x)),
            Form::Empirical(law) => match law.values.partition_point(|value| *value < x) {
                0 => 0.0,
                upto => law.cumulative[upto - 1],
            },
            Form::Mixture(components) => {
                components.iter().map(|c| c.probability * c.law.probability_below(x)).sum()
            }
            _ => self.cdf(x),
        }
    }

    /// The least and the greatest value; the greatest may be infinite.
    #[must_use]
    pub fn support(&self) -> (f64, f64) {
        match &self.0 {
            Form::Constant { value } => (*value, *value),
            Form::Pareto { scale, .. } => (*scale, f64::INFINITY),
            Form::Uniform { low, high } => (*low, *high),
            Form::Empirical(law) => (law.values[0], law.values[law.values.len() - 1]),
            Form::Mixture(components) => components.iter().fold((f64::INFINITY, 0.0), |(low, high), c| {
                let (least, most) = c.law.support();
                (low.min(least), high.max(most))
            }),
            Form::Shifted { law, offset } => {
                let (least, most) = law.support();
                (least + offset, most + offset)
            }
            Form::Truncated(t) => (t.low, t.high),
            _ => (0.0, f64::INFINITY),
        }
    }

    /// The least `x` with `P(X <= x) >= u`; the ends of the support at and beyond 0 and 1.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        // One minus a number of [0.5, 1] is exact.
        self.inverse(if u <= 0.5 { Tail::Lower(u) } else { Tail::Upper(1.0 - u) })
    }

    /// The quantile of a probability told from either side, accurate in both tails.
    #[must_use]
    pub fn inverse(&self, tail: Tail) -> f64 {
        let (least, most) = self.support();
        match tail {
            Tail::Lower(u) if u <= 0.0 => return least,
            Tail::Lower(u) if u >= 1.0 => return most,
            Tail::Upper(q) if q <= 0.0 => return most,
            Tail::Upper(q) if q >= 1.0 => return least,
            _ => {}
        }
        self.inside(tail).clamp(least, most)
    }

    fn inside(&self, tail: Tail) -> f64 {
        match &self.0 {
            Form::Constant { value } => *value,
            Form::Exponential { mean } => mean * unit_exponential(tail),
            Form::Erlang { k, mean } => mean / f64::from(*k) * unit_gamma(f64::from(*k), tail),
            Form::Gamma { shape, scale } => scale * unit_gamma(*shape, tail),
            Form::Hyperexponential(phases) => hyperexponential_inverse(phases, tail),
            Form::Lognormal { mu, sigma } => exp(mu
                + sigma
                    * match tail {
                        Tail::Lower(u) => norm_quantile(u),
                        Tail::Upper(q) => -norm_quantile(q),
                    }),
            Form::Weibull { shape, scale } => scale * pow(unit_exponential(tail), 1.0 / shape),
            Form::Pareto { shape, scale } => scale * exp(unit_exponential(tail) / shape),
            Form::Uniform { low, high } => match tail {
                Tail::Lower(u) => low + (high - low) * u,
                Tail::Upper(q) => high - (high - low) * q,
            },
            Form::Empirical(law) => {
                let u = tail.lower();
                let index = law.cumulative.partition_point(|upto| *upto < u);
                law.values[index.min(law.values.len() - 1)]
            }
            Form::Mixture(components) => self.mixture_inverse(components, tail),
            Form::Shifted { law, offset } => law.inverse(tail) + offset,
            Form::Truncated(t) => truncated_inverse(t, tail),
        }
    }

    fn mixture_inverse(&self, components: &[Component], tail: Tail) -> f64 {
        let quantiles = components.iter().map(|c| c.law.inverse(tail));
        let (low, high) = quantiles.fold((f64::INFINITY, 0.0f64), |(low, high), x| (low.min(x), high.max(x)));
        let above = |x: f64| match tail {
            Tail::Lower(u) => self.cdf(x) - u,
            Tail::Upper(q) => q - self.survival(x),
        };
        let root = increasing_root(low, high, above);
        // The root of a jump is found to the last bits only; the atom it belongs to is exact.
        let atom = components.iter().filter_map(|c| c.law.atom_near(root)).find(|atom| above(*atom) >= 0.0);
        atom.unwrap_or(root)
    }

    /// The atom within rounding distance of `x`, if there is one.
    fn atom_near(&self, x: f64) -> Option<f64> {
        let near = |value: f64| (value - x).abs() <= 4.0 * f64::EPSILON * x;
        match &self.0 {
            Form::Constant { value } => Some(*value).filter(|value| near(*value)),
            Form::Empirical(law) => {
                let from = law.values.partition_point(|value| *value < x && !near(*value));
                law.values.get(from).copied().filter(|value| near(*value))
            }
            Form::Mixture(components) => components.iter().find_map(|c| c.law.atom_near(x)),
            _ => None,
        }
    }
}

/// The quantile of the exponential law of mean one.
fn unit_exponential(tail: Tail) -> f64 {
    match tail {
        Tail::Lower(u) => -ln_1p(-u),
        Tail::Upper(q) => -ln(q),
    }
}

fn unit_gamma(shape: f64, tail: Tail) -> f64 {
    match tail {
        Tail::Lower(u) => gamma_p_inverse(shape, u),
        Tail::Upper(q) => gamma_q_inverse(shape, q),
    }
}

fn mixed(components: &[Component], f: impl Fn(&Law) -> (f64, f64)) -> (f64, f64) {
    components.iter().fold((0.0, 0.0), |(below, above), c| {
        let (b, a) = f(&c.law);
        (below + c.probability * b, above + c.probability * a)
    })
}

fn hyperexponential(phases: &[Phase], x: f64) -> (f64, f64) {
    phases.iter().fold((0.0, 0.0), |(below, above), phase| {
        let y = -phase.rate * x;
        (below - phase.probability * exp_m1(y), above + phase.probability * exp(y))
    })
}

/// Newton's method from zero. The distribution function is concave and the logarithm of the survival function
/// convex, so every tangent meets its goal before the function does: the steps never pass the root.
fn hyperexponential_inverse(phases: &[Phase], tail: Tail) -> f64 {
    let mut x = 0.0;
    loop {
        let (below, above) = hyperexponential(phases, x);
        let density: f64 = phases.iter().map(|p| p.probability * p.rate * exp(-p.rate * x)).sum();
        let step = match tail {
            Tail::Lower(u) => (u - below) / density,
            Tail::Upper(q) => ln(above / q) * above / density,
        };
        let next = x + step;
        if next.is_nan() || next <= x {
            return x;
        }
        x = next;
    }
}

/// Moves the probability into the inner law, from the side on which it has more digits there.
fn truncated_inverse(t: &Truncated, tail: Tail) -> f64 {
    let (below, above) = match tail {
        Tail::Lower(u) => (t.below + u * t.mass, t.above + (1.0 - u) * t.mass),
        Tail::Upper(q) => (t.below + (1.0 - q) * t.mass, t.above + q * t.mass),
    };
    t.law.inverse(if below <= above { Tail::Lower(below) } else { Tail::Upper(above) })
}
