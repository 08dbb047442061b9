//! The engine against a slow, plain simulator of the same rules.
//!
//! The oracle keeps a list of what will happen and looks through all of it for what happens next; it shares the
//! laws and the keyed draws with the engine and nothing else. On random small models both must see the same
//! requests start, wait and end at the same nanosecond, and hold the same numbers at every instant looked at.

mod models;
mod plain;

use flashcrowd::metrics::RunRecord;
use flashcrowd::model::{GridProbe, Model, ServiceId};
use flashcrowd::system::simulate;
use flashcrowd::units::SimTime;
use models::random_model;
use plain::{Outcome, Plain};
use std::sync::atomic::AtomicBool;

/// Random models compared; each is run once per service it has.
const MODELS: u64 = 150;
/// Instants at which both are looked at.
const LOOKS: u64 = 400;

/// The engine's record with the waits and the states of one service in it.
fn engine(model: &Model, service: usize) -> RunRecord {
    let mut model = model.clone();
    let end = model.plan.to().as_nanos();
    let times = (0..LOOKS).map(|i| SimTime::from_nanos(looked_at(i, end))).collect();
    let service = ServiceId(service as u16);
    model.recording.grid = Some(GridProbe { service, times, virtual_wait: false });
    model.recording.first_waits = Some((service, 1_000_000));
    simulate(&model, 0, &AtomicBool::new(false))
}

fn looked_at(i: u64, end: u64) -> u64 {
    i * (end / LOOKS) + 1
}

fn compare(number: u64, model: &Model, oracle: &Outcome) {
    let of_classes = |r: &RunRecord| -> Vec<(u64, u64, u64, u128)> {
        let one = |c: &flashcrowd::metrics::ClassRecord| {
            (c.arrived, c.succeeded, c.failures(), c.sojourn.sum_nanos())
        };
        r.classes.iter().map(one).collect()
    };
    for service in 0..model.services.len() {
        let record = engine(model, service);
        let theirs = &oracle.services[service];
        let what = format!("model {number}, service {service}");
        assert_eq!(record.first_waits, theirs.waits, "{what}: waits in order of start");
        let grid: Vec<(u32, u32)> = record.grid.iter().map(|g| (g.in_system, g.waiting)).collect();
        assert_eq!(grid, theirs.looks, "{what}: in system and waiting");
        assert_eq!(
            of_classes(&record),
            oracle.classes,
            "{what}: arrived, succeeded, failed, sum of sojourns"
        );
        let ours = &record.services[service];
        assert_eq!(
            (ours.arrived, ours.rejected, ours.completed, ours.sojourn.sum_nanos()),
            (theirs.arrived, theirs.rejected, theirs.completed, theirs.sojourn),
            "{what}: arrived, rejected, completed, sum of sojourns"
        );
        assert_eq!(
            (ours.in_system.area(), ours.busy, ours.queued),
            (theirs.in_system, theirs.busy, theirs.in_system - theirs.busy),
            "{what}: integrals of numbers in the system, in service, waiting"
        );
    }
}

#[test]
fn oracle_agrees_on_random_small_models() {
    let (mut starts, mut rejections, mut waits) = (0, 0, 0);
    for number in 0..MODELS {
        let model = random_model(number);
        let oracle = Plain::run(&model, &|i| looked_at(i, model.plan.to().as_nanos()), LOOKS);
        compare(number, &model, &oracle);
        for service in &oracle.services {
            starts += service.waits.len();
            rejections += service.rejected;
            waits += service.waits.iter().filter(|w| **w > 0).count();
        }
    }
    // The models are worth comparing only if things happen in them.
    assert!(starts > 50_000 && waits > 10_000 && rejections > 500, "{starts} {waits} {rejections}");
}

#[test]
fn oracle_notices_another_order_of_service() {
    let differs = (0..20).any(|number| {
        let model = random_model(number);
        let oracle = Plain::run(&model, &|i| looked_at(i, model.plan.to().as_nanos()), LOOKS);
        let mut other = model.clone();
        for service in &mut other.services {
            service.discipline = flashcrowd::model::Discipline::Lifo;
        }
        engine(&other, 0).first_waits != oracle.services[0].waits
    });
    assert!(differs);
}
