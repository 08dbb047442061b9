//! A queue timeout: M/M/c+D, where a request that has waited for a fixed time leaves unserved.
//!
//! Sources: D. Y. Barrer, Operations Research 5 (1957); S. Zeltyn, A. Mandelbaum, "Call centers with impatient
//! customers: many-server asymptotics of the M/M/n+G queue", Queueing Systems 51 (2005). The wait that an
//! endlessly patient request would find has the density `lambda p(c-1) e^(-(c mu - lambda) x)` up to the
//! patience, and falls with `c mu` beyond it, where nobody joins.

use super::erlang::erlang_b;
use super::tail::quantile_of_tail;
use super::unsolvable::{Unsolvable, at_least_one, positive};
use crate::numerics::{exp, exp_m1};

/// Largest number of slots solved; Erlang's recursion takes a step for each.
const MOST_SLOTS: u64 = 100_000_000;

/// The M/M/c+D queue: FIFO, the same patience for all, counted in the queue only. Always stable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedPatience {
    arrival_rate: f64,
    service_rate: f64,
    slots: f64,
    patience: f64,
    /// Probability of finding a free slot.
    idle: f64,
    /// Largest density of the offered wait: at zero, or in overload at the patience.
    peak_density: f64,
}

impl FixedPatience {
    /// The queue whose requests wait for at most `patience` seconds.
    ///
    /// # Errors
    /// When a rate or the patience is not above zero, or there is no slot or more than a hundred million.
    pub fn new(arrival_rate: f64, service_rate: f64, slots: u64, patience: f64) -> Result<Self, Unsolvable> {
        let offered = positive("arrival_rate", arrival_rate)? / positive("service_rate", service_rate)?;
        positive("patience", patience)?;
        at_least_one("slots", slots)?;
        if slots > MOST_SLOTS {
            return Err(Unsolvable::TooLarge { name: "slots", most: MOST_SLOTS });
        }
        let mut queue =
            Self { arrival_rate, service_rate, slots: slots as f64, patience, idle: 1.0, peak_density: 0.0 };
        // Relative to the chance of a free slot, p(c-1) is Erlang's B of one slot less. Everything is taken
        // relative to the peak, for in overload the density at the patience outgrows every number.
        let peak = arrival_rate * erlang_b(offered, slots - 1);
        let idle = exp(queue.exponent(0.0));
        let waits = integral_of_exp(patience, queue.exponent(0.0), queue.exponent(patience));
        let leaves = exp(queue.exponent(patience)) / queue.departure_rate();
        // `idle` is 1 unless in overload, where the density at zero is `peak * idle` and that at the patience
        // is `peak`: the weights keep their ratios.
        let total = idle + peak * (waits + leaves);
        queue.idle = idle / total;
        queue.peak_density = peak / total;
        Ok(queue)
    }

    /// Logarithm of the density of the offered wait at `x`, up to the patience, over the peak.
    fn exponent(&self, x: f64) -> f64 {
        let spare = self.spare_rate();
        if spare < 0.0 { spare * (self.patience - x) } else { -spare * x }
    }

    fn departure_rate(&self) -> f64 {
        self.slots * self.service_rate
    }

    fn spare_rate(&self) -> f64 {
        self.departure_rate() - self.arrival_rate
    }

    /// Probability that a request does not find a free slot.
    #[must_use]
    pub fn prob_wait(&self) -> f64 {
        1.0 - self.idle
    }

    /// Share of the requests that leave unserved.
    #[must_use]
    pub fn abandonment_probability(&self) -> f64 {
        self.peak_density * exp(self.exponent(self.patience)) / self.departure_rate()
    }

    fn served(&self) -> f64 {
        1.0 - self.abandonment_probability()
    }

    /// Requests served per second.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        self.arrival_rate * self.served()
    }

    /// Mean share of the slots that are busy.
    #[must_use]
    pub fn utilisation(&self) -> f64 {
        self.throughput() / self.departure_rate()
    }

    /// Mean time in the queue over all requests; those that leave count with their whole patience.
    #[must_use]
    pub fn mean_waiting_time(&self) -> f64 {
        let left = self.abandonment_probability();
        (1.0 - left) * self.mean_waiting_time_served() + left * self.patience
    }

    /// Mean number waiting.
    #[must_use]
    pub fn mean_queue_length(&self) -> f64 {
        self.arrival_rate * self.mean_waiting_time()
    }

    /// Mean number in the system.
    #[must_use]
    pub fn mean_in_system(&self) -> f64 {
        self.mean_queue_length() + self.throughput() / self.service_rate
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

    /// Moments are taken from the end at which the density is largest, so that none is a small difference.
    fn served_moments(&self) -> (f64, f64) {
        let spare = self.spare_rate();
        let from_patience = spare < 0.0;
        let area =
            |k: i32| self.peak_density * decaying_moment(k, spare.abs(), self.patience) / self.served();
        let at_once = if from_patience { self.patience } else { 0.0 };
        let idle = self.idle / self.served();
        let mean = area(1) + idle * at_once;
        let variance = area(2) + idle * at_once * at_once - mean * mean;
        (if from_patience { self.patience - mean } else { mean }, variance)
    }

    /// Probability that a served request takes longer than `t` seconds in the system.
    #[must_use]
    pub fn sojourn_time_served_tail(&self, t: f64) -> f64 {
        let mu = self.service_rate;
        let until = t.min(self.patience);
        let (first, last) = (self.exponent(0.0), self.exponent(until));
        let still_waiting = integral_of_exp(self.patience - until, last, self.exponent(self.patience));
        let in_service = integral_of_exp(until, first - mu * t, last - mu * (t - until));
        let waited = self.peak_density * (still_waiting + in_service);
        (waited + self.idle * exp(-mu * t)) / self.served()
    }

    /// The `p` quantile of the time in the system of served requests; `None` unless `0 <= p < 1`.
    #[must_use]
    pub fn sojourn_time_served_quantile(&self, p: f64) -> Option<f64> {
        quantile_of_tail(p, 1.0 / self.service_rate, |t| self.sojourn_time_served_tail(t))
    }
}

/// Integral over a stretch of `length` of the exponential of a line from `first` to `last`.
fn integral_of_exp(length: f64, first: f64, last: f64) -> f64 {
    let slope = (last - first).abs();
    let share = if slope < 1e-300 { 1.0 } else { -exp_m1(-slope) / slope };
    length * exp(first.max(last)) * share
}

/// `int_0^end x^k e^(-rate x) dx` for `rate >= 0`: by its power series while the exponent is small, where the
/// recursion over `k` would cancel.
fn decaying_moment(k: i32, rate: f64, end: f64) -> f64 {
    let reach = rate * end;
    if reach < 1.0 {
        let mut power = end;
        (0..k).for_each(|_| power *= end);
        let mut sum = 0.0;
        for j in 0..30 {
            sum += power / f64::from(k + j + 1);
            power *= -reach / f64::from(j + 1);
        }
        return sum;
    }
    let mut moment = -exp_m1(-reach) / rate;
    let mut power = exp(-reach);
    for i in 1..=k {
        power *= end;
        moment = (f64::from(i) * moment - power) / rate;
    }
    moment
}

#[cfg(test)]
mod tests {
    use super::super::closeness::close;
    use super::*;

    #[test]
    fn ten_slots_and_half_a_second() {
        let queue = FixedPatience::new(12.0, 1.0, 10, 0.5).unwrap();
        close(queue.prob_wait(), 0.830265806515);
        close(queue.abandonment_probability(), 0.199554210675);
        close(queue.utilisation(), 0.960534947191);
        close(queue.mean_waiting_time(), 0.283306834103);
        close(queue.mean_waiting_time_served(), 0.229284395287);
        close(queue.var_waiting_time_served(), 0.0297740734198);
        close(queue.mean_queue_length(), 3.39968200924);
        close(queue.sojourn_time_served_quantile(0.5).unwrap(), 0.937226477069);
        close(queue.sojourn_time_served_quantile(0.999).unwrap(), 7.15183457549);
    }

    #[test]
    fn one_slot_whose_median_lies_within_the_patience() {
        let queue = FixedPatience::new(1.2, 1.0, 1, 2.0).unwrap();
        close(queue.var_waiting_time_served(), 0.462002923982);
        close(queue.sojourn_time_served_quantile(0.5).unwrap(), 1.66481191638);
        close(queue.sojourn_time_served_quantile(0.9).unwrap(), 3.32862949584);
    }

    #[test]
    fn a_hundred_slots_in_overload() {
        let queue = FixedPatience::new(110.0, 1.0, 100, 1.0).unwrap();
        close(queue.abandonment_probability(), 0.0909104616559);
        close(queue.var_waiting_time_served(), 0.00997765063575);
        close(queue.sojourn_time_served_quantile(0.99).unwrap(), 5.50987155054);
        // Twice the capacity and much patience: half leaves, the rest waits nearly all of it.
        let flooded = FixedPatience::new(20_000.0, 100.0, 100, 5.0).unwrap();
        close(flooded.abandonment_probability(), 0.5);
        assert!((flooded.mean_waiting_time_served() - 4.9999).abs() < 1e-9);
        assert!(flooded.sojourn_time_served_quantile(0.99).unwrap().is_finite());
    }

    #[test]
    fn much_patience_is_erlang_c() {
        let queue = FixedPatience::new(8.0, 1.0, 10, 60.0).unwrap();
        let patient = crate::theory::MmC::new(8.0, 1.0, 10).unwrap();
        close(queue.prob_wait(), patient.prob_wait());
        close(queue.mean_waiting_time(), patient.mean_waiting_time());
        close(queue.mean_in_system(), patient.mean_in_system());
        assert!(queue.abandonment_probability() < 1e-50);
        let endless = FixedPatience::new(8.0, 1.0, 10, 1e9).unwrap();
        close(endless.mean_waiting_time_served(), patient.mean_waiting_time());
        close(endless.sojourn_time_served_quantile(0.99).unwrap(), 4.94611132761);
        // At a utilisation of one the density is flat.
        let flat = FixedPatience::new(10.0, 1.0, 10, 0.5).unwrap();
        // Then the served wait uniformly or not at all.
        let share = 1.0 - flat.idle / flat.served();
        close(flat.mean_waiting_time_served(), 0.25 * share);
    }
}
