use super::*;
use crate::random::{Key, unit};
use crate::scenario::Allowance;

const ONE: Look = Look { of: 1, sharing: 1 };

fn watched(direction: Direction, tolerance: Tolerance, base: &[f64], head: &[f64]) -> Watched {
    Watched {
        key: "checkout p99".to_owned(),
        unit: "s".to_owned(),
        direction,
        tolerance,
        base: Sample::of_mean(base),
        head: Sample::of_mean(head),
    }
}

fn finding(direction: Direction, tolerance: Tolerance, base: &[f64], head: &[f64]) -> Finding {
    decide(&[watched(direction, tolerance, base, head)], ONE, ALPHA, BETA)[0].finding
}

const BASE: [f64; 10] = [1.0, 1.1, 0.9, 1.05, 0.95, 1.02, 0.98, 1.08, 0.92, 1.0];

fn times(factor: f64) -> Vec<f64> {
    BASE.iter().enumerate().map(|(i, v)| v * factor + [0.002, -0.002][i % 2]).collect()
}

#[test]
fn changes_are_held_against_tolerances() {
    use Direction::{Large, Small};
    let five = || Tolerance::Relative(0.05);
    assert_eq!(finding(Small, five(), &BASE, &times(1.04)), Finding::Held);
    assert_eq!(finding(Small, five(), &BASE, &times(1.06)), Finding::Regressed);
    assert_eq!(finding(Small, five(), &BASE, &times(0.5)), Finding::Held);
    assert_eq!(finding(Large, five(), &BASE, &times(0.94)), Finding::Regressed);
    assert_eq!(finding(Large, five(), &BASE, &times(1.5)), Finding::Held);
    assert_eq!(finding(Small, five(), &BASE, &times(1.0501)), Finding::Undecided);
    let tenth = || Tolerance::Absolute(0.1, Allowance::Time);
    assert_eq!(finding(Small, tenth(), &BASE, &times(1.05)), Finding::Held);
    assert_eq!(finding(Small, tenth(), &BASE, &times(1.2)), Finding::Regressed);
    assert_eq!(finding(Small, Tolerance::Ignore, &BASE, &times(9.0)), Finding::Shown);
    assert_eq!(finding(Direction::Neutral, five(), &BASE, &times(9.0)), Finding::Shown);
}

#[test]
fn equal_runs_hold_and_constant_shifts_need_no_test() {
    let zero = || Tolerance::Relative(0.0);
    assert_eq!(finding(Direction::Small, zero(), &BASE, &BASE), Finding::Held);
    let shifted: Vec<f64> = BASE.iter().map(|v| v + 0.25).collect();
    assert_eq!(finding(Direction::Small, zero(), &BASE, &shifted), Finding::Regressed);
    assert_eq!(finding(Direction::Large, zero(), &BASE, &shifted), Finding::Held);
    assert_eq!(finding(Direction::Small, Tolerance::Exact, &BASE, &BASE), Finding::Held);
    let mut nudged = BASE;
    nudged[3] += 1e-15;
    nudged[4] -= 1e-15;
    assert_eq!(finding(Direction::Large, Tolerance::Exact, &BASE, &nudged), Finding::Regressed);
}

#[test]
fn missing_values_are_never_green() {
    let gone = Watched { head: None, ..watched(Direction::Small, Tolerance::Relative(0.1), &BASE, &BASE) };
    let new = Watched { base: None, ..watched(Direction::Small, Tolerance::Relative(0.1), &BASE, &BASE) };
    let uneven = watched(Direction::Small, Tolerance::Relative(0.1), &BASE, &BASE[1..]);
    let single = watched(Direction::Small, Tolerance::Relative(0.1), &BASE[..1], &BASE[1..2]);
    let found = decide(&[gone, new, uneven, single], ONE, ALPHA, BETA);
    let findings: Vec<Finding> = found.iter().map(|decision| decision.finding).collect();
    assert_eq!(findings, [Finding::Undecided, Finding::Shown, Finding::Undecided, Finding::Undecided]);
    assert!(!is_settled(&found));
}

/// Normal values, the sum of twelve uniforms: symmetric and light-tailed, as means over many requests are.
fn values(seed: u64, side: u64, count: usize) -> Vec<f64> {
    let one = |i: usize| {
        let key = Key::root(seed, i as u64, side);
        10.0 + (0..12).map(|k| unit(key.draw(k))).sum::<f64>() - 6.0
    };
    (0..count).map(one).collect()
}

/// The check as it goes: looks at 20, 40 and 80 runs of four metrics.
fn fails(seed: u64, shift: f64, tolerance: &Tolerance) -> bool {
    let look = Look { of: 3, sharing: 1 };
    let sides: Vec<_> = (0..4).map(|m| (values(seed, 2 * m, 80), values(seed, 2 * m + 1, 80))).collect();
    [20, 40, 80].into_iter().any(|runs| {
        let metrics: Vec<Watched> = sides
            .iter()
            .map(|(base, head)| {
                let head: Vec<f64> = head[..runs].iter().map(|v| v + shift).collect();
                watched(Direction::Small, tolerance.clone(), &base[..runs], &head)
            })
            .collect();
        let found = decide(&metrics, look, ALPHA, BETA);
        found.iter().any(|decision| decision.finding == Finding::Regressed)
    })
}

#[test]
fn checks_without_a_change_fail_in_at_most_one_of_a_hundred() {
    // No tolerance at all: the hardest null. 4000 checks of rate p <= 0.01 give at most 40 + 3 sqrt(40) failures.
    let failed = (0..4000).filter(|&seed| fails(seed, 0.0, &Tolerance::Relative(0.0))).count();
    assert!(failed <= 59, "{failed} of 4000");
    assert!(failed >= 8, "{failed} of 4000: the error is hardly spent, so power is wasted");
}

#[test]
fn changes_of_three_errors_are_caught() {
    // One standard deviation over 80 pairs: a statistic of 1 / sqrt(2 / 80) = 6.3.
    let caught = (0..200).filter(|&seed| fails(seed, 1.0, &Tolerance::Relative(0.0))).count();
    assert!(caught >= 195, "{caught} of 200");
}
