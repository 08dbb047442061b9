//! A made-up summary of an opening sale that misses its promise, for the tests of this room.

use crate::analysis::*;

/// A name that would run where text is taken for markup.
pub(super) const ATTACK: &str = "</title><script>alert(1)</script>";

/// Checks that a page asks nobody for anything.
#[track_caller]
pub(super) fn needs_no_network(page: &str) {
    for outside in ["src=", "href=", "url(", "@import", "<script", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
    // The name space of SVG is a name, not an address that is opened.
    assert!(!page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "").contains("http"));
}

pub(super) fn estimate(mean: f64, half: f64) -> Estimate {
    Estimate { mean, ci95_low: mean - half, ci95_high: mean + half, replications: 20 }
}

fn row(scope: &str, metric: &str, unit: &'static str, mean: f64, half: f64) -> MetricRow {
    MetricRow {
        scope: scope.to_owned(),
        metric: metric.to_owned(),
        unit: unit.into(),
        estimate: estimate(mean, half),
    }
}

fn series(scope: &str, metric: &str, unit: &'static str, value: impl Fn(f64) -> Option<f64>) -> SeriesRow {
    let point = |i: i32| {
        let t = f64::from(i) * 10.0;
        // A wobble that repeats stands in for chance.
        let spread = 0.05 + f64::from(i.rem_euclid(7)) * 0.01;
        let mean = value(t);
        SeriesPoint { t, mean, p05: mean.map(|m| m * 0.95), p95: mean.map(|m| m * (1.05 + spread)) }
    };
    SeriesRow {
        scope: scope.to_owned(),
        metric: metric.to_owned(),
        unit,
        points: (-60..180).map(point).collect(),
    }
}

/// 1 before the opening, `top` from 26 s to 206 s after it, straight lines between, back at 1 after 686 s.
fn peak(t: f64, top: f64) -> f64 {
    let up = (t / 26.0).clamp(0.0, 1.0);
    let down = ((686.0 - t) / 480.0).clamp(0.0, 1.0);
    1.0 + (top - 1.0) * up.min(down)
}

fn objective(
    rule: &str,
    scope: &str,
    metric: &str,
    outcome: Outcome,
    measured: (f64, f64),
    limit: f64,
) -> ObjectiveResult {
    ObjectiveResult {
        rule: rule.to_owned(),
        scope: scope.to_owned(),
        metric: metric.to_owned(),
        comparison: if metric.starts_with("sojourn") { "<" } else { ">=" },
        outcome,
        measured: Some(estimate(measured.0, measured.1)),
        limit,
        unit: if metric.starts_with("sojourn") || metric == "recovery" { "s" } else { "1" },
        worst_at: None,
        runs_met: None,
        runs_wanted: None,
        note: None,
        instead: None,
    }
}

fn objectives() -> Vec<ObjectiveResult> {
    let mut within = objective(
        "checkout within 800ms >= 99.5% in every 10s window in 95% of runs",
        "class/checkout",
        "within_0.8s",
        Outcome::Fail,
        (0.712, 0.013),
        0.995,
    );
    within.worst_at = Some(40.0);
    within.runs_met = Some(Estimate { mean: 0.0, ci95_low: 0.0, ci95_high: 0.161, replications: 20 });
    let p99 = objective(
        "checkout p99 < 800ms during opening",
        "class/checkout",
        "sojourn_p99",
        Outcome::Fail,
        (2.41, 0.09),
        0.8,
    );
    let browse = objective(
        "browse success >= 97%",
        "class/browse",
        "success_ratio",
        Outcome::Pass,
        (0.9934, 0.0004),
        0.97,
    );
    let mut recovers = objective(
        "recovers within 3m after opening.end",
        "system",
        "recovery",
        Outcome::Inconclusive,
        (172.0, 14.0),
        180.0,
    );
    recovers.comparison = "<=";
    recovers.note = Some("19 of 20 runs recovered before the counted span ended".to_owned());
    vec![within, p99, browse, recovers]
}

fn metrics() -> Vec<MetricRow> {
    let mut rows = vec![
        row("system", "arrived", "requests", 1_240_000.0, 4000.0),
        row("class/browse", "arrived", "requests", 1_116_000.0, 3600.0),
        row("class/browse", "arrival_rate", "1/s", 465.0, 1.5),
        row("class/browse", "goodput", "1/s", 462.0, 1.4),
        row("class/browse", "success_ratio", "1", 0.9934, 0.0004),
        row("class/browse", "sojourn_p50", "s", 0.0061, 0.0001),
        row("class/browse", "sojourn_p95", "s", 0.118, 0.004),
        row("class/browse", "sojourn_p99", "s", 0.431, 0.012),
        row("class/browse", "lost", "requests", 7366.0, 210.0),
    ];
    rows.extend([
        row("class/checkout", "arrived", "requests", 124_000.0, 400.0),
        row("class/checkout", "arrival_rate", "1/s", 51.7, 0.2),
        row("class/checkout", "goodput", "1/s", 46.2, 0.3),
        row("class/checkout", "success_ratio", "1", 0.894, 0.006),
        row("class/checkout", "sojourn_p50", "s", 0.031, 0.001),
        row("class/checkout", "sojourn_p95", "s", 1.22, 0.05),
        row("class/checkout", "sojourn_p99", "s", 2.31, 0.08),
        row("class/checkout", "lost", "requests", 13_144.0, 700.0),
        row("class/checkout", "lost_value", "USD", 630_912.0, 33_600.0),
    ]);
    for (service, utilisation) in [("web", 0.41), ("api", 0.63), ("db", 0.22)] {
        let scope = format!("service/{service}");
        rows.extend([
            row(&scope, "utilisation", "1", utilisation, 0.004),
            row(&scope, "mean_queue_length", "requests", utilisation * 210.0, 3.0),
            row(&scope, "peak_queue", "requests", utilisation * 9000.0, 120.0),
            row(&scope, "blocking_probability", "1", utilisation * 0.01, 0.0004),
            row(&scope, "replicas_mean", "pods", utilisation * 100.0, 0.8),
            row(&scope, "replicas_max", "pods", utilisation * 190.0, 1.0),
        ]);
    }
    rows.push(row("system", "lost", "requests", 20_510.0, 730.0));
    rows.push(row("system", "lost_value", "USD", 630_912.0, 33_600.0));
    rows.extend([
        row("edge/web->api", "calls", "requests", 1_240_000.0, 4000.0),
        row("edge/web->api", "attempts_per_call", "1", 1.13, 0.01),
        row("edge/web->api", "failed_ratio", "1", 0.011, 0.0006),
    ]);
    rows
}

fn all_series() -> Vec<SeriesRow> {
    let lost = |t: f64| if (30.0..160.0).contains(&t) { 0.35 } else { 0.0 };
    let mut all = vec![
        series("system", "arrivals", "1/s", |t| Some(800.0 * peak(t, 10.0))),
        series("system", "goodput", "1/s", |t| Some(800.0 * peak(t, 10.0) * (1.0 - lost(t)))),
        series("system", "errors_rejected", "1/s", |t| Some(560.0 * peak(t, 10.0) * lost(t))),
        series("system", "errors_timed_out", "1/s", |t| Some(240.0 * peak(t, 10.0) * lost(t))),
        series("system", "errors_lost", "1/s", |_| Some(0.0)),
    ];
    for (class, base) in [("class/browse", 0.008), ("class/checkout", 0.03)] {
        for (metric, factor) in [("sojourn_p50", 1.0), ("sojourn_p95", 3.0), ("sojourn_p99", 6.0)] {
            all.push(series(class, metric, "s", |t| (t < 1700.0).then(|| base * factor * peak(t, 13.0))));
        }
    }
    for (service, least, most) in [("service/web", 20.0, 120.0), ("service/api", 24.0, 72.0)] {
        let desired = |t: f64| {
            if t < 45.0 {
                least
            } else if t < 900.0 {
                most
            } else {
                least
            }
        };
        all.push(series(service, "replicas_desired", "pods", |t| Some(desired(t))));
        all.push(series(service, "replicas_ready", "pods", |t| Some(desired(t - 70.0))));
    }
    for (service, busy) in [("service/web", 0.09), ("service/api", 0.07), ("service/db", 0.03)] {
        all.push(series(service, "utilisation", "1", |t| Some((busy * peak(t, 10.0)).min(1.0))));
        all.push(series(service, "queue", "requests", |t| Some(busy * 9000.0 * lost(t))));
    }
    all
}

/// The summary.
pub(super) fn summary() -> Summary {
    let need = |service: &str, had, needed, most, (reactive_at, measured): (f64, bool)| ServiceNeed {
        service: service.to_owned(),
        had,
        needed,
        most,
        reactive_at: Some(reactive_at),
        reactive_measured: measured.then(|| estimate(reactive_at, 4.0)),
        basis: "estimate: Erlang C at the largest offered load before T0+1m15s".to_owned(),
    };
    Summary {
        version: SUMMARY_VERSION,
        name: "Opening sale, small shop".to_owned(),
        question: "Does checkout hold the 00:00 opening, and what must run before it?".to_owned(),
        conclusion: Conclusion {
            outcome: Some(Outcome::Fail),
            passed: 1,
            failed: 2,
            inconclusive: 1,
            inputs: None,
        },
        objectives: objectives(),
        needs: vec![
            need("web", 20.0, Some(118), 120.0, (75.0, true)),
            need("api", 24.0, None, 72.0, (95.0, false)),
        ],
        recovery: Some(RecoveryEstimate {
            after: "opening.end".to_owned(),
            seconds: Some(estimate(172.0, 14.0)),
            recovered: 0.95,
            broken: Some(BrokenSpan {
                runs: 1.0,
                seconds: estimate(640.0, 9.0),
                before_mark: estimate(468.0, 4.0),
                first: 20.0,
                last: 858.0,
            }),
        }),
        metrics: metrics(),
        series: all_series(),
        observed: Vec::new(),
        probes: Vec::new(),
        theory: vec![TheoryRow {
            scope: "service/web".to_owned(),
            metric: "mean_wait".to_owned(),
            unit: "s",
            theory: 0.04,
            simulated: estimate(0.0402, 0.0005),
            model: "M/M/1".to_owned(),
        }],
        assumptions: vec![
            Assumption { text: "checkout waits at most 12 s".to_owned(), default: false, routine: false },
            Assumption {
                text: "pods of web queue at most 1000 requests".to_owned(),
                default: true,
                routine: false,
            },
            Assumption { text: "run.seed = 1".to_owned(), default: true, routine: true },
        ],
        warnings: vec![
            "service api: offered load of 96 cores at the peak is above the 72 it can ever have".to_owned(),
        ],
        windows: vec![ChartWindow { name: "opening".to_owned(), start: 0.0, end: 686.0 }],
        uncertainty: None,
        facts: RunFacts {
            replications: 20,
            seed: 1,
            t0: Some("2026-11-11T00:00:00+08:00".to_owned()),
            from: -600.0,
            to: 1800.0,
            settle: 900.0,
            warm_up: None,
            requests: 24_800_000,
            censored: 312,
            events: 198_000_000,
            precision_reached: Some(false),
            bounds_hit: Vec::new(),
            resolution: 1.0 / 128.0,
        },
    }
}
