//! What probes saw is written, and is what is known.

use flashcrowd::study::Study;

/// A request a second, evenly, each of two seconds of work: every request waits a second longer than the one before.
const LINE: &str = "schema: 1\nname: A line\n\
    run:\n  t0: 2026-11-11T20:00:00+08:00\n  from: T0\n  to: T0+60s\n  settle: 0s\n  replications: 3\n  \
    record:\n    first_waits: { service: desk, requests: 5 }\n    \
    grid: { service: desk, every: 10s, virtual_wait: true }\n\
    traffic: { people: { rate: 1/s, spacing: even, classes: { ask: { entry: desk.ask } } } }\n\
    services: { desk: { replicas: 1, slots: 1, queue_limit: none, operations: { ask: [ { work: 2s } ] } } }\n";

#[test]
fn waits_by_index_and_states_at_instants_are_written() {
    let result = Study::from_text(LINE).run().expect("a valid scenario");
    let file = result.files.iter().find(|file| file.name == "probes.csv").expect("probes have a file");
    let text = String::from_utf8(file.content.clone()).expect("text");
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "scope,metric,unit,index,t_s,mean,ci95_low,ci95_high,replications");
    for (n, row) in rows[1..6].iter().enumerate() {
        assert_eq!(*row, format!("service/desk,wait,s,{},,{n},{n},{n},3", n + 1));
    }
    // At T0+10s ten have come, at 0.5 s, 1.5 s and so on: four are served and gone, one is in service for 1.5 s more.
    for known in [
        "service/desk,in_system,requests,,10,6,6,6,3",
        "service/desk,waiting,requests,,10,5,5,5,3",
        "service/desk,virtual_wait,s,,10,10.5,10.5,10.5,3",
    ] {
        assert!(rows.contains(&known), "{known}\n{text}");
    }
    let without = LINE.replace("first_waits: { service: desk, requests: 5 }", "slowdown: true");
    let without = without.replace("grid: { service: desk, every: 10s, virtual_wait: true }", "calls: true");
    let result = Study::from_text(&without).run().expect("a valid scenario");
    assert!(result.files.iter().all(|file| file.name != "probes.csv"));
}
