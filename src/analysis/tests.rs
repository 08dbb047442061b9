//! Known answers of the analysis, by hand and against theory.

use super::*;
use crate::metrics::{ClassRecord, ClassWindow, RunRecord, ServiceRecord, WindowRecord};
use crate::model::{
    ArrivalProcess, CallPolicy, CallSite, Caller, Class, ClassId, Comparison, Edge, EdgeId, Measure, Model,
    NamedWindow, Objective, RateProfile, Scope, Service, ShareKind, SiteId, Source, SourceId, SourceKind,
    Step,
};
use crate::policy::Balancer;
use crate::random::{Choice, Law};
use crate::units::{SimDuration, SimTime};

fn second(s: u64) -> SimTime {
    SimTime::ZERO + SimDuration::from_secs(s)
}

/// One Poisson stream into one service with one piece of exponential work, counted for 1000 s.
fn mm1(rate: f64, work: f64, measures: &[Measure]) -> Model {
    let mut model = Model { name: "one queue".to_owned(), ..Model::default() };
    model.plan.length = SimDuration::from_secs(1000);
    model.recording.window = Some(SimDuration::from_secs(10));
    let law = model.add_law(Law::exponential(work).unwrap());
    let operation = model.add_program([Step::Work { law }]);
    let program = model.add_program([Step::Call { site: SiteId(0) }]);
    model.sites.push(CallSite { edge: EdgeId(0), operation, policy: CallPolicy::default() });
    let balancer = Balancer::Random;
    let target = model.services.len() as u16;
    model.edges.push(Edge {
        caller: Caller::Clients,
        target: crate::model::ServiceId(target),
        balancer,
        view_per_pod: false,
    });
    model.services.push(Service { name: "desk".to_owned(), ..Service::default() });
    model.classes.push(Class {
        name: "visit".to_owned(),
        source: SourceId(0),
        program,
        patience: None,
        priority: 0,
        value: Some((2.0, "EUR".to_owned())),
    });
    model.sources.push(Source {
        name: "people".to_owned(),
        kind: SourceKind::Open(ArrivalProcess::Poisson(RateProfile::constant(rate))),
        classes: vec![ClassId(0)],
        mix: Choice::weighted(&[1.0]).unwrap(),
    });
    model.objectives = measures.iter().map(|&measure| promise(measure)).collect();
    model
}

fn promise(measure: Measure) -> Objective {
    let scope = Scope::Class(ClassId(0));
    Objective { text: "rule".to_owned(), scope, measure, during: None, every: None, in_runs: None }
}

const SUCCESS: Measure = Measure::Share(ShareKind::Success, Comparison::AtLeast, 0.9);
const P90: Measure = Measure::Quantile(0.9, Comparison::Less, 0.5);

/// A run of 100 windows of 10 s; each window is (arrived, answered well, each after this many milliseconds).
fn run(windows: &[(u64, u64, u64)]) -> RunRecord {
    let mut class = ClassRecord::new(7, 0);
    let mut rows = Vec::new();
    for &(arrived, answered, millis) in windows {
        let mut row = ClassWindow { arrived, ..ClassWindow::new(0) };
        for _ in 0..answered {
            row.answer(millis * 1_000_000);
            class.sojourn.record(millis * 1_000_000);
        }
        row.failed[0] = arrived - answered;
        class.arrived += arrived;
        class.succeeded += answered;
        class.failed[0] += arrived - answered;
        rows.push(row);
    }
    let windows = WindowRecord { width: 10_000_000_000, classes: vec![rows], services: vec![Vec::new()] };
    RunRecord {
        classes: vec![class],
        services: vec![ServiceRecord::new(7)],
        edges: vec![Default::default()],
        limits: vec![Vec::new()],
        windows: Some(windows),
        span: 1_000_000_000_000,
        ..RunRecord::default()
    }
}

/// A run whose every window is alike.
fn steady(arrived: u64, answered: u64, millis: u64) -> RunRecord {
    run(&vec![(arrived, answered, millis); 100])
}

fn pool(model: &Model, records: impl IntoIterator<Item = RunRecord>) -> Pool {
    let mut pool = Pool::new(model);
    records.into_iter().for_each(|record| pool.fold(record));
    pool
}

fn verdict(model: &Model, records: impl IntoIterator<Item = RunRecord>) -> ObjectiveResult {
    judge(model, &pool(model, records)).0.swap_remove(0)
}

#[track_caller]
fn close(value: f64, expected: f64) {
    assert!((value - expected).abs() <= 1e-9 * expected.abs().max(1e-9), "{value} is not {expected}");
}

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
    let note = "already healthy at rush.end, but promises were broken for 130 s before it";
    assert_eq!(result.note.as_deref(), Some(note));
    let span = recovery.broken.unwrap();
    assert_eq!((span.runs, span.first, span.last), (1.0, 20.0, 150.0));
    assert_eq!((span.seconds.mean, span.before_mark.mean), (130.0, 130.0));
    // Beyond the mark only what lies before it counts as before it.
    let (_, recovery) = of(vec![broken(20..35), broken(20..35)]);
    let span = recovery.broken.unwrap();
    assert_eq!((span.seconds.mean, span.before_mark.mean), (150.0, 100.0));
    let (result, recovery) = of(vec![broken(0..0), broken(0..0)]);
    assert!(recovery.broken.is_none() && result.note.is_none());
}

#[test]
fn recovery_without_other_promises_has_no_meaning() {
    let model = mm1(10.0, 0.05, &[Measure::Recovers(SimDuration::from_secs(60), second(200))]);
    let result = verdict(&model, [steady(100, 100, 10), steady(100, 100, 10)]);
    assert_eq!(result.note.as_deref(), Some("no other objective says what healthy means"));
}

#[test]
fn lost_money_is_counted() {
    let model = mm1(10.0, 0.05, &[]);
    let summary =
        summarize(&model, &pool(&model, [steady(100, 90, 10), steady(100, 90, 10)]), Extra::default());
    let of =
        |scope: &str| summary.metrics.iter().find(|m| m.scope == scope && m.metric == "lost_value").unwrap();
    for scope in ["system", "class/visit"] {
        assert_eq!((of(scope).estimate.mean, of(scope).unit.as_ref()), (2000.0, "EUR"));
    }
    assert_eq!(summary.conclusion.outcome, None);
}

#[test]
fn every_number_is_finite_whatever_happened() {
    let model = mm1(10.0, 0.05, &[SUCCESS, P90]);
    let empty = || RunRecord { services: vec![ServiceRecord::new(7)], ..steady(0, 0, 0) };
    let pools = [pool(&model, []), pool(&model, [empty()]), pool(&model, [empty(), steady(100, 40, 10)])];
    for pool in pools {
        let summary = summarize(&model, &pool, Extra::default());
        let metrics =
            summary.metrics.iter().flat_map(|m| [m.estimate.mean, m.estimate.ci95_low, m.estimate.ci95_high]);
        let points =
            summary.series.iter().flat_map(|s| &s.points).flat_map(|p| [p.mean, p.p05, p.p95]).flatten();
        assert!(metrics.chain(points).all(f64::is_finite));
    }
}

#[test]
fn series_are_blank_below_ten_requests_beyond_the_percentile() {
    let model = mm1(10.0, 0.05, &[]);
    let summary =
        summarize(&model, &pool(&model, [steady(100, 100, 10), steady(100, 100, 20)]), Extra::default());
    let row = |scope: &str, metric: &str| {
        summary.series.iter().find(|s| s.scope == scope && s.metric == metric).unwrap().points[0]
    };
    // 200 requests a window: 10 beyond the p95, 2 beyond the p99.
    assert!(row("class/visit", "sojourn_p95").mean.is_some());
    assert_eq!(row("class/visit", "sojourn_p99").mean, None);
    assert_eq!(row("system", "arrivals").mean, Some(10.0));
    assert_eq!(row("system", "arrivals").t, 0.0);
    assert!(!summary.series.iter().any(|s| s.scope == "class/visit" && s.metric == "errors_lost"));
}

#[test]
fn pods_needed_follow_erlang_c() {
    // 100/s of 0.1 s each are 10 Erlangs; pods of 4 slots.
    let within = Measure::Within(SimDuration::from_secs_f64(0.6), Comparison::AtLeast, 0.99);
    let mut model = mm1(100.0, 0.1, &[within]);
    model.services[0].slots = 4;
    model.edges[0].balancer = Balancer::JoinShortestQueue;
    let need = |model: &Model| summarize(model, &pool(model, []), Extra::default()).needs.swap_remove(0);
    // The smallest c with C(c, 10) exp(-(10 c - 100) 0.5) <= 0.01 is 11: C = 0.682, exp(-5) = 0.0067.
    let found = need(&model);
    assert_eq!(found.needed, Some(3), "{}", found.basis);
    assert!(found.basis.contains("as if pods shared one queue"), "{}", found.basis);
    // Sent by chance each pod is an M/M/4 of its own: three have 33.3/s each and C exp(-(40 - 33.3) 0.5) = 0.023.
    model.edges[0].balancer = Balancer::Random;
    let found = need(&model);
    assert_eq!(found.needed, Some(4), "{}", found.basis);
    assert!(found.basis.contains("every pod a queue of its own"), "{}", found.basis);
    // Without a promise only the fluid load counts.
    model.objectives.clear();
    let found = need(&model);
    assert_eq!(found.needed, Some(3));
    assert!(found.basis.contains("fluid only: no objective"), "{}", found.basis);
    // One core for four slots: 0.1 s of work each, ten requests a second and pod.
    model.services[0].cpu_limit = 1.0;
    assert_eq!(need(&model).needed, Some(10));
}

#[test]
fn the_first_reactive_pod_is_the_simulated_one() {
    let mut model = mm1(10.0, 0.05, &[SUCCESS]);
    model.plan.t0 = second(300);
    let came = |at: u64| {
        let mut record = steady(100, 100, 10);
        let event = |at, desired, ready| crate::metrics::ScalingEvent { at: second(at), desired, ready };
        record.services[0].scaling = vec![event(310, 3, 1), event(at, 3, 2)];
        record
    };
    let of = |records: Vec<RunRecord>| {
        let summary = summarize(&model, &pool(&model, records), Extra::default());
        let need = &summary.needs[0];
        (need.reactive_at, need.reactive_measured.map(|seen| (seen.mean, seen.replications)))
    };
    assert_eq!(of(vec![came(340), came(360), steady(100, 100, 10)]), (Some(50.0), Some((50.0, 2))));
    assert_eq!(of(vec![steady(100, 100, 10)]), (None, None));
}

#[test]
fn theory_stands_beside_a_simulated_queue() {
    let mut model = mm1(8.0, 0.1, &[Measure::Mean(Comparison::Less, 1.0)]);
    model.plan.settle = SimDuration::from_secs(200);
    let never = std::sync::atomic::AtomicBool::new(false);
    let pool = pool(&model, (0..40).map(|r| crate::system::simulate(&model, r, &never)));
    let summary = summarize(&model, &pool, Extra::default());
    assert!(summary.theory.len() >= 9, "{:?}", summary.theory);
    for row in &summary.theory {
        assert_eq!(row.model, "M/M/1, long run");
        // t(39) is 2.02, so four standard errors are about twice the half-width.
        let half = row.simulated.ci95_high - row.simulated.mean;
        assert!((row.simulated.mean - row.theory).abs() < 2.0 * half, "{row:?}");
    }
    let mean = summary.theory.iter().find(|r| r.metric == "mean_sojourn").unwrap();
    close(mean.theory, 0.5);
    assert_eq!(summary.conclusion.outcome, Some(Outcome::Pass));
    assert_eq!(summary.facts.replications, 40);
    assert!(pool.is_precise(&model, 0.5) && !pool.is_precise(&model, 0.001));
}
