//! When a point of a search is looked at, and how strictly a look rules.

use crate::analysis::capacity::{Criterion, Phase, Rigor, runs_that_suffice};
use crate::stats::trials_without_a_miss;

/// Replications of the first look of a search; each further look has twice as many in all.
const FIRST: u32 = 8;

/// Replications of the first look of a confirmation.
const FIRST_FRESH: u32 = 20;

/// Replications of the second look at a share of runs: many misses show by then.
const SECOND_FRESH: u32 = 24;

/// Most replications of a point away from the answer: it is looked at to see it fail against the order, and where
/// it does not fail soon it does not fail badly.
const PROBE: u32 = 32;

/// How a point's looks are laid out.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Objectives as written: twice as many replications each time, errors to both sides at each look.
    Written,
    /// A share of runs, by margin, up to so many replications.
    Margin(u32),
    /// A share of runs, by counting: that it fails may show early, that it holds from so many replications on, and not
    /// before; so no error is spent on looks that cannot say it.
    Counted(u32),
}

/// The looks at one point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looks {
    kind: Kind,
    is_fresh: bool,
    /// Probability of a wrong ruling that this point may use up.
    error: f64,
    /// So far.
    count: u32,
    /// Of these, those that could say that it holds.
    telling: u32,
    /// Replications at the last one.
    runs: u32,
}

impl Looks {
    /// No look yet at a point judged by `criterion`.
    pub fn new(criterion: Criterion, is_fresh: bool, error: f64) -> Self {
        let kind = match (criterion, is_fresh) {
            (Criterion::AsWritten, _) => Kind::Written,
            (Criterion::ShareOfRuns(wanted), false) => {
                let enough = runs_that_suffice(wanted);
                // The first of 8, 16, 32 ... at which counting alone is enough.
                let doublings = enough.div_ceil(FIRST).checked_next_power_of_two().unwrap_or(1 << 20);
                Kind::Margin(FIRST.saturating_mul(doublings))
            }
            // The first telling look may use half of the error.
            (Criterion::ShareOfRuns(wanted), true) => {
                Kind::Counted(trials_without_a_miss(wanted, error / 2.0))
            }
        };
        Self { kind, is_fresh, error, count: 0, telling: 0, runs: 0 }
    }

    /// Replications that a point usually takes.
    pub fn usual(&self) -> u64 {
        match self.kind {
            Kind::Written if self.is_fresh => u64::from(2 * FIRST_FRESH),
            Kind::Written => u64::from(3 * FIRST),
            Kind::Margin(_) => u64::from(FIRST),
            Kind::Counted(telling) => u64::from(telling),
        }
    }

    /// Whether nobody has looked yet.
    pub fn is_new(&self) -> bool {
        self.count == 0
    }

    /// Whether looks of this phase end here, with `most` replications allowed.
    pub fn are_over(&self, phase: Phase, most: u32) -> bool {
        let aside = if matches!(phase, Phase::Probe | Phase::Next) { PROBE } else { u32::MAX };
        let bound = if let Kind::Margin(bound) = self.kind { bound } else { u32::MAX };
        self.runs >= most.min(aside).min(bound)
    }

    /// Replications at the next look, with `most` allowed.
    pub fn next(&self, most: u32) -> u32 {
        let doubled = self.runs.saturating_mul(2);
        let next = match (self.kind, self.runs) {
            (Kind::Written, 0) if self.is_fresh => FIRST_FRESH,
            (_, 0) => FIRST,
            (Kind::Counted(telling), runs) if runs < telling => {
                if runs < SECOND_FRESH {
                    SECOND_FRESH.min(telling)
                } else {
                    telling
                }
            }
            _ => doubled,
        };
        next.min(most)
    }

    /// Takes the look at `runs` replications.
    pub fn take(&mut self, runs: u32) {
        self.count += 1;
        self.runs = runs;
        self.telling += u32::from(match self.kind {
            Kind::Counted(telling) => runs >= telling,
            _ => true,
        });
    }

    /// How strictly the present look rules. A look may use `error / (k (k + 1))`: over all looks that adds up to no more
    /// than the error, however many there are.
    pub fn rigor(&self) -> Rigor {
        let part = |looks: u32| {
            let k = f64::from(looks);
            if looks == 0 { 0.0 } else { self.error / (k * (k + 1.0)) }
        };
        match self.kind {
            Kind::Margin(_) => Rigor::Margin,
            Kind::Written => Rigor::Stated { holds: part(self.count.max(1)), fails: part(self.count.max(1)) },
            Kind::Counted(_) => Rigor::Stated { holds: part(self.telling), fails: part(self.count.max(1)) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replications at each look, and whether it may say that the point holds.
    fn laid_out(criterion: Criterion, is_fresh: bool, phase: Phase, most: u32) -> Vec<(u32, bool)> {
        let mut looks = Looks::new(criterion, is_fresh, 0.025);
        let mut all = Vec::new();
        while looks.is_new() || !looks.are_over(phase, most) {
            looks.take(looks.next(most));
            let tells = match looks.rigor() {
                Rigor::Stated { holds, .. } => holds > 0.0,
                Rigor::Margin => true,
            };
            all.push((looks.runs, tells));
        }
        all
    }

    #[test]
    fn that_a_share_holds_is_asked_where_runs_can_suffice() {
        let share = Criterion::ShareOfRuns(0.95);
        let fresh = laid_out(share, true, Phase::Confirm, 400);
        assert_eq!(fresh, [(8, false), (24, false), (86, true), (172, true), (344, true), (400, true)]);
        assert_eq!(laid_out(share, true, Phase::Confirm, 50), [(8, false), (24, false), (50, false)]);
    }

    #[test]
    fn a_walk_looks_until_counting_is_enough() {
        let share = Criterion::ShareOfRuns(0.95);
        let runs =
            |phase| laid_out(share, false, phase, 400).into_iter().map(|look| look.0).collect::<Vec<_>>();
        assert_eq!(runs(Phase::Search), [8, 16, 32, 64]);
        assert_eq!(runs(Phase::Probe), [8, 16, 32]);
        let written = laid_out(Criterion::AsWritten, true, Phase::Confirm, 160);
        assert_eq!(written.iter().map(|look| look.0).collect::<Vec<_>>(), [20, 40, 80, 160]);
    }

    #[test]
    fn errors_of_all_looks_together_are_no_more_than_the_points() {
        let mut looks = Looks::new(Criterion::ShareOfRuns(0.9), true, 0.025);
        let (mut held, mut failed) = (0.0, 0.0);
        for _ in 0..30 {
            looks.take(looks.next(u32::MAX));
            if let Rigor::Stated { holds, fails } = looks.rigor() {
                held += holds;
                failed += fails;
            }
        }
        assert!(held <= 0.025 && failed <= 0.025 && held > 0.02 && failed > 0.02, "{held} {failed}");
    }
}
