//! Draws from stationary laws, for replications that start in the middle of things.

use super::{MmC, MmCK};
use crate::numerics::ln;

/// The number in the system of a stationary M/M/c, or M/M/c/K with `capacity` places in all, that a uniform
/// draw `u` from [0, 1) stands for: the smallest `n` with `P(N <= n) > u`. Rising in `u`, so common random
/// numbers stay common.
///
/// `None` when the parameters are out of range, `u` is not in [0, 1), or there is no stationary law because
/// an unlimited queue would be unstable.
#[must_use]
pub fn mmc_sample(
    arrival_rate: f64,
    service_rate: f64,
    slots: u64,
    capacity: Option<u64>,
    u: f64,
) -> Option<u64> {
    if !(0.0..1.0).contains(&u) {
        return None;
    }
    match capacity {
        Some(capacity) => Some(MmCK::new(arrival_rate, service_rate, slots, capacity).ok()?.law().sample(u)),
        None => Some(unlimited(&MmC::new(arrival_rate, service_rate, slots).ok()?, slots, u)),
    }
}

/// From `slots` on the law is geometric, with `P(N >= slots)` Erlang's C; below, it is followed downwards from
/// there, for the probability of an empty system may be too small for a number.
fn unlimited(queue: &MmC, slots: u64, u: f64) -> u64 {
    let (waits, utilisation, offered) = (queue.prob_wait(), queue.utilisation(), queue.offered_load());
    if u >= 1.0 - waits {
        let steps = ln((1.0 - u) / waits) / ln(utilisation);
        return slots.saturating_add(steps.max(0.0).floor() as u64);
    }
    let mut n = slots - 1;
    let mut probability = waits * (1.0 - utilisation) * slots as f64 / offered;
    let mut up_to = 1.0 - waits;
    while n > 0 && up_to - probability > u {
        up_to -= probability;
        probability *= n as f64 / offered;
        n -= 1;
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slot_is_geometric() {
        // P(N <= n) = 1 - 0.5^(n+1).
        let sample = |u| mmc_sample(1.0, 2.0, 1, None, u);
        assert_eq!([sample(0.0), sample(0.49), sample(0.51), sample(0.76)], [0, 0, 1, 2].map(Some));
        assert_eq!(sample(1.0), None);
        assert_eq!(mmc_sample(2.0, 2.0, 1, None, 0.5), None);
    }

    #[test]
    fn the_average_draw_is_the_mean_number() {
        for (arrivals, slots, capacity) in [(8.0, 10, None), (950.0, 1000, None), (12.0, 10, Some(15))] {
            let draws = 20_000;
            let sum: u64 = (0..draws)
                .map(|i| mmc_sample(arrivals, 1.0, slots, capacity, (i as f64 + 0.5) / draws as f64).unwrap())
                .sum();
            let expected = match capacity {
                None => MmC::new(arrivals, 1.0, slots).unwrap().mean_in_system(),
                Some(capacity) => MmCK::new(arrivals, 1.0, slots, capacity).unwrap().mean_in_system(),
            };
            let mean = sum as f64 / f64::from(draws);
            assert!((mean / expected - 1.0).abs() < 2e-4, "{mean} is not {expected}");
        }
    }
}
