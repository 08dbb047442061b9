//! How busy the threads were: whether work was there for all of them until it ran out.

/// How the threads of a study spent their time, in nanoseconds of the clock that was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Occupation {
    /// Threads.
    pub threads: usize,
    /// Replications run.
    pub trials: u64,
    /// Time inside replications, summed over threads.
    pub busy: u64,
    /// From the beginning until the last replication started.
    pub until_last_start: u64,
    /// Of the threads' time until then, the part inside replications.
    pub busy_until_last_start: u64,
}

impl Occupation {
    /// Share of the threads' time inside replications until the last one started; after that threads run out of
    /// work one by one. `None` if no time passed.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        let offered = self.threads as f64 * self.until_last_start as f64;
        (offered > 0.0).then(|| self.busy_until_last_start as f64 / offered)
    }
}

/// Adds replications up while they are reported, remembering only those that may still be cut by the last start.
#[derive(Debug)]
pub(super) struct Presence {
    beginning: u64,
    last_start: u64,
    settled: u64,
    open: Vec<(u64, u64)>,
    sum: Occupation,
}

impl Presence {
    pub(super) fn new(threads: usize, beginning: u64) -> Self {
        let sum = Occupation { threads, ..Occupation::default() };
        Self { beginning, last_start: beginning, settled: 0, open: Vec::new(), sum }
    }

    /// A replication ran from `began` to `ended`.
    pub(super) fn note(&mut self, began: u64, ended: u64) {
        self.sum.trials += 1;
        self.sum.busy += ended - began;
        self.open.push((began, ended));
        self.last_start = self.last_start.max(began);
        let (last, settled) = (self.last_start, &mut self.settled);
        self.open.retain(|&(began, ended)| {
            let over = ended <= last;
            *settled += if over { ended - began } else { 0 };
            !over
        });
    }

    pub(super) fn finish(self) -> Occupation {
        let cut: u64 = self.open.iter().map(|(began, _)| self.last_start - began).sum();
        Occupation {
            until_last_start: self.last_start - self.beginning,
            busy_until_last_start: self.settled + cut,
            ..self.sum
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_time_before_the_last_start_counts() {
        // Two threads: 0-4, 4-10 on one, 1-3, 6-12 on the other, reported as they end.
        let mut presence = Presence::new(2, 0);
        for (began, ended) in [(1, 3), (0, 4), (4, 10), (6, 12)] {
            presence.note(began, ended);
        }
        let seen = presence.finish();
        assert_eq!((seen.trials, seen.busy, seen.until_last_start), (4, 18, 6));
        // 4 and 2 on the first, 2 and 0 on the second.
        assert_eq!(seen.busy_until_last_start, 8);
        assert_eq!(seen.share(), Some(8.0 / 12.0));
        assert_eq!(Presence::new(2, 5).finish().share(), None);
    }
}
