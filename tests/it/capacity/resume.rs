//! A search that is interrupted and asked again gives the bytes of one that was not.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use flashcrowd::scenario::MemoryInputs;
use flashcrowd::study::{CapacityResult, Execution, Step, StudyError, capacity, prepare};

const SCENARIO: &str = "schema: 1
name: Two tiers
run: { t0: 2026-11-11T20:00:00Z, from: T0-30s, to: T0+90s, settle: 30s, replications: 4 }
traffic: { people: { rate: 20/s, peaks: { rush: { at: T0, factor: 4, rise: 5s, hold: 30s, fall: 5s } },
  classes: { ask: { entry: web.ask } } } }
services:
  web: { replicas: 4, slots: 4, queue_limit: 12, operations: { ask: [ { work: exponential(60ms) }, { call: db.read } ] } }
  db: { replicas: 2, slots: 4, queue_limit: 12, operations: { read: [ { wait: exponential(40ms) } ] } }
objectives: [ ask within 500ms >= 95% ]
capacity:
  both: { cheapest: { services.web.replicas: 1 .. 12, services.db.replicas: 1 .. 6 }, probability: 80% }
  most: { largest: traffic.people.rate, between: 5/s .. 40/s step 5/s }
";

/// Answers; interrupted after so many replications.
fn answered(journal: Option<&Path>, last: u64) -> Result<CapacityResult, StudyError> {
    let inputs = MemoryInputs::default().with("s.yaml", SCENARIO);
    let prepared = prepare("s.yaml", &[], &inputs).expect("a text");
    let plans = &prepared.scenario.as_ref().expect("a valid scenario").capacity;
    let interrupt = AtomicBool::new(false);
    let mut done = 0;
    let mut count = |step: Step| {
        done += u64::from(matches!(step, Step::Point { .. }));
        interrupt.store(done >= last, Ordering::Relaxed);
    };
    let execution = Execution { threads: 2, interrupt: &interrupt, progress: &mut count };
    capacity(&prepared, plans, &inputs, journal, execution, None)
}

#[test]
fn a_search_goes_on_where_it_was_interrupted() {
    let whole = answered(None, u64::MAX).expect("an answer").json;
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("capacity.journal");
    // Every attempt gets a little further: none is interrupted before it has run anything new.
    let mut attempts = 0;
    let result = loop {
        attempts += 1;
        match answered(Some(&journal), 40 * attempts) {
            Ok(result) => break result,
            Err(StudyError::Interrupted) => {}
            Err(error) => panic!("{error}"),
        }
    };
    assert!(attempts >= 4 && result.resumed > 50, "{attempts} attempts, {} kept", result.resumed);
    assert_eq!(result.json, whole);
}

#[test]
fn what_another_question_left_is_not_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("capacity.journal");
    assert!(matches!(answered(Some(&journal), 20), Err(StudyError::Interrupted)));
    let inputs = MemoryInputs::default().with("s.yaml", SCENARIO.replace("1 .. 12", "1 .. 13"));
    let prepared = prepare("s.yaml", &[], &inputs).expect("a text");
    let plans = &prepared.scenario.as_ref().expect("a valid scenario").capacity;
    let interrupt = AtomicBool::new(false);
    let execution = Execution { threads: 2, interrupt: &interrupt, progress: &mut |_| {} };
    match capacity(&prepared, plans, &inputs, Some(&journal), execution, None) {
        Err(StudyError::Refused(text)) => assert!(text.contains("trials of another search"), "{text}"),
        other => panic!("{:?}", other.map(|result| result.json)),
    }
}
