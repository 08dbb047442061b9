//! The cheapest of several parameters against all of them tried one by one: on models in which nothing is random, a
//! setting holds or fails and costs what it costs.

use std::sync::atomic::AtomicBool;

use flashcrowd::analysis::Outcome;
use flashcrowd::scenario::MemoryInputs;
use flashcrowd::study::{Execution, Study, capacity, prepare};

/// A question: a scenario, and for each factor its path, its values, and how its range is written.
struct Problem {
    text: String,
    factors: Vec<(&'static str, Vec<String>, String)>,
}

const MIN: &str = "services.web.autoscaler.min";
const TARGET: &str = "services.web.autoscaler.target";
const DATABASE: &str = "services.db.replicas";

fn whole(path: &'static str, low: u32, high: u32) -> (&'static str, Vec<String>, String) {
    (path, (low..=high).map(|n| n.to_string()).collect(), format!("{low} .. {high}"))
}

fn percent(low: u32, high: u32, step: u32) -> (&'static str, Vec<String>, String) {
    let values = (low..=high).step_by(step as usize).map(|n| format!("{n}%")).collect();
    (TARGET, values, format!("{low}% .. {high}% step {step}%"))
}

/// A front behind an autoscaler and a database of fixed size, under a peak.
fn problem(
    peak: f64,
    start: u32,
    promise: &str,
    factors: Vec<(&'static str, Vec<String>, String)>,
) -> Problem {
    let text = format!(
        "schema: 1\nname: Two tiers\n\
         run: {{ t0: 2026-11-11T20:00:00+08:00, from: T0-30s, to: T0+3m, settle: 1m, phases: zero, replications: 2, \
         record: {{ calls: false }} }}\n\
         traffic: {{ people: {{ rate: 20/s, spacing: even, peaks: {{ rush: {{ at: T0, factor: {peak}, rise: 10s, hold: 1m, \
         fall: 20s }} }}, classes: {{ ask: {{ entry: web.ask }} }} }} }}\n\
         clients: {{ upstreams: {{ web: {{ balancer: round-robin }} }} }}\n\
         services:\n  web:\n    replicas: 2\n    slots: 4\n    queue_limit: 12\n    startup: {{ start: {start}s }}\n    \
         autoscaler: {{ target: 60%, min: 2, max: 12, period: 15s, hold: 4 }}\n    \
         upstreams: {{ db: {{ balancer: round-robin, timeout: 5s }} }}\n    \
         operations: {{ ask: [ {{ work: 60ms }}, {{ call: db.read }} ] }}\n  \
         db: {{ replicas: 2, slots: 4, queue_limit: 12, operations: {{ read: [ {{ wait: 40ms }} ] }} }}\n\
         objectives: [ {promise} ]\n"
    );
    Problem { text, factors }
}

fn problems() -> Vec<Problem> {
    let success = "ask success >= 99%";
    let quick = "ask within 200ms >= 95%";
    vec![
        problem(4.0, 20, success, vec![whole(MIN, 1, 6), whole(DATABASE, 1, 4)]),
        problem(4.0, 20, success, vec![whole(DATABASE, 1, 4), whole(MIN, 1, 6)]),
        problem(4.0, 20, success, vec![whole(MIN, 1, 6), percent(50, 90, 20)]),
        problem(4.0, 40, quick, vec![whole(MIN, 1, 8), percent(50, 90, 10)]),
        problem(6.0, 5, quick, vec![percent(40, 90, 10), whole(MIN, 2, 9)]),
        problem(3.0, 5, success, vec![percent(30, 90, 20), whole(DATABASE, 1, 3)]),
        problem(5.0, 60, "ask p99 < 300ms, ask success >= 98%", vec![whole(MIN, 2, 11), percent(50, 90, 5)]),
        problem(4.0, 20, quick, vec![whole(MIN, 2, 5), percent(50, 90, 20), whole(DATABASE, 1, 3)]),
        problem(2.0, 20, "ask success >= 50%", vec![whole(MIN, 1, 4), whole(DATABASE, 1, 3)]),
        problem(9.0, 90, success, vec![whole(MIN, 1, 4), percent(60, 90, 30)]),
    ]
}

/// Replica-hours of the cheapest setting that holds, if one does, by trying all.
fn enumerated(problem: &Problem) -> Option<f64> {
    let mut settings: Vec<Vec<usize>> = vec![Vec::new()];
    for (_, values, _) in &problem.factors {
        settings = settings
            .iter()
            .flat_map(|some| (0..values.len()).map(|n| [&some[..], &[n]].concat()).collect::<Vec<_>>())
            .collect();
    }
    let cost = |setting: &Vec<usize>| {
        let each = problem.factors.iter().zip(setting);
        let study = each.fold(Study::from_text(&problem.text), |study, ((path, values, _), &n)| {
            study.set(path, &values[n])
        });
        let summary = study.run().expect("a valid scenario").summary;
        let holds = summary.objectives.iter().all(|objective| objective.outcome == Outcome::Pass);
        let hours =
            summary.metrics.iter().filter(|row| row.metric == "replica_hours" && row.scope != "system");
        holds.then(|| hours.map(|row| row.estimate.mean).sum::<f64>())
    };
    settings.iter().filter_map(cost).min_by(f64::total_cmp)
}

/// Replica-hours of the answer of a search, if it found one.
fn searched(problem: &Problem) -> Option<(f64, Vec<String>)> {
    let ranges: Vec<String> =
        problem.factors.iter().map(|(path, _, range)| format!("{path}: {range}")).collect();
    let text = format!(
        "{}capacity: {{ all: {{ cheapest: {{ {} }}, probability: none }} }}\n",
        problem.text,
        ranges.join(", ")
    );
    let inputs = MemoryInputs::default().with("s.yaml", text);
    let prepared = prepare("s.yaml", &[], &inputs).expect("a text");
    let plans = &prepared.scenario.as_ref().expect("a valid scenario").capacity;
    let interrupt = AtomicBool::new(false);
    let execution = Execution { threads: 0, interrupt: &interrupt, progress: &mut |_| {} };
    let answer = capacity(&prepared, plans, &inputs, None, execution, None).expect("answers").answer;
    let search = &answer.searches[0];
    search.confirmed.then(|| (search.replica_hours.expect("hours").mean, search.setting.clone()))
}

#[test]
fn the_cheapest_setting_is_the_cheapest_of_all() {
    let mut answered = 0;
    for (number, problem) in problems().iter().enumerate() {
        let (known, found) = (enumerated(problem), searched(problem));
        match (known, &found) {
            (None, None) => {}
            // Whose turn it is at first decides when the last pod is drained: a few milliseconds of a pod.
            (Some(known), Some((hours, _))) if (hours / known - 1.0).abs() < 1e-3 => answered += 1,
            _ => panic!("problem {number}: cheapest {known:?}, found {found:?}"),
        }
    }
    assert!(answered >= 8, "{answered} of ten have an answer");
}

/// Two tiers under an opening of nine times, with everything random.
const OPENING: &str = "schema: 1
name: Two tiers
run: { t0: 2026-11-11T20:00:00Z, from: T0-30s, to: T0+90s, settle: 30s, replications: 60, record: { calls: false, window: none } }
traffic: { people: { rate: 20/s, peaks: { rush: { at: T0, factor: 9, rise: 5s, hold: 30s, fall: 5s } },
  classes: { ask: { entry: web.ask } } } }
services:
  web: { replicas: 4, slots: 4, queue_limit: 12, upstreams: { db: { timeout: 5s } },
    operations: { ask: [ { work: exponential(60ms) }, { call: db.read } ] } }
  db: { replicas: 2, slots: 4, queue_limit: 12, operations: { read: [ { wait: exponential(40ms) } ] } }
";

/// Share of runs that meet the promise, and replica-hours, by setting.
fn counted(web: u32, db: u32) -> (f64, f64) {
    let text = format!("{OPENING}objectives: [ ask within 500ms >= 95% in 50% of runs ]\n");
    let study = Study::from_text(&text).set("services.web.replicas", web).set(DATABASE, db);
    let summary = study.run().expect("a valid scenario").summary;
    let met = summary.objectives[0].runs_met.expect("runs were judged").mean;
    let hours = summary.metrics.iter().filter(|row| row.metric == "replica_hours" && row.scope != "system");
    (met, hours.map(|row| row.estimate.mean).sum())
}

#[test]
fn a_share_of_runs_finds_what_counting_at_every_setting_finds() {
    let all: Vec<_> = (3..=9).flat_map(|web| (2..=7).map(move |db| counted(web, db))).collect();
    for (share, probability) in [(0.8, "80%"), (0.95, "95%")] {
        let held = all.iter().filter(|(met, _)| *met >= share);
        let cheapest = held.map(|(_, hours)| *hours).min_by(f64::total_cmp).expect("some hold");
        let text = format!(
            "{OPENING}objectives: [ ask within 500ms >= 95% ]\ncapacity: {{ all: {{ cheapest: {{ \
             services.web.replicas: 3 .. 9, services.db.replicas: 2 .. 7 }}, probability: {probability} }} }}\n"
        );
        let answer = Study::from_text(&text).capacity().expect("answers").answer;
        let search = &answer.searches[0];
        assert!(search.confirmed, "{probability}: {:?}", search.notes);
        let hours = search.replica_hours.expect("hours").mean;
        assert!(
            (hours / cheapest - 1.0).abs() < 1e-3,
            "{probability}: {hours} and {cheapest}, {:?}",
            search.setting
        );
        let tried = search.points.iter().filter(|point| point.first_replication == 0).count();
        assert!(tried < 30, "{tried} of 42 settings");
    }
}
