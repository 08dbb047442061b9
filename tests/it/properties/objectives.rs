//! Objectives apart from their verdict: the heads by which tolerances and stored results find them, and the limits that runs
//! count under.

use flashcrowd::model::{ClassId, EdgeId, Model, Scope, ServiceId, decision_metrics};
use flashcrowd::study::Study;
use flashcrowd::system::simulate;
use std::sync::atomic::AtomicBool;

const SCENARIO: &str = "
schema: 1
run: { t0: 2026-11-11T00:00:00+08:00, from: T0-1m, to: T0+5m, windows: { rush: T0 .. T0+1m } }
traffic:
  crowd:
    rate: 60/s
    peaks: { opening: { at: T0, factor: 4, rise: 5s, hold: 20s, fall: 20s } }
    classes: { view: { weight: 70, entry: web.view }, within-reach: { weight: 30, entry: db.read } }
services:
  web: { replicas: 2, slots: 8, operations: { view: [ { work: 2ms }, { call: db.read } ] } }
  db: { replicas: 1, slots: 40, operations: { read: [ { work: 3ms } ] } }
objectives:
";

/// What stands in front of a measure.
const WHOSE: [&str; 8] = [
    "",
    "system ",
    "view ",
    "class/view ",
    "within-reach ",
    "service/web ",
    "edge/web->db ",
    "edge/clients->web ",
];

/// Measures with what they are compared by and with, all ways of writing a comparison among them.
const WHAT: [&str; 15] = [
    "p50 < 800ms",
    "p99.9<=1s500ms",
    "p95  <  0.8s",
    "mean <= 200ms",
    "within 800ms >= 99.5%",
    "within 0.8s>0.99",
    "within 1m30s >=99%",
    "success >= 99.9%",
    "shed <= 2%",
    "errors<1%",
    "goodput >= 400/s",
    "retries <= 1.1",
    "replicas <= 40",
    "utilisation <= 80%",
    "waits <= 20%",
];

/// Of services alone.
const OF_SERVICES: [&str; 3] = ["wait p95 <= 50ms", "wait p99.9 < 50ms", "wait mean <= 5ms"];

const CONDITIONS: [&str; 8] = [
    "",
    " during rush",
    " during opening",
    " during T0 .. T0+2m",
    " during T0..T0+2m in 95% of runs",
    " in every 10s window",
    " in every 10s windows in 0.9 of runs",
    " in 95% of runs during rush in every 20s window",
];

/// The head as the text alone gives it: the words without the comparison and what stands behind it.
fn cut(text: &str) -> String {
    let spaced = text.replace("->", "\u{1}").replace(['<', '>'], " < ").replace('\u{1}', "->");
    let mut words: Vec<&str> = spaced.split_whitespace().filter(|word| *word != "=").collect();
    let limit = words.iter().position(|word| *word == "<");
    let limit =
        limit.or_else(|| words.iter().position(|w| *w == "within").filter(|_| words[0] == "recovers"));
    if let Some(at) = limit {
        words.drain(at..(at + 2).min(words.len()));
    }
    if let Some(first) = words.first_mut() {
        *first = first.strip_prefix("class/").unwrap_or(first);
    }
    words.retain(|word| *word != "system");
    words.join(" ")
}

fn model(objectives: &[String]) -> Option<Model> {
    let lines: String = objectives.iter().map(|text| format!("  - {text:?}\n")).collect();
    let prepared = Study::from_text(&format!("{SCENARIO}{lines}")).prepare().expect("a text");
    Some(prepared.scenario?.model)
}

#[test]
fn heads_are_objectives_without_their_limits() {
    let mut seen = 0;
    for whose in WHOSE {
        for what in WHAT.iter().chain(&OF_SERVICES) {
            let written: Vec<String> = CONDITIONS.iter().map(|when| format!("{whose}{what}{when}")).collect();
            // Not every scope has every measure.
            let Some(model) = model(&written) else { continue };
            for (objective, text) in model.objectives.iter().zip(&written) {
                assert_eq!(objective.head(&model), cut(text), "{text}");
                seen += 1;
            }
        }
    }
    assert!(seen > 700, "only {seen} objectives were accepted");
}

#[test]
fn recovery_keeps_its_mark_and_loses_its_time() {
    let written = ["recovers within 2m after opening.end", "recovers within 90s after T0+1m in 95% of runs"];
    let mut all = written.map(str::to_owned).to_vec();
    all.push("view p99 < 1s".to_owned());
    let model = model(&all).expect("a scenario");
    let heads: Vec<String> = model.objectives.iter().map(|objective| objective.head(&model)).collect();
    assert_eq!(heads[..2], ["recovers after opening.end", "recovers after T0+1m in 95% of runs"]);
    assert_eq!(heads[..2], [cut(written[0]), cut(written[1])]);
    assert!(decision_metrics(&model).iter().any(|metric| metric.key == heads[0]));
}

#[test]
fn runs_count_under_the_limits_that_the_model_gathers() {
    let written = [
        "view within 900ms >= 90%",
        "view within 100ms >= 90%",
        "within 300ms >= 90%",
        "view within 100ms >= 80% during rush",
        "service/db within 20ms >= 90%",
        "edge/web->db within 30ms >= 90%",
        "edge/web->db p99 < 1s",
    ];
    let model = model(&written.map(str::to_owned)).expect("a scenario");
    let record = simulate(&model, 0, &AtomicBool::new(false));
    for (class, limits) in record.limits.iter().enumerate() {
        assert_eq!(*limits, model.within_limits(Scope::Class(ClassId(class as u16))));
    }
    assert_eq!(record.limits, [vec![100_000_000, 300_000_000, 900_000_000], vec![300_000_000]]);
    let calls = record.calls.expect("calls are recorded");
    for (service, calls) in calls.services.iter().enumerate() {
        assert_eq!(calls.limits, model.within_limits(Scope::Service(ServiceId(service as u16))));
    }
    for (edge, calls) in calls.edges.iter().enumerate() {
        assert_eq!(calls.limits, model.within_limits(Scope::Edge(EdgeId(edge as u16))));
    }
    assert!(calls.services.iter().any(|calls| !calls.limits.is_empty()));
}
