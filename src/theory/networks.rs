//! Networks of stations: open Jackson networks and closed networks of one class.
//!
//! Sources: J. R. Jackson (1957); J. P. Buzen, "Computational algorithms for closed queueing networks with
//! exponential servers", CACM 16 (1973); M. Reiser, S. S. Lavenberg, "Mean-value analysis of closed
//! multichain queueing networks", J. ACM 27 (1980). Stations are FIFO with exponential work drawn anew at
//! every visit.

use super::erlang::MmC;
use super::unsolvable::{Unsolvable, not_negative, positive};

mod closed;

pub use closed::{ClosedNetwork, ClosedStation};

/// A queueing station of an open network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueueingStation {
    /// Requests per second that enter the network here.
    pub external_rate: f64,
    /// Requests one slot serves per second.
    pub service_rate: f64,
    /// Places in service.
    pub slots: u64,
}

/// A station of a solved open network: an M/M/c queue on its own, by the product form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JacksonStation {
    /// Visits per second, from outside and from other stations.
    pub arrival_rate: f64,
    /// The queue; `None` when the station is never visited.
    pub queue: Option<MmC>,
}

/// A solved open Jackson network.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenNetwork {
    stations: Vec<JacksonStation>,
    throughput: f64,
}

impl OpenNetwork {
    /// Solves the traffic equations `lambda_j = external_j + sum_i lambda_i routing[i][j]` and the stations.
    /// From station `i` a request goes to `j` with probability `routing[i][j]` and leaves with what is left.
    ///
    /// # Errors
    /// When a rate or probability is out of range, the routing is not square or keeps requests for ever,
    /// nothing enters, or a station is unstable.
    pub fn new(stations: &[QueueingStation], routing: &[Vec<f64>]) -> Result<Self, Unsolvable> {
        check_routing(stations.len(), routing)?;
        for station in stations {
            not_negative("external_rate", station.external_rate)?;
        }
        let throughput = stations.iter().map(|station| station.external_rate).sum();
        positive("external_rate", throughput)?;
        let solved: Result<Vec<_>, Unsolvable> = traffic(stations, routing)?
            .into_iter()
            .zip(stations)
            .map(|(arrival_rate, station)| {
                let visited = arrival_rate > 0.0;
                let queue = visited.then(|| MmC::new(arrival_rate, station.service_rate, station.slots));
                Ok(JacksonStation { arrival_rate, queue: queue.transpose()? })
            })
            .collect();
        Ok(Self { stations: solved?, throughput })
    }

    /// The stations, in the order given.
    #[must_use]
    pub fn stations(&self) -> &[JacksonStation] {
        &self.stations
    }

    /// Requests that enter, and leave, per second.
    #[must_use]
    pub fn throughput(&self) -> f64 {
        self.throughput
    }

    /// Mean number in the network.
    #[must_use]
    pub fn mean_in_system(&self) -> f64 {
        self.stations.iter().filter_map(|station| station.queue.as_ref()).map(MmC::mean_in_system).sum()
    }

    /// Mean time from entering to leaving the network, by Little's law.
    #[must_use]
    pub fn mean_response_time(&self) -> f64 {
        self.mean_in_system() / self.throughput
    }
}

fn check_routing(stations: usize, routing: &[Vec<f64>]) -> Result<(), Unsolvable> {
    if routing.len() != stations || routing.iter().any(|row| row.len() != stations) {
        return Err(Unsolvable::Parameter { name: "routing", value: routing.len() as f64 });
    }
    for row in routing {
        for &share in row {
            not_negative("routing", share)?;
        }
        let sum: f64 = row.iter().sum();
        if sum > 1.0 + 1e-9 {
            return Err(Unsolvable::Parameter { name: "routing", value: sum });
        }
    }
    Ok(())
}

/// Visits per second, by Gaussian elimination with partial pivoting.
fn traffic(stations: &[QueueingStation], routing: &[Vec<f64>]) -> Result<Vec<f64>, Unsolvable> {
    let n = stations.len();
    let mut rows: Vec<Vec<f64>> = (0..n)
        .map(|j| {
            let mut row: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == j)) - routing[i][j]).collect();
            row.push(stations[j].external_rate);
            row
        })
        .collect();
    for column in 0..n {
        let pivot = (column..n)
            .max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))
            .unwrap_or(column);
        rows.swap(column, pivot);
        // A vanishing pivot means that some requests never leave.
        if rows[column][column].abs() < 1e-13 {
            return Err(Unsolvable::Parameter { name: "routing", value: 1.0 });
        }
        let (above, below) = rows.split_at_mut(column + 1);
        let top = &above[column];
        for row in below {
            let factor = row[column] / top[column];
            for (entry, from) in row.iter_mut().zip(top).skip(column) {
                *entry -= factor * from;
            }
        }
    }
    let mut rates = vec![0.0; n];
    for j in (0..n).rev() {
        let known: f64 = (j + 1..n).map(|k| rows[j][k] * rates[k]).sum();
        // Rounding may leave a station that nobody visits a little off zero.
        let rate = (rows[j][n] - known) / rows[j][j];
        rates[j] = if rate.abs() < 1e-12 { 0.0 } else { rate };
    }
    Ok(rates)
}

#[cfg(test)]
mod tests {
    use super::super::closeness::close;
    use super::*;

    fn station(external_rate: f64, service_rate: f64, slots: u64) -> QueueingStation {
        QueueingStation { external_rate, service_rate, slots }
    }

    #[test]
    fn three_stations_with_feedback() {
        let stations = [station(4.0, 10.0, 1), station(0.0, 5.0, 2), station(0.0, 8.0, 1)];
        let routing = [vec![0.0, 0.6, 0.3], vec![0.5, 0.0, 0.2], vec![0.4, 0.0, 0.0]];
        let network = OpenNetwork::new(&stations, &routing).unwrap();
        let second = network.stations()[1];
        close(network.stations()[0].arrival_rate, 7.51879699248);
        close(second.arrival_rate, 4.51127819549);
        close(second.queue.unwrap().mean_sojourn_time(), 0.25110369792);
        close(second.queue.unwrap().prob_wait(), 0.280493981067);
        close(network.mean_in_system(), 4.81527558058);
        close(network.mean_response_time(), 1.20381889515);
    }

    #[test]
    fn a_station_that_returns_to_itself() {
        let network = OpenNetwork::new(&[station(7.0, 10.0, 1)], &[vec![0.2]]).unwrap();
        close(network.stations()[0].arrival_rate, 8.75);
        close(network.mean_response_time(), 1.0);
    }

    #[test]
    fn networks_that_do_not_work_are_refused() {
        let one = [station(1.0, 2.0, 1)];
        assert!(OpenNetwork::new(&one, &[vec![1.0]]).is_err());
        assert!(
            OpenNetwork::new(&one, &[vec![0.5]]).is_err_and(|e| matches!(e, Unsolvable::Unstable { .. }))
        );
        assert!(OpenNetwork::new(&one, &[vec![0.5, 0.1]]).is_err());
        assert!(OpenNetwork::new(&[station(0.0, 2.0, 1)], &[vec![0.0]]).is_err());
        let idle =
            OpenNetwork::new(&[station(1.0, 2.0, 1), station(0.0, 1.0, 1)], &[vec![0.0; 2], vec![0.0; 2]]);
        assert_eq!(idle.unwrap().stations()[1].queue, None);
    }
}
