//! Calls on edges and in services against answers that are known: response times, service times, outcomes, windows,
//! and the objectives that rest on them.

mod elsewhere;
mod probes;
mod promises;

use std::sync::atomic::AtomicBool;

use flashcrowd::metrics::{CallRecord, FailureCause, Recorder, RunRecord};
use flashcrowd::model::Model;
use flashcrowd::numerics;
use flashcrowd::study::Study;
use flashcrowd::system::{Simulator, simulate};
use flashcrowd::theory::MmC;

/// A sample this many standard errors from what is known happens once in sixteen thousand times.
const SIGMAS: f64 = 4.0;

fn model(text: &str) -> Model {
    let prepared = Study::from_text(text).prepare().expect("a text");
    prepared.scenario.expect("a valid scenario").model
}

fn first_run(model: &Model) -> RunRecord {
    simulate(model, 0, &AtomicBool::new(false))
}

fn calls(record: &RunRecord) -> &CallRecord {
    record.calls.as_ref().expect("calls are recorded")
}

#[track_caller]
fn near(what: &str, seen: f64, known: f64, standard_error: f64) {
    let off = (seen - known) / standard_error;
    assert!(off.abs() < SIGMAS, "{what}: {seen} is {off:.1} standard errors from {known}");
}

/// The durations of a recorder that holds few different ones: the middle of each bin in milliseconds, and how many.
fn heaps(recorder: &Recorder) -> Vec<(u64, u64)> {
    recorder.filled().map(|(low, width, count)| ((low + width / 2 + 500_000) / 1_000_000, count)).collect()
}

/// One station for 20,000 s at 60 % of its one slot.
fn station(work: &str) -> String {
    format!(
        "schema: 1\nname: One station\n\
         run: {{ mode: steady, warm_up: 100s, length: 20000s, replications: 1 }}\n\
         traffic: {{ clients: {{ rate: 6/s, classes: {{ ask: {{ entry: station.serve }} }} }} }}\n\
         services:\n  station: {{ replicas: 1, slots: 1, queue_limit: none, operations: {{ serve: [ {{ work: {work} }} ] }} }}\n"
    )
}

#[test]
fn service_times_follow_the_law_of_the_work() {
    for shortcuts in [true, false] {
        let mut model = model(&station("exponential(100ms)"));
        model.plan.shortcuts = shortcuts;
        assert_eq!(Simulator::new(&model).takes_shortcut(), shortcuts);
        let record = first_run(&model);
        let times = &calls(&record).services[0].service;
        let n = times.count() as f64;
        assert!(n > 100_000.0 && times.count() == record.services[0].completed);
        near("mean", times.mean().unwrap(), 0.1, 0.1 / n.sqrt());
        // The fourth central moment of an exponential is nine times the squared variance.
        near("variance", times.variance().unwrap(), 0.01, 0.01 * (8.0 / n).sqrt());
        for p in [0.5f64, 0.9, 0.99] {
            let error = 0.1 * (p / ((1.0 - p) * n)).sqrt();
            near(&format!("p{p}"), times.quantile(p).unwrap(), -0.1 * numerics::ln(1.0 - p), error);
        }
        assert_eq!(calls(&record).classes[0].as_ref(), Some(times));
        // All that a client of a plain call sees is its edge.
        assert_eq!(calls(&record).edges[0].response, record.classes[0].sojourn);
        assert_eq!(
            record.services[0].wait.sum_nanos() + times.sum_nanos(),
            record.classes[0].sojourn.sum_nanos()
        );
    }
}

#[test]
fn service_times_of_constant_work_are_that_work() {
    let record = first_run(&model(&station("100ms")));
    let times = &calls(&record).services[0].service;
    assert!(record.services[0].waited > 50_000);
    assert_eq!(times.sum_nanos(), u128::from(times.count()) * 100_000_000);
    assert_eq!((times.variance(), times.largest().as_nanos()), (Some(0.0), 100_000_000));
}

/// A page that works for 2 ms and reads a database for 5 ms; `how` says how it calls.
fn page(how: &str) -> String {
    format!(
        "schema: 1\nname: A page\n\
         run: {{ mode: steady, warm_up: 0s, length: 1000s, replications: 1 }}\n\
         traffic: {{ clients: {{ rate: 50/s, classes: {{ view: {{ entry: web.view }} }} }} }}\n\
         services:\n  web:\n    replicas: 1\n    slots: unlimited\n    \
         operations: {{ view: [ {{ work: 2ms }}, {{ call: db.read }} ] }}\n    upstreams: {{ db: {how} }}\n  \
         db: {{ replicas: 1, slots: unlimited, operations: {{ read: [ {{ work: 5ms }} ] }} }}\n"
    )
}

/// Place of the edge between the two services.
fn inner(model: &Model) -> usize {
    model.edges.iter().position(|e| e.target == model.service_named("db").unwrap()).unwrap()
}

#[test]
fn lost_tries_and_pauses_are_part_of_the_response() {
    let how = "{ try_timeout: 30ms, retries: 2, backoff: 10ms, backoff_max: 1s, jitter: none, loss: 50%, \
               retry_on: [timeout] }";
    let model = model(&page(how));
    let (record, edge) = (first_run(&model), inner(&model));
    let (tally, times) = (record.edges[edge], &calls(&record).edges[edge]);
    // One lost try takes its timeout of 30 ms and a pause of 10 ms, the second lost one 30 ms and 20 ms.
    let heaps = heaps(&times.response);
    assert_eq!(heaps.iter().map(|h| h.0).collect::<Vec<_>>(), [5, 45, 95], "{heaps:?}");
    let counts: Vec<u64> = heaps.iter().map(|h| h.1).collect();
    let sum = counts[0] * 5 + counts[1] * 45 + counts[2] * 95;
    assert_eq!(times.response.sum_nanos(), u128::from(sum) * 1_000_000);
    let failed = times.failed[FailureCause::TimedOut as usize];
    assert_eq!((failed, times.failures()), (tally.failed, tally.failed));
    assert_eq!(tally.lost, counts[1] + 2 * counts[2] + 3 * failed);
    assert_eq!(tally.calls, times.answered + failed);
    let n = tally.calls as f64;
    for (count, share) in counts.iter().chain([&failed]).zip([0.5, 0.25, 0.125, 0.125f64]) {
        near("share of calls", *count as f64 / n, share, (share * (1.0 - share) / n).sqrt());
    }
    // The caller is in service all the while, from its first instant on.
    let (web, outer) = (&calls(&record).services[0].service, &calls(&record).edges[1 - edge]);
    assert_eq!(web.sum_nanos(), times.response.sum_nanos() + u128::from(web.count()) * 2_000_000);
    assert_eq!((outer.answered, outer.failed), (times.answered, times.failed));
    assert_eq!(
        calls(&record).services[1].service.sum_nanos(),
        u128::from(record.services[1].completed) * 5_000_000
    );
}

#[test]
fn a_call_that_times_out_has_no_response() {
    let model = model(&page("{ timeout: 4ms }"));
    let (record, edge) = (first_run(&model), inner(&model));
    let (tally, times) = (record.edges[edge], &calls(&record).edges[edge]);
    assert!(tally.calls > 40_000);
    assert_eq!((times.answered, times.response.count(), times.abandoned), (0, 0, 0));
    assert_eq!(times.failed[FailureCause::TimedOut as usize], tally.calls);
    for window in &times.windows {
        assert_eq!((window.answered, window.failures()), (0, window.calls));
    }
    assert_eq!(times.windows.iter().map(|w| w.calls).sum::<u64>(), tally.calls);
    // The database works on for nobody.
    assert_eq!(record.services[1].wasted, record.services[1].completed);
    assert_eq!(calls(&record).services[1].service.count(), record.services[1].completed);
}

#[test]
fn who_gives_up_leaves_its_call() {
    let text = page("{ timeout: 4ms, retries: 3, backoff: 20ms, jitter: none, retry_on: [500] }")
        .replace("view: { entry: web.view }", "view: { entry: web.view, patience: 3ms, client_retries: 1 }");
    let model = model(&text);
    let record = first_run(&model);
    let outer = 1 - inner(&model);
    let (tally, times) = (record.edges[outer], &calls(&record).edges[outer]);
    assert!(tally.calls > 40_000);
    assert_eq!((times.answered, times.failures(), times.abandoned), (0, 0, tally.calls));
    // What they had called was not called off: it fails after its 4 ms.
    let inner = inner(&model);
    assert_eq!(
        calls(&record).edges[inner].failed[FailureCause::TimedOut as usize],
        record.edges[inner].calls
    );
}

#[test]
fn a_callee_of_several_slots_answers_as_the_closed_form_says() {
    let text = "schema: 1\nname: Two in a row\n\
        run: { mode: steady, warm_up: 200s, length: 20000s, replications: 1 }\n\
        traffic: { clients: { rate: 14/s, classes: { ask: { entry: front.ask } } } }\n\
        services:\n  front:\n    replicas: 1\n    slots: unlimited\n    \
        operations: { ask: [ { work: exponential(50ms) }, { call: db.read } ] }\n    upstreams: { db: { timeout: none } }\n  \
        db: { replicas: 1, slots: 2, queue_limit: none, operations: { read: [ { work: exponential(100ms) } ] } }\n";
    let model = model(text);
    let edge = inner(&model);
    // What leaves servers without a queue is a Poisson stream again (N. M. Mirasol 1963).
    let known = MmC::new(14.0, 10.0, 2).expect("a stable queue");
    let mut means = Vec::new();
    for replication in 0..10 {
        let record = simulate(&model, replication, &AtomicBool::new(false));
        let seen = calls(&record);
        // Nothing lies between the call and the callee.
        assert_eq!(seen.edges[edge].response, record.services[1].sojourn);
        assert_eq!(seen.edges[1 - edge].response, record.classes[0].sojourn);
        let own = seen.services[0].service.sum_nanos() - seen.edges[edge].response.sum_nanos();
        let n = seen.edges[edge].answered as f64;
        near("own work of the caller", own as f64 / n * 1e-9, 0.05, 0.05 / n.sqrt());
        means.push(seen.edges[edge].response.mean().unwrap());
    }
    let mean = means.iter().sum::<f64>() / 10.0;
    let spread = means.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() / 9.0;
    // Student's t with nine degrees of freedom is beyond 4.3 once in five hundred times.
    let off = (mean - known.mean_sojourn_time()) / (spread / 10.0).sqrt();
    assert!(off.abs() < 4.3, "{mean} against {}: {off:.1} standard errors", known.mean_sojourn_time());
}
