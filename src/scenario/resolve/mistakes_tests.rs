//! What is said about mistakes, as it is read.

use super::*;
use crate::scenario::inputs::MemoryInputs;

pub fn said(text: &str) -> String {
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
pub fn with(from: &str, to: &str) -> String {
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
fn runs_are_bounded_together_too() {
    let runs = |rate: &str, more: &str| {
        said(&with("9/s", rate).replacen("settle: 0s", &format!("settle: 0s, {more}"), 1))
    };
    // Two minutes at 2,000/s are 240,000 requests a run.
    let found = runs("2000/s", "replications: 1000000");
    assert!(found.contains("warning: 1000000 runs have about 2.4e11 requests in all"), "{found}");
    let found = runs("20000/s", "replications: 1000000");
    assert!(found.contains("error: 1000000 runs have about 2.4e12 requests in all"), "{found}");
    assert!(!runs("2000/s", "replications: 1000").contains("requests in all"));
    assert!(!runs("2000/s", "replications: 10000000000").contains("requests in all"));
    assert!(!runs("20000/s", "replications: 1000000, precision: 2%").contains("requests in all"));
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
fn percentiles_need_a_share_of_the_arrived_beside_them() {
    let warns = |objectives: &str| {
        said(&with("[ buy success >= 99% ]", objectives)).contains("alone is passed by turning requests away")
    };
    assert!(warns("[ buy p99 < 800ms, buy shed <= 2% ]"));
    assert!(warns("[ buy mean < 800ms, buy errors <= 2%, buy success <= 99% ]"));
    assert!(warns("[ buy p50 < 800ms, service/web success >= 99% ]"));
    assert!(!warns("[ buy p99 < 800ms, buy success >= 99% ]"));
    assert!(!warns("[ buy p99 < 800ms, buy within 2s >= 99% ]"));
    // One class is all there is.
    assert!(!warns("[ buy p99 < 800ms, success >= 99% ]"));
}

#[test]
fn few_slots_share_little() {
    let shared = |slots: &str| said(&with("slots: 4", &format!("discipline: processor-sharing\n{slots}")));
    assert!(
        shared("    slots: 1").contains("the cpu is shared by at most 1 at a time"),
        "{}",
        shared("    slots: 1")
    );
    assert_eq!(shared("    slots: 64"), "");
    assert_eq!(shared(""), "");
}

const PEAK: &str = "rate: 9/s, peaks: { opening: { at: T0, factor: 3, rise: 5s } }";

/// The errors and warnings a text has, without their places.
fn sentences(text: &str) -> Vec<String> {
    let found = said(text);
    let lines = found.lines().filter(|line| line.starts_with("error: ") || line.starts_with("warning: "));
    lines.map(str::to_owned).collect()
}

#[test]
fn one_mistake_is_said_once() {
    let peak = |rate: &str| {
        with("rate: 9/s", &PEAK.replace("9/s", rate)).replace(
            "[ buy success >= 99% ]",
            "[ buy success >= 99% during opening, recovers within 1m after opening.end ]",
        )
    };
    assert_eq!(sentences(&peak("9/s")), [""; 0]);
    let only = |text: &str, part: &str| {
        let found = sentences(text);
        assert!(found.len() == 1 && found[0].contains(part), "{part}: {found:#?}");
    };
    only(&peak("9"), "which has no unit of a rate");
    only(&peak("9/s .. 8/s .. 12/s"), "which does not rise");
    only(&peak("8/s .. 12/s"), "which lacks its middle");
    only(&with("timeout: 1s", "timout: 1s"), "unknown key `timout`");
    only(&with("buy success >= 99%", "buy p99 < 1s, buy sucess >= 99%"), "has the measure `sucess`");
    let window = with("settle: 0s", "settle: 0s, windows: { sale: T0 .. never }")
        .replace("99% ]", "99% during sale ]");
    only(&window, "run.windows.sale");
}

#[test]
fn a_try_may_not_outlast_its_call() {
    let says = |text: &str| all(&[&with("timeout: 1s", text)]).contains("so no try ever reaches its own");
    assert!(says("timeout: 1s, try_timeout: 2s"));
    assert!(!says("timeout: 1s, try_timeout: 1s") && !says("timeout: 2s, try_timeout: 1s"));
}

#[test]
fn loads_and_times_are_those_of_the_pods_and_of_what_is_needed() {
    let busy = with("rate: 9/s", "rate: 850/s");
    assert_eq!(
        sentences(&busy),
        ["warning: `web` is offered 4.2 cores of work at the top and has 4.0 with 1 pods"]
    );
    assert_eq!(sentences(&busy.replace("slots: 4", "slots: 4\n    speed: 2")), [""; 0]);
    let parallel = |need: &str| {
        with("{ wait: 2ms }", &format!("{{ parallel: [ {{ wait: 2s }}, {{ wait: 2ms }} ], need: {need} }}"))
    };
    let late =
        "warning: the timeout of 1 s is shorter than the 2.000 s that `db` needs on average without waiting";
    assert!(sentences(&parallel("2")).iter().any(|sentence| sentence == late));
    assert_eq!(sentences(&parallel("1")), [""; 0]);
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

#[test]
fn names_have_neighbours_and_lists() {
    let says = |objective: &str| {
        let peaks = with("rate: 9/s", PEAK);
        sentences_and_help(
            &peaks.replace("[ buy success >= 99% ]", &format!("[ buy success >= 99%, {objective} ]")),
        )
    };
    let has = |objective: &str, part: &str| {
        let found = says(objective);
        assert!(found.contains(part), "{objective}: {found}");
    };
    has("service/wb p99 < 1s", "did you mean `web`?");
    has("service/storage p99 < 1s", "the services are web, db");
    has("edge/web->dbs p99 < 1s", "did you mean `web->db`?");
    has("edge/x p99 < 1s", "the edges are ");
    has("recovers within 2m after nope.end", "there are opening");
    has("cost < 15 USD/h", "has the measure `cost`, which is not built yet");
    has("buy deferred <= 2%", "has the measure `deferred`, which is not built yet");
    has("buy degraded <= 2%", "has the measure `degraded`, which is not built yet");
    has("buy utilisation < 5%", "measures pods");
    has("edge/web->db utilisation < 5%", "measures pods");
    has("buy within 1s >= 9% in 0% of runs", "asks for 0% of runs");
    has("buy within 1s >= 9% in 100% of runs", "which no number of runs can show");
    assert_eq!(
        says("service/web utilisation < 5%, utilisation < 5%, buy within 1s >= 9% in 80% of runs"),
        ""
    );
    let law = |law: &str| sentences_and_help(&with("5ms", law));
    assert!(law("exponental(2ms)").contains("did you mean `exponential`?"));
    assert!(law("deterministc(2ms)").contains("did you mean `deterministic`?"));
    assert!(law("zeta(2ms)").contains("one of constant, deterministic, exponential, erlang"));
    assert_eq!(law("deterministic(2ms)"), "");
}

/// What is said, on one line a text.
fn sentences_and_help(text: &str) -> String {
    said(text).split_whitespace().filter(|word| *word != "=").collect::<Vec<_>>().join(" ")
}

#[test]
fn what_changes_during_a_run() {
    let change = |set: &str| {
        sentences_and_help(&with(
            "objectives:",
            &format!("timeline: {{ a: {{ at: T0, set: {{ {set} }} }} }}\nobjectives:"),
        ))
    };
    let found = change("traffic.shoppers.spacing: even");
    assert!(found.contains("cannot be changed while a run goes on"), "{found}");
    assert!(found.contains("services.S.replicas"), "{found}");
    assert!(change("services.web.replica: 2").contains("did you mean `replicas`?"));
    assert!(change("services.wbe.replicas: 2").contains("did you mean `web`?"));
    assert!(change("services.web.autoscaler.min: 2").contains("there is no autoscaler to be changed"));
    assert!(change("traffic.shoppers.users: 2").contains("there is no closed population to be changed"));
    assert_eq!(change("traffic.shoppers.rate: 500/s"), "");
    assert_eq!(change("services.web.queue_limit: none"), "");
    assert!(change("services.web.replicas: 2/s").contains("a count has no unit"));
    assert!(change("services.web.replicas: 2000000").contains("at most a million"));
    assert_eq!(change("services.web.replicas: 2"), "");
}

#[test]
fn planned_keys_have_no_neighbours() {
    let queues = said(&with("objectives:", "queues: {}\nobjectives:"));
    assert!(queues.contains("unknown key `queues`: it is planned, and not built yet"), "{queues}");
    assert!(!queues.contains("did you mean"));
}

#[test]
fn bounds_that_the_timeline_moves_across_each_other() {
    let scaled = |set: &str| {
        let web = "slots: 4\n    autoscaler: { target: 60%, min: 2, max: 20 }";
        with("slots: 4", web).replace("objectives:", &format!("timeline:\n{set}objectives:"))
    };
    insta::assert_snapshot!(all(&[
        &scaled("  up: { at: T0, set: { services.web.autoscaler.min: 40 } }\n"),
        &scaled(
            "  up: { at: T0+1m, set: { services.web.autoscaler.min: 15 } }\n  down: { at: T0+90s, set: { \
             services.web.autoscaler.max: 10 } }\n",
        ),
        &scaled("  slots: { at: T0, set: { services.web.slots: 8 } }\n"),
    ]));
    let both =
        "  up: { at: T0, set: { services.web.autoscaler.min: 40, services.web.autoscaler.max: 60 } }\n";
    assert_eq!(said(&scaled(both)), "");
    let entries = "  min: { at: T0, set: { services.web.autoscaler.min: 40 } }\n  max: { at: T0, set: { \
                   services.web.autoscaler.max: 60 } }\n";
    assert_eq!(said(&scaled(entries)), "");
}
