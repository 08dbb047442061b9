//! What a stall looks like to a client that keeps its schedule and to one that waits for answers.

/// One FIFO station with a fixed service time that stops serving for a while, probed at a fixed period.
///
/// All times in nanoseconds, so that the answers are exact. A service that would start within the stall
/// starts at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StalledStation {
    /// Time between intended sends; above zero.
    pub period: u64,
    /// Service time of every request.
    pub service: u64,
    /// Requests are sent before this time.
    pub duration: u64,
    /// Start of the stall.
    pub stall_start: u64,
    /// Length of the stall.
    pub stall_length: u64,
}

impl StalledStation {
    /// Response times of an open-loop client: request `i` is sent at `i * period`, and its response time
    /// counts from there.
    #[must_use]
    pub fn open_loop(&self) -> Vec<u64> {
        let mut free = 0;
        self.sends()
            .map(|sent| {
                free = self.completion(sent.max(free));
                free - sent
            })
            .collect()
    }

    /// Response times of a closed-loop client with one outstanding request: after an answer it sends the next
    /// request at the next multiple of the period. It leaves out the requests that would have been slow.
    #[must_use]
    pub fn closed_loop(&self) -> Vec<u64> {
        let mut free = 0;
        self.sends()
            .filter_map(|sent| {
                if sent < free {
                    return None;
                }
                free = self.completion(sent);
                Some(free - sent)
            })
            .collect()
    }

    fn sends(&self) -> impl Iterator<Item = u64> {
        let period = self.period.max(1);
        (0..self.duration.div_ceil(period)).map(move |i| i * period)
    }

    fn completion(&self, ready: u64) -> u64 {
        let stall_end = self.stall_start.saturating_add(self.stall_length);
        let stalled = ready >= self.stall_start && ready < stall_end;
        let start = if stalled { stall_end } else { ready };
        start.saturating_add(self.service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rank;

    const MILLI: u64 = 1_000_000;

    fn percentile(mut times: Vec<u64>, p: f64) -> u64 {
        times.sort_unstable();
        times[rank(times.len() as u64, p).unwrap() as usize - 1]
    }

    #[test]
    fn a_closed_loop_client_hides_the_stall() {
        let station = StalledStation {
            period: 10 * MILLI,
            service: MILLI,
            duration: 60_000 * MILLI,
            stall_start: 20_000 * MILLI,
            stall_length: 2_000 * MILLI,
        };
        let (open, closed) = (station.open_loop(), station.closed_loop());
        assert_eq!((open.len(), closed.len()), (6000, 5800));
        assert_eq!(open.iter().max(), Some(&(2001 * MILLI)));
        // The exact mean is 0.0382038333... s.
        assert_eq!(open.iter().sum::<u64>(), 229_223 * MILLI);
        assert_eq!(closed.iter().sum::<u64>(), 7_800 * MILLI);
        assert_eq!(percentile(open.clone(), 0.9), MILLI);
        assert_eq!(percentile(open.clone(), 0.99), 1_461 * MILLI);
        assert_eq!(percentile(open, 0.999), 1_947 * MILLI);
        assert_eq!(percentile(closed, 0.999), MILLI);
    }
}
