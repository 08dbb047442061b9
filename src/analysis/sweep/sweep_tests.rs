//! Effects with known answers.

use super::*;
use crate::analysis::sweep::PointOutcome;
use crate::analysis::sweep::{Effect, effects};
use crate::scenario::axis::Level;

fn point(levels: &[&str]) -> SweepPoint {
    let levels = levels.iter().map(|text| Level::new(text, false)).collect();
    SweepPoint { levels, outcome: PointOutcome::Failed(String::new()) }
}

fn measure(values: Vec<Option<f64>>) -> Measure {
    Measure { scope: "system".into(), metric: "m".into(), unit: "s".into(), limit: None, values }
}

/// All combinations of 1, 2, 3 and 10, 20, and `of` them.
fn grid(of: impl Fn(f64, f64) -> f64) -> (Vec<SweepPoint>, Measure) {
    let (mut points, mut values) = (Vec::new(), Vec::new());
    for a in [3.0, 1.0, 2.0] {
        for b in [10.0, 20.0] {
            points.push(point(&[&a.to_string(), &b.to_string()]));
            values.push(Some(of(a, b)));
        }
    }
    (points, measure(values))
}

#[test]
fn shares_of_an_additive_measure_are_those_of_its_terms() {
    // Var of a over its levels is 2/3 times 36, of b 25: shares 24/49 and 25/49.
    let (points, measure) = grid(|a, b| 6.0 * a + b);
    let found = effects(&points, &[vec![0], vec![1]], &measure);
    assert!((found[0].share.unwrap() - 24.0 / 49.0).abs() < 1e-12);
    assert!((found[1].share.unwrap() - 25.0 / 49.0).abs() < 1e-12);
    let expected = Effect { label: "1".into(), mean: 21.0, least: 16.0, most: 26.0, points: 2 };
    assert_eq!(found[0].levels[0], expected);
    assert_eq!(found[0].span(), (21.0, 33.0));
}

#[test]
fn an_interaction_belongs_to_no_factor_alone() {
    let (points, measure) = grid(|a, b| (a - 2.0) * (b - 15.0));
    let found = effects(&points, &[vec![0], vec![1]], &measure);
    assert!(found.iter().all(|effect| effect.share.unwrap() < 1e-12));
    let (points, constant) = grid(|_, _| 0.1);
    assert!(effects(&points, &[vec![0], vec![1]], &constant).iter().all(|effect| effect.share.is_none()));
}

#[test]
fn values_that_do_not_repeat_are_binned_by_size() {
    let points: Vec<_> = (0..60).map(|i| point(&[&((i * 7) % 60).to_string()])).collect();
    let values = (0..60).map(|i| Some(f64::from((i * 7) % 60))).collect();
    let found = effects(&points, &[vec![0]], &measure(values));
    let labels: Vec<_> = found[0].levels.iter().map(|level| level.label.as_str()).collect();
    assert_eq!(labels, ["0 .. 9", "10 .. 19", "20 .. 29", "30 .. 39", "40 .. 49", "50 .. 59"]);
    assert_eq!(found[0].levels[1].mean, 14.5);
    // Bins of a uniform variable keep 1 - 1/36 of its variance.
    assert!((found[0].share.unwrap() - (1.0 - 1.0 / 36.0)).abs() < 0.001);
}

#[test]
fn points_without_a_value_are_left_out_of_effects_and_maps() {
    let (points, mut measure) = grid(|a, b| a + b);
    measure.values[0] = None;
    let found = effects(&points, &[vec![0], vec![1]], &measure);
    assert_eq!(found[0].levels.iter().map(|level| level.points).collect::<Vec<_>>(), [2, 2, 1]);
    let map = heat_map(&points, &measure, &found, false).unwrap();
    assert_eq!((&map.across[..], &map.up[..]), (&[0][..], &[1][..]));
    assert_eq!(map.columns, ["1", "2", "3"]);
    assert_eq!(map.cells, [[Some(11.0), Some(12.0), None], [Some(21.0), Some(22.0), Some(23.0)]]);
    assert!(heat_map(&points, &measure, &found, true).is_none());
}

#[test]
fn factors_that_move_together_share_one_share() {
    // The first two rise together; the third is combined with them.
    let (mut points, mut values) = (Vec::new(), Vec::new());
    for (a, b) in [("2", "30"), ("10", "4")] {
        for c in ["0", "1"] {
            points.push(point(&[a, b, c]));
            values.push(Some(a.parse::<f64>().unwrap() + c.parse::<f64>().unwrap()));
        }
    }
    let measure = measure(values);
    let found = effects(&points, &[vec![0, 1], vec![2]], &measure);
    assert_eq!(found.len(), 2);
    let total: f64 = found.iter().filter_map(|effect| effect.share).sum();
    assert!((total - 1.0).abs() < 1e-12, "{total}");
    let labels: Vec<_> = found[0].levels.iter().map(|level| level.label.as_str()).collect();
    assert_eq!(labels, ["2 + 30", "10 + 4"]);
    let map = heat_map(&points, &measure, &found, false).unwrap();
    assert_eq!((&map.across[..], &map.up[..]), (&[0, 1][..], &[2][..]));
    assert_eq!(map.cells, [[Some(2.0), Some(10.0)], [Some(3.0), Some(11.0)]]);
}

#[test]
fn a_value_that_fails_between_two_that_hold_is_named() {
    let said = |levels: &[(&str, &str, Option<bool>)]| {
        let points: Vec<_> = levels.iter().map(|(a, b, _)| point(&[a, b])).collect();
        let holds: Vec<_> = levels.iter().map(|level| level.2).collect();
        turns(&points, &[vec![0], vec![1]], &["pods".into(), "target".into()], &holds)
    };
    let (yes, no) = (Some(true), Some(false));
    let line = [("10", "60", yes), ("6", "60", yes), ("8", "60", no), ("4", "60", no)];
    assert_eq!(said(&line), ["not monotone: pods 8 fails although 6 and 10 hold (beside 60)"]);
    assert_eq!(said(&[("4", "60", no), ("6", "60", yes), ("8", "60", yes)]), [""; 0]);
    assert_eq!(said(&[("4", "60", yes), ("6", "60", None), ("8", "60", yes)]), [""; 0], "doubt is no turn");
    // Other lines are other questions.
    assert_eq!(said(&[("4", "60", yes), ("6", "70", no), ("8", "60", yes)]), [""; 0]);
    assert_eq!(said(&[("a", "60", yes), ("b", "60", no), ("c", "60", yes)]), [""; 0], "names have no order");
}
