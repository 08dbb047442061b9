//! A finite population of clients (machine repair, interactive users): M/M/c//N.
//!
//! Sources: L. Kleinrock, Queueing Systems vol. 1 (1975), section 3.8; the arrival theorem, by which a client
//! that arrives sees the system as if it were not among its clients: K. C. Sevcik, I. Mitrani, J. ACM 28 (1981).

use super::birth_death::{Law, stationary_law};
use super::loss::{departures_ahead, staged_moments};
use super::stages::StagedTime;
use super::unsolvable::{Unsolvable, at_least_one, positive};

/// Largest population solved; its law is a table.
const MOST_CLIENTS: u64 = 10_000_000;

/// Clients that each think (exponential), send one request, and wait for it; one FIFO queue, `slots` places in
/// service.
#[derive(Clone, Debug)]
pub struct FinitePopulation {
    service_rate: f64,
    slots: u64,
    law: Law,
    /// Probability that a request waits for `k` departures.
    ahead: Vec<f64>,
}

impl FinitePopulation {
    /// The system of `clients` with mean thinking time `think_time` seconds.
    ///
    /// # Errors
    /// When the time or the rate is not above zero, or there is no client, no slot, or more than ten million
    /// clients.
    pub fn new(clients: u64, think_time: f64, service_rate: f64, slots: u64) -> Result<Self, Unsolvable> {
        positive("think_time", think_time)?;
        positive("service_rate", service_rate)?;
        at_least_one("slots", slots)?;
        if at_least_one("clients", clients)? > MOST_CLIENTS as f64 {
            return Err(Unsolvable::TooLarge { name: "clients", most: MOST_CLIENTS });
        }
        let law_of = |clients: u64| {
            let births: Vec<f64> = (0..clients).map(|n| (clients - n) as f64 / think_time).collect();
            let deaths: Vec<f64> = (1..=clients).map(|n| n.min(slots) as f64 * service_rate).collect();
            stationary_law(&births, &deaths)
        };
        let seen = law_of(clients - 1)?;
        let ahead = departures_ahead(seen.probabilities(), usize::try_from(slots).unwrap_or(usize::MAX));
        Ok(Self { service_rate, slots, law: law_of(clients)?, ahead })
    }

    /// Law of the number of requests in the system.
    #[must_use]
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// Requests completed per second.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        let slots = self.slots as f64;
        self.service_rate * self.law.expect(|n| n.min(slots))
    }

    /// Mean share of the slots that are busy.
    #[must_use]
    pub fn utilisation(&self) -> f64 {
        self.throughput() / (self.service_rate * self.slots as f64)
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

    /// Probability that a request waits.
    #[must_use]
    pub fn prob_wait(&self) -> f64 {
        self.ahead.iter().skip(1).sum()
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

#[cfg(test)]
mod tests {
    use super::super::closeness::close;
    use super::*;

    #[test]
    fn ten_clients_and_three_slots() {
        let system = FinitePopulation::new(10, 1.0, 2.0, 3).unwrap();
        close(system.throughput(), 5.50664803855);
        close(system.utilisation(), 0.917774673092);
        close(system.mean_in_system(), 4.49335196145);
        close(system.mean_queue_length(), 1.74002794217);
        close(system.var_in_system(), 3.9510373853);
        close(system.mean_sojourn_time(), 0.815986772713);
        close(system.var_waiting_time(), 0.127505856815);
        close(system.prob_wait(), 0.732147438639);
        close(system.sojourn_time_quantile(0.5).unwrap(), 0.686395296573);
        close(system.sojourn_time_quantile(0.999).unwrap(), 3.95981863365);
    }

    #[test]
    fn more_slots_than_clients_never_wait() {
        let system = FinitePopulation::new(3, 1.0, 1.0, 5).unwrap();
        assert_eq!(system.prob_wait(), 0.0);
        close(system.throughput(), 1.5);
        close(FinitePopulation::new(1, 3.0, 1.0, 1).unwrap().throughput(), 0.25);
        assert!(FinitePopulation::new(0, 1.0, 1.0, 1).is_err());
    }
}
