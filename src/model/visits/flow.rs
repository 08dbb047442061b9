//! How often the states of an absorbing chain are visited, without a subtraction anywhere.

use std::collections::{BTreeMap, BTreeSet};

/// Where one state goes on: probabilities of other states and of the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Ways {
    to: BTreeMap<usize, f64>,
    end: f64,
}

impl Ways {
    /// Adds a way to another state; ways to the same one add up, and one without probability is none.
    pub(super) fn go(&mut self, to: usize, probability: f64) {
        if probability > 0.0 {
            *self.to.entry(to).or_insert(0.0) += probability;
        }
    }

    /// Adds a way to the end.
    pub(super) fn end(&mut self, probability: f64) {
        self.end += probability;
    }
}

/// A chain some of whose last states are gone: what went through them goes on directly.
struct Chain {
    ways: Vec<Ways>,
    /// Who has a way to a state.
    before: Vec<BTreeSet<usize>>,
}

/// A state taken out of a chain: who led to it with what probability, and how probable it is to leave it at all.
struct Taken {
    from: Vec<(usize, f64)>,
    leaves: f64,
}

/// Expected visits of each state of a chain that begins in state 0.
///
/// The states are taken out from the last to the first and then counted from the first to the last (Grassmann,
/// Taksar and Heyman 1985): sums, products and quotients of what is not negative, so every value is right to some
/// units in its last place, however rarely a loop is left. Where all ways lead forwards this is one pass, and a
/// loop costs what its own states cost. A state that is reached and never left has infinitely many visits.
pub(super) fn expected_visits(ways: Vec<Ways>) -> Vec<f64> {
    let count = ways.len();
    let mut before = vec![BTreeSet::new(); count];
    for (state, ways) in ways.iter().enumerate() {
        ways.to.keys().for_each(|&to| {
            before[to].insert(state);
        });
    }
    let mut chain = Chain { ways, before };
    let mut taken: Vec<Taken> = (0..count).rev().map(|state| chain.take(state)).collect();
    taken.reverse();
    let mut visits: Vec<f64> = Vec::with_capacity(count);
    for (state, Taken { from, leaves }) in taken.iter().enumerate() {
        let come = if state == 0 { 1.0 } else { from.iter().map(|&(before, p)| visits[before] * p).sum() };
        visits.push(match (come, *leaves) {
            (0.0, _) => 0.0,
            (_, 0.0) => f64::INFINITY,
            (come, leaves) => come / leaves,
        });
    }
    visits
}

impl Chain {
    /// Takes the last state out that is still there.
    fn take(&mut self, state: usize) -> Taken {
        let Ways { mut to, end } = std::mem::take(&mut self.ways[state]);
        // A way from the state to itself only says how long it is stayed in.
        to.remove(&state);
        to.keys().for_each(|next| {
            self.before[*next].remove(&state);
        });
        let leaves = end + to.values().sum::<f64>();
        let mut from = Vec::new();
        for before in std::mem::take(&mut self.before[state]) {
            if before == state {
                continue;
            }
            let Some(p) = self.ways[before].to.remove(&state) else { continue };
            from.push((before, p));
            if leaves == 0.0 {
                // Whoever comes here stays: for the others that is an end.
                self.ways[before].end += p;
                continue;
            }
            let share = p / leaves;
            self.ways[before].end += share * end;
            for (&next, &onwards) in &to {
                self.ways[before].go(next, share * onwards);
                self.before[next].insert(before);
            }
        }
        Taken { from, leaves }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(states: &[(&[(usize, f64)], f64)]) -> Vec<f64> {
        let ways = |&(to, end): &(&[(usize, f64)], f64)| {
            let mut ways = Ways::default();
            to.iter().for_each(|&(to, p)| ways.go(to, p));
            ways.end(end);
            ways
        };
        expected_visits(states.iter().map(ways).collect())
    }

    #[test]
    fn forward_branches_share_a_visit() {
        let visits = chain(&[(&[(1, 0.3), (2, 0.7)], 0.0), (&[(2, 1.0)], 0.0), (&[], 1.0)]);
        assert_eq!(visits, [1.0, 0.3, 1.0]);
    }

    #[test]
    fn a_loop_is_geometric_however_rarely_it_is_left() {
        for leaves in [0.5, 1e-3, 1e-12, 1e-300] {
            let visits = chain(&[(&[(1, 1.0)], 0.0), (&[(0, 1.0 - leaves)], leaves)]);
            let relative = visits[1] * leaves - 1.0;
            assert!(relative.abs() < 1e-15, "{leaves}: {visits:?}");
        }
    }

    #[test]
    fn loops_in_loops_solve_their_equations() {
        // Every state goes anywhere: v = e_0 + v P is checked by putting the solution in.
        let p = [
            [0.1, 0.2, 0.3, 0.1, 0.2],
            [0.0, 0.5, 0.2, 0.1, 0.1],
            [0.3, 0.3, 0.0, 0.3, 0.05],
            [0.2, 0.0, 0.2, 0.2, 0.3],
            [0.4, 0.1, 0.1, 0.1, 0.2],
        ];
        let ends = p.map(|row| 1.0 - row.iter().sum::<f64>());
        let rows: Vec<Vec<(usize, f64)>> =
            p.iter().map(|row| row.iter().copied().enumerate().collect()).collect();
        let states: Vec<(&[(usize, f64)], f64)> = rows.iter().zip(ends).map(|(r, e)| (&r[..], e)).collect();
        let visits = chain(&states);
        for to in 0..5 {
            let come: f64 = (0..5).map(|from| visits[from] * p[from][to]).sum();
            let begin = if to == 0 { 1.0 } else { 0.0 };
            assert!((visits[to] - come - begin).abs() < 1e-12, "{visits:?}");
        }
        let ended: f64 = visits.iter().zip(ends).map(|(v, e)| v * e).sum();
        assert!((ended - 1.0).abs() < 1e-14, "everything that began ends: {ended}");
    }

    #[test]
    fn what_is_never_left_is_visited_for_ever() {
        let visits = chain(&[(&[(1, 0.25)], 0.75), (&[(1, 1.0)], 0.0), (&[], 1.0)]);
        assert_eq!(visits, [1.0, f64::INFINITY, 0.0]);
        let visits = chain(&[(&[(1, 0.5), (2, 0.5)], 0.0), (&[(0, 1.0)], 0.0), (&[(2, 1.0)], 0.0)]);
        assert_eq!(visits, [2.0, 1.0, f64::INFINITY]);
        assert_eq!(chain(&[(&[(0, 1.0)], 0.0)]), [f64::INFINITY]);
    }
}
