//! What a summary says besides verdicts: money, series, pods, theory.

use super::*;

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
