//! When promises hold again.

use super::*;

#[test]
fn recovery_is_judged_over_runs() {
    let mut model = mm1(10.0, 0.05, &[SUCCESS]);
    model.windows.push(NamedWindow {
        name: "rush".to_owned(),
        start: second(100),
        top: Some(second(110)),
        end: second(200),
    });
    model.objectives.push(promise(Measure::Recovers(SimDuration::from_secs(180), second(200))));
    // Broken until 200 s + sick.
    let broken = |sick: usize| {
        let mut windows = vec![(100, 100, 10); 100];
        windows[10..20 + sick / 10].fill((100, 10, 10));
        run(&windows)
    };
    let recovers = |sick: &[usize]| {
        let pool = pool(&model, sick.iter().map(|&s| broken(s)));
        (judge(&model, &pool).0.swap_remove(1), summarize(&model, &pool, Extra::default()))
    };
    let (result, summary) = recovers(&[100, 110, 120]);
    assert_eq!(result.outcome, Outcome::Pass);
    close(result.measured.unwrap().mean, 110.0);
    let recovery = summary.recovery.unwrap();
    assert_eq!((recovery.after.as_str(), recovery.recovered), ("rush.end", 1.0));
    let above = summary.metrics.iter().find(|m| m.metric == "time_above_objective").unwrap();
    close(above.estimate.mean, 210.0);
    assert_eq!(recovers(&[300, 310, 320]).0.outcome, Outcome::Fail);
    let (result, _) = recovers(&[100, 110, 790]);
    assert_eq!(result.outcome, Outcome::Inconclusive);
    assert_eq!(result.note.as_deref(), Some("2 of 3 runs recovered before the counted span ended"));
    assert_eq!(recovers(&[790, 790]).0.outcome, Outcome::Fail);
}

#[test]
fn a_disaster_before_the_mark_is_not_at_once() {
    let mut model = mm1(10.0, 0.05, &[SUCCESS]);
    model.plan.t0 = second(100);
    let mark = second(300);
    model.windows.push(NamedWindow {
        name: "rush".to_owned(),
        start: second(100),
        top: Some(second(110)),
        end: mark,
    });
    model.objectives.push(promise(Measure::Recovers(SimDuration::from_secs(180), mark)));
    let broken = |windows: std::ops::Range<usize>| {
        let mut all = vec![(100, 100, 10); 100];
        all[windows].fill((100, 10, 10));
        run(&all)
    };
    let of = |records: Vec<RunRecord>| {
        let pool = pool(&model, records);
        let result = judge(&model, &pool).0.swap_remove(1);
        (result, summarize(&model, &pool, Extra::default()).recovery.unwrap())
    };
    // Windows of 10 s: broken from 110 s to 250 s in one run, from 130 s to 250 s in the other.
    let (result, recovery) = of(vec![broken(11..25), broken(13..25)]);
    assert_eq!((result.outcome, result.measured.map(|m| m.mean)), (Outcome::Pass, Some(0.0)));
    assert_eq!(result.instead.as_deref(), Some("healthy at rush.end, broken for 130 s before it"));
    let span = recovery.broken.unwrap();
    assert_eq!((span.runs, span.first, span.last), (1.0, 20.0, 150.0));
    assert_eq!((span.seconds.mean, span.before_mark.mean), (130.0, 130.0));
    // Beyond the mark only what lies before it counts as before it.
    let (result, recovery) = of(vec![broken(20..35), broken(20..35)]);
    let span = recovery.broken.unwrap();
    assert_eq!((span.seconds.mean, span.before_mark.mean), (150.0, 100.0));
    assert_eq!(result.instead, None, "it took time to recover");
    let (result, recovery) = of(vec![broken(0..0), broken(0..0)]);
    assert!(recovery.broken.is_none() && result.note.is_none());
    assert_eq!(result.instead.as_deref(), Some("nothing to recover"));
}

#[test]
fn recovery_without_other_promises_has_no_meaning() {
    let model = mm1(10.0, 0.05, &[Measure::Recovers(SimDuration::from_secs(60), second(200))]);
    let result = verdict(&model, [steady(100, 100, 10), steady(100, 100, 10)]);
    assert_eq!(result.note.as_deref(), Some("no other objective says what healthy means"));
}
