//! Verdicts about objectives.

use super::*;

#[test]
fn a_share_passes_fails_or_straddles_its_limit() {
    let model = mm1(10.0, 0.05, &[SUCCESS]);
    let cases = [
        ([95, 96, 97], Outcome::Pass),
        ([80, 82, 84], Outcome::Fail),
        ([85, 91, 96], Outcome::Inconclusive),
        ([95, 95, 95], Outcome::Pass),
    ];
    for (answered, outcome) in cases {
        let result = verdict(&model, answered.map(|a| steady(100, a, 10)));
        assert_eq!(result.outcome, outcome, "{answered:?}: {result:?}");
        close(result.measured.unwrap().mean, answered.iter().sum::<u64>() as f64 / 300.0);
    }
    // Half-width by hand: values 0.95, 0.96, 0.97 of equal weight, s = 0.01, t(2) = 4.302652729749462.
    let measured = verdict(&model, [95, 96, 97].map(|a| steady(100, a, 10))).measured.unwrap();
    close(measured.ci95_high - 0.96, 4.302652729749462 * 0.01 / 3f64.sqrt());
}

#[test]
fn one_replication_shows_nothing_and_says_so() {
    let model = mm1(10.0, 0.05, &[SUCCESS]);
    let result = verdict(&model, [steady(100, 50, 10)]);
    assert_eq!(result.outcome, Outcome::Inconclusive);
    assert_eq!(result.note.unwrap(), "one replication gives no interval; its value misses the limit");
    assert_eq!(result.measured.unwrap().replications, 1);
}

#[test]
fn nothing_arrived_is_neither_met_nor_missed() {
    let model = mm1(10.0, 0.05, &[SUCCESS, P90]);
    for result in judge(&model, &pool(&model, [steady(0, 0, 0), steady(0, 0, 0)])).0 {
        assert_eq!(result.outcome, Outcome::Inconclusive);
        assert_eq!(result.note.as_deref(), Some("nothing arrived, so nothing could be judged"));
    }
    let (results, conclusion) = judge(&model, &pool(&model, []));
    assert_eq!(results[0].note.as_deref(), Some("no replication was run"));
    assert_eq!(conclusion.outcome, Some(Outcome::Inconclusive));
}

#[test]
fn response_times_of_nobody_are_no_success() {
    let model = mm1(10.0, 0.05, &[P90]);
    let result = verdict(&model, [steady(100, 0, 0), steady(100, 0, 0)]);
    assert_eq!(result.outcome, Outcome::Fail);
    assert_eq!(result.note.as_deref(), Some("requests arrived but none was answered"));
    // One dead run of three cannot hide behind the others.
    let result = verdict(&model, [steady(100, 100, 10), steady(100, 0, 0), steady(100, 100, 10)]);
    assert_eq!(result.outcome, Outcome::Inconclusive);
}

#[test]
fn the_share_of_runs_is_judged_by_wilson() {
    let mut model = mm1(10.0, 0.05, &[SUCCESS]);
    model.objectives[0].in_runs = Some(0.95);
    let all_good = |runs: usize| verdict(&model, (0..runs).map(|_| run(&[(100, 95, 10)])));
    let few = all_good(20);
    assert_eq!(few.outcome, Outcome::Inconclusive);
    let note = "all 20 runs met it, but 95 % of runs can be shown from 73 replications on";
    assert_eq!(few.note.as_deref(), Some(note));
    assert_eq!(all_good(72).outcome, Outcome::Inconclusive);
    assert_eq!(all_good(73).outcome, Outcome::Pass);
    let bad = verdict(&model, (0..20).map(|_| run(&[(100, 50, 10)])));
    assert_eq!(bad.outcome, Outcome::Fail);
    // Wilson with 0 of 20: z^2 / (20 + z^2).
    close(bad.runs_met.unwrap().ci95_high, 0.161125158052889);
}

#[test]
fn every_window_counts_and_the_worst_is_shown() {
    let mut model = mm1(10.0, 0.05, &[SUCCESS]);
    model.objectives[0].every = Some(SimDuration::from_secs(10));
    model.plan.t0 = second(300);
    let mut windows = vec![(100, 100, 10); 100];
    windows[40] = (100, 30, 10);
    let result = verdict(&model, (0..5).map(|_| run(&windows)));
    assert_eq!(result.outcome, Outcome::Fail);
    assert_eq!(result.worst_at, Some(100.0));
    close(result.measured.unwrap().mean, 0.3);
    // A window with too few arrivals joins the next: ten bad requests vanish among a hundred good ones.
    windows[40] = (5, 0, 10);
    assert_eq!(verdict(&model, (0..5).map(|_| run(&windows))).outcome, Outcome::Pass);
    // Outside `during` nothing counts.
    windows[40] = (100, 30, 10);
    model.objectives[0].during = Some((second(0), second(400)));
    assert_eq!(verdict(&model, (0..5).map(|_| run(&windows))).outcome, Outcome::Pass);
    model.objectives[0].every = None;
    model.objectives[0].during = Some((second(390), second(420)));
    let result = verdict(&model, (0..5).map(|_| run(&windows)));
    close(result.measured.unwrap().mean, 230.0 / 300.0);
    assert_eq!((result.outcome, result.worst_at), (Outcome::Fail, None));
}

#[test]
fn windows_without_a_series_cannot_be_judged() {
    let mut model = mm1(10.0, 0.05, &[SUCCESS]);
    model.objectives[0].every = Some(SimDuration::from_secs(10));
    let bare = || RunRecord { windows: None, ..steady(100, 100, 10) };
    let result = verdict(&model, [bare(), bare()]);
    assert_eq!(result.outcome, Outcome::Inconclusive);
    assert!(result.note.unwrap().contains("no series"));
}

#[test]
fn a_quantile_is_pooled_over_all_requests() {
    let model = mm1(10.0, 0.05, &[P90]);
    let slow = |share: u64| run(&[(1000 - share, 1000 - share, 100), (share, share, 900)]);
    // Every second run has 10.5 % slow requests and would miss alone. Of all 6.5 % are slow, give or take 3.0 %
    // (t(9) = 2.26, S = 4.2 %): the tenth beyond the percentile begins among the fast.
    let result = verdict(&model, (0..10).map(|i| slow(if i % 2 == 0 { 105 } else { 25 })));
    let measured = result.measured.unwrap();
    assert!((measured.mean - 0.1).abs() < 0.001, "{measured:?}");
    assert!(measured.ci95_high < 0.101 && measured.ci95_low > 0.099, "{measured:?}");
    assert_eq!(result.outcome, Outcome::Pass);
    // One bad run of ten says that the share of slow ones may well be above a tenth.
    let result = verdict(&model, (0..10).map(|i| slow(if i == 0 { 200 } else { 60 })));
    assert!(result.measured.is_some_and(|m| m.mean < 0.11 && m.ci95_high > 0.89), "{result:?}");
    assert_eq!(result.outcome, Outcome::Inconclusive);
}
