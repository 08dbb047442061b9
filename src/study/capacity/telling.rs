//! What a search says while it walks.

use crate::analysis::capacity::Standing;

/// A setting that was tried with the replications that select.
pub(super) struct Tried {
    /// How much of the safe side was given up.
    pub boldness: u32,
    pub standing: Standing,
    pub replica_hours: f64,
    /// Its values, as written.
    pub name: String,
}

/// A ruling and how it is known.
pub(super) fn told(standing: Standing, runs: u32, is_fresh: bool) -> String {
    let word = match standing {
        Standing::Holds => "holds",
        Standing::Fails => "fails",
        Standing::Undecided => "is undecided",
    };
    let fresh = if is_fresh { " fresh" } else { "" };
    format!("{word} after {runs}{fresh} replications")
}

/// What is known of the answer on a ladder: the boldest value that holds, and the safest bolder one that does not.
pub(super) fn between(tried: &[Tried]) -> String {
    let holds = tried.iter().filter(|one| one.standing == Standing::Holds).max_by_key(|one| one.boldness);
    let beyond = |one: &&Tried| holds.is_none_or(|held| one.boldness > held.boldness);
    let fails = tried.iter().filter(|one| one.standing != Standing::Holds).filter(beyond);
    match (holds, fails.min_by_key(|one| one.boldness)) {
        (Some(holds), Some(fails)) => format!("the answer is between {} and {}", holds.name, fails.name),
        (Some(holds), None) => format!("{} holds, and bolder values may", holds.name),
        (None, Some(fails)) => format!("the answer is safer than {}", fails.name),
        (None, None) => "nothing is known yet".to_owned(),
    }
}

/// The same of several parameters: the cheapest setting that holds.
pub(super) fn cheapest(tried: &[Tried]) -> String {
    let held = tried.iter().filter(|one| one.standing == Standing::Holds);
    match held.min_by(|a, b| a.replica_hours.total_cmp(&b.replica_hours)) {
        Some(one) => {
            format!("least so far: {} with {:.1} replica-hours", one.name, one.replica_hours)
        }
        None => "nothing tried so far holds".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(points: &[(u32, Standing, f64)]) -> Vec<Tried> {
        let made = |&(boldness, standing, replica_hours): &(u32, Standing, f64)| Tried {
            boldness,
            standing,
            replica_hours,
            name: (20 - boldness).to_string(),
        };
        points.iter().map(made).collect()
    }

    #[test]
    fn a_bracket_closes_on_the_answer() {
        use Standing::{Fails, Holds, Undecided};
        let mut points = vec![(5, Holds, 9.0)];
        assert_eq!(between(&tried(&points)), "15 holds, and bolder values may");
        points.extend([(16, Fails, 2.0), (9, Holds, 7.0), (12, Undecided, 5.0)]);
        assert_eq!(between(&tried(&points)), "the answer is between 11 and 8");
        assert_eq!(cheapest(&tried(&points)), "least so far: 11 with 7.0 replica-hours");
        assert_eq!(between(&tried(&[(3, Fails, 1.0)])), "the answer is safer than 17");
        assert_eq!(cheapest(&tried(&[(3, Fails, 1.0)])), "nothing tried so far holds");
        assert_eq!(between(&[]), "nothing is known yet");
        assert_eq!(told(Holds, 86, true), "holds after 86 fresh replications");
    }
}
