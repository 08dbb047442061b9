//! The cheapest setting of several parameters: a walk on the lower edge of the settings that hold.
//!
//! Settings are points of a lattice, 0 the smallest value of each parameter. More of anything never hurts, so the
//! settings that hold form a staircase, and the cheapest one lies on its edge. The walk starts at a forecast, goes
//! up to the edge, descends one parameter after the other, the dearest first, and then exchanges: some more of one
//! parameter against as much less of another as still holds. It ends where no exchange is cheaper. That is a
//! setting from which nothing can be taken away; it need not be the cheapest of all, and so the caller says what
//! was tried.

use super::climb::{Standing, climb};

/// What the walk asks of its caller.
pub trait Ground {
    /// Why a question could not be answered.
    type Error;
    /// Whether a setting holds.
    fn test(&mut self, at: &[u32]) -> Result<Standing, Self::Error>;
    /// What a setting costs; asked only of settings that were tested.
    fn cost(&self, at: &[u32]) -> f64;
    /// What a setting would cost by its plan alone, tested or not.
    fn outlay(&mut self, at: &[u32]) -> Result<f64, Self::Error>;
}

/// Exchanges are tried with these steps of the parameter that grows.
const EXCHANGES: [u32; 3] = [1, 2, 4];

/// Rounds of exchanges at most; each round ends in a cheaper setting or the last one.
const ROUNDS: usize = 20;

/// The cheapest setting found from `start` on the lattice whose largest indices are `tops`; nothing if not even the
/// largest values hold.
///
/// # Errors
/// What the ground gives.
pub fn descend<G: Ground>(tops: &[u32], start: &[u32], ground: &mut G) -> Result<Option<Vec<u32>>, G::Error> {
    let Some(mut at) = footing(tops, start, ground)? else { return Ok(None) };
    for _ in 0..ROUNDS {
        for parameter in dearest_first(&at, ground)? {
            at = lower(&at, parameter, ground)?;
        }
        match exchange(&at, tops, ground)? {
            Some(cheaper) => at = cheaper,
            None => break,
        }
    }
    Ok(Some(at))
}

/// Tries every setting.
///
/// # Errors
/// What the ground gives.
pub fn enumerate<G: Ground>(tops: &[u32], ground: &mut G) -> Result<(), G::Error> {
    let mut at = vec![0; tops.len()];
    loop {
        ground.test(&at)?;
        let Some(grows) = (0..at.len()).find(|&parameter| at[parameter] < tops[parameter]) else {
            return Ok(());
        };
        at[..grows].fill(0);
        at[grows] += 1;
    }
}

/// Finds the whole edge of two parameters: for each value of the first the least of the second that holds, which falls
/// as the first one grows. Where two values of the first have the same least of the second, so has all between them:
/// nothing is tried there, so that an edge of few steps takes few tests, however long its stretches are.
///
/// # Errors
/// What the ground gives.
pub fn walk_edge<G: Ground>(first: u32, second: u32, ground: &mut G) -> Result<(), G::Error> {
    // One more than the largest stands for a value at which nothing holds.
    let none = second + 1;
    let far = least(first, 0, none, ground)?;
    let near = if first == 0 { far } else { least(0, far, none, ground)? };
    let mut open = vec![((0, near), (first, far))];
    while let Some((low, high)) = open.pop() {
        if low.1 == high.1 || high.0 - low.0 <= 1 {
            continue;
        }
        let middle = low.0 + (high.0 - low.0) / 2;
        let middle = (middle, least_by_ends(middle, high.1, low.1, ground)?);
        open.extend([(low, middle), (middle, high)]);
    }
    Ok(())
}

/// As [`least`], but the ends come first: where needs have little to do with one another the least is at one of them.
fn least_by_ends<G: Ground>(at: u32, low: u32, high: u32, ground: &mut G) -> Result<u32, G::Error> {
    if ground.test(&[at, low])? == Standing::Holds {
        return Ok(low);
    }
    if low + 1 == high || ground.test(&[at, high - 1])? != Standing::Holds {
        return Ok(high);
    }
    least(at, low + 1, high - 1, ground)
}

/// The least of the second parameter that holds beside a value of the first, known to be in `low ..= high`; `high` is
/// not tried, for less of the first holds there, or nothing does.
fn least<G: Ground>(at: u32, low: u32, high: u32, ground: &mut G) -> Result<u32, G::Error> {
    let (mut low, mut high) = (low, high);
    while low < high {
        let middle = low + (high - low) / 2;
        if ground.test(&[at, middle])? == Standing::Holds {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

/// A setting that holds, on the straight line from `start` to the largest values.
fn footing<G: Ground>(tops: &[u32], start: &[u32], ground: &mut G) -> Result<Option<Vec<u32>>, G::Error> {
    let start: Vec<u32> = start.iter().zip(tops).map(|(&at, &top)| at.min(top)).collect();
    let length = start.iter().zip(tops).map(|(at, top)| top - at).max().unwrap_or(0);
    // Rung 0 is the safest: the largest values.
    let on_line = |rung: u32| -> Vec<u32> {
        let share = if length == 0 { 0.0 } else { f64::from(rung) / f64::from(length) };
        let point = start.iter().zip(tops);
        point.map(|(&at, &top)| top - (f64::from(top - at) * share).floor() as u32).collect()
    };
    let edge = climb(length, Some(length), |rung| ground.test(&on_line(rung)))?;
    Ok(edge.holds.map(on_line))
}

/// The parameters by what one step of each costs here, the dearest first; equals by their order.
fn dearest_first<G: Ground>(at: &[u32], ground: &mut G) -> Result<Vec<usize>, G::Error> {
    let here = ground.outlay(at)?;
    let mut order: Vec<(f64, usize)> = Vec::new();
    for parameter in 0..at.len() {
        let mut none = at.to_vec();
        none[parameter] = 0;
        let spent = here - ground.outlay(&none)?;
        order.push((spent / f64::from(at[parameter].max(1)), parameter));
    }
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    Ok(order.into_iter().map(|(_, parameter)| parameter).collect())
}

/// Takes away from one parameter as much as still holds.
fn lower<G: Ground>(at: &[u32], parameter: usize, ground: &mut G) -> Result<Vec<u32>, G::Error> {
    let most = at[parameter];
    let with = |taken: u32| {
        let mut point = at.to_vec();
        point[parameter] = most - taken;
        point
    };
    let edge = climb(most, Some(0), |taken| ground.test(&with(taken)))?;
    Ok(with(edge.holds.unwrap_or(0)))
}

/// A cheaper setting with more of one parameter and less of another, if one is found.
fn exchange<G: Ground>(at: &[u32], tops: &[u32], ground: &mut G) -> Result<Option<Vec<u32>>, G::Error> {
    let (here, planned) = (ground.cost(at), ground.outlay(at)?);
    // What plans no pods, such as a target of utilisation, is not paid for by its plan.
    let mut is_planned = Vec::with_capacity(at.len());
    for parameter in 0..at.len() {
        let mut none = at.to_vec();
        none[parameter] = 0;
        is_planned.push(ground.outlay(&none)? < planned);
    }
    for more in 0..at.len() {
        for less in (0..at.len()).filter(|&less| less != more && at[less] > 0) {
            for step in EXCHANGES.into_iter().filter(|step| at[more] + step <= tops[more]) {
                let mut point = at.to_vec();
                point[more] += step;
                point[less] = 0;
                if is_planned[less] && ground.outlay(&point)? >= planned {
                    // Even giving all of the other away would not pay for this much more.
                    break;
                }
                point[less] = at[less] - 1;
                // Without taking one away the rest of the exchange holds for sure and is dearer.
                if ground.test(&point)? != Standing::Holds {
                    continue;
                }
                let point = lower(&point, less, ground)?;
                if ground.cost(&point) < here {
                    return Ok(Some(point));
                }
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Holds where `holds` says so; a step of parameter i costs `prices[i]`.
    struct Made<F> {
        holds: F,
        prices: Vec<f64>,
        tried: BTreeSet<Vec<u32>>,
    }

    impl<F: Fn(&[u32]) -> bool> Ground for Made<F> {
        type Error = ();
        fn test(&mut self, at: &[u32]) -> Result<Standing, ()> {
            self.tried.insert(at.to_vec());
            Ok(if (self.holds)(at) { Standing::Holds } else { Standing::Fails })
        }
        fn cost(&self, at: &[u32]) -> f64 {
            at.iter().zip(&self.prices).map(|(&n, price)| f64::from(n) * price).sum()
        }
        fn outlay(&mut self, at: &[u32]) -> Result<f64, ()> {
            Ok(self.cost(at))
        }
    }

    fn found(
        prices: &[f64],
        tops: &[u32],
        start: &[u32],
        holds: impl Fn(&[u32]) -> bool,
    ) -> (Option<Vec<u32>>, usize) {
        let mut ground = Made { holds, prices: prices.to_vec(), tried: BTreeSet::new() };
        let at = descend(tops, start, &mut ground).unwrap();
        (at, ground.tried.len())
    }

    #[test]
    fn independent_needs_are_each_met() {
        let holds = |at: &[u32]| at[0] >= 17 && at[1] >= 40;
        for start in [[0, 0], [17, 40], [30, 10], [90, 90]] {
            let (at, tried) = found(&[1.0, 1.0], &[96, 100], &start, holds);
            assert_eq!(at, Some(vec![17, 40]), "{start:?}");
            assert!(tried < 60, "{tried} settings from {start:?}");
        }
    }

    #[test]
    fn a_trade_is_made_towards_the_cheaper_side() {
        // Two of the first replace one of the second, which costs three times as much.
        let holds = |at: &[u32]| at[0] + 2 * at[1] >= 60;
        let (at, _) = found(&[1.0, 3.0], &[100, 100], &[20, 20], holds);
        assert_eq!(at, Some(vec![60, 0]));
        let (at, _) = found(&[3.0, 1.0], &[100, 100], &[20, 20], holds);
        assert_eq!(at, Some(vec![0, 30]));
    }

    #[test]
    fn nothing_can_be_taken_away_from_the_answer() {
        let holds = |at: &[u32]| (at[0] + 1) * (at[1] + 1) * (at[2] + 1) >= 1000;
        let (at, tried) = found(&[1.0, 2.0, 5.0], &[50, 50, 50], &[5, 5, 5], holds);
        let at = at.unwrap();
        assert!(holds(&at));
        for parameter in 0..3 {
            let mut less = at.clone();
            if less[parameter] > 0 {
                less[parameter] -= 1;
                assert!(!holds(&less), "{at:?}");
            }
        }
        assert!(tried < 400, "{tried} of {}", 51 * 51 * 51);
    }

    /// Every corner of the edge is tried and holds; gives the number of tests.
    fn edge(first: u32, second: u32, holds: impl Fn(&[u32]) -> bool) -> usize {
        let mut ground = Made { holds: &holds, prices: vec![1.0, 2.0], tried: BTreeSet::new() };
        walk_edge(first, second, &mut ground).unwrap();
        let mut before = None;
        for at in 0..=first {
            let least = (0..=second).find(|&other| holds(&[at, other]));
            if let Some(other) = least.filter(|_| least != before) {
                assert!(ground.tried.contains(&vec![at, other]), "{at}, {other}");
            }
            before = least;
        }
        ground.tried.len()
    }

    #[test]
    fn the_edge_of_two_is_walked_whole() {
        edge(20, 25, |at| (at[0] + 1) * (at[1] + 1) >= 60);
        edge(20, 25, |at| at[0] + at[1] >= 25);
        edge(0, 25, |at| at[1] >= 7);
        edge(25, 0, |at| at[0] >= 7);
        edge(9, 9, |_| false);
        edge(9, 9, |_| true);
        edge(9, 9, |at| at[0] == 9 && at[1] == 9);
        // Two needs that have nothing to do with one another take a few halvings of each stretch.
        let tests = edge(400, 300, |at| at[0] >= 123 && at[1] >= 45);
        assert!(tests <= 4 * 9, "{tests}");
    }

    #[test]
    fn all_of_few_settings_are_tried() {
        let mut ground = Made { holds: |_: &[u32]| true, prices: vec![1.0; 3], tried: BTreeSet::new() };
        enumerate(&[2, 0, 3], &mut ground).unwrap();
        assert_eq!(ground.tried.len(), 12);
    }

    #[test]
    fn where_nothing_holds_there_is_no_answer() {
        assert_eq!(found(&[1.0], &[9], &[3], |_| false).0, None);
        assert_eq!(found(&[1.0], &[9], &[3], |at| at[0] == 9).0, Some(vec![9]));
        assert_eq!(found(&[1.0], &[9], &[9], |_| true).0, Some(vec![0]));
    }
}
