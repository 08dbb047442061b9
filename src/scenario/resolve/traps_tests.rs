//! Traps that are named before anything runs, and which defaults stand first.

use super::mistakes_tests::{said, with};
use super::*;
use crate::scenario::Weight::{Decides, Routine, Usual};
use crate::scenario::inputs::MemoryInputs;

/// A service behind an HPA on cpu: at 100/s and 10 ms of work it needs a core, so two pods of one core at 60 %.
fn scaled(settle: &str, replicas: u32) -> String {
    format!(
        "run: {{ from: T0, to: T0+2m, settle: {settle} }}
traffic: {{ shoppers: {{ rate: 100/s, classes: {{ buy: {{ entry: web.buy }} }} }} }}
services: {{ web: {{ slots: 4, startup: {{ start: 10s }}, operations: {{ buy: [ {{ work: 10ms }} ] }} }} }}
manifests:
  - {{ apiVersion: apps/v1, kind: Deployment, metadata: {{ name: web }}, spec: {{ replicas: {replicas}, template: {{ spec: {{ \
         containers: [ {{ name: web, resources: {{ requests: {{ cpu: \"1\" }} }} }} ] }} }} }} }}
  - {{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {{ name: web }}, spec: {{ scaleTargetRef: {{ \
         apiVersion: apps/v1, kind: Deployment, name: web }}, minReplicas: 1, maxReplicas: 20, metrics: [ {{ type: Resource, \
         resource: {{ name: cpu, target: {{ type: Utilization, averageUtilization: 60 }} }} }} ] }} }}
objectives: [ buy success >= 99% ]
"
    )
}

/// Without the breaks that lines have for the terminal.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn pods_that_a_scale_down_window_keeps_are_named() {
    let text = one_line(&said(&scaled("1m", 8)));
    let trap = "`web` starts with 8 pods where its HPA wants some 2 before `from`, and 60 s of `settle` are shorter than the \
                300 s for which it waits before a step down";
    assert!(text.contains(trap), "{text}");
    for (settle, replicas) in [("5m", 8), ("1m", 2), ("1m", 1)] {
        let text = one_line(&said(&scaled(settle, replicas)));
        assert!(!text.contains("its HPA wants"), "{text}");
    }
}

#[test]
fn what_no_run_can_show_is_named_before_it_runs() {
    let of = |runs: &str, rule: &str| {
        said(&with("run: {", &format!("run: {{ replications: {runs},")).replace("buy success >= 99%", rule))
    };
    let text = one_line(&of("20", "buy success >= 99% in 95% of runs"));
    assert!(text.contains("can be missed but not shown to be met by 20 replications: it takes 73"), "{text}");
    assert_eq!(of("73", "buy success >= 99% in 95% of runs"), "");
    assert_eq!(of("20", "buy success >= 99% in 80% of runs"), "");
}

#[test]
fn defaults_that_decide_come_before_routine_ones() {
    let inputs = MemoryInputs::default().with("s.yaml", scaled("5m", 2));
    let (document, _) = Document::load("s.yaml", &inputs);
    let assumptions = resolve(&document, &inputs).0.expect("a scenario").assumptions;
    let weight = |path: &str| assumptions.iter().find(|one| one.path == path).expect(path).weight();
    for path in ["cluster.hpa.sync_period", "cluster.hpa.tolerance", "cluster.metrics.scrape"] {
        assert_eq!(weight(path), Decides);
    }
    assert_eq!(weight("services.web.operations.buy[0].probability"), Routine);
    assert_eq!(weight("services.web.queue_limit"), Usual);
    // What is written is no assumption.
    let written = scaled("5m", 2).replace("objectives:", "cluster: { hpa: { tolerance: 5% } }\nobjectives:");
    let inputs = MemoryInputs::default().with("s.yaml", written);
    let (document, _) = Document::load("s.yaml", &inputs);
    let assumptions = resolve(&document, &inputs).0.expect("a scenario").assumptions;
    assert!(assumptions.iter().all(|one| one.path != "cluster.hpa.tolerance"));
    assert!(assumptions.iter().any(|one| one.path == "cluster.hpa.sync_period"));
}

#[test]
fn retries_that_cannot_go_elsewhere_are_named() {
    let of = |text: &str| with("slots: 4", &format!("slots: 4\n    upstreams: {{ db: {{ {text} }} }}"));
    let says = |text: &str, why: &str| said(&of(text)).contains(why);
    assert!(says("retry_elsewhere: true", "is never tried again: add `retries`"));
    assert!(!says("retry_elsewhere: true, retries: 1", "does nothing here"));
    assert!(!says("retry_elsewhere: false", "does nothing here"));
}
