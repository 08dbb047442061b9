//! The smallest number of slots that meets a target, by exact formulas and by the square-root rule.

use super::erlang::{MmC, erlang_b};
use super::erlang_a::ErlangA;
use super::unsolvable::{Unsolvable, not_negative, positive};
use crate::numerics::{increasing_root, ln_1p, norm_cdf, norm_pdf};

/// Most slots considered; Erlang's recursion takes a step for each.
const MOST_SLOTS: u64 = 20_000_000;

/// What must be small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StaffingTarget {
    /// Probability that a request waits, M/M/c.
    ProbWait,
    /// Mean time in the queue, seconds, M/M/c.
    MeanWaitingTime,
    /// Mean time in the system, seconds, M/M/c.
    MeanSojournTime,
    /// A quantile of the time in the queue, seconds, M/M/c; the level lies in [0, 1).
    WaitingTimeQuantile(f64),
    /// A quantile of the time in the system, seconds, M/M/c; the level lies in [0, 1).
    SojournTimeQuantile(f64),
    /// Probability that a request is lost when none waits, M/G/c/c.
    Blocking,
    /// Probability that a request leaves before its service starts, M/M/c+M; stable with any number of slots.
    Abandonment {
        /// One over the mean patience, 1/s.
        impatience_rate: f64,
    },
}

/// The answer of [`smallest_slots`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Staffing {
    /// Slots needed.
    pub slots: u64,
    /// The measure with that many.
    pub value: f64,
    /// The measure with one slot less, above the target; `None` when that system would be unstable or empty.
    pub value_with_one_less: Option<f64>,
}

/// The smallest number of slots for which the target measure is at most `at_most`.
///
/// Every measure falls as slots are added, so the search doubles its step until the target is met and then
/// bisects.
///
/// # Errors
/// When a rate is not above zero, `at_most` is negative, a level lies outside [0, 1), or no number of slots
/// meets the target: a sojourn cannot be shorter than its service.
pub fn smallest_slots(
    arrival_rate: f64,
    service_rate: f64,
    target: StaffingTarget,
    at_most: f64,
) -> Result<Staffing, Unsolvable> {
    let offered = positive("arrival_rate", arrival_rate)? / positive("service_rate", service_rate)?;
    not_negative("at_most", at_most)?;
    if let StaffingTarget::WaitingTimeQuantile(p) | StaffingTarget::SojournTimeQuantile(p) = target
        && !(0.0..1.0).contains(&p)
    {
        return Err(Unsolvable::Parameter { name: "quantile", value: p });
    }
    if let StaffingTarget::SojournTimeQuantile(p) = target
        && -ln_1p(-p) / service_rate >= at_most
    {
        return Err(Unsolvable::Parameter { name: "at_most", value: at_most });
    }
    if target == StaffingTarget::MeanSojournTime && 1.0 / service_rate >= at_most {
        return Err(Unsolvable::Parameter { name: "at_most", value: at_most });
    }
    if let StaffingTarget::Abandonment { impatience_rate } = target {
        positive("impatience_rate", impatience_rate)?;
    }
    if offered > (MOST_SLOTS / 2) as f64 {
        return Err(Unsolvable::TooLarge { name: "slots", most: MOST_SLOTS });
    }
    let measure = |slots: u64| measure(arrival_rate, service_rate, target, slots);
    let always_stable = matches!(target, StaffingTarget::Blocking | StaffingTarget::Abandonment { .. });
    let fewest = if always_stable { 1 } else { offered.floor() as u64 + 1 };
    let slots = search(fewest, |slots| measure(slots).is_some_and(|value| value <= at_most))
        .ok_or(Unsolvable::Parameter { name: "at_most", value: at_most })?;
    let value = measure(slots).ok_or(Unsolvable::Parameter { name: "at_most", value: at_most })?;
    let value_with_one_less = if slots > 1 { measure(slots - 1) } else { None };
    Ok(Staffing { slots, value, value_with_one_less })
}

fn measure(arrival_rate: f64, service_rate: f64, target: StaffingTarget, slots: u64) -> Option<f64> {
    if target == StaffingTarget::Blocking {
        return Some(erlang_b(arrival_rate / service_rate, slots));
    }
    if let StaffingTarget::Abandonment { impatience_rate } = target {
        let queue = ErlangA::new(arrival_rate, service_rate, slots, impatience_rate).ok()?;
        return Some(queue.abandonment_probability());
    }
    let queue = MmC::new(arrival_rate, service_rate, slots).ok()?;
    match target {
        StaffingTarget::ProbWait => Some(queue.prob_wait()),
        StaffingTarget::MeanWaitingTime => Some(queue.mean_waiting_time()),
        StaffingTarget::MeanSojournTime => Some(queue.mean_sojourn_time()),
        StaffingTarget::WaitingTimeQuantile(p) => queue.waiting_time_quantile(p),
        StaffingTarget::SojournTimeQuantile(p) => queue.sojourn_time_quantile(p),
        StaffingTarget::Blocking | StaffingTarget::Abandonment { .. } => None,
    }
}

fn search(fewest: u64, good: impl Fn(u64) -> bool) -> Option<u64> {
    if good(fewest) {
        return Some(fewest);
    }
    let (mut low, mut step) = (fewest, 1);
    let mut high = fewest + step;
    while !good(high) {
        if high >= MOST_SLOTS {
            return None;
        }
        low = high;
        step *= 2;
        high = (high + step).min(MOST_SLOTS);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if good(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// Square-root staffing: `beta` with `P(wait) = 1 / (1 + beta Phi(beta) / phi(beta))`, and `a + beta sqrt(a)`
/// rounded up (S. Halfin, W. Whitt, Operations Research 29, 1981). An approximation for large systems; `None`
/// unless `0 < prob_wait < 1` and the offered load is above zero.
#[must_use]
pub fn halfin_whitt(offered_load: f64, prob_wait: f64) -> Option<(f64, u64)> {
    let valid = offered_load.is_finite() && offered_load > 0.0 && prob_wait > 0.0 && prob_wait < 1.0;
    if !valid {
        return None;
    }
    // In the form phi / (phi + beta Phi) nothing divides by a vanishing density.
    let reached = |beta: f64| norm_pdf(beta) / (norm_pdf(beta) + beta * norm_cdf(beta));
    let beta = increasing_root(0.0, 40.0, |beta| prob_wait - reached(beta));
    Some((beta, (offered_load + beta * offered_load.sqrt()).ceil() as u64))
}

#[cfg(test)]
mod tests {
    use super::super::closeness::close;
    use super::*;
    use crate::theory::erlang_c;

    fn check(rates: (f64, f64), target: StaffingTarget, at_most: f64, slots: u64, value: f64, less: f64) {
        let answer = smallest_slots(rates.0, rates.1, target, at_most).unwrap();
        assert_eq!(answer.slots, slots, "{target:?}");
        close(answer.value, value);
        close(answer.value_with_one_less.unwrap(), less);
    }

    #[test]
    fn capacity_answers() {
        use StaffingTarget::{Blocking, MeanWaitingTime, ProbWait, SojournTimeQuantile, WaitingTimeQuantile};
        check((10.0, 1.0), ProbWait, 0.2, 14, 0.174131933595, 0.285270453036);
        check((5000.0, 5.0), ProbWait, 0.5, 1017, 0.480624750755, 0.50370364113);
        check((200.0, 20.0), MeanWaitingTime, 0.001, 16, 0.000477836090861, 0.00102042367008);
        check((120.0, 1.0), WaitingTimeQuantile(0.95), 0.05, 136, 0.0446294632644, 0.0593072270085);
        check((50.0, 1.0), SojournTimeQuantile(0.99), 5.0, 53, 4.85906266815, 5.13314060702);
        check((100.0, 1.0), Blocking, 0.01, 117, 0.00979007112537, 0.0115676311484);
    }

    #[test]
    fn impatient_requests_and_means_in_the_system() {
        let target = StaffingTarget::Abandonment { impatience_rate: 0.5 };
        let found = smallest_slots(48.0, 1.0, target, 0.05).unwrap();
        assert!(found.value <= 0.05 && found.value_with_one_less.unwrap() > 0.05, "{found:?}");
        assert!((44..50).contains(&found.slots), "{found:?}");
        let sojourn = smallest_slots(10.0, 1.0, StaffingTarget::MeanSojournTime, 1.05).unwrap();
        let wait = smallest_slots(10.0, 1.0, StaffingTarget::MeanWaitingTime, 0.05).unwrap();
        assert_eq!(sojourn.slots, wait.slots);
        assert!(smallest_slots(10.0, 1.0, StaffingTarget::MeanSojournTime, 1.0).is_err());
    }

    #[test]
    fn impossible_targets_are_refused() {
        assert!(smallest_slots(1.0, 1.0, StaffingTarget::SojournTimeQuantile(0.99), 4.0).is_err());
        assert!(smallest_slots(1.0, 1.0, StaffingTarget::WaitingTimeQuantile(1.0), 4.0).is_err());
        assert!(smallest_slots(1e9, 1.0, StaffingTarget::ProbWait, 0.5).is_err());
        let single = smallest_slots(0.5, 1.0, StaffingTarget::ProbWait, 0.5).unwrap();
        assert_eq!((single.slots, single.value_with_one_less), (1, None));
    }

    #[test]
    fn the_square_root_rule_is_close() {
        let (beta, slots) = halfin_whitt(1000.0, 0.5).unwrap();
        close(beta, 0.506054468989);
        assert_eq!(slots, 1017);
        assert!((erlang_c(1000.0, slots) - 0.5).abs() < 0.03);
        assert_eq!(halfin_whitt(10.0, 0.2).unwrap().1, 14);
        assert_eq!(halfin_whitt(10.0, 1.0), None);
    }
}
