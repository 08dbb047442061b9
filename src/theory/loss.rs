//! Finite buffers: M/M/c/K, where a request that finds the system full is dropped.
//!
//! Source: L. Kleinrock, Queueing Systems vol. 1 (1975), ch. 3; D. Gross, C. M. Harris, Fundamentals of
//! Queueing Theory, section 2.5.

use super::birth_death::{Law, stationary_law};
use super::stages::StagedTime;
use super::unsolvable::{Unsolvable, at_least_one, positive};

/// Largest capacity solved; its law is a table.
const MOST_STATES: u64 = 10_000_000;

/// The M/M/c/K queue. Waiting and sojourn times are those of accepted requests.
#[derive(Clone, Debug)]
pub struct MmCK {
    arrival_rate: f64,
    service_rate: f64,
    slots: u64,
    law: Law,
    /// Probability that an accepted request waits for `k` departures.
    ahead: Vec<f64>,
}

impl MmCK {
    /// The queue with `capacity` places in all, those in service included; `capacity >= slots`. Erlang's loss
    /// system is `capacity == slots`. Any utilisation is allowed.
    ///
    /// # Errors
    /// When a rate is not above zero, there is no slot, or the capacity is below the slots or above ten
    /// million.
    pub fn new(arrival_rate: f64, service_rate: f64, slots: u64, capacity: u64) -> Result<Self, Unsolvable> {
        positive("arrival_rate", arrival_rate)?;
        positive("service_rate", service_rate)?;
        at_least_one("slots", slots)?;
        if capacity < slots {
            return Err(Unsolvable::Parameter { name: "capacity", value: capacity as f64 });
        }
        if capacity > MOST_STATES {
            return Err(Unsolvable::TooLarge { name: "places", most: MOST_STATES });
        }
        let deaths: Vec<f64> = (1..=capacity).map(|n| n.min(slots) as f64 * service_rate).collect();
        let law = stationary_law(&vec![arrival_rate; deaths.len()], &deaths)?;
        // Poisson arrivals see the stationary law; accepted ones see it without the full state.
        let seen = &law.probabilities()[..capacity as usize];
        let ahead = departures_ahead(seen, slots as usize);
        Ok(Self { arrival_rate, service_rate, slots, law, ahead })
    }

    /// Law of the number in the system.
    #[must_use]
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// Probability that a request is dropped.
    #[must_use]
    pub fn blocking_probability(&self) -> f64 {
        self.law.probabilities().last().copied().unwrap_or(0.0)
    }

    /// Requests accepted, and completed, per second.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        // Summed over what is accepted: 1 - blocking would cancel in heavy overload.
        let accepted: f64 = self.law.probabilities().iter().rev().skip(1).sum();
        self.arrival_rate * accepted
    }

    /// Mean share of the slots that are busy.
    #[must_use]
    pub fn utilisation(&self) -> f64 {
        self.throughput() / (self.service_rate * self.slots as f64)
    }

    /// Probability that an accepted request waits.
    #[must_use]
    pub fn prob_wait(&self) -> f64 {
        self.ahead.iter().skip(1).sum()
    }

    /// Mean number in the system.
    #[must_use]
    pub fn mean_in_system(&self) -> f64 {
        self.law.mean()
    }

    /// Variance of the number in the system.
    #[must_use]
    pub fn var_in_system(&self) -> f64 {
        self.law.variance()
    }

    /// Mean number waiting.
    #[must_use]
    pub fn mean_queue_length(&self) -> f64 {
        let slots = self.slots as f64;
        self.law.expect(|n| (n - slots).max(0.0))
    }

    /// Mean time in the queue.
    #[must_use]
    pub fn mean_waiting_time(&self) -> f64 {
        staged_moments(&self.ahead, self.departure_rate()).0
    }

    /// Variance of the time in the queue.
    #[must_use]
    pub fn var_waiting_time(&self) -> f64 {
        staged_moments(&self.ahead, self.departure_rate()).1
    }

    /// Mean time in the system.
    #[must_use]
    pub fn mean_sojourn_time(&self) -> f64 {
        self.mean_waiting_time() + 1.0 / self.service_rate
    }

    /// Variance of the time in the system.
    #[must_use]
    pub fn var_sojourn_time(&self) -> f64 {
        self.var_waiting_time() + 1.0 / (self.service_rate * self.service_rate)
    }

    /// The `p` quantile of the time in the queue; `None` unless `0 <= p < 1`.
    #[must_use]
    pub fn waiting_time_quantile(&self, p: f64) -> Option<f64> {
        StagedTime::waiting(&self.ahead, self.departure_rate()).quantile(p)
    }

    /// The `p` quantile of the time in the system; `None` unless `0 <= p < 1`.
    #[must_use]
    pub fn sojourn_time_quantile(&self, p: f64) -> Option<f64> {
        StagedTime::sojourn(&self.ahead, self.departure_rate(), self.service_rate).quantile(p)
    }

    fn departure_rate(&self) -> f64 {
        self.slots as f64 * self.service_rate
    }
}

/// From the probabilities of finding 0, 1, 2, ... requests, those of waiting for 0, 1, 2, ... departures;
/// normalised.
pub(super) fn departures_ahead(seen: &[f64], slots: usize) -> Vec<f64> {
    let mut ahead = vec![seen.iter().take(slots).sum::<f64>()];
    ahead.extend(seen.iter().skip(slots));
    let total: f64 = ahead.iter().sum();
    ahead.iter_mut().for_each(|p| *p /= total);
    ahead
}

/// Mean and variance of a sum of `k` exponential times of `rate`, `k` drawn by `weights`.
pub(super) fn staged_moments(weights: &[f64], rate: f64) -> (f64, f64) {
    let weighed = |value: &dyn Fn(f64) -> f64| -> f64 {
        weights.iter().enumerate().map(|(k, p)| p * value(k as f64)).sum()
    };
    let mean = weighed(&|k| k);
    let spread = weighed(&|k| k + (k - mean) * (k - mean));
    (mean / rate, spread / (rate * rate))
}

#[cfg(test)]
mod tests {
    use super::super::closeness::close;
    use super::*;

    #[test]
    fn one_slot_and_four_places_to_wait() {
        let queue = MmCK::new(8.0, 10.0, 1, 5).unwrap();
        close(queue.blocking_probability(), 0.0888194986556);
        close(queue.prob_wait(), 0.702522608282);
        close(queue.utilisation(), 0.728944401076);
        close(queue.mean_in_system(), 1.86833203227);
        close(queue.mean_queue_length(), 1.13938763119);
        close(queue.var_in_system(), 2.66598386894);
        close(queue.mean_waiting_time(), 0.156306520704);
        close(queue.var_waiting_time(), 0.0343974005715);
        close(queue.sojourn_time_quantile(0.5).unwrap(), 0.206048917239);
        close(queue.sojourn_time_quantile(0.999).unwrap(), 1.24534583129);
    }

    #[test]
    fn a_hundred_slots_in_overload() {
        let queue = MmCK::new(1100.0, 10.0, 100, 120).unwrap();
        close(queue.blocking_probability(), 0.0956300343205);
        close(queue.throughput(), 994.806962247);
        close(queue.var_waiting_time(), 5.36714970914e-05);
        close(queue.sojourn_time_quantile(0.99).unwrap(), 0.472931088064);
    }

    #[test]
    fn without_a_place_to_wait_it_is_erlang_b() {
        let queue = MmCK::new(100.0, 1.0, 117, 117).unwrap();
        close(queue.blocking_probability(), 0.00979007112537);
        assert_eq!(queue.prob_wait(), 0.0);
        assert_eq!(queue.waiting_time_quantile(0.999), Some(0.0));
        assert!(MmCK::new(1.0, 1.0, 3, 2).is_err());
        assert!(MmCK::new(1.0, 1.0, 3, u64::MAX).is_err());
    }
}
