//! What a replication costs before its first event.

use crate::oracle::models::{Kind, random_model};
use flashcrowd::model::{ArrivalProcess, Change, SourceKind};
use flashcrowd::system::Simulator;
use flashcrowd::units::SimDuration;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

#[test]
#[ignore = "prints a time"]
fn set_up_of_a_replication() {
    let mut model = random_model(1, Kind::Exact);
    for source in &mut model.sources {
        source.kind = SourceKind::Open(ArrivalProcess::Times(Vec::new().into()));
    }
    model.changes = Vec::<Change>::new();
    model.plan.length = SimDuration::from_secs(1);
    model.recording.resolution_bits = 7;
    let mut simulator = Simulator::new(&model);
    let interrupt = AtomicBool::new(false);
    let runs = 2000;
    let start = Instant::now();
    let events: u64 = (0..runs).map(|replication| simulator.run(replication, &interrupt).events).sum();
    let each = start.elapsed().as_secs_f64() / runs as f64;
    println!("set-up: {:.1} us a replication ({} events each)", each * 1e6, events / runs);
}
