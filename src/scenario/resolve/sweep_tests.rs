//! Sections `sweep`, and what is wrong with them.

use crate::scenario::{Diagnostics, Document, MemoryInputs, SweepPlan, resolve};

const BASE: &str = "\
schema: 1
run: { t0: 2026-11-11T00:00:00Z }
traffic:
  shoppers:
    rate: 40/s
    peaks: { opening: { at: T0, factor: 2, rise: 5s, fall: 5s } }
    classes: { browse: { entry: web.browse, patience: 5s } }
services:
  web:
    replicas: 2
    slots: 4
    operations: { browse: [ { work: exponential(10ms) } ] }
objectives: [ browse p99 < 2s, browse success >= 99% ]
";

fn read(section: &str, arguments: &[&str], zip: bool) -> (Option<SweepPlan>, String) {
    let inputs =
        MemoryInputs::default().with("base.yaml", BASE).with("s.yaml", format!("base: base.yaml\n{section}"));
    let (mut document, mut found) = Document::load("s.yaml", &inputs);
    let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
    document.vary(&arguments, zip, &mut found);
    let (scenario, diagnostics) = resolve(&document, &inputs);
    found.extend(diagnostics);
    let text = if found.has_errors() {
        Diagnostics::render(&found, &document.sources, false)
    } else {
        String::new()
    };
    (scenario.filter(|_| !found.has_errors()).and_then(|scenario| scenario.sweep), text)
}

#[track_caller]
fn plan(section: &str) -> SweepPlan {
    let (plan, text) = read(section, &[], false);
    plan.unwrap_or_else(|| panic!("{text}"))
}

fn points(plan: &SweepPlan) -> Vec<String> {
    let label = |point: Vec<crate::scenario::axis::Level>| {
        point.into_iter().map(|level| level.label).collect::<Vec<_>>().join(" ")
    };
    plan.combinations().into_iter().map(label).collect()
}

#[track_caller]
fn check_wrong(section: &str, arguments: &[&str], parts: &[&str]) {
    let (plan, text) = read(section, arguments, false);
    assert!(plan.is_none(), "{section} was accepted");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
}

#[test]
fn every_combination_is_a_point_and_the_last_factor_changes_fastest() {
    let plan = plan(
        "sweep: { vary: { services.web.replicas: [2, 4], traffic.shoppers.rate: 100/s .. 300/s step 100/s } }",
    );
    assert_eq!(points(&plan), ["2 100/s", "2 200/s", "2 300/s", "4 100/s", "4 200/s", "4 300/s"]);
    assert_eq!(plan.factors.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["replicas", "rate"]);
}

#[test]
fn groups_move_together_and_conditions_choose() {
    let plan = plan(
        "sweep:\n  vary: { traffic.shoppers.peaks.opening.factor: [2, 3] }\n  zip:\n    - { services.web.replicas: [1, 2, 3], services.web.slots: [30, 20, 10] }\n  where: [ replicas * slots <= 40, factor < 3 ]\n",
    );
    assert_eq!(points(&plan), ["2 1 30", "2 2 20", "2 3 10"]);
    assert_eq!(plan.groups, [vec![0], vec![1, 2]]);
}

#[test]
fn axes_of_the_command_line_join_those_of_the_file() {
    let (plan, text) =
        read("sweep: { vary: { services.web.replicas: [2, 4] } }", &["services.web.slots=1,2"], false);
    assert_eq!(points(&plan.expect(&text)), ["2 1", "2 2", "4 1", "4 2"]);
    let (plan, text) = read("", &["services.web.replicas=2,4", "services.web.slots=1,2"], true);
    assert_eq!(points(&plan.expect(&text)), ["2 1", "4 2"]);
}

#[test]
fn names_are_as_short_as_they_can_be() {
    let (plan, text) = read(
        "",
        &[
            "services.web.replicas=2",
            "traffic.shoppers.peaks.opening.rise=5s",
            "traffic.shoppers.peaks.opening.fall=5s",
            "services.web.operations={browse: [ { work: 2ms } ]}",
        ],
        false,
    );
    let names: Vec<String> = plan.expect(&text).factors.into_iter().map(|f| f.name).collect();
    assert_eq!(names, ["replicas", "rise", "fall", "operations"]);
}

#[test]
fn all_mistakes_are_said_at_once_with_their_places() {
    check_wrong(
        "sweep:\n  vary:\n    services.wbe.replicas: [2, 4]\n    traffic.shoppers.peaks.opening.factr: [2]\n    services.web.slots: []\n",
        &["services.web.replica=2"],
        &[
            "s.yaml:4:14",
            "did you mean `web`?",
            "s.yaml:5:36",
            "did you mean `factor`?",
            "s.yaml:6:25",
            "has no values",
            "--vary",
            "did you mean `replicas`?",
            "4 errors",
        ],
    );
}

#[test]
fn contradictions_are_errors() {
    let cases: [(&str, &[&str], &[&str]); 12] = [
        ("sweep: {}", &[], &["varies nothing"]),
        ("sweep: { vary: { services.web.replicas: [2, 2] } }", &[], &["`2` twice"]),
        (
            "sweep: { vary: { services.web.replicas: [2] } }",
            &["services.web.replicas=3"],
            &["varies twice", "the other one"],
        ),
        (
            "sweep: { vary: { services.web.replicas: [2] }, zip: [ { services.web.replicas: [3] } ] }",
            &[],
            &["varies twice"],
        ),
        ("", &["services.web.slots=3", "services.web={replicas: 2}"], &["set the same value"]),
        (
            "sweep: { zip: [ { services.web.replicas: [1, 2], services.web.slots: [1, 2, 3] } ] }",
            &[],
            &["2 values", "3 values"],
        ),
        (
            "sweep: { vary: { services.web.replicas: [1, 2] }, where: replicas > 5 }",
            &[],
            &["no point meets", "s.yaml:2:58"],
        ),
        (
            "sweep: { vary: { services.web.replicas: [1, 2] }, where: services.web.slot > 5 }",
            &[],
            &["no factor"],
        ),
        ("sweep: { vary: { services.web.replicas: 1 .. 9 } }", &[], &["range without a step", "step C"]),
        (
            "",
            &["services.web.replicas=1 .. 1000 step 1", "services.web.slots=1 .. 11 step 1"],
            &["11000 combinations, more than 10000"],
        ),
        ("sweep: { vary: { base: [a, b] } }", &[], &["cannot be varied"]),
        (
            "sweep: { vary: { hpa/web.spec.minReplicas: [1] } }",
            &[],
            &["no HorizontalPodAutoscaler called `web`"],
        ),
    ];
    for (section, arguments, parts) in cases {
        check_wrong(section, arguments, parts);
    }
}

#[test]
fn what_is_counted_is_drawn_in_whole_numbers() {
    let hpa = "manifests:\n  - { apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: web }, spec: { scaleTargetRef: { name: shop }, maxReplicas: 9 } }\n  - { apiVersion: apps/v1, kind: Deployment, metadata: { name: shop }, spec: { template: { spec: { containers: [ {} ] } } } }\n";
    let plan = plan(&format!(
        "{hpa}sweep: {{ vary: {{ services.web.replicas: 1..5, traffic.shoppers.peaks.opening.factor: 2 .. 3, hpa/web.spec.maxReplicas: 7 .. 9 }}, sample: latin 4 }}\n"
    ));
    let at = |u: f64| {
        let point = plan.drawn(&[u; 3]).expect("a point");
        point.into_iter().map(|level| level.text).collect::<Vec<_>>()
    };
    assert_eq!(at(0.0), ["1", "2", "7"]);
    assert_eq!(at(0.39), ["2", "2.39", "8"]);
    assert_eq!(at(0.9), ["5", "2.9", "9"]);
}
