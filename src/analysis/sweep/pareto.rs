//! Points that nobody beats in cost and risk at once.

/// The places of the pairs that no other pair beats: none is at most as large in both and smaller in one. Sorted by
/// the first number; of equal pairs all stay.
#[must_use]
pub fn front(pairs: &[(f64, f64)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by(|&a, &b| pairs[a].0.total_cmp(&pairs[b].0).then(pairs[a].1.total_cmp(&pairs[b].1)));
    let mut best: Option<(f64, f64)> = None;
    let mut front = Vec::new();
    for at in order {
        let pair = pairs[at];
        let is_front = best.is_none_or(|best| pair.1 < best.1 || pair == best);
        if is_front {
            front.push(at);
            best = Some(pair);
        }
    }
    front
}

/// Whether there is anything to weigh: both numbers differ among the pairs.
#[must_use]
pub fn tradeoff(pairs: &[(f64, f64)]) -> bool {
    let differs = |of: fn(&(f64, f64)) -> f64| pairs.iter().any(|pair| of(pair) != of(&pairs[0]));
    pairs.len() > 1 && differs(|pair| pair.0) && differs(|pair| pair.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unbeaten_points_are_in_front() {
        let pairs = [(3.0, 0.0), (1.0, 0.9), (2.0, 0.5), (2.5, 0.5), (2.0, 0.7), (4.0, 0.0), (1.0, 0.9)];
        assert_eq!(front(&pairs), [1, 6, 2, 0]);
        assert_eq!(front(&[]), [0; 0]);
        assert!(tradeoff(&pairs) && !tradeoff(&[(1.0, 2.0), (1.0, 3.0)]) && !tradeoff(&[]));
    }
}
