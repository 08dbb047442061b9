//! Impatient requests: Erlang A, M/M/c+M, where a waiting request leaves when its patience ends.
//!
//! Sources: C. Palm (1957); O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient
//! customers", M&SOM 4 (2002).

use super::birth_death::{Law, stationary_law_by};
use super::stages::StagedTime;
use super::unsolvable::{Unsolvable, at_least_one, positive};

/// States beyond which the law is not followed.
const MOST_STATES: u64 = 10_000_000;
/// What is left of the law where it is cut, and of a stage that is no longer followed.
const NEGLIGIBLE: f64 = 1e-18;

/// The M/M/c+M queue: FIFO, patience exponential and counted in the queue only. Always stable.
#[derive(Clone, Debug)]
pub struct ErlangA {
    arrival_rate: f64,
    service_rate: f64,
    slots: u64,
    impatience_rate: f64,
    law: Law,
    /// Probability that a served request waited for `k` departures or leavings, its own excepted.
    ahead_of_served: Vec<f64>,
}

impl ErlangA {
    /// The queue with patience of mean `1 / impatience_rate` seconds.
    ///
    /// # Errors
    /// When a rate is not above zero, there is no slot, or the law would need more than ten million states.
    pub fn new(
        arrival_rate: f64,
        service_rate: f64,
        slots: u64,
        impatience_rate: f64,
    ) -> Result<Self, Unsolvable> {
        positive("arrival_rate", arrival_rate)?;
        positive("service_rate", service_rate)?;
        positive("impatience_rate", impatience_rate)?;
        at_least_one("slots", slots)?;
        let death =
            |n: u64| n.min(slots) as f64 * service_rate + n.saturating_sub(slots) as f64 * impatience_rate;
        let law = stationary_law_by(|_| arrival_rate, death, MOST_STATES, NEGLIGIBLE)?;
        let mut queue =
            Self { arrival_rate, service_rate, slots, impatience_rate, law, ahead_of_served: Vec::new() };
        queue.ahead_of_served = queue.served_weights();
        Ok(queue)
    }

    /// A request that must see `k` go before it is served with probability
    /// `prod_j (c mu + (j-1) theta) / (c mu + j theta) = c mu / (c mu + k theta)`.
    fn served_weights(&self) -> Vec<f64> {
        let seen = self.law.probabilities();
        let slots = usize::try_from(self.slots).unwrap_or(usize::MAX);
        let mut weights = vec![seen.iter().take(slots).sum::<f64>()];
        let departures = self.slots as f64 * self.service_rate;
        let waiting = seen.iter().skip(slots).enumerate();
        weights.extend(waiting.map(|(queued, p)| p * departures / self.stage_rate(queued + 1)));
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= total);
        weights
    }

    /// Rate at which the `k`-th from the front moves on or leaves; given that it will be served, the time to
    /// its next move has the same rate.
    fn stage_rate(&self, k: usize) -> f64 {
        self.slots as f64 * self.service_rate + k as f64 * self.impatience_rate
    }

    /// Law of the number in the system.
    #[must_use]
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// Probability that a request does not find a free slot.
    #[must_use]
    pub fn prob_wait(&self) -> f64 {
        self.law.probabilities().iter().skip(usize::try_from(self.slots).unwrap_or(usize::MAX)).sum()
    }

    /// Share of the requests that leave unserved.
    #[must_use]
    pub fn abandonment_probability(&self) -> f64 {
        self.impatience_rate * self.mean_queue_length() / self.arrival_rate
    }

    /// Requests served per second.
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

    /// Mean number waiting.
    #[must_use]
    pub fn mean_queue_length(&self) -> f64 {
        let slots = self.slots as f64;
        self.law.expect(|n| (n - slots).max(0.0))
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

    /// Mean time in the queue over all requests, those that leave included.
    #[must_use]
    pub fn mean_waiting_time(&self) -> f64 {
        self.mean_queue_length() / self.arrival_rate
    }

    /// Mean time in the queue of served requests.
    #[must_use]
    pub fn mean_waiting_time_served(&self) -> f64 {
        self.served_moments().0
    }

    /// Variance of the time in the queue of served requests.
    #[must_use]
    pub fn var_waiting_time_served(&self) -> f64 {
        self.served_moments().1
    }

    /// Mean time in the system of served requests.
    #[must_use]
    pub fn mean_sojourn_time_served(&self) -> f64 {
        self.mean_waiting_time_served() + 1.0 / self.service_rate
    }

    /// The `p` quantile of the time in the queue of served requests; `None` unless `0 <= p < 1`.
    #[must_use]
    pub fn waiting_time_served_quantile(&self, p: f64) -> Option<f64> {
        self.served_time(false).quantile(p)
    }

    /// The `p` quantile of the time in the system of served requests; `None` unless `0 <= p < 1`.
    #[must_use]
    pub fn sojourn_time_served_quantile(&self, p: f64) -> Option<f64> {
        self.served_time(true).quantile(p)
    }

    fn served_moments(&self) -> (f64, f64) {
        // Conditional mean and variance of the wait for k moves, as running sums over the stages.
        let mut stages = vec![(0.0, 0.0)];
        for k in 1..self.ahead_of_served.len() {
            let time = 1.0 / self.stage_rate(k);
            let (mean, variance) = stages[k - 1];
            stages.push((mean + time, variance + time * time));
        }
        let weighed = |value: &dyn Fn(f64, f64) -> f64| -> f64 {
            stages.iter().zip(&self.ahead_of_served).map(|(&(m, v), w)| w * value(m, v)).sum()
        };
        let mean = weighed(&|m, _| m);
        (mean, weighed(&|m, v| v + (m - mean) * (m - mean)))
    }

    /// The time of a served request in the queue, or with its service, as a chain of stages of unequal rates.
    fn served_time(&self, with_service: bool) -> StagedTime {
        let stages = self.ahead_of_served.len();
        let rate = self.stage_rate(stages - 1).max(self.service_rate);
        let leaves: Vec<f64> = (0..stages)
            .map(|k| if k == 0 { self.service_rate / rate } else { self.stage_rate(k) / rate })
            .collect();
        let mut at = self.ahead_of_served.clone();
        if !with_service {
            at[0] = 0.0;
        }
        let mut first = true;
        let alive = std::iter::from_fn(move || {
            if !first {
                for k in 0..at.len() {
                    let from_above = at.get(k + 1).map_or(0.0, |p| p * leaves[k + 1]);
                    at[k] = at[k] * (1.0 - leaves[k]) + from_above;
                }
                if !with_service {
                    at[0] = 0.0;
                }
                while at.len() > 1 && at[at.len() - 1] < NEGLIGIBLE * 1e-6 {
                    at.pop();
                }
            }
            first = false;
            Some(at.iter().rev().sum())
        });
        StagedTime::from_alive(rate, alive)
    }
}

#[cfg(test)]
mod tests {
    use super::super::closeness::close;
    use super::*;

    #[test]
    fn one_slot_and_little_patience() {
        let queue = ErlangA::new(48.0, 60.0, 1, 30.0).unwrap();
        close(queue.prob_wait(), 0.595247438365);
        close(queue.abandonment_probability(), 0.255940702044);
        close(queue.utilisation(), 0.595247438365);
        close(queue.mean_waiting_time(), 0.00853135673479);
        close(queue.mean_waiting_time_served(), 0.0068684484617);
        close(queue.var_waiting_time_served(), 0.000142212500463);
        close(queue.var_in_system(), 1.19332382687);
        close(queue.sojourn_time_served_quantile(0.5).unwrap(), 0.0181813725441);
        close(queue.sojourn_time_served_quantile(0.999).unwrap(), 0.131302895608);
    }

    #[test]
    fn a_hundred_slots_in_overload() {
        let queue = ErlangA::new(110.0, 1.0, 100, 0.5).unwrap();
        close(queue.abandonment_probability(), 0.0946183322523);
        close(queue.throughput(), 99.5919834522);
        close(queue.var_waiting_time_served(), 0.0167632974374);
        close(queue.sojourn_time_served_quantile(0.9).unwrap(), 2.5056878253);
        close(queue.sojourn_time_served_quantile(0.99).unwrap(), 4.80827291829);
    }

    #[test]
    fn waits_of_the_served_fit_their_mean() {
        let queue = ErlangA::new(12.0, 1.0, 10, 2.0).unwrap();
        close(queue.mean_waiting_time_served(), 0.106315731913);
        // The integral of the tail is the mean; the quantile is its inverse.
        let time = queue.served_time(false);
        let step = 1e-3;
        let integral: f64 = (0..4000).map(|i| step * time.tail((f64::from(i) + 0.5) * step)).sum();
        assert!((integral / queue.mean_waiting_time_served() - 1.0).abs() < 1e-5);
        assert_eq!(queue.waiting_time_served_quantile(0.1), Some(0.0));
    }
}
