//! The search on one ladder: rungs from the safest to the boldest, and the last one that holds.

/// Whether a point meets what it must.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does, with the stated error.
    Holds,
    /// It does not, with the stated error.
    Fails,
    /// The replications allowed do not tell. A search counts it as failing, which is the safe side.
    Undecided,
}

/// Where a climb ended: the two rungs are neighbours, or one of them is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footing {
    /// The last rung that holds; nothing if not even the first does.
    pub holds: Option<u32>,
    /// The first rung that does not; nothing if the last one holds.
    pub fails: Option<u32>,
}

/// Finds neighbouring rungs of `0..=top` of which the lower holds and the upper does not.
///
/// Starts at `guess` and strides away from it, each step twice the last, until both sides are known, then halves
/// the gap (bracketing and bisection): a guess that is right costs two tests, one that is off by d some 2 log2 d.
/// If the ladder is not monotone the pair is still a real one, but not the only one.
///
/// # Errors
/// What `test` gives.
pub fn climb<E>(
    top: u32,
    guess: Option<u32>,
    mut test: impl FnMut(u32) -> Result<Standing, E>,
) -> Result<Footing, E> {
    let mut stride = if guess.is_some() { 1 } else { (top / 4).max(1) };
    let mut at = guess.unwrap_or(top / 2).min(top);
    let (mut holds, mut fails): (Option<u32>, Option<u32>) = (None, None);
    loop {
        if test(at)? == Standing::Holds {
            holds = Some(at);
        } else {
            fails = Some(at);
        }
        at = match (holds, fails) {
            (Some(low), Some(high)) if high <= low + 1 => break,
            (Some(low), Some(high)) => low + (high - low) / 2,
            (Some(low), None) if low == top => break,
            (Some(low), None) => low.saturating_add(stride).min(top),
            (None, Some(0)) => break,
            (None, Some(high)) => high.saturating_sub(stride),
            (None, None) => break,
        };
        stride = stride.saturating_mul(2);
    }
    Ok(Footing { holds, fails })
}

/// Rungs that show whether the ladder is monotone: both ends, and the middle of either side. The safe side comes
/// first; rungs next to the footing are left out.
#[must_use]
pub fn probes(top: u32, footing: Footing) -> Vec<u32> {
    let mut found = Vec::new();
    let mut add = |rung: u32, known: [Option<u32>; 2]| {
        if !known.contains(&Some(rung)) && !found.contains(&rung) {
            found.push(rung);
        }
    };
    let known = [footing.holds, footing.fails];
    if let Some(low) = footing.holds {
        add(low / 2, known);
        add(0, known);
    }
    if let Some(high) = footing.fails {
        add(high + (top - high) / 2, known);
        add(top, known);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// Climbs a ladder whose rungs up to `last` hold; gives the footing and the rungs tried.
    fn climbed(top: u32, guess: Option<u32>, last: Option<u32>) -> (Footing, Vec<u32>) {
        let tried = RefCell::new(Vec::new());
        let test = |rung: u32| -> Result<Standing, ()> {
            tried.borrow_mut().push(rung);
            Ok(if last.is_some_and(|last| rung <= last) { Standing::Holds } else { Standing::Fails })
        };
        let footing = climb(top, guess, test).unwrap();
        (footing, tried.into_inner())
    }

    #[test]
    fn every_edge_is_found_from_every_guess() {
        for top in [1, 2, 7, 40] {
            for last in (0..=top).map(Some).chain([None]) {
                for guess in (0..=top + 3).map(Some).chain([None]) {
                    let (footing, tried) = climbed(top, guess, last);
                    let fails = last.map_or(Some(0), |last| (last < top).then_some(last + 1));
                    assert_eq!(footing, Footing { holds: last, fails }, "{top} {last:?} {guess:?}");
                    let mut once = tried.clone();
                    once.sort_unstable();
                    once.dedup();
                    assert_eq!(once.len(), tried.len(), "a rung was tried twice: {tried:?}");
                }
            }
        }
    }

    #[test]
    fn a_right_guess_costs_two_tests() {
        assert_eq!(climbed(1000, Some(400), Some(400)).1, [400, 401]);
        assert_eq!(climbed(1000, Some(401), Some(400)).1, [401, 400]);
        assert!(climbed(1_000_000, Some(700_000), Some(700_100)).1.len() <= 15);
        assert!(climbed(1_000_000, None, Some(3)).1.len() <= 40);
    }

    #[test]
    fn undecided_counts_as_failing() {
        let test = |rung: u32| -> Result<Standing, ()> {
            Ok(if rung < 5 { Standing::Holds } else { Standing::Undecided })
        };
        assert_eq!(climb(9, None, test), Ok(Footing { holds: Some(4), fails: Some(5) }));
    }

    #[test]
    fn probes_look_at_both_sides() {
        assert_eq!(probes(100, Footing { holds: Some(40), fails: Some(41) }), [20, 0, 70, 100]);
        assert_eq!(probes(1, Footing { holds: Some(0), fails: Some(1) }), Vec::<u32>::new());
        assert_eq!(probes(9, Footing { holds: Some(9), fails: None }), [4, 0]);
        assert_eq!(probes(9, Footing { holds: None, fails: Some(0) }), [4, 9]);
    }
}
