//! Erlang's formulas: loss (B), delay (C) and the whole M/M/c queue; M/M/1 is `slots = 1`.
//!
//! Sources: A. K. Erlang (1917); L. Kleinrock, Queueing Systems vol. 1 (1975), ch. 3; D. Gross, C. M. Harris,
//! Fundamentals of Queueing Theory, ch. 2.

use super::tail::quantile_of_tail;
use super::unsolvable::{Unsolvable, at_least_one, positive};
use crate::numerics::{exp, exp_m1, ln};

/// Probability that a request finds all `slots` taken and is lost, when no request waits (M/G/c/c):
/// `B(0) = 1`, `B(n) = a B(n-1) / (n + a B(n-1))`. The recursion only multiplies and adds what is positive, so
/// it is exact to rounding for every size.
///
/// `offered_load` in Erlangs, finite and not negative. Takes as many steps as there are slots, or about half
/// again the offered load if that is less.
#[must_use]
pub fn erlang_b(offered_load: f64, slots: u64) -> f64 {
    let mut blocking = 1.0;
    for n in 1..=slots {
        let carried = offered_load * blocking;
        blocking = carried / (n as f64 + carried);
        // From here on it stays zero.
        if blocking == 0.0 {
            break;
        }
    }
    blocking
}

/// Probability that a request waits in M/M/c: `C = B / (1 - rho (1 - B))`. 1 when the queue is unstable.
#[must_use]
pub fn erlang_c(offered_load: f64, slots: u64) -> f64 {
    let utilisation = offered_load / slots as f64;
    if utilisation.is_nan() || utilisation >= 1.0 {
        return 1.0;
    }
    let blocking = erlang_b(offered_load, slots);
    blocking / (1.0 - utilisation * (1.0 - blocking))
}

/// Largest offered load solved, in Erlangs; the recursion takes a step for each.
const MOST_ERLANGS: u64 = 100_000_000;

/// The M/M/c queue: Poisson arrivals, exponential work, `slots` places in service, one unlimited FIFO queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MmC {
    arrival_rate: f64,
    service_rate: f64,
    slots: u64,
    prob_wait: f64,
}

impl MmC {
    /// The stable queue with these rates per second (`service_rate` of one slot).
    ///
    /// # Errors
    /// When a rate is not above zero, there is no slot, the queue is unstable, or the offered load is above a
    /// hundred million Erlangs.
    pub fn new(arrival_rate: f64, service_rate: f64, slots: u64) -> Result<Self, Unsolvable> {
        let offered = positive("arrival_rate", arrival_rate)? / positive("service_rate", service_rate)?;
        let utilisation = offered / at_least_one("slots", slots)?;
        if utilisation >= 1.0 {
            return Err(Unsolvable::Unstable { utilisation });
        }
        if offered > MOST_ERLANGS as f64 {
            return Err(Unsolvable::TooLarge { name: "Erlangs", most: MOST_ERLANGS });
        }
        Ok(Self { arrival_rate, service_rate, slots, prob_wait: erlang_c(offered, slots) })
    }

    /// Mean number of busy slots, `lambda / mu`, in Erlangs.
    #[must_use]
    pub fn offered_load(&self) -> f64 {
        self.arrival_rate / self.service_rate
    }

    /// Mean share of the slots that are busy.
    #[must_use]
    pub fn utilisation(&self) -> f64 {
        self.offered_load() / self.slots as f64
    }

    /// Probability that a request waits (Erlang C).
    #[must_use]
    pub fn prob_wait(&self) -> f64 {
        self.prob_wait
    }

    /// Rate at which the waiting time of those who wait runs out, `c mu - lambda`.
    fn spare_rate(&self) -> f64 {
        self.slots as f64 * self.service_rate - self.arrival_rate
    }

    /// Mean time in the queue, over all requests.
    #[must_use]
    pub fn mean_waiting_time(&self) -> f64 {
        self.prob_wait / self.spare_rate()
    }

    /// Variance of the time in the queue: of zero with probability `1 - C`, else exponential.
    #[must_use]
    pub fn var_waiting_time(&self) -> f64 {
        self.prob_wait * (2.0 - self.prob_wait) / (self.spare_rate() * self.spare_rate())
    }

    /// Mean time in the system.
    #[must_use]
    pub fn mean_sojourn_time(&self) -> f64 {
        self.mean_waiting_time() + 1.0 / self.service_rate
    }

    /// Variance of the time in the system; waiting and service are independent.
    #[must_use]
    pub fn var_sojourn_time(&self) -> f64 {
        self.var_waiting_time() + 1.0 / (self.service_rate * self.service_rate)
    }

    /// Probability that the time in the queue exceeds `t` seconds.
    #[must_use]
    pub fn waiting_time_tail(&self, t: f64) -> f64 {
        self.prob_wait * exp(-self.spare_rate() * t)
    }

    /// Probability that the time in the system exceeds `t` seconds: the wait plus an exponential.
    ///
    /// `e^(-mu t) + C mu (e^(-min t) - e^(-max t)) / (max - min)` with `min`, `max` of `mu` and `c mu - lambda`;
    /// written so that it neither overflows nor cancels when the two rates meet.
    #[must_use]
    pub fn sojourn_time_tail(&self, t: f64) -> f64 {
        let (mu, spare) = (self.service_rate, self.spare_rate());
        let gap = (mu - spare).abs() * t;
        let share = if gap < 1e-300 { 1.0 } else { -exp_m1(-gap) / gap };
        exp(-mu * t) + self.prob_wait * mu * t * exp(-mu.min(spare) * t) * share
    }

    /// The `p` quantile of the time in the queue, 0 for `p <= 1 - C`; `None` unless `0 <= p < 1`.
    #[must_use]
    pub fn waiting_time_quantile(&self, p: f64) -> Option<f64> {
        if !(0.0..1.0).contains(&p) {
            return None;
        }
        // A system so large that nobody waits has the logarithm of zero here, which the maximum removes.
        Some((ln(self.prob_wait / (1.0 - p)) / self.spare_rate()).max(0.0))
    }

    /// The `p` quantile of the time in the system; `None` unless `0 <= p < 1`.
    #[must_use]
    pub fn sojourn_time_quantile(&self, p: f64) -> Option<f64> {
        quantile_of_tail(p, self.mean_sojourn_time(), |t| self.sojourn_time_tail(t))
    }

    /// Mean number waiting.
    #[must_use]
    pub fn mean_queue_length(&self) -> f64 {
        self.arrival_rate * self.mean_waiting_time()
    }

    /// Mean number in the system.
    #[must_use]
    pub fn mean_in_system(&self) -> f64 {
        self.mean_queue_length() + self.offered_load()
    }

    /// Variance of the number in the system.
    ///
    /// The balance `a p(n-1) = min(n,c) p(n)`, weighed by `n - 1` and summed, gives
    /// `E[N^2] = (1 + a) E[N] + E[(N-c)^+ (N-1)]`, and the last term is geometric.
    #[must_use]
    pub fn var_in_system(&self) -> f64 {
        let (mean, rho) = (self.mean_in_system(), self.utilisation());
        let idle = 1.0 - rho;
        let beyond = rho * (1.0 + rho) / (idle * idle) + (self.slots as f64 - 1.0) * rho / idle;
        (1.0 + self.offered_load()) * mean + self.prob_wait * beyond - mean * mean
    }

    /// Limit of `T` times the variance of the average number in the system over a time `T`, for one slot:
    /// `2 rho (1 + rho) / (mu (1 - rho)^4)` (W. Whitt, Management Science 35, 1989). `None` for more slots.
    #[must_use]
    pub fn asymptotic_variance_in_system(&self) -> Option<f64> {
        let rho = self.utilisation();
        let idle_squared = (1.0 - rho) * (1.0 - rho);
        let value = 2.0 * rho * (1.0 + rho) / (self.service_rate * idle_squared * idle_squared);
        (self.slots == 1).then_some(value)
    }

    /// Limit of `n` times the variance of the average waiting time of `n` requests, for one slot:
    /// `rho (2 + 5 rho - 4 rho^2 + rho^3) / (mu^2 (1 - rho)^4)` (D. J. Daley, 1968). `None` for more slots.
    #[must_use]
    pub fn asymptotic_variance_of_waiting(&self) -> Option<f64> {
        let rho = self.utilisation();
        let idle_squared = (1.0 - rho) * (1.0 - rho);
        let polynomial = rho * (2.0 + rho * (5.0 + rho * (rho - 4.0)));
        let value = polynomial / (self.service_rate * self.service_rate * idle_squared * idle_squared);
        (self.slots == 1).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::super::closeness::close;
    use super::*;

    #[test]
    fn erlang_b_of_published_tables() {
        close(erlang_b(4.461, 10), 0.0099977866879);
        close(erlang_b(84.06, 100), 0.00999170258803);
        assert_eq!(erlang_b(0.0, 3), 0.0);
    }

    #[test]
    fn one_slot_is_mm1() {
        let queue = MmC::new(0.9, 1.0, 1).unwrap();
        close(queue.mean_waiting_time(), 9.0);
        close(queue.var_waiting_time(), 99.0);
        close(queue.var_in_system(), 90.0);
        close(queue.sojourn_time_quantile(0.999).unwrap(), 69.0775527898);
        close(queue.waiting_time_quantile(0.5).unwrap(), 5.87786664902);
        close(queue.asymptotic_variance_in_system().unwrap(), 34200.0);
        close(queue.asymptotic_variance_of_waiting().unwrap(), 35901.0);
    }

    #[test]
    fn two_slots_where_the_rates_meet() {
        // c mu - lambda = mu: the formula with the difference of rates below would be 0 / 0.
        let queue = MmC::new(1.0, 1.0, 2).unwrap();
        close(queue.prob_wait(), 1.0 / 3.0);
        close(queue.sojourn_time_quantile(0.5).unwrap(), 0.97441160519);
        close(queue.sojourn_time_quantile(0.999).unwrap(), 8.22751000764);
        close(queue.var_in_system(), 2.22222222222);
        assert_eq!(queue.waiting_time_quantile(0.5), Some(0.0));
        assert_eq!(queue.asymptotic_variance_in_system(), None);
    }

    #[test]
    fn a_thousand_slots() {
        let queue = MmC::new(9800.0, 10.0, 1000).unwrap();
        close(queue.prob_wait(), 0.412200292365);
        close(queue.var_waiting_time(), 1.63622875926e-05);
        close(queue.mean_in_system(), 1000.19781433);
        close(queue.var_in_system(), 2975.58820124);
        close(queue.sojourn_time_quantile(0.99).unwrap(), 0.462663295628);
        close(queue.waiting_time_quantile(0.999).unwrap(), 0.0301075468887);
    }

    #[test]
    fn unstable_queues_are_refused() {
        assert_eq!(MmC::new(2.0, 1.0, 2), Err(Unsolvable::Unstable { utilisation: 1.0 }));
        assert!(matches!(
            MmC::new(f64::NAN, 1.0, 2),
            Err(Unsolvable::Parameter { name: "arrival_rate", .. })
        ));
        assert!(MmC::new(1.0, 1.0, 0).is_err());
        assert_eq!(erlang_c(3.0, 2), 1.0);
        assert_eq!(MmC::new(1.0, 1.0, u64::MAX).unwrap().prob_wait(), 0.0);
        assert!(MmC::new(1e15, 1.0, u64::MAX).is_err());
    }
}
