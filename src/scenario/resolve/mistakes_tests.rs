//! What is said about mistakes, as it is read.

use super::*;
use crate::scenario::inputs::MemoryInputs;

fn said(text: &str) -> String {
    let inputs = MemoryInputs::default()
        .with("s.yaml", text)
        .with("bad.csv", "t_s,count\n0,60\n60,many\n")
        .with("unsorted.csv", "t_s,count\n0,60\n60,1\n30,2\n")
        .with("gap.csv", "t_s,count\n0,60\n60,120\n240,60\n300,60\n")
        .with("short.csv", "t_s,count\n0,60\n60,120\n")
        .with("empty.csv", "t_s,count\n");
    let (document, mut diagnostics) = Document::load("s.yaml", &inputs);
    let (scenario, found) = resolve(&document, &inputs);
    diagnostics.extend(found);
    assert!(scenario.is_some() || diagnostics.has_errors());
    diagnostics.render(&document.sources, false)
}

/// What is said about each text, one after the other.
fn all(texts: &[&String]) -> String {
    texts.iter().map(|text| format!("{}\n", said(text))).collect()
}

/// A valid scenario, from which `from` is replaced by `to`.
fn with(from: &str, to: &str) -> String {
    let text = "run: { from: T0, to: T0+2m, settle: 0s }
traffic:
  shoppers: { rate: 9/s, classes: { buy: { entry: web.buy } } }
services:
  web:
    slots: 4
    operations: { buy: [ { work: 5ms }, { call: db.read, timeout: 1s } ] }
  db: { slots: 8, operations: { read: [ { wait: 2ms } ] } }
objectives: [ buy success >= 99% ]
";
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[test]
fn a_valid_scenario_has_nothing_to_say() {
    assert_eq!(said(&with("run", "run")), "");
}

#[test]
fn names_that_are_not_there() {
    insta::assert_snapshot!(all(&[
        &with("db.read", "dbs.read"),
        &with("db.read", "db.reed"),
        &with("entry: web.buy", "entry: web"),
        &with("buy success", "bye success"),
        &with("slots: 4", "slots: 4\n    upstreams: { dd: { timeout: 1s } }"),
    ]));
}

#[test]
fn calls_in_a_circle() {
    insta::assert_snapshot!(all(&[&with("{ wait: 2ms }", "{ call: web.buy }"),]));
}

#[test]
fn quantities_of_the_wrong_kind() {
    insta::assert_snapshot!(all(&[
        &with("9/s", "-9/s"),
        &with("9/s", "NaN"),
        &with("5ms", "lognormal(mean 5ms, p99 20ms)"),
        &with("5ms", "lognormal(mean 5ms p99 4ms)"),
        &with("slots: 4", "slots: 0"),
        &with(">= 99%", ">= 99"),
        &with("to: T0+2m", "to: T0-2m"),
    ]));
}

#[test]
fn traces() {
    let trace = |file: &str| with("rate: 9/s", &format!("trace: {{ file: {file} }}"));
    insta::assert_snapshot!(all(&[
        &trace("none.csv"),
        &trace("bad.csv"),
        &trace("unsorted.csv"),
        &trace("gap.csv, align: 60s"),
        &trace("gap.csv, align: 60s, gaps: hold"),
        &trace("short.csv, align: 5m"),
        &trace("empty.csv"),
        &trace("bad.csv, value: counts"),
    ]));
}

#[test]
fn a_gap_outside_the_run_does_not_matter() {
    let text = with("rate: 9/s", "trace: { file: gap.csv }");
    assert_eq!(said(&text), "");
}

#[test]
fn runs_that_cannot_end() {
    let text = with("rate: 9/s", "users: 3, think: 0s").replace("5ms", "0s").replace("2ms", "0s");
    insta::assert_snapshot!(all(&[&with("9/s", "1e10/s"), &text, &with("rate: 9/s", "gaps: 0s"),]));
}

#[test]
fn doubtful_scenarios() {
    insta::assert_snapshot!(all(&[
        &with("9/s", "9000/s"),
        &with(", timeout: 1s", ""),
        &with("timeout: 1s", "timeout: 1ms"),
        &with("buy success >= 99%", "buy p99 < 1s"),
        &with("objectives: [ buy success >= 99% ]", ""),
        &with("5ms", "4m"),
    ]));
}

#[test]
fn a_try_may_not_outlast_its_call() {
    let says = |text: &str| all(&[&with("timeout: 1s", text)]).contains("so no try ever reaches its own");
    assert!(says("timeout: 1s, try_timeout: 2s"));
    assert!(!says("timeout: 1s, try_timeout: 1s") && !says("timeout: 2s, try_timeout: 1s"));
}

#[test]
fn keys_without_effect_are_refused() {
    insta::assert_snapshot!(all(&[
        &with("slots: 4", "slots: 4\n    admit: { rate: 6000/s }"),
        &with("{ work: 5ms }", "{ work: 5ms, timeout: 2s }"),
        &with("rate: 9/s", "rate: 9/s, users: 4"),
        &with("rate: 9/s", "gaps: 1s, spacing: even"),
        &with("objectives:", "caches: {}\nobjectives:"),
    ]));
}

const DEPLOYMENT: &str = "{ apiVersion: apps/v1, kind: Deployment, metadata: { name: web }, spec: { replicas: 3, template: { spec: { containers: [ { name: web } ] } } } }";

fn hpa(spec: &str) -> String {
    format!(
        "{{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{ name: web }}, spec: {{ scaleTargetRef: {{ name: web }}, {spec} }} }}"
    )
}

#[test]
fn manifests() {
    let manifests = |objects: &[&str]| {
        let lines: String = objects.iter().map(|object| format!("  - {object}\n")).collect();
        with("objectives:", &format!("manifests:\n{lines}objectives:"))
    };
    let scaled = "{ apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: { name: web }, spec: { scaleTargetRef: { name: web } } }";
    insta::assert_snapshot!(all(&[
        &manifests(&[DEPLOYMENT, &hpa("maxReplicas: 9")]),
        &manifests(&[DEPLOYMENT, &hpa("maxReplica: 9")]),
        &manifests(&[DEPLOYMENT, &hpa("maxReplicas: 9"), scaled]),
        &manifests(&[DEPLOYMENT]).replace("slots: 4", "slots: 4\n    replicas: 5"),
        &manifests(&[DEPLOYMENT, &hpa("maxReplicas: 9, metrics: [ { type: Pods } ]")]),
        &manifests(&["{ kind: Deployment }"]),
    ]));
}

#[test]
fn hostile_scenarios_end_quickly() {
    let many = |n: usize, line: &dyn Fn(usize) -> String| (0..n).map(line).collect::<String>();
    let started = std::time::Instant::now();
    let keys = with("objectives:", &format!("{}objectives:", many(90_000, &|n| format!("key-{n}: 1\n"))));
    let found = said(&keys);
    assert!(found.contains("unknown key"), "{}", &found[..300.min(found.len())]);
    let services = many(20_000, &|n| format!("  s{n}: {{ slots: 1, operations: {{ o: [] }} }}\n"));
    assert!(said(&with("objectives:", &format!("{services}objectives:"))).contains("at most 5000 are read"));
    let laws = many(9_000, &|n| format!("{{ wait: {}ns }}, ", n + 1));
    assert!(said(&with("{ wait: 2ms }", &laws)).contains("different laws"));
    let nested =
        with("{ wait: 2ms }", "{ repeat: 1e9, steps: [ { repeat: 1e9, steps: [ { wait: 1s } ] } ] }");
    assert!(said(&nested).contains("steps"));
    let empty = with("{ wait: 2ms }", "{ repeat: 1e15, steps: [] }");
    assert!(said(&empty).contains("repeat"));
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
