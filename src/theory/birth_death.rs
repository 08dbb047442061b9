//! Birth-death chains: the stationary law from the rates up and down.

use super::unsolvable::Unsolvable;

/// The law of a number 0, 1, 2, ...
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    probabilities: Vec<f64>,
}

impl Law {
    /// Probabilities of 0, 1, 2, ...; they sum to one.
    #[must_use]
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// Probability of `n`; 0 beyond the largest number.
    #[must_use]
    pub fn probability(&self, n: u64) -> f64 {
        usize::try_from(n).ok().and_then(|n| self.probabilities.get(n)).copied().unwrap_or(0.0)
    }

    /// Mean of `value(n)` over the law.
    #[must_use]
    pub fn expect(&self, value: impl Fn(f64) -> f64) -> f64 {
        self.probabilities.iter().enumerate().map(|(n, p)| p * value(n as f64)).sum()
    }

    /// Mean of the number.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.expect(|n| n)
    }

    /// Variance of the number.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.expect(|n| (n - mean) * (n - mean))
    }

    /// The smallest `n` with `P(N <= n) > u`: the number that a uniform draw `u` from [0, 1) stands for.
    #[must_use]
    pub fn sample(&self, u: f64) -> u64 {
        let mut below = 0.0;
        for (n, p) in self.probabilities.iter().enumerate() {
            below += p;
            if below > u {
                return n as u64;
            }
        }
        // Only rounding leads here: the sum fell short of one.
        self.probabilities.iter().rposition(|&p| p > 0.0).unwrap_or(0) as u64
    }
}

/// Stationary law of the chain on `0..=K` with `births[n]` the rate from `n` to `n+1` and `deaths[n]` the rate
/// from `n+1` to `n`, `K` rates each: `p(n+1) = p(n) births[n] / deaths[n]`, normalised
/// (L. Kleinrock, Queueing Systems vol. 1, 1975, section 3.1). A birth rate of zero ends the chain there.
///
/// # Errors
/// When the slices differ in length, a rate is negative or not finite, or a death rate is zero.
pub fn stationary_law(births: &[f64], deaths: &[f64]) -> Result<Law, Unsolvable> {
    if births.len() != deaths.len() {
        return Err(Unsolvable::Parameter { name: "deaths", value: deaths.len() as f64 });
    }
    let ratios: Result<Vec<f64>, _> =
        births.iter().zip(deaths).map(|(&birth, &death)| ratio(birth, death)).collect();
    Ok(normalised(&ratios?))
}

/// Stationary law of a chain without a largest number, cut where what is left is below `negligible` of the
/// whole: rates from functions of `n`, as in [`stationary_law`] (`death(n)` is the rate from `n`, `n >= 1`).
///
/// # Errors
/// When a rate is out of range, or the probabilities have not become negligible at `most`: the chain is too
/// large, or unstable.
pub fn stationary_law_by(
    birth: impl Fn(u64) -> f64,
    death: impl Fn(u64) -> f64,
    most: u64,
    negligible: f64,
) -> Result<Law, Unsolvable> {
    let mut ratios = Vec::new();
    // The largest term so far is one; the sum and the last term are measured by it.
    let (mut term, mut sum) = (1.0f64, 1.0f64);
    for n in 0..most {
        let step = ratio(birth(n), death(n + 1))?;
        ratios.push(step);
        term *= step;
        if term > 1e200 {
            sum /= term;
            term = 1.0;
        }
        sum += term;
        // Beyond here the terms fall at least as fast as a geometric series with this step.
        if step < 1.0 && term * step / (1.0 - step) <= negligible * sum {
            return Ok(normalised(&ratios));
        }
    }
    Err(Unsolvable::TooLarge { name: "states", most })
}

fn ratio(birth: f64, death: f64) -> Result<f64, Unsolvable> {
    if !birth.is_finite() || birth < 0.0 {
        return Err(Unsolvable::Parameter { name: "birth", value: birth });
    }
    if !death.is_finite() || death <= 0.0 {
        return Err(Unsolvable::Parameter { name: "death", value: death });
    }
    Ok(birth / death)
}

/// Law whose neighbouring probabilities have the given ratios. It starts at a mode, so that nothing overflows
/// and only what is negligible underflows.
fn normalised(ratios: &[f64]) -> Law {
    let mode = mode(ratios);
    let mut probabilities = vec![0.0; ratios.len() + 1];
    probabilities[mode] = 1.0;
    for n in mode..ratios.len() {
        probabilities[n + 1] = probabilities[n] * ratios[n];
    }
    for n in (0..mode).rev() {
        probabilities[n] = probabilities[n + 1] / ratios[n];
    }
    let total: f64 = probabilities.iter().sum();
    probabilities.iter_mut().for_each(|p| *p /= total);
    Law { probabilities }
}

fn mode(ratios: &[f64]) -> usize {
    let (mut best, mut relative) = (0, 1.0f64);
    for (n, &step) in ratios.iter().enumerate() {
        if step == 0.0 {
            break;
        }
        // `relative` is the probability of n+1 over that of the best so far.
        relative *= step;
        if relative > 1.0 {
            best = n + 1;
            relative = 1.0;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_states_balance() {
        let law = stationary_law(&[3.0], &[1.0]).unwrap();
        assert_eq!(law.probabilities(), &[0.25, 0.75]);
        assert_eq!((law.mean(), law.variance()), (0.75, 0.1875));
        assert_eq!((law.sample(0.2), law.sample(0.25), law.sample(0.999)), (0, 1, 1));
    }

    #[test]
    fn a_zero_birth_rate_ends_the_chain() {
        let law = stationary_law(&[1.0, 0.0, 5.0], &[1.0, 1.0, 1.0]).unwrap();
        assert_eq!(law.probabilities(), &[0.5, 0.5, 0.0, 0.0]);
        assert_eq!(law.probability(99), 0.0);
        assert_eq!(law.sample(1.0), 1);
    }

    #[test]
    fn a_poisson_law_far_from_zero() {
        // Infinite slots: Poisson with mean 2000, whose probability of 0 is no number any more.
        let law = stationary_law_by(|_| 2000.0, |n| n as f64, 100_000, 1e-18).unwrap();
        assert!((law.mean() / 2000.0 - 1.0).abs() < 1e-12);
        assert!((law.variance() / 2000.0 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn bad_rates_are_refused() {
        assert!(stationary_law(&[1.0], &[]).is_err());
        assert!(stationary_law(&[1.0], &[0.0]).is_err());
        let unstable = stationary_law_by(|_| 2.0, |_| 1.0, 1000, 1e-12);
        assert_eq!(unstable, Err(Unsolvable::TooLarge { name: "states", most: 1000 }));
    }
}
