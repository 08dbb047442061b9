//! Times that are made of exponential stages, through uniformisation.

use super::tail::quantile_of_tail;

/// What a survival probability is when the rest of the chain no longer matters.
const NEGLIGIBLE: f64 = 1e-17;
/// More steps than any table here needs; a guard against absurd parameters.
const MOST_STEPS: usize = 20_000_000;

/// A time until absorption in a Markov chain whose steps come at `rate` per second: the probability of being
/// alive after `j` steps, for every `j`, is all it takes, for `P(T > t) = sum_j Poisson(j; rate t) alive_j`
/// (A. Jensen, 1953; B. L. Fox, P. W. Glynn, "Computing Poisson probabilities", CACM 31, 1988).
#[derive(Clone, Debug)]
pub(super) struct StagedTime {
    rate: f64,
    alive: Vec<f64>,
}

impl StagedTime {
    /// The waiting time of a request that finds `weights[k]`-probable `k` departures ahead of its service,
    /// each after an exponential time of `rate`.
    pub(super) fn waiting(weights: &[f64], rate: f64) -> Self {
        let mut alive: Vec<f64> = suffix_sums(weights);
        alive.remove(0);
        Self { rate, alive }
    }

    /// The sojourn time: the wait of [`Self::waiting`], then service at `service_rate <= rate`.
    pub(super) fn sojourn(weights: &[f64], rate: f64, service_rate: f64) -> Self {
        // One step of the uniformised chain leaves service unfinished with this probability.
        let stays = 1.0 - service_rate / rate;
        let waiting = suffix_sums(weights);
        let mut alive = Vec::new();
        let mut in_service = 0.0;
        for step in 0..MOST_STEPS {
            let ahead = waiting.get(step).copied().unwrap_or(0.0);
            if ahead + in_service < NEGLIGIBLE {
                break;
            }
            alive.push(ahead + in_service);
            in_service = stays * (in_service + weights.get(step).copied().unwrap_or(0.0));
        }
        Self { rate, alive }
    }

    /// A chain given by its uniformisation: probabilities of being alive after 0, 1, 2, ... steps.
    pub(super) fn from_alive(rate: f64, alive: impl Iterator<Item = f64>) -> Self {
        Self { rate, alive: alive.take(MOST_STEPS).take_while(|&a| a >= NEGLIGIBLE).collect() }
    }

    /// `P(T > t)`, exact to some 1e-16 in absolute terms.
    pub(super) fn tail(&self, t: f64) -> f64 {
        if self.alive.is_empty() {
            return 0.0;
        }
        poisson_average(self.rate * t, &self.alive)
    }

    /// The `p` quantile; `None` unless `0 <= p < 1`.
    pub(super) fn quantile(&self, p: f64) -> Option<f64> {
        quantile_of_tail(p, 1.0 / self.rate, |t| self.tail(t))
    }
}

/// `sum_{k >= j} weights[k]` for every `j`; small terms are added first.
fn suffix_sums(weights: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; weights.len() + 1];
    for j in (0..weights.len()).rev() {
        sums[j] = sums[j + 1] + weights[j];
    }
    sums
}

/// Mean of `values[J]` for a Poisson `J`, with `values` zero beyond its end. The weights start at the mode
/// with one and are normalised by their sum, so that no logarithm of a large factorial is needed.
fn poisson_average(mean: f64, values: &[f64]) -> f64 {
    let mode = mean.floor();
    let value = |j: f64| values.get(j as usize).copied().unwrap_or(0.0);
    let (mut total, mut sum) = (1.0, value(mode));
    let (mut weight, mut j) = (1.0, mode);
    while weight > NEGLIGIBLE {
        j += 1.0;
        weight *= mean / j;
        total += weight;
        sum += weight * value(j);
    }
    (weight, j) = (1.0, mode);
    while j > 0.0 && weight > NEGLIGIBLE {
        weight *= j / mean;
        j -= 1.0;
        total += weight;
        sum += weight * value(j);
    }
    sum / total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::{exp, gamma_q};

    fn close(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-12, "{value} is not {expected}");
    }

    #[test]
    fn three_equal_stages_are_an_erlang_law() {
        let time = StagedTime::waiting(&[0.0, 0.0, 0.0, 1.0], 2.0);
        close(time.tail(1.7), gamma_q(3.0, 3.4));
        close(time.tail(0.0), 1.0);
        let with_service = StagedTime::sojourn(&[0.0, 0.0, 1.0], 3.0, 3.0);
        close(with_service.tail(4.0), gamma_q(3.0, 12.0));
    }

    #[test]
    fn service_alone_is_exponential_at_any_rate() {
        let time = StagedTime::sojourn(&[1.0], 1000.0, 2.0);
        close(time.tail(3.0), exp(-6.0));
        close(time.quantile(0.99).unwrap(), 4.605170185988092 / 2.0);
        assert_eq!(StagedTime::waiting(&[1.0], 5.0).quantile(0.999), Some(0.0));
    }
}
