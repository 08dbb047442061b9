//! Closed networks of one class: a fixed population that thinks and visits multi-slot stations.
//!
//! Exact, by the normalising constants of the product form. Mean-value analysis gives the same numbers but
//! loses them to cancellation at busy multi-slot stations; convolution only adds what is positive. To keep the
//! constants within range every factor is tilted towards the throughput, which changes no ratio.

use crate::theory::unsolvable::{Unsolvable, at_least_one, not_negative, positive};

/// Largest population solved; the work grows with its square.
const MOST_CLIENTS: u64 = 20_000;

/// A station of a closed network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClosedStation {
    /// Mean visits a cycle.
    pub visits: f64,
    /// Mean service time of a visit, seconds.
    pub service_time: f64,
    /// Places in service.
    pub slots: u64,
}

/// A solved closed network.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedNetwork {
    throughput: f64,
    mean_response_time: f64,
    stations: Vec<ClosedStation>,
    in_system: Vec<f64>,
}

impl ClosedNetwork {
    /// Solves the cycle of `clients` that think for `think_time` seconds on average (0 is allowed) and then
    /// visit the stations.
    ///
    /// # Errors
    /// When a parameter is out of range, there is no client or no station, or there are more than 20 000
    /// clients.
    pub fn new(clients: u64, think_time: f64, stations: &[ClosedStation]) -> Result<Self, Unsolvable> {
        not_negative("think_time", think_time)?;
        if at_least_one("clients", clients)? > MOST_CLIENTS as f64 {
            return Err(Unsolvable::TooLarge { name: "clients", most: MOST_CLIENTS });
        }
        at_least_one("stations", stations.len() as u64)?;
        for station in stations {
            positive("visits", station.visits)?;
            positive("service_time", station.service_time)?;
            at_least_one("slots", station.slots)?;
        }
        let mut demands = vec![Demand { time: think_time, slots: u64::MAX }];
        demands.extend(stations.iter().map(|s| Demand { time: s.visits * s.service_time, slots: s.slots }));
        Ok(solve(clients as usize, &demands, stations))
    }

    /// Cycles completed per second.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        self.throughput
    }

    /// Mean time of a cycle without thinking, seconds.
    #[must_use]
    pub fn mean_response_time(&self) -> f64 {
        self.mean_response_time
    }

    /// Mean number at a station; `None` beyond the last station.
    #[must_use]
    pub fn mean_in_system(&self, station: usize) -> Option<f64> {
        self.in_system.get(station).copied()
    }

    /// Mean time of one visit to a station, by Little's law; `None` beyond the last station.
    #[must_use]
    pub fn mean_sojourn_time(&self, station: usize) -> Option<f64> {
        Some(self.in_system.get(station)? / (self.throughput * self.stations[station].visits))
    }

    /// Mean share of a station's slots that are busy; `None` beyond the last station.
    #[must_use]
    pub fn utilisation(&self, station: usize) -> Option<f64> {
        let station = self.stations.get(station)?;
        Some(self.throughput * station.visits * station.service_time / station.slots as f64)
    }
}

/// Work a cycle brings to a place; thinking is a place with a slot for everyone.
#[derive(Clone, Copy)]
struct Demand {
    time: f64,
    slots: u64,
}

impl Demand {
    /// Factors of the product form for 0, 1, 2, ... clients, `prod (tilt time / min(j, slots))`, over the
    /// largest of them.
    fn factors(&self, clients: usize, tilt: f64) -> Vec<f64> {
        let ratio = |n: usize| tilt * self.time / (n as u64).min(self.slots) as f64;
        // The ratios fall with n, so the largest factor is the last one reached by a ratio of at least one.
        let mode = (1..=clients).take_while(|&n| ratio(n) >= 1.0).count();
        let mut factors = vec![0.0; clients + 1];
        factors[mode] = 1.0;
        for n in mode + 1..=clients {
            factors[n] = factors[n - 1] * ratio(n);
        }
        for n in (0..mode).rev() {
            factors[n] = factors[n + 1] / ratio(n + 1);
        }
        factors
    }
}

fn solve(clients: usize, demands: &[Demand], stations: &[ClosedStation]) -> ClosedNetwork {
    let tilt = balanced_tilt(clients, demands);
    let factors: Vec<Vec<f64>> = demands.iter().map(|demand| demand.factors(clients, tilt)).collect();
    // Products of all factors before and after each place give those of all others.
    let mut before = vec![unit(clients)];
    for factor in &factors {
        before.push(convolve(&before[before.len() - 1], factor));
    }
    let all = &before[factors.len()];
    let throughput = tilt * all[clients - 1] / all[clients];
    let mut after = unit(clients);
    let mut in_system = Vec::new();
    for place in (1..factors.len()).rev() {
        let others = convolve(&before[place], &after);
        let mean: f64 =
            (1..=clients).map(|n| n as f64 * factors[place][n] * others[clients - n]).sum::<f64>();
        in_system.push(mean / all[clients]);
        after = convolve(&after, &factors[place]);
    }
    in_system.reverse();
    let here: f64 = in_system.iter().sum();
    ClosedNetwork {
        throughput,
        mean_response_time: here / throughput,
        stations: stations.to_vec(),
        in_system,
    }
}

fn unit(clients: usize) -> Vec<f64> {
    let mut unit = vec![0.0; clients + 1];
    unit[0] = 1.0;
    unit
}

fn convolve(a: &[f64], b: &[f64]) -> Vec<f64> {
    (0..a.len()).map(|n| (0..=n).map(|i| a[i] * b[n - i]).sum()).collect()
}

/// The tilt at which independent places with the tilted factors would hold the population on average: there
/// the normalising constant is a likely value, neither too small nor too large for a number.
fn balanced_tilt(clients: usize, demands: &[Demand]) -> f64 {
    let expected = |tilt: f64| -> f64 {
        demands
            .iter()
            .map(|demand| {
                let factors = demand.factors(clients, tilt);
                let total: f64 = factors.iter().sum();
                factors.iter().enumerate().map(|(n, f)| n as f64 * f).sum::<f64>() / total
            })
            .sum()
    };
    let cycle: f64 = demands.iter().map(|demand| demand.time).sum();
    let (mut low, mut high) = (0.0, clients as f64 / cycle);
    while expected(high) < clients as f64 {
        high *= 2.0;
        if !high.is_finite() {
            return clients as f64 / cycle;
        }
    }
    // A few digits are enough: any tilt near this one gives the same ratios.
    for _ in 0..30 {
        let middle = 0.5 * (low + high);
        if expected(middle) < clients as f64 { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::FinitePopulation;

    fn close(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-10, "{value} is not {expected}");
    }

    fn station(visits: f64, service_time: f64, slots: u64) -> ClosedStation {
        ClosedStation { visits, service_time, slots }
    }

    #[test]
    fn three_single_slots() {
        let stations = [station(4.0, 0.05, 1), station(10.0, 0.03, 1), station(6.0, 0.02, 1)];
        let network = ClosedNetwork::new(20, 5.0, &stations).unwrap();
        close(network.throughput(), 2.9037024113);
        close(network.mean_response_time(), 1.88775816769);
        close(network.mean_in_system(1).unwrap(), 3.69520780867);
        close(network.mean_sojourn_time(2).unwrap(), 0.0299478120113);
        close(network.utilisation(0).unwrap(), 0.580740482261);
        assert_eq!(network.mean_in_system(3), None);
    }

    #[test]
    fn busy_stations_with_several_slots() {
        let stations = [station(2.0, 0.04, 4), station(1.0, 0.05, 2)];
        let network = ClosedNetwork::new(50, 1.0, &stations).unwrap();
        close(network.throughput(), 37.7191275844);
        close(network.mean_response_time(), 0.325587392978);
        close(network.mean_in_system(0).unwrap(), 4.29484235519);
        close(network.mean_sojourn_time(1).unwrap(), 0.211723615361);
    }

    #[test]
    fn a_large_population_at_one_station() {
        let one = ClosedNetwork::new(5000, 50.0, &[station(1.0, 0.5, 45)]).unwrap();
        let chain = FinitePopulation::new(5000, 50.0, 2.0, 45).unwrap();
        close(one.throughput(), chain.throughput());
        close(one.mean_in_system(0).unwrap(), chain.mean_in_system());
        // Without thinking the only station is never left.
        close(ClosedNetwork::new(7, 0.0, &[station(1.0, 0.5, 1)]).unwrap().throughput(), 2.0);
        assert!(ClosedNetwork::new(7, 0.0, &[]).is_err());
    }
}
