//! Every example of the language's page is read as it stands, and the page leaves no form out.

use std::path::Path;

use super::*;
use crate::policy::Balancer;
use crate::scenario::inputs::MemoryInputs;
use crate::scenario::quantity;

/// A scenario with a place for each kind of example.
const BASE: &str = "\
RUN
traffic:
  shoppers:
    SOURCE
    classes:
      browse:
        CLASS
services:
  web:
    slots: 64
    SERVICE
    operations:
      browse:
        STEP
    upstreams:
      db:
        timeout: 1s
        balancer: BALANCER
  db:
    slots: 64
    operations:
      read:
        - wait: LAW
CHANGE
objectives:
  - OBJECTIVE
";

/// What stands in a place that no example is put into.
const STANDARD: [(&str, &str); 9] = [
    ("RUN", "run: { t0: 2026-11-11T00:00:00Z }"),
    ("SOURCE", "rate: 80/s\n    peaks: { opening: { at: T0, factor: 2, rise: 5s, fall: 5s } }"),
    ("CLASS", "entry: web.browse"),
    ("SERVICE", "replicas: 3\n    resources: { requests: { cpu: 1 }, limits: { cpu: 2 } }"),
    ("STEP", "- call: db.read"),
    ("BALANCER", "random"),
    ("LAW", "2ms"),
    ("CHANGE", ""),
    ("OBJECTIVE", "success >= 99%"),
];

fn scenario(place: &str, example: &str) -> String {
    let mut text = BASE.to_owned();
    for (name, standard) in STANDARD {
        let indent =
            text.lines().find(|line| line.trim_start() == name).map_or(0, |line| line.len() - name.len());
        let given = if name == place { example } else { standard };
        let given = given.replace('\n', &format!("\n{}", " ".repeat(indent)));
        text = text.replacen(name, if name == place { &given } else { standard }, 1);
    }
    text
}

/// The fenced blocks of the page: their kind and their text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some((info.trim_start_matches("yaml").trim().to_owned(), String::new()))
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md");
    std::fs::read_to_string(path).expect("the page")
}

/// Counts by the minute over the counted span.
fn recorded() -> String {
    let minute = |at: u32| {
        format!("{}:{:02}:00Z,60\n", ["2026-11-10T23", "2026-11-11T00"][(at / 60) as usize], at % 60)
    };
    ["time,count\n".to_owned()].into_iter().chain((45..95).map(minute)).collect()
}

/// The counted span in seconds since 1970, a row every ten minutes.
fn seconds(header: &str, row: &dyn Fn(u64) -> String) -> String {
    let start = 1_794_355_200 - 900;
    [format!("{header}\n")].into_iter().chain((0..6).map(|at| row(start + 600 * at))).collect()
}

/// The same by the clock on a wall in Berlin.
fn local() -> String {
    let row = |at: u32| format!("11.11.2026 {:02}:{:02};1.200,5\n", (45 + 10 * at) / 60, (45 + 10 * at) % 60);
    ["Zeit;Anfragen\n".to_owned()].into_iter().chain((0..6).map(row)).collect()
}

fn range() -> String {
    let pairs = seconds("", &|at| format!("[{at},\"12.5\"],"));
    let pairs = pairs.trim().trim_end_matches(',').replace('\n', "");
    format!("{{\"data\":{{\"result\":[{{\"metric\":{{\"job\":\"web\"}},\"values\":[{pairs}]}}]}}}}")
}

/// What stands in the folder that the page names.
const STATEFUL: &str = "{ apiVersion: apps/v1, kind: StatefulSet, metadata: { name: db }, spec: { replicas: 3, template: \
    { spec: { containers: [ { name: db, resources: { requests: { cpu: 500m } } } ] } } } }";

/// The objects that the page shows, for what speaks of them.
fn shown_objects() -> String {
    let of = |(kind, text): (String, String)| (kind == "manifests").then_some(text);
    blocks(&page()).into_iter().find_map(of).expect("a block of manifests")
}

fn is_quantity(line: &str) -> bool {
    let text = line.split('#').next().unwrap_or_default();
    let (kind, value) = text.split_once(':').expect("kind: value");
    let reads = |value: &str| match kind {
        "duration" => quantity::duration(value).is_ok(),
        "rate" => quantity::rate(value).is_ok(),
        "share" => quantity::ratio(value).is_ok(),
        "count" => quantity::count(value).is_ok(),
        "factor" => quantity::factor(value).is_ok(),
        "number" => quantity::number(value).is_ok(),
        "money" => quantity::money(value).is_ok(),
        "cores" => quantity::cpu(value).is_ok(),
        "time" => quantity::time(value).is_ok(),
        "span" => quantity::time_span(value).is_ok(),
        _ => false,
    };
    match value.split("..").collect::<Vec<_>>()[..] {
        [low, mid, high] => [low, mid, high].into_iter().all(reads),
        _ => reads(value),
    }
}

#[track_caller]
fn accepted(place: &str, example: &str) {
    accepted_with(&scenario(place, example), None);
}

/// The same for a whole scenario, edited at one path.
#[track_caller]
fn accepted_with(text: &str, edit: Option<(&str, &str)>) {
    let inputs = MemoryInputs::default()
        .with("s.yaml", text)
        .with("lb.csv", recorded())
        .with("arrivals.csv", "t_s\n0.5\n1.25\n")
        .with("k6.csv", "metric_name,timestamp,metric_value\nhttp_reqs,1794355200,1\nvus,1794355200,5\n")
        .with("jmeter.csv", "timeStamp,elapsed,label\n1794355200000,20,a\n")
        .with(
            "locust.csv",
            seconds("Timestamp,Name,Requests/s", &|at| format!("{at},Aggregated,10\n{at},/a,9\n")),
        )
        .with("local.csv", local())
        .with("range.json", range())
        .with("log.csv", "timeStamp,elapsed\n1794355200000,20\n")
        .with("k8s/db.yaml", STATEFUL)
        .with("sizes.csv", "ms\n1ms\n3ms\n");
    let (mut document, mut diagnostics) = Document::load("s.yaml", &inputs);
    if let Some((path, value)) = edit {
        document.set(&format!("{path}={value}"), &mut diagnostics);
    }
    let (scenario, found) = resolve(&document, &inputs);
    diagnostics.extend(found);
    let valid = scenario.is_some() && !diagnostics.has_errors();
    assert!(valid, "{edit:?}\n{text}\n{}", diagnostics.render(&document.sources, false));
}

#[test]
fn every_example_of_the_page_is_read() {
    let mut read = 0;
    for (kind, text) in blocks(&page()) {
        let lines = || text.lines().filter(|line| !line.trim().is_empty());
        let groups = || text.split("\n\n").map(str::trim_end).filter(|group| !group.is_empty());
        match kind.as_str() {
            "quantity" => lines().for_each(|line| assert!(is_quantity(line), "{line}")),
            "law" => lines().for_each(|line| accepted("LAW", line)),
            "balancer" => lines().for_each(|line| accepted("BALANCER", line)),
            "objective" => lines().for_each(|line| accepted("OBJECTIVE", line)),
            "source" => groups().for_each(|group| accepted("SOURCE", group)),
            "class" => groups().for_each(|group| accepted("CLASS", group)),
            "service" => groups().for_each(|group| accepted("SERVICE", group)),
            "step" => accepted("STEP", &text),
            "run" => groups()
                .for_each(|group| accepted("RUN", &format!("run:\n  {}", group.replace('\n', "\n  ")))),
            "change" => groups().for_each(|group| accepted("CHANGE", &format!("timeline:\n  {group}"))),
            "manifests" => accepted("CHANGE", &text),
            "workload" => groups().for_each(|group| {
                let held = scenario("CHANGE", &shown_objects());
                accepted_with(
                    &held.replace("  db:\n    slots", &format!("  db:\n    {group}\n    slots")),
                    None,
                );
            }),
            "path" => lines().for_each(|line| {
                let edit = line.split_once(": ").expect("path: value");
                accepted_with(&scenario("CHANGE", &shown_objects()), Some(edit));
            }),
            "patch" => lines().for_each(|line| {
                let change = format!("timeline: {{ change: {{ at: T0, set: {{ {line} }} }} }}");
                accepted("CHANGE", &format!("{}{change}", shown_objects()));
            }),
            other => panic!("a block of the kind `{other}`"),
        }
        read += 1;
    }
    assert!(read >= 10, "{read} blocks");
}

#[test]
fn the_page_leaves_no_form_out() {
    let all = blocks(&page());
    let of =
        |kind: &str| all.iter().filter(|(k, _)| k == kind).map(|(_, text)| text.as_str()).collect::<String>();
    let laws = of("law");
    let missing = |names: &[&'static str], text: &str| {
        names.iter().filter(|name| !text.contains(**name)).copied().collect::<Vec<_>>()
    };
    let names: Vec<&str> = crate::scenario::law::FORMS.iter().map(|(name, _)| *name).collect();
    assert_eq!(missing(&names, &laws), [""; 0]);
    let balancers: Vec<&str> = Balancer::FORMS.iter().map(|form| form.name).collect();
    assert_eq!(missing(&balancers, &of("balancer")), [""; 0]);
    assert_eq!(missing(services::DISCIPLINES, &of("service")), [""; 0]);
    assert_eq!(missing(objective_words::MEASURES, &of("objective")), [""; 0]);
    assert_eq!(missing(traffic::HEADS, &of("source")), [""; 0]);
    assert_eq!(missing(steps::HEADS, &of("step")), [""; 0]);
}
