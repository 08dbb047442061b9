//! How an M/M/1 queue that starts empty approaches its steady state: the exact expected waiting times of the
//! first requests. It shows what a warm-up must remove.

use super::unsolvable::{Unsolvable, positive};

/// Probabilities below this no longer change any expectation.
const NEGLIGIBLE: f64 = 1e-40;

/// Result of [`mm1_initial_bias`]; index 0 is the first request.
#[derive(Clone, Debug, PartialEq)]
pub struct InitialBias {
    /// Expected time in the queue of each request, seconds.
    pub expected: Vec<f64>,
    /// Expected average of the times in the queue up to each request, seconds.
    pub expected_average: Vec<f64>,
}

/// Expected waiting times of the first `count` requests of an M/M/1 FIFO queue that is empty when the first
/// arrives, by the exact recursion of the number each finds: from `n` found, `n + 1` are there, and each
/// leaves before the next arrival with probability `mu / (lambda + mu)` as long as there is one
/// (L. Kleinrock, Queueing Systems vol. 1, 1975, section 5.3). Any utilisation.
///
/// # Errors
/// When a rate is not above zero.
pub fn mm1_initial_bias(
    arrival_rate: f64,
    service_rate: f64,
    count: usize,
) -> Result<InitialBias, Unsolvable> {
    positive("arrival_rate", arrival_rate)?;
    positive("service_rate", service_rate)?;
    let leaves = service_rate / (arrival_rate + service_rate);
    let stays = arrival_rate / (arrival_rate + service_rate);
    let mut found = vec![1.0];
    let mut result = InitialBias { expected: Vec::new(), expected_average: Vec::new() };
    let mut total = 0.0;
    for request in 1..=count {
        let mean: f64 = found.iter().enumerate().map(|(n, p)| n as f64 * p).sum();
        total += mean / service_rate;
        result.expected.push(mean / service_rate);
        result.expected_average.push(total / request as f64);
        found = found_by_next(&found, leaves, stays);
    }
    Ok(result)
}

fn found_by_next(found: &[f64], leaves: f64, stays: f64) -> Vec<f64> {
    let mut next = vec![0.0; found.len() + 1];
    // `above` is the sum over m >= n of P(m present) leaves^(m - n), where m - 1 were found.
    let mut above = 0.0;
    for n in (1..=found.len()).rev() {
        above = found[n - 1] + leaves * above;
        next[n] = stays * above;
    }
    next[0] = leaves * above;
    while next.last().is_some_and(|&p| p < NEGLIGIBLE) {
        next.pop();
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_ninety_percent_the_start_is_felt_for_thousands() {
        let bias = mm1_initial_bias(0.9, 1.0, 5000).unwrap();
        let points = [
            (1, 0.0, 0.0),
            (2, 0.473684210526, 0.236842105263),
            (10, 2.19500343701, 1.31120775814),
            (200, 7.65840782053, 5.86173688072),
            (5000, 8.99999991414, 8.82000000567),
        ];
        for (i, expected, average) in points {
            assert!((bias.expected[i - 1] - expected).abs() < 1e-10, "{i}: {}", bias.expected[i - 1]);
            assert!((bias.expected_average[i - 1] - average).abs() < 1e-10, "{i}");
        }
    }

    #[test]
    fn the_second_request_by_hand() {
        // It finds one with probability lambda / (lambda + mu), and then waits 1 / mu.
        let bias = mm1_initial_bias(3.0, 1.0, 2).unwrap();
        assert_eq!(bias.expected, [0.0, 0.75]);
        assert!(mm1_initial_bias(1.0, 0.0, 2).is_err());
    }
}
