//! A peak as a fluid: backlog, waits and draining when rate and capacity change in steps.
//!
//! Source: G. F. Newell, Applications of Queueing Theory (1982), ch. 2. Demand flows into a queue that drains
//! at the capacity; the backlog changes by their difference while there is one. Requests are served in order,
//! so a wait is the horizontal distance between the curves of cumulative arrivals and departures.

use super::unsolvable::{Unsolvable, not_negative};

/// Rate of arrivals and capacity as steps over time, and what waits at time 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Fluid {
    rates: Vec<(f64, f64)>,
    capacities: Vec<(f64, f64)>,
    initial_backlog: f64,
}

/// What the peak does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FluidPeak {
    /// Most requests waiting.
    pub max_backlog: f64,
    /// When the backlog first is that large, seconds; 0 without backlog.
    pub time_of_max: f64,
    /// When the backlog is gone for the last time, seconds; 0 without backlog.
    pub empty_at: f64,
    /// From the end of the peak, the last change of the arrival rate, until the backlog is gone, seconds.
    pub drain_time: f64,
    /// Longest wait of any arrival, seconds.
    pub max_wait: f64,
    /// Arrivals that meet a backlog.
    pub delayed_requests: f64,
    /// Mean wait of those, seconds; 0 when there are none.
    pub mean_wait_delayed: f64,
    /// Area under the backlog, request-seconds.
    pub backlog_area: f64,
    /// The backlog where it bends, as (seconds, requests); it is linear between and zero outside.
    pub backlog: Vec<(f64, f64)>,
}

/// A stretch of a cumulative curve on which the count rises from one value to a larger one.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: f64,
    end: f64,
    from: f64,
    to: f64,
}

impl Piece {
    fn time_at(&self, count: f64) -> f64 {
        self.start + (self.end - self.start) * ((count - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }
}

/// Curves of one busy period, counted from its start.
#[derive(Debug, Default)]
struct BusyPeriod {
    arrivals: Vec<Piece>,
    departures: Vec<Piece>,
    arrived: f64,
    departed: f64,
}

impl Fluid {
    /// Steps are (from seconds, requests per second) in rising time; before the first step the rate is 0.
    ///
    /// # Errors
    /// When a time, rate or the backlog is negative or not finite, or times do not rise.
    pub fn new(
        rate_steps: &[(f64, f64)],
        capacity_steps: &[(f64, f64)],
        initial_backlog: f64,
    ) -> Result<Self, Unsolvable> {
        not_negative("initial_backlog", initial_backlog)?;
        Ok(Self {
            rates: checked("rate_steps", rate_steps)?,
            capacities: checked("capacity_steps", capacity_steps)?,
            initial_backlog,
        })
    }

    /// Follows the backlog from time 0 until it is gone for good. Waits count for arrivals only, not for the
    /// initial backlog, but those wait behind it.
    ///
    /// # Errors
    /// [`Unsolvable::Unstable`] when the backlog never drains: the last rate is not below the last capacity.
    pub fn solve(&self) -> Result<FluidPeak, Unsolvable> {
        let mut peak = FluidPeak { max_backlog: self.initial_backlog, ..FluidPeak::default() };
        let mut backlog = self.initial_backlog;
        let mut busy = BusyPeriod { arrived: backlog, ..BusyPeriod::default() };
        if backlog > 0.0 {
            peak.backlog.push((0.0, backlog));
        }
        let times = self.boundaries();
        for (i, &start) in times.iter().enumerate() {
            let end = times.get(i + 1).copied().unwrap_or(f64::INFINITY);
            let (rate, capacity) = (value_at(&self.rates, start), value_at(&self.capacities, start));
            let growth = rate - capacity;
            if backlog == 0.0 {
                if growth <= 0.0 {
                    continue;
                }
                peak.backlog.push((start, 0.0));
            }
            let empties = start + if growth < 0.0 { backlog / -growth } else { f64::INFINITY };
            let until = empties.min(end);
            if !until.is_finite() {
                return Err(Unsolvable::Unstable { utilisation: rate / capacity });
            }
            let after = if empties <= end { 0.0 } else { backlog + growth * (end - start) };
            peak.backlog_area += 0.5 * (backlog + after) * (until - start);
            peak.delayed_requests += rate * (until - start);
            busy.extend(start, until, rate, capacity);
            peak.backlog.push((until, after));
            if after > peak.max_backlog {
                (peak.max_backlog, peak.time_of_max) = (after, until);
            }
            if after == 0.0 {
                peak.empty_at = until;
                peak.add_waits(&busy);
                busy = BusyPeriod::default();
            }
            backlog = after;
        }
        let end_of_peak = self.rates.last().map_or(0.0, |step| step.0);
        peak.drain_time = (peak.empty_at - end_of_peak).max(0.0);
        if peak.delayed_requests > 0.0 {
            peak.mean_wait_delayed /= peak.delayed_requests;
        }
        Ok(peak)
    }

    fn boundaries(&self) -> Vec<f64> {
        let mut times: Vec<f64> = self.rates.iter().chain(&self.capacities).map(|step| step.0).collect();
        times.push(0.0);
        times.sort_by(f64::total_cmp);
        times.dedup();
        times
    }
}

impl FluidPeak {
    /// Adds the waits of one busy period; `mean_wait_delayed` holds their sum until the end.
    ///
    /// Both curves are cut at every count where either bends; between cuts the wait is linear in the count.
    fn add_waits(&mut self, busy: &BusyPeriod) {
        let (mut arrival, mut departure) = (busy.arrivals.iter(), busy.departures.iter());
        let (mut comes, mut goes) = (arrival.next(), departure.next());
        while let (Some(a), Some(d)) = (comes, goes) {
            let (from, to) = (a.from.max(d.from), a.to.min(d.to));
            if to > from {
                let first = (d.time_at(from) - a.time_at(from)).max(0.0);
                let last = (d.time_at(to) - a.time_at(to)).max(0.0);
                self.max_wait = self.max_wait.max(first).max(last);
                self.mean_wait_delayed += 0.5 * (first + last) * (to - from);
            }
            if a.to <= d.to {
                comes = arrival.next();
            } else {
                goes = departure.next();
            }
        }
    }
}

impl BusyPeriod {
    fn extend(&mut self, start: f64, end: f64, rate: f64, capacity: f64) {
        let add = |pieces: &mut Vec<Piece>, count: &mut f64, rate: f64| {
            let to = *count + rate * (end - start);
            if to > *count {
                pieces.push(Piece { start, end, from: *count, to });
                *count = to;
            }
        };
        add(&mut self.arrivals, &mut self.arrived, rate);
        add(&mut self.departures, &mut self.departed, capacity);
    }
}

fn checked(name: &'static str, steps: &[(f64, f64)]) -> Result<Vec<(f64, f64)>, Unsolvable> {
    for &(from, rate) in steps {
        not_negative(name, from)?;
        not_negative(name, rate)?;
    }
    match steps.windows(2).find(|pair| pair[1].0 <= pair[0].0) {
        Some(pair) => Err(Unsolvable::Parameter { name, value: pair[1].0 }),
        None => Ok(steps.to_vec()),
    }
}

fn value_at(steps: &[(f64, f64)], time: f64) -> f64 {
    let after = steps.partition_point(|step| step.0 <= time);
    if after == 0 { 0.0 } else { steps[after - 1].1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64) {
        assert!((value - expected).abs() <= 1e-9 * expected.abs(), "{value} is not {expected}");
    }

    fn solve(rates: &[(f64, f64)], capacities: &[(f64, f64)], backlog: f64) -> FluidPeak {
        Fluid::new(rates, capacities, backlog).unwrap().solve().unwrap()
    }

    #[test]
    fn a_spike_of_five_times_the_rate() {
        let peak = solve(&[(0.0, 100.0), (60.0, 500.0), (120.0, 100.0)], &[(0.0, 200.0)], 0.0);
        let expected = [18000.0, 120.0, 180.0, 90.0, 48000.0, 45.0, 2_160_000.0];
        let found = [
            peak.max_backlog,
            peak.time_of_max,
            peak.drain_time,
            peak.max_wait,
            peak.delayed_requests,
            peak.mean_wait_delayed,
            peak.backlog_area,
        ];
        assert_eq!(found, expected);
        assert_eq!(peak.backlog, [(60.0, 0.0), (120.0, 18000.0), (300.0, 0.0)]);
    }

    #[test]
    fn capacity_that_comes_late() {
        let rates = [(0.0, 100.0), (60.0, 500.0), (360.0, 100.0)];
        let peak = solve(&rates, &[(0.0, 150.0), (150.0, 600.0)], 0.0);
        close(peak.max_backlog, 31500.0);
        close(peak.drain_time, 21.0);
        close(peak.max_wait, 63.0);
        close(peak.delayed_requests, 152_100.0);
        close(peak.mean_wait_delayed, 39.0384615385);
        close(peak.backlog_area, 5_937_750.0);
        assert_eq!(peak.backlog, [(60.0, 0.0), (150.0, 31500.0), (360.0, 10500.0), (381.0, 0.0)]);
    }

    #[test]
    fn a_second_peak_before_the_first_has_drained() {
        let rates = [(0.0, 50.0), (10.0, 300.0), (40.0, 80.0), (70.0, 300.0), (100.0, 50.0)];
        let peak = solve(&rates, &[(0.0, 120.0)], 0.0);
        close(peak.max_backlog, 9600.0);
        close(peak.time_of_max, 100.0);
        close(peak.drain_time, 960.0 / 7.0);
        close(peak.max_wait, 80.0);
        close(peak.delayed_requests, 27257.1428571);
        close(peak.mean_wait_delayed, 40.0);
        close(peak.backlog_area, 1090285.71429);
    }

    #[test]
    fn an_outage_with_an_initial_backlog() {
        // 20 wait at first; nothing is served until 10 s, and nothing arrives between 5 s and 8 s.
        let rates = [(0.0, 2.0), (5.0, 0.0), (8.0, 2.0), (9.0, 0.0)];
        let peak = solve(&rates, &[(10.0, 4.0)], 20.0);
        assert_eq!((peak.max_backlog, peak.time_of_max, peak.empty_at), (32.0, 9.0, 18.0));
        // The first arrival waits behind 20 at 4/s from 10 s on.
        assert_eq!((peak.max_wait, peak.delayed_requests), (15.0, 12.0));
        // Arrivals at 0..5 s leave at 15..17.5 s, those at 8..9 s at 17.5..18 s.
        close(peak.mean_wait_delayed, (10.0 * (15.0 + 12.5) / 2.0 + 2.0 * (9.5 + 9.0) / 2.0) / 12.0);
    }

    #[test]
    fn no_backlog_and_an_endless_one() {
        assert_eq!(solve(&[(0.0, 100.0)], &[(0.0, 100.0)], 0.0), FluidPeak::default());
        let endless = Fluid::new(&[(0.0, 2.0)], &[(0.0, 1.0)], 0.0).unwrap().solve();
        assert_eq!(endless, Err(Unsolvable::Unstable { utilisation: 2.0 }));
        assert!(Fluid::new(&[(5.0, 1.0), (5.0, 2.0)], &[], 0.0).is_err());
        assert!(Fluid::new(&[(0.0, f64::NAN)], &[], 0.0).is_err());
    }
}
