//! One slot with any law of work: M/G/1 in FIFO order and under processor sharing.
//!
//! Sources: F. Pollaczek (1930), A. Khinchine (1932); L. Kleinrock, Queueing Systems vol. 1 (1975), ch. 5 and
//! vol. 2 (1976), ch. 4; E. G. Coffman, R. R. Muntz, H. Trotter, J. ACM 17 (1970).

use super::unsolvable::{Unsolvable, not_negative, positive};

/// The M/G/1 queue in FIFO order, from the first three moments of the service time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mg1 {
    arrival_rate: f64,
    first: f64,
    second: f64,
    third: f64,
}

impl Mg1 {
    /// The stable queue whose service time has the moments `E[S]`, `E[S^2]`, `E[S^3]` in seconds and their
    /// powers. The second and third may be infinite; what depends on them is then infinite too.
    ///
    /// # Errors
    /// When the rate or a moment is not above zero, `E[S^2] < E[S]^2`, or the queue is unstable.
    pub fn new(arrival_rate: f64, first: f64, second: f64, third: f64) -> Result<Self, Unsolvable> {
        let utilisation = positive("arrival_rate", arrival_rate)? * positive("first", first)?;
        // Equality is deterministic work, which rounding may bring a little below.
        if second.is_nan() || second < first * first * (1.0 - 1e-9) {
            return Err(Unsolvable::Parameter { name: "second", value: second });
        }
        if third.is_nan() || third <= 0.0 {
            return Err(Unsolvable::Parameter { name: "third", value: third });
        }
        if utilisation >= 1.0 {
            return Err(Unsolvable::Unstable { utilisation });
        }
        Ok(Self { arrival_rate, first, second, third })
    }

    /// Share of the time that the slot is busy; also the probability that a request waits.
    #[must_use]
    pub fn utilisation(&self) -> f64 {
        self.arrival_rate * self.first
    }

    /// Mean time in the queue, `lambda E[S^2] / (2 (1 - rho))`.
    #[must_use]
    pub fn mean_waiting_time(&self) -> f64 {
        self.arrival_rate * self.second / (2.0 * (1.0 - self.utilisation()))
    }

    /// Variance of the time in the queue, `E[W]^2 + lambda E[S^3] / (3 (1 - rho))`.
    #[must_use]
    pub fn var_waiting_time(&self) -> f64 {
        let mean = self.mean_waiting_time();
        mean * mean + self.arrival_rate * self.third / (3.0 * (1.0 - self.utilisation()))
    }

    /// Mean time in the system.
    #[must_use]
    pub fn mean_sojourn_time(&self) -> f64 {
        self.mean_waiting_time() + self.first
    }

    /// Variance of the time in the system.
    #[must_use]
    pub fn var_sojourn_time(&self) -> f64 {
        self.var_waiting_time() + (self.second - self.first * self.first).max(0.0)
    }

    /// Mean number waiting.
    #[must_use]
    pub fn mean_queue_length(&self) -> f64 {
        self.arrival_rate * self.mean_waiting_time()
    }

    /// Mean number in the system.
    #[must_use]
    pub fn mean_in_system(&self) -> f64 {
        self.arrival_rate * self.mean_sojourn_time()
    }

    /// Variance of the number in the system. Who leaves leaves behind the arrivals of its own sojourn, so
    /// `Var N = lambda E[T] + lambda^2 Var T` (J. Keilson, L. D. Servi, 1988).
    #[must_use]
    pub fn var_in_system(&self) -> f64 {
        self.mean_in_system() + self.arrival_rate * self.arrival_rate * self.var_sojourn_time()
    }
}

/// M/G/1 under egalitarian processor sharing. Means, and the law of the number in system, depend on the work
/// only through its mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mg1Ps {
    utilisation: f64,
    mean_service_time: f64,
}

impl Mg1Ps {
    /// The stable queue with this mean service time in seconds.
    ///
    /// # Errors
    /// When the rate or the time is not above zero, or the queue is unstable.
    pub fn new(arrival_rate: f64, mean_service_time: f64) -> Result<Self, Unsolvable> {
        let utilisation =
            positive("arrival_rate", arrival_rate)? * positive("mean_service_time", mean_service_time)?;
        if utilisation >= 1.0 {
            return Err(Unsolvable::Unstable { utilisation });
        }
        Ok(Self { utilisation, mean_service_time })
    }

    /// Share of the time that the slot is busy.
    #[must_use]
    pub fn utilisation(&self) -> f64 {
        self.utilisation
    }

    /// Mean time in the system, `E[S] / (1 - rho)`.
    #[must_use]
    pub fn mean_sojourn_time(&self) -> f64 {
        self.mean_sojourn_time_of(self.mean_service_time)
    }

    /// Mean time in the system of a request whose service alone would take `service_time` seconds.
    #[must_use]
    pub fn mean_sojourn_time_of(&self, service_time: f64) -> f64 {
        service_time * self.mean_slowdown()
    }

    /// Mean of sojourn time over service time, the same for every size: `1 / (1 - rho)`.
    #[must_use]
    pub fn mean_slowdown(&self) -> f64 {
        1.0 / (1.0 - self.utilisation)
    }

    /// Mean number in the system; the law is geometric.
    #[must_use]
    pub fn mean_in_system(&self) -> f64 {
        self.utilisation / (1.0 - self.utilisation)
    }

    /// Variance of the number in the system.
    #[must_use]
    pub fn var_in_system(&self) -> f64 {
        self.mean_in_system() / (1.0 - self.utilisation)
    }
}

/// M/M/1 under processor sharing: [`Mg1Ps`] with exponential work, whose sojourn variance is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mm1Ps {
    any_work: Mg1Ps,
}

impl Mm1Ps {
    /// The stable queue.
    ///
    /// # Errors
    /// As for [`Mg1Ps::new`].
    pub fn new(arrival_rate: f64, service_rate: f64) -> Result<Self, Unsolvable> {
        not_negative("service_rate", service_rate)?;
        Ok(Self { any_work: Mg1Ps::new(arrival_rate, 1.0 / service_rate)? })
    }

    /// What holds for any law of work.
    #[must_use]
    pub fn any_work(&self) -> &Mg1Ps {
        &self.any_work
    }

    /// Variance of the time in the system, `(2 + rho) / (2 - rho) / (mu (1 - rho))^2`.
    #[must_use]
    pub fn var_sojourn_time(&self) -> f64 {
        let (rho, mean) = (self.any_work.utilisation, self.any_work.mean_sojourn_time());
        (2.0 + rho) / (2.0 - rho) * mean * mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-11, "{value} is not {expected}");
    }

    #[test]
    fn work_of_four_erlang_stages() {
        // Moments of Erlang-4 with mean 1: 1, 5/4, 15/8.
        let queue = Mg1::new(0.9, 1.0, 1.25, 1.875).unwrap();
        close(queue.mean_waiting_time(), 5.625);
        close(queue.var_waiting_time(), 37.265625);
        close(queue.var_sojourn_time(), 37.515625);
        close(queue.var_in_system(), 36.35015625);
    }

    #[test]
    fn weibull_work_with_shape_one_half() {
        // E[S^k] = scale^k (2k)!: 0.01, 0.0006, 0.00009.
        let queue = Mg1::new(80.0, 0.01, 6e-4, 9e-5).unwrap();
        close(queue.mean_waiting_time(), 0.12);
        close(queue.var_waiting_time(), 0.0264);
        close(queue.var_in_system(), 182.56);
        assert_eq!(Mg1::new(0.5, 1.0, 3.0, f64::INFINITY).unwrap().var_waiting_time(), f64::INFINITY);
    }

    #[test]
    fn impossible_moments_are_refused() {
        assert!(Mg1::new(0.5, 1.0, 0.5, 1.0).is_err());
        assert_eq!(Mg1::new(2.0, 1.0, 1.0, 1.0), Err(Unsolvable::Unstable { utilisation: 2.0 }));
        assert!(Mm1Ps::new(0.5, 0.0).is_err());
    }

    #[test]
    fn processor_sharing() {
        let queue = Mm1Ps::new(80.0, 100.0).unwrap();
        close(queue.any_work().mean_sojourn_time(), 0.05);
        close(queue.any_work().mean_slowdown(), 5.0);
        close(queue.any_work().var_in_system(), 20.0);
        close(queue.var_sojourn_time(), 0.00583333333333);
        close(Mm1Ps::new(0.9, 1.0).unwrap().var_sojourn_time(), 263.636363636);
    }
}
