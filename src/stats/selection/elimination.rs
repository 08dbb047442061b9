//! Fully sequential selection of the best design: inferior ones drop out as soon as they are seen to be.

use super::Best;
use crate::numerics::pow;
use crate::stats::moments::sample_variance;

/// `eta = ((2 a / (k-1))^(-2/(n0-1)) - 1) / 2` for `systems` designs and a first stage of `first`
/// replications; then `h^2 = 2 eta (n0 - 1)`.
///
/// `None` unless `systems >= 2`, `first >= 2` and the probability `correct` of a correct selection lies in
/// (1/systems, 1).
#[must_use]
pub fn kn_eta(systems: usize, correct: f64, first: usize) -> Option<f64> {
    let valid = systems >= 2 && first >= 2 && correct > 1.0 / systems as f64 && correct < 1.0;
    let spread = 2.0 * (1.0 - correct) / (systems as f64 - 1.0);
    valid.then(|| (pow(spread, -2.0 / (first as f64 - 1.0)) - 1.0) / 2.0)
}

/// The procedure KN as a state machine: feed one value of each surviving design, replication by replication,
/// until one is left.
///
/// S.-H. Kim, B. L. Nelson, "A fully sequential procedure for indifference-zone selection in simulation", ACM
/// TOMACS 11 (2001), with `c = 1`. Common random numbers are allowed and help: only variances of differences
/// enter. Design `i` drops out at stage `r` when another one is better on average by more than
/// `W = max(0, d/(2r) (h^2 S^2 / d^2 - r))`. If the best is better by at least the indifference `d`, it is
/// selected with at least the stated probability, for normal values (replications or large batches);
/// otherwise one within `d` of the best is what planners accept.
#[derive(Clone, Debug, PartialEq)]
pub struct Elimination {
    best: Best,
    indifference: f64,
    first: usize,
    h_square: f64,
    survivors: Vec<usize>,
    sums: Vec<f64>,
    stage: u64,
    /// Values of the first stage by design; empty once it is over.
    beginning: Vec<Vec<f64>>,
    /// Variance of the difference of two designs, by rows; known after the first stage.
    variances: Vec<f64>,
    /// The stage after which the means decide.
    last: u64,
}

impl Elimination {
    /// `systems` designs of which the best is to be selected with probability `correct`, after a first stage
    /// of `first` replications of each, ten or more of them for normality; differences below `indifference`
    /// do not matter. `None` as for [`kn_eta`], or when `indifference` is not above zero.
    #[must_use]
    pub fn new(systems: usize, best: Best, indifference: f64, correct: f64, first: usize) -> Option<Self> {
        let h_square = 2.0 * kn_eta(systems, correct, first)? * (first as f64 - 1.0);
        (indifference.is_finite() && indifference > 0.0).then(|| Self {
            best,
            indifference,
            first,
            h_square,
            survivors: (0..systems).collect(),
            sums: vec![0.0; systems],
            stage: 0,
            beginning: vec![Vec::with_capacity(first); systems],
            variances: Vec::new(),
            last: u64::MAX,
        })
    }

    /// Designs still in play, by number in ascending order.
    #[must_use]
    pub fn survivors(&self) -> &[usize] {
        &self.survivors
    }

    /// The selected design, when one is left.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        if let [only] = self.survivors[..] { Some(only) } else { None }
    }

    /// Replications taken of every survivor.
    #[must_use]
    pub fn stage(&self) -> u64 {
        self.stage
    }

    /// Replications after which one design is left at the latest; `None` before the end of the first stage.
    #[must_use]
    pub fn last_stage(&self) -> Option<u64> {
        (self.last != u64::MAX).then_some(self.last)
    }

    /// Takes the next replication: one value for each survivor, in the order of [`Elimination::survivors`].
    /// Returns whether a single design is left. Values that do not match the survivors in number, or are not
    /// finite, are refused: nothing is taken and the answer is as before.
    pub fn push(&mut self, values: &[f64]) -> bool {
        let fits = values.len() == self.survivors.len() && values.iter().all(|v| v.is_finite());
        if self.selected().is_some() || !fits {
            return self.selected().is_some();
        }
        self.stage += 1;
        for (&design, &value) in self.survivors.iter().zip(values) {
            let value = self.best.turned(value);
            self.sums[design] += value;
            if self.variances.is_empty() {
                self.beginning[design].push(value);
            }
        }
        if self.stage == self.first as u64 {
            self.end_first_stage();
        }
        if self.stage >= self.first as u64 {
            self.screen();
        }
        self.selected().is_some()
    }

    fn end_first_stage(&mut self) {
        let designs = self.sums.len();
        self.variances = vec![0.0; designs * designs];
        let mut largest = 0.0f64;
        for i in 0..designs {
            for l in 0..i {
                let pairs = self.beginning[i].iter().zip(&self.beginning[l]);
                let differences: Vec<f64> = pairs.map(|(a, b)| a - b).collect();
                let variance = sample_variance(&differences).unwrap_or(0.0);
                self.variances[i * designs + l] = variance;
                self.variances[l * designs + i] = variance;
                largest = largest.max(variance);
            }
        }
        self.last = (self.h_square * largest / (self.indifference * self.indifference)).floor() as u64 + 1;
        self.beginning = Vec::new();
    }

    /// Drops every design that another survivor leads by more than the width of their pair.
    fn screen(&mut self) {
        let designs = self.sums.len();
        let r = self.stage as f64;
        let leads = |l: usize, i: usize| {
            let square = self.h_square * self.variances[i * designs + l];
            let reach = square / (self.indifference * self.indifference) - r;
            let width = (self.indifference / 2.0 * reach).max(0.0);
            self.sums[l] - self.sums[i] > width
        };
        let kept: Vec<usize> = self
            .survivors
            .iter()
            .copied()
            .filter(|&i| !self.survivors.iter().any(|&l| l != i && leads(l, i)))
            .collect();
        self.survivors = kept;
        if self.stage >= self.last && self.survivors.len() > 1 {
            // Only exact ties are left; the first of them is as good as any.
            self.survivors.truncate(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::test_data::normals;

    #[test]
    fn constants_of_the_procedure() {
        for (systems, correct, first, eta) in
            [(2, 0.95, 10, 0.3340502686), (5, 0.95, 20, 0.237238315535), (10, 0.9, 20, 0.246435651604)]
        {
            let found = kn_eta(systems, correct, first).unwrap();
            assert!((found / eta - 1.0).abs() < 1e-9, "{found} is not {eta}");
        }
        assert_eq!(kn_eta(1, 0.95, 10), None);
        assert!(Elimination::new(3, Best::Smallest, 0.0, 0.95, 10).is_none());
    }

    #[test]
    fn the_best_is_selected_as_often_as_promised() {
        // The least favourable case: all others are worse by exactly the indifference. Common draws.
        let (runs, systems) = (400, 4);
        let (mut right, mut stages) = (0.0, 0.0);
        for run in 0..runs {
            let mut draws = normals(run);
            let mut race = Elimination::new(systems, Best::Smallest, 0.5, 0.9, 10).unwrap();
            while race.selected().is_none() {
                let common = draws.next().unwrap();
                let values: Vec<f64> = race
                    .survivors()
                    .to_vec()
                    .iter()
                    .map(|&i| common + draws.next().unwrap() + if i == 2 { 0.0 } else { 0.5 })
                    .collect();
                race.push(&values);
                assert!(race.last_stage().is_none_or(|last| race.stage() <= last.max(10)));
            }
            right += f64::from(u8::from(race.selected() == Some(2)));
            stages += race.stage() as f64;
        }
        let share = right / runs as f64;
        assert!(share >= 0.9 - 3.0 * (0.9f64 * 0.1 / runs as f64).sqrt(), "{share} after {stages}");
    }

    #[test]
    fn wrong_rows_are_refused_and_ties_end() {
        let mut race = Elimination::new(2, Best::Largest, 1.0, 0.95, 3).unwrap();
        assert!(!race.push(&[1.0]) && !race.push(&[1.0, f64::NAN]));
        assert_eq!(race.stage(), 0);
        race.push(&[1.0, 1.0]);
        race.push(&[2.0, 2.0]);
        assert!(race.push(&[3.0, 3.0]));
        assert_eq!(race.selected(), Some(0));
    }
}
