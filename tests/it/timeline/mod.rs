//! What the timeline sets, against timelines worked out by hand: nothing in these models is random.

use std::sync::atomic::AtomicBool;

use flashcrowd::metrics::RunRecord;
use flashcrowd::study::Study;
use flashcrowd::system::simulate;

/// One replication of people who ask a desk; spans count from T0.
fn run(span: &str, people: &str, desk: &str, timeline: &str) -> RunRecord {
    let text = format!(
        "schema: 1\nname: A desk\n\
         run: {{ t0: 2026-11-11T20:00:00+08:00, from: T0, to: T0+{span}, settle: 0s, after: stop }}\n\
         traffic: {{ people: {{ {people}, classes: {{ ask: {{ entry: desk.ask }} }} }} }}\n\
         services: {{ desk: {{ {desk} }} }}\n\
         timeline:\n{timeline}"
    );
    let prepared = Study::from_text(&text).prepare().expect("a text");
    let scenario = prepared.scenario.unwrap_or_else(|| panic!("{text}"));
    simulate(&scenario.model, 0, &AtomicBool::new(false))
}

#[test]
fn a_waiting_room_grows_and_shrinks() {
    // Arrivals at 0.5 s, 1.5 s and so on; the first keeps the only slot for good. Two wait, seven are turned away
    // before T0+10s, three more may wait, seven are turned away before T0+20s. Then there is room for one, and five
    // sit in it already.
    let desk = "replicas: 1, slots: 1, queue_limit: 2, operations: { ask: [ { work: 1000s } ] }";
    let record = run(
        "30s",
        "rate: 1/s, spacing: even",
        desk,
        "  more: { at: T0+10s, set: { services.desk.queue_limit: 5 } }\n  \
           less: { at: T0+20s, set: { services.desk.queue_limit: 1 } }\n",
    );
    assert_eq!((record.services[0].arrived, record.services[0].rejected), (30, 7 + 7 + 10));
    let record = run(
        "20s",
        "rate: 1/s, spacing: even",
        desk,
        "  none: { at: T0+10s, set: { services.desk.queue_limit: none } }\n",
    );
    assert_eq!(record.services[0].rejected, 7);
}

#[test]
fn users_join_and_leave() {
    // Each asks every second, first after 0.9 s. Two in the first 100 s, five in the next; of those one stays, and the
    // others, who are thinking at that time, ask no more.
    let people = "users: 2, think: 900ms";
    let desk = "replicas: 1, slots: 9, operations: { ask: [ { work: 100ms } ] }";
    let record = run(
        "300s",
        people,
        desk,
        "  come: { at: T0+100s, set: { traffic.people.users: 5 } }\n  \
           go: { at: T0+200s, set: { traffic.people.users: 1 } }\n",
    );
    assert_eq!(record.classes[0].arrived, 200 + 500 + 100);
    // Whoever is called back before the thought ends was never away: 200, then 100 for those two.
    let record = run(
        "200s",
        people,
        desk,
        "  go: { at: T0+100s, set: { traffic.people.users: 1 } }\n  \
           back: { at: T0+100500ms, set: { traffic.people.users: 2 } }\n",
    );
    assert_eq!(record.classes[0].arrived, 400);
    // Whoever is called back later begins with a thought: asks at 150.9 s and so on.
    let record = run(
        "200s",
        people,
        desk,
        "  go: { at: T0+100s, set: { traffic.people.users: 1 } }\n  \
           back: { at: T0+150s, set: { traffic.people.users: 2 } }\n",
    );
    assert_eq!(record.classes[0].arrived, 200 + 100 + 50);
}

#[test]
fn a_rate_is_set_below_peaks_that_keep_their_height() {
    let desk = "replicas: 1, slots: 999, operations: { ask: [ { work: 1ms } ] }";
    for (peaks, more) in [("", 0), (", peaks: { rush: { at: T0+60s, factor: 1.5, hold: 10s } }", 50)] {
        let record = run(
            "100s",
            &format!("rate: 10/s, spacing: even{peaks}"),
            desk,
            "  up: { at: T0+50s, set: { traffic.people.rate: 20/s } }\n  \
               off: { at: T0+80s, set: { traffic.people.rate: 0/s } }\n",
        );
        assert_eq!(record.classes[0].arrived, 500 + 600 + more);
    }
}

#[test]
fn an_autoscaler_follows_a_new_target() {
    // 9.7 slots are busy at all times: 9.7 pods at a quarter of their slots, 24.25 at a tenth.
    let desk = |target: &str| {
        format!(
            "replicas: 10, slots: 4, autoscaler: {{ target: {target}, min: 1, max: 99, period: 15s, hold: 4 }}, \
             operations: {{ ask: [ {{ work: 970ms }} ] }}"
        )
    };
    let people = "rate: 10/s, spacing: even";
    let pods = |record: &RunRecord| record.services[0].scaling.last().map(|event| event.desired);
    let record =
        run("10m", people, &desk("25%"), "  t: { at: T0+9m, set: { services.desk.replicas: 10 } }\n");
    assert_eq!(pods(&record), Some(10));
    let record = run(
        "10m",
        people,
        &desk("25%"),
        "  t: { at: T0+5m, set: { services.desk.autoscaler.target: 10% } }\n",
    );
    assert_eq!(pods(&record), Some(25));
}

#[test]
fn a_pod_is_not_gone_while_a_branch_runs_in_it() {
    // Each request needs the fast one of two branches; the slow one goes on for 20 s in a pod that is stopped at T0+1s
    // already. Pods exist for 30 s and for 20.5 s: paid until the branch that began at T0+0.5s is over.
    let desk = "replicas: 2, slots: 9, operations: { ask: [ { parallel: [ { wait: 100ms }, { wait: 20s } ], need: 1 } ] }";
    let record = run(
        "30s",
        "rate: 1/s, spacing: even",
        desk,
        "  down: { at: T0+1s, set: { services.desk.replicas: 1 } }\n",
    );
    let seconds = record.services[0].pods as f64 * 1e-9;
    // The first request's pod is drawn: it is the one that stays or the one that goes.
    assert!([50.5, 31.0].iter().any(|known| (seconds - known).abs() < 1e-9), "{seconds}");
    let both = desk.replace("replicas: 2", "replicas: 1");
    let record = run(
        "30s",
        "rate: 1/s, spacing: even",
        &both,
        "  down: { at: T0+1s, set: { services.desk.replicas: 0 } }\n",
    );
    assert!((record.services[0].pods as f64 * 1e-9 - 20.5).abs() < 1e-9, "{}", record.services[0].pods);
}

/// Seconds into their period at which the first sync of an autoscaler came, which at once wants more: a replication each.
fn first_syncs(settle: u64, phase: &str, phases: &str, replications: u64) -> Vec<f64> {
    let text = format!(
        "schema: 1\nname: A desk\n\
         run: {{ t0: 2026-11-11T20:00:00+08:00, from: T0, to: T0+30s, settle: {settle}s, after: stop{phases} }}\n\
         traffic: {{ people: {{ rate: 40/s, spacing: even, classes: {{ ask: {{ entry: desk.ask }} }} }} }}\n\
         services: {{ desk: {{ replicas: 10, slots: 4, autoscaler: {{ target: 10%, min: 1, max: 99, period: 15s{phase} }}, \
         operations: {{ ask: [ {{ work: 900ms }} ] }} }} }}\n"
    );
    let prepared = Study::from_text(&text).prepare().expect("a text");
    let model = prepared.scenario.unwrap_or_else(|| panic!("{text}")).model;
    let sync = |replication| {
        let record = simulate(&model, replication, &AtomicBool::new(false));
        let ordered = record.services[0].scaling.iter().find(|event| event.desired > 10).expect("an order");
        (ordered.at.as_secs_f64() - settle as f64).rem_euclid(15.0)
    };
    (0..replications).map(sync).collect()
}

#[test]
fn clocks_have_no_phase_that_nobody_set() {
    // Uniform over 15 s: mean 7.5 s, standard deviation 4.33 s, whatever the lead-in.
    let runs = 100;
    for settle in [60, 64, 68, 72] {
        let found = first_syncs(settle, "", "", runs);
        let mean = found.iter().sum::<f64>() / runs as f64;
        assert!((mean - 7.5).abs() < 4.0 * 4.33 / (runs as f64).sqrt(), "settle {settle}: {mean}");
        let early = found.iter().filter(|&&at| at < 3.75).count() as f64;
        assert!((early - 25.0).abs() < 4.0 * (100.0f64 * 0.25 * 0.75).sqrt(), "settle {settle}: {early}");
        // One that is set holds in every replication.
        let near = |found: Vec<f64>, at: f64| found.iter().all(|f| (f - at).abs() < 1e-6);
        assert!(near(first_syncs(settle, ", phase: 5s", "", 5), 5.0));
        assert!(near(first_syncs(settle, "", ", phases: zero", 5), 0.0));
    }
    // Two designs share it: it does not hang on the period's length, nor on what else there is.
    let again = first_syncs(60, "", "", 5);
    assert_eq!(again, first_syncs(60, ", hold: 7", "", 5));
}
