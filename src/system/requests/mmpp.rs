//! Arrivals whose rate is switched by a chain in the background (Markov-modulated Poisson process).

use crate::random::{Key, Sampler, unit};

/// The chain of one replication.
#[derive(Debug, Default)]
pub struct Chain {
    state: usize,
    until: f64,
    jumps: u64,
    stationary: Vec<f64>,
}

/// What a chain draws its holding times and jumps from.
#[derive(Clone, Copy, Debug)]
pub struct Draws<'s> {
    pub unit: &'s Sampler,
    pub gaps: Key,
}

impl Draws<'_> {
    fn holding_time(self, chain: &Chain, generator: &[Vec<f64>]) -> f64 {
        let rate = -generator[chain.state][chain.state];
        let drawn = self.unit.value(self.gaps.child(1 + chain.jumps).draw(0));
        if rate > 0.0 { drawn / rate } else { f64::INFINITY }
    }
}

impl Chain {
    /// A chain with this generator.
    pub fn new(generator: &[Vec<f64>]) -> Self {
        Self { stationary: stationary_law(generator), ..Self::default() }
    }

    /// Begins in the stationary law.
    pub fn reset(&mut self, generator: &[Vec<f64>], draws: Draws<'_>) {
        self.jumps = 0;
        self.state = pick(&self.stationary, unit(draws.gaps.child(0).draw(0)));
        self.until = draws.holding_time(self, generator);
    }

    /// Moves `progress`, in seconds, to the arrival that comes `rest` unit-rate gaps later; `false` if none does.
    pub fn advance(
        &mut self,
        progress: &mut f64,
        mut rest: f64,
        rates: &[f64],
        generator: &[Vec<f64>],
        draws: Draws<'_>,
    ) -> bool {
        loop {
            let rate = rates[self.state];
            let room = (self.until - *progress) * rate;
            if rest < room {
                *progress += rest / rate;
                return true;
            }
            if !self.until.is_finite() {
                return false;
            }
            rest -= room;
            *progress = self.until;
            let row = &generator[self.state];
            let leave: Vec<f64> =
                (0..row.len()).map(|j| if j == self.state { 0.0 } else { row[j] }).collect();
            self.state = pick(&leave, unit(draws.gaps.child(1 + self.jumps).draw(1)));
            self.jumps += 1;
            self.until = *progress + draws.holding_time(self, generator);
        }
    }
}

/// Index drawn in proportion to non-negative weights.
fn pick(weights: &[f64], unit: f64) -> usize {
    let mut rest = unit * weights.iter().sum::<f64>();
    for (i, w) in weights.iter().enumerate() {
        if rest < *w {
            return i;
        }
        rest -= w;
    }
    weights.iter().rposition(|w| *w > 0.0).unwrap_or(0)
}

/// Stationary law of a generator, by elimination (Grassmann, Taksar and Heyman 1985: no subtractions).
fn stationary_law(generator: &[Vec<f64>]) -> Vec<f64> {
    let n = generator.len();
    let mut q: Vec<Vec<f64>> = generator.to_vec();
    for k in (1..n).rev() {
        let out: f64 = q[k][..k].iter().sum();
        if out <= 0.0 {
            continue;
        }
        for i in 0..k {
            q[i][k] /= out;
            for j in 0..k {
                if i != j {
                    q[i][j] += q[i][k] * q[k][j];
                }
            }
        }
    }
    let mut law = vec![0.0; n];
    law[0] = 1.0;
    for k in 1..n {
        law[k] = (0..k).map(|i| law[i] * q[i][k]).sum();
    }
    let total: f64 = law.iter().sum();
    law.iter().map(|p| p / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stationary_laws_balance() {
        let generator = vec![vec![-3.0, 2.0, 1.0], vec![4.0, -5.0, 1.0], vec![0.5, 0.5, -1.0]];
        let law = stationary_law(&generator);
        for column in 0..3 {
            let flow: f64 = law.iter().zip(&generator).map(|(p, row)| p * row[column]).sum();
            assert!(flow.abs() < 1e-15, "{law:?}");
        }
        assert_eq!(stationary_law(&[vec![0.0]]), [1.0]);
    }
}
