//! The same bits everywhere: what the first replication of every shipped scenario counted, down to the nanosecond, on
//! every platform that runs the tests. A change of these lines is a change of the model and raises its semantics.

use std::fmt::Write as _;
use std::sync::atomic::AtomicBool;

use flashcrowd::metrics::{Recorder, RunRecord};
use flashcrowd::model::{Mode, Model, WarmUp};
use flashcrowd::study::{FileInputs, prepare};
use flashcrowd::system::Simulator;
use flashcrowd::units::SimDuration;
use sha2::{Digest, Sha256};

use super::play::root;

const SCENARIOS: [&str; 8] =
    ["cold-start", "diurnal", "double-11", "flash-crowd", "hello", "hpa-too-late", "mmc", "replay"];

/// A model whose first replication is short enough to be simulated at every change.
fn model(name: &str) -> Model {
    let prepared = prepare(&format!("scenarios/{name}.yaml"), &[], &FileInputs::new(root())).expect("a file");
    let mut model = prepared.scenario.expect("a valid scenario").model;
    if matches!(model.plan.mode, Mode::Steady(_)) {
        let tenth = SimDuration::from_nanos(model.plan.length.as_nanos() / 10);
        model.plan.mode = Mode::Steady(WarmUp::Fixed(tenth));
    }
    model
}

/// All integers of a record, and the bits of its two floating-point sums.
fn everything(record: &RunRecord) -> String {
    let mut text = format!("{} {} {:?}\n", record.events, record.ended.as_nanos(), record.stopped);
    let times = |text: &mut String, recorder: &Recorder| {
        let bins: Vec<_> = recorder.filled().collect();
        let _ = writeln!(text, "{} {:?} {bins:?}", recorder.sum_nanos(), recorder.largest());
    };
    for class in &record.classes {
        let _ = writeln!(text, "{} {} {:?} {}", class.arrived, class.succeeded, class.failed, class.censored);
        for recorder in [&class.wait, &class.sojourn, &class.failed_after] {
            times(&mut text, recorder);
        }
    }
    for service in &record.services {
        let counts = [service.arrived, service.rejected, service.left_queue, service.waited];
        let areas = [service.busy, service.queued, service.ready, service.slots, service.pods];
        let sums = [service.slowdown.0.to_bits(), service.worked.to_bits()];
        let _ = writeln!(text, "{counts:?} {areas:?} {sums:?} {:?}", service.scaling);
        for recorder in [&service.wait, &service.wait_left, &service.sojourn] {
            times(&mut text, recorder);
        }
    }
    for edge in &record.edges {
        let _ = writeln!(text, "{edge:?}");
    }
    text
}

#[test]
fn the_first_replication_of_every_scenario_gives_the_same_bits() {
    let mut lines = String::new();
    for name in SCENARIOS {
        let model = model(name);
        let record = Simulator::new(&model).run(0, &AtomicBool::new(false));
        let digest = Sha256::digest(everything(&record));
        let start: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        let arrived: u64 = record.classes.iter().map(|class| class.arrived).sum();
        let _ = writeln!(lines, "{name:<12} {:>9} events {arrived:>8} requests {start}", record.events);
    }
    insta::assert_snapshot!(lines);
}
